//! How good a model is: metrics with intervals, the confusion matrix, the worst mistakes, and a verdict against guessing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::recipe::{MetricName, Task};
use crate::{Phrase, Problem};

/// A model judged on one part of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EvaluationReport {
    /// Three sentences: how good, compared with guessing, what to do next.
    pub verdict: Verdict,
    /// `validation`, `test`, or the name of another table.
    pub part: String,
    /// Rows judged.
    pub rows: u64,
    /// Classes or a number.
    pub task: Task,
    /// Every metric that is defined here, each with a 95% interval.
    pub metrics: Vec<MetricValue>,
    /// Precision, recall and F1 of each class; empty in regression.
    pub classes: Vec<ClassReport>,
    /// Rows by true class (first index) and predicted class; empty in regression.
    pub confusion: Vec<Vec<u64>>,
    /// Reliability bins; empty in regression.
    pub calibration: Vec<CalibrationBin>,
    /// How often it is sure and how good it is then; absent where it was not asked to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sure: Option<SureReport>,
    /// The worst mistakes, worst first, at most 24.
    pub mistakes: Vec<Mistake>,
    /// Doubts about these numbers.
    pub warnings: Vec<Problem>,
}

/// The three sentences every report begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Verdict {
    /// How good it is.
    pub how_good: Phrase,
    /// Compared with guessing: the naive baseline and what was gained on it.
    pub against_guessing: Phrase,
    /// What to do next.
    pub next: Phrase,
    /// The headline metric.
    pub metric: MetricName,
    /// Its value.
    pub value: f64,
    /// The naive baseline's value: the most frequent class, or the training part's mean.
    pub baseline: f64,
    /// True when the interval of the value lies on the better side of the baseline.
    pub better_than_guessing: bool,
}

/// A metric with its uncertainty.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MetricValue {
    /// Which.
    pub metric: MetricName,
    /// The estimate.
    pub value: f64,
    /// Lower end of the 95% interval.
    pub low: f64,
    /// Upper end of the 95% interval.
    pub high: f64,
}

/// How often a model is sure, and how good it is then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SureReport {
    /// In a sentence.
    pub finding: Phrase,
    /// What brings probabilities in line with what came true on the validation part; 1 leaves them as they are.
    pub temperature: f64,
    /// The least probability of a sure answer.
    pub confidence: f64,
    /// Share of the rows that it is sure of.
    pub coverage: Estimate,
    /// Share of the sure answers that are right; absent when it was never sure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Estimate>,
    /// What other confidences would give, from the least to the greatest: to choose by.
    pub curve: Vec<SurePoint>,
}

/// What one confidence gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SurePoint {
    /// The least probability of a sure answer.
    pub confidence: f64,
    /// Share of the rows at or above it.
    pub coverage: f64,
    /// Share of these that are right.
    pub accuracy: f64,
}

/// One class.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassReport {
    /// The class.
    pub class: String,
    /// Rows that truly are of it.
    pub rows: u64,
    /// Of those called so, the share that are; absent when none was called so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<Estimate>,
    /// Of those that are, the share called so; absent when none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recall: Option<Estimate>,
    /// Harmonic mean of the two; absent when both are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub f1: Option<Estimate>,
}

/// A number with its 95% interval.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Answers given with about the same confidence.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CalibrationBin {
    /// Mean confidence in the bin.
    pub confidence: f64,
    /// Share of right answers in the bin.
    pub accuracy: f64,
    /// Rows in the bin.
    pub rows: u64,
}

/// One wrong answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Mistake {
    /// Row of the table, from 1.
    pub row: u64,
    /// The truth.
    pub truth: String,
    /// The answer.
    pub predicted: String,
    /// The answer's probability; absent in regression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f64>,
    /// The difference, in the target's unit; absent for classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<f64>,
    /// The image as `data:image/png;base64,…`, if it is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<String>,
    /// The row's values, in the table's order; empty for an image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<NamedValue>,
}

/// A column's value in one row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NamedValue {
    /// The column.
    pub name: String,
    /// The value as text; empty when missing.
    pub value: String,
}
