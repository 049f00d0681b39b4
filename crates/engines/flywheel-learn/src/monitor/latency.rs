//! Latency inside the server.

use flywheel_spec::monitor::LatencyReport;
use flywheel_stats::quantile::Sorted;

use super::PredictionRecord;

pub(super) fn latency(records: &[PredictionRecord]) -> Option<LatencyReport> {
    let sorted = Sorted::of(records.iter().map(|record| record.latency_micros));
    Some(LatencyReport {
        p50_micros: sorted.quantile(0.5)?,
        p95_micros: sorted.quantile(0.95)?,
        p99_micros: sorted.quantile(0.99)?,
        max_micros: sorted.quantile(1.0)?,
    })
}
