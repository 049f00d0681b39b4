//! How a deployed model fares: load, answers, drift, and realised quality.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evaluation::MetricValue;
use crate::{Phrase, Problem};

/// A deployed model watched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MonitorReport {
    /// The model.
    pub model: String,
    /// The version that answers now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
    /// What a person should know, most important first.
    pub findings: Vec<Phrase>,
    /// Predictions counted here.
    pub predictions: u64,
    /// By version.
    pub versions: Vec<VersionCount>,
    /// First and last prediction, RFC 3339, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<[String; 2]>,
    /// Latency inside the server, microseconds; absent before the first prediction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<LatencyReport>,
    /// Predictions by hour, oldest first, at most 168.
    pub by_hour: Vec<HourCount>,
    /// Answers against the training part's labels; empty in regression.
    pub labels: Vec<LabelShare>,
    /// Inputs against the training part, most drifted first.
    pub drift: Vec<DriftReport>,
    /// Predictions whose truth is known.
    pub labelled: u64,
    /// Quality over these; empty before the first truth.
    pub realised: Vec<MetricValue>,
    /// The same metrics on the validation part, to compare with.
    pub expected: Vec<MetricValue>,
    /// Damage found in the log, doubts about the numbers.
    pub warnings: Vec<Problem>,
}

/// Predictions of one version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionCount {
    /// The version.
    pub version: u64,
    /// Predictions.
    pub count: u64,
}

/// Predictions in one hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HourCount {
    /// The hour's start, RFC 3339, UTC.
    pub hour: String,
    /// Predictions.
    pub count: u64,
}

/// Latency inside the server, microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LatencyReport {
    /// Half are faster.
    pub p50_micros: f64,
    /// 95 of 100 are faster.
    pub p95_micros: f64,
    /// 99 of 100 are faster.
    pub p99_micros: f64,
    /// The slowest.
    pub max_micros: f64,
}

/// A label's share in training and now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LabelShare {
    /// The label.
    pub label: String,
    /// Its share of the training part.
    pub training: f64,
    /// Its share of the answers.
    pub served: f64,
}

/// How far an input has moved from the training part.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DriftReport {
    /// The column (for images: `brightness`, `ink`).
    pub column: String,
    /// Population stability index over the training part's deciles or categories.
    pub psi: f64,
    /// `stable` below 0.1, `watch` below 0.25, `drifted` above; `too_few` below 100 predictions.
    pub level: DriftLevel,
    /// Shares in the training part, by bin.
    pub training: Vec<f64>,
    /// Shares now, by bin.
    pub served: Vec<f64>,
    /// The bins' names.
    pub bins: Vec<String>,
}

/// How much an input has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftLevel {
    /// Too few predictions to say.
    TooFew,
    /// As in training.
    Stable,
    /// Moving.
    Watch,
    /// Elsewhere.
    Drifted,
}
