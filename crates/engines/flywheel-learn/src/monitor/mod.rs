//! How a deployed model fares: pure arithmetic over its logged predictions, its truths, and what training looked like.

mod drift;
mod latency;
mod realised;
mod reference;
mod text;

use std::collections::{BTreeMap, HashMap};

use flywheel_spec::evaluation::MetricValue;
use flywheel_spec::monitor::{DriftLevel, HourCount, LabelShare, MonitorReport, VersionCount};
use flywheel_spec::predict::Prediction;
use flywheel_spec::{Phrase, Problem, phrase};
use serde::{Deserialize, Serialize};

use crate::figure;
use crate::prepare::TargetCode;

pub use reference::{Binning, Reference, ReferenceColumn};

/// Fewer known truths than this say nothing of the realised quality, however far off it looks.
const FEWEST_TRUTHS: u64 = 20;

/// Hours shown.
const MOST_HOURS: usize = 168;

/// One logged prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionRecord {
    /// The version that answered.
    pub version: u64,
    /// When, seconds since 1970-01-01T00:00:00Z.
    pub at_secs: f64,
    /// Time inside the server, microseconds.
    pub latency_micros: f64,
    /// The answer, with its id.
    pub prediction: Prediction,
    /// What it was asked.
    pub input: InputSummary,
}

/// What is kept of an input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum InputSummary {
    /// A row, as it was sent.
    Row {
        /// Column to value.
        values: serde_json::Map<String, serde_json::Value>,
    },
    /// An image: only what drift is told by.
    Image {
        /// Mean pixel, 0 to 1.
        brightness: f64,
        /// Share of pixels above one half.
        ink: f64,
    },
}

impl InputSummary {
    /// The summary of an image's pixels, 0 to 255.
    pub fn of_pixels(pixels: &[u8]) -> Self {
        let (brightness, ink) = reference::light(pixels);
        Self::Image { brightness, ink }
    }
}

/// What is watched and what it is compared with.
#[derive(Debug, Clone)]
pub struct Watched<'a> {
    /// The model's name.
    pub model: &'a str,
    /// The version that answers now.
    pub version: Option<u64>,
    /// What training looked like for that version; nothing is said of drift without it.
    pub reference: Option<&'a Reference>,
    /// How that version reads its target; quality is not measured without it.
    pub target: Option<&'a TargetCode>,
    /// Its metrics on the validation part.
    pub expected: &'a [MetricValue],
    /// The logged predictions, in any order.
    pub records: &'a [PredictionRecord],
    /// The truths sent later, by prediction id; of two for one id the later counts.
    pub truths: &'a [(String, String)],
    /// Damage found in the log.
    pub warnings: Vec<Problem>,
}

/// The report: load over all versions; drift, labels and quality of the version that answers now.
pub fn report(watched: &Watched<'_>) -> MonitorReport {
    let mut versions: BTreeMap<u64, u64> = BTreeMap::new();
    for record in watched.records {
        *versions.entry(record.version).or_default() += 1;
    }
    let current: Vec<&PredictionRecord> =
        watched.records.iter().filter(|record| Some(record.version) == watched.version).collect();
    let truths: HashMap<&str, &str> =
        watched.truths.iter().map(|(id, truth)| (id.as_str(), truth.as_str())).collect();
    let mut warnings = watched.warnings.clone();
    let (labelled, realised) = match watched.target {
        Some(target) => realised::realised(target, &current, &truths, &mut warnings),
        None => (0, Vec::new()),
    };
    let drift = watched.reference.map_or_else(Vec::new, |reference| drift::drift(reference, &current));
    let mut report = MonitorReport {
        model: watched.model.to_owned(),
        version: watched.version,
        findings: Vec::new(),
        predictions: watched.records.len() as u64,
        versions: versions.into_iter().map(|(version, count)| VersionCount { version, count }).collect(),
        span: span(watched.records),
        latency: latency::latency(watched.records),
        by_hour: by_hour(watched.records),
        labels: watched.reference.map_or_else(Vec::new, |reference| labels(reference, &current)),
        drift,
        labelled,
        realised,
        expected: watched.expected.to_vec(),
        warnings,
    };
    report.findings = findings(&report, current.len());
    report
}

/// What a person should know, most important first.
fn findings(report: &MonitorReport, current: usize) -> Vec<Phrase> {
    let mut findings = Vec::new();
    if report.predictions == 0 {
        return vec![phrase!("monitor.nothing_yet")];
    }
    for now in &report.realised {
        let then = report.expected.iter().find(|then| then.metric == now.metric);
        let Some(then) =
            then.filter(|_| report.realised.first().is_some_and(|first| first.metric == now.metric))
        else {
            continue;
        };
        let worse = if now.metric.more_is_better() { now.high < then.low } else { now.low > then.high };
        let key = if report.labelled < FEWEST_TRUTHS {
            "monitor.few_truths"
        } else if worse {
            "monitor.worse"
        } else {
            "monitor.as_expected"
        };
        let mut finding = Phrase::new(key)
            .with_phrase("metric", &crate::evaluate::metric_words(now.metric))
            .with("now", crate::evaluate::written(now.metric, now.value))
            .with("then", crate::evaluate::written(then.metric, then.value))
            .with("count", report.labelled);
        if report.labelled < FEWEST_TRUTHS {
            finding = finding.with("needed", FEWEST_TRUTHS);
        }
        findings.push(finding);
    }
    for moved in report.drift.iter().filter(|column| column.level == DriftLevel::Drifted) {
        findings.push(phrase!("monitor.drifted", column = moved.column, psi = figure::plain(moved.psi)));
    }
    if report.drift.iter().any(|column| column.level == DriftLevel::TooFew) {
        findings.push(phrase!("monitor.too_few", count = current, needed = drift::FEWEST));
    } else if !report.drift.is_empty()
        && report.drift.iter().all(|column| column.level != DriftLevel::Drifted)
    {
        findings.push(phrase!("monitor.no_drift"));
    }
    if report.labelled == 0 {
        findings.push(phrase!("monitor.no_truths"));
    }
    findings
}

fn labels(reference: &Reference, current: &[&PredictionRecord]) -> Vec<LabelShare> {
    let mut served: HashMap<&str, u64> = HashMap::new();
    for label in current.iter().filter_map(|record| record.prediction.label.as_deref()) {
        *served.entry(label).or_default() += 1;
    }
    let trained = reference.labels.iter().map(|label| label.count).sum::<u64>().max(1) as f64;
    let answered = served.values().sum::<u64>().max(1) as f64;
    let share = |label: &flywheel_spec::table::ValueCount| LabelShare {
        label: label.value.clone(),
        training: label.count as f64 / trained,
        served: served.get(label.value.as_str()).copied().unwrap_or(0) as f64 / answered,
    };
    reference.labels.iter().map(share).collect()
}

fn span(records: &[PredictionRecord]) -> Option<[String; 2]> {
    let times = || records.iter().map(|record| record.at_secs);
    let first = times().min_by(f64::total_cmp)?;
    let last = times().max_by(f64::total_cmp)?;
    Some([moment(first)?, moment(last)?])
}

/// The last hours, the empty ones between them included.
fn by_hour(records: &[PredictionRecord]) -> Vec<HourCount> {
    let mut counts: BTreeMap<i64, u64> = BTreeMap::new();
    for record in records {
        *counts.entry((record.at_secs / 3600.0).floor() as i64).or_default() += 1;
    }
    let (Some(&first), Some(&last)) = (counts.keys().next(), counts.keys().next_back()) else {
        return Vec::new();
    };
    (first.max(last - MOST_HOURS as i64 + 1)..=last)
        .filter_map(|hour| {
            let count = counts.get(&hour).copied().unwrap_or(0);
            Some(HourCount { hour: moment(hour as f64 * 3600.0)?, count })
        })
        .collect()
}

fn moment(secs: f64) -> Option<String> {
    jiff::Timestamp::from_millisecond((secs * 1e3) as i64).ok().map(|moment| moment.to_string())
}

#[cfg(test)]
mod tests;
