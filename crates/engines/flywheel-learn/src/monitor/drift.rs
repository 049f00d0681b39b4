//! Input drift in its first form: each column's distribution now against the training part's.

use flywheel_spec::monitor::{DriftLevel, DriftReport};
use flywheel_stats::psi::{psi, shares, shares_towards};

use super::{PredictionRecord, Reference};

/// Fewer predictions say nothing about drift.
pub(super) const FEWEST: u64 = 100;

/// Every column, most drifted first.
pub(super) fn drift(reference: &Reference, records: &[&PredictionRecord]) -> Vec<DriftReport> {
    let mut reports: Vec<DriftReport> = reference
        .columns
        .iter()
        .map(|column| {
            let mut counts = vec![0_u64; column.counts.len()];
            for bin in records.iter().filter_map(|record| column.bin_of_input(&record.input)) {
                counts[bin] += 1;
            }
            let training = shares(&column.counts);
            let served = shares_towards(&counts, &training);
            let total = counts.iter().sum::<u64>();
            let index = psi(&training, &served);
            let level = match index {
                _ if total < FEWEST => DriftLevel::TooFew,
                index if index < 0.1 => DriftLevel::Stable,
                index if index < 0.25 => DriftLevel::Watch,
                _ => DriftLevel::Drifted,
            };
            let raw = |counts: &[u64]| {
                let total = counts.iter().sum::<u64>().max(1) as f64;
                counts.iter().map(|&count| count as f64 / total).collect()
            };
            DriftReport {
                column: column.column.clone(),
                psi: index,
                level,
                training: raw(&column.counts),
                served: raw(&counts),
                bins: column.names(),
            }
        })
        .collect();
    reports.sort_by(|a, b| b.psi.total_cmp(&a.psi).then_with(|| a.column.cmp(&b.column)));
    reports
}
