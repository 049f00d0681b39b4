//! How a deployed model fares.

use flywheel_spec::monitor::{DriftLevel, MonitorReport};

use super::number::{count, duration, percent, significant};
use super::plan::pairs;
use super::table::{left, right, table};
use super::{Sources, problems};
use crate::screen::{Screen, Style};

/// The whole report.
pub fn monitor(screen: &Screen, report: &MonitorReport) -> String {
    let mut text: String =
        report.findings.iter().map(|finding| format!("{}\n", screen.text(finding))).collect();
    text.push('\n');
    let version = report.version.map_or_else(|| "–".to_owned(), |version| format!("@{version}"));
    let mut facts = vec![
        (screen.word("model"), format!("{} {version}", report.model)),
        (screen.word("predictions"), count(report.predictions)),
        (screen.word("labelled"), count(report.labelled)),
    ];
    if let Some([first, last]) = &report.span {
        facts.push((screen.word("span"), format!("{first} – {last}")));
    }
    if let Some(latency) = report.latency {
        let show = |micros: f64| match micros {
            0.0..1000.0 => format!("{micros:.0} µs"),
            _ => duration(micros / 1e6, screen.language),
        };
        facts.push((
            screen.word("latency"),
            format!(
                "p50 {} · p95 {} · p99 {} · max {}",
                show(latency.p50_micros),
                show(latency.p95_micros),
                show(latency.p99_micros),
                show(latency.max_micros)
            ),
        ));
    }
    text.push_str(&pairs(screen, &facts));
    if !report.labels.is_empty() {
        let header = [
            left(screen.word("label")),
            right(screen.word("share_training")),
            right(screen.word("share_served")),
        ];
        let rows: Vec<Vec<String>> = report
            .labels
            .iter()
            .map(|share| {
                let served = if report.predictions == 0 { "–".to_owned() } else { percent(share.served) };
                vec![share.label.clone(), percent(share.training), served]
            })
            .collect();
        text.push_str(&format!("\n{}", table(screen, &header, &rows)));
    }
    // Before the first prediction there is nothing that could have drifted.
    if !report.drift.is_empty() && report.predictions > 0 {
        let header = [left(screen.word("column")), right("PSI"), left(screen.word("drift"))];
        let rows: Vec<Vec<String>> = report
            .drift
            .iter()
            .map(|drift| {
                let level = match drift.level {
                    DriftLevel::TooFew => "drift_too_few",
                    DriftLevel::Stable => "drift_stable",
                    DriftLevel::Watch => "drift_watch",
                    DriftLevel::Drifted => "drift_drifted",
                };
                vec![drift.column.clone(), significant(drift.psi), screen.word(level)]
            })
            .collect();
        text.push_str(&format!("\n{}", table(screen, &header, &rows)));
    }
    for (title, metrics) in [("realised", &report.realised), ("expected_quality", &report.expected)] {
        if !metrics.is_empty() {
            text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &screen.word(title))));
            text.push_str(&super::evaluation::metrics(screen, metrics));
        }
    }
    text.push_str(&problems(screen, &report.warnings, &Sources::default()));
    text
}
