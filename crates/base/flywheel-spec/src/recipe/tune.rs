//! What tuning may change, how it searches, and what it may spend.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::MetricName;

/// The tuning part of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TuneSpec {
    /// How the next trial is chosen.
    #[serde(default)]
    pub method: TuneMethod,
    /// Trials at most.
    #[serde(default = "trials")]
    #[schema(minimum = 1, maximum = 100_000)]
    pub trials: usize,
    /// Epochs at most over all trials, so that a replay spends the same; unlimited when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1)]
    pub budget_epochs: Option<usize>,
    /// The validation metric to improve; that of `train.keep_best` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricName>,
    /// Stops hopeless trials early; all run to the end when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asha: Option<AshaSpec>,
    /// What may change.
    pub search: Vec<SearchSpec>,
}

fn trials() -> usize {
    20
}

/// How the next trial is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TuneMethod {
    /// Independent draws.
    Random,
    /// Tree-structured Parzen estimator (Bergstra et al. 2011).
    #[default]
    Tpe,
}

/// Asynchronous successive halving (Li et al. 2020).
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AshaSpec {
    /// Epochs that every trial gets.
    #[serde(default = "min_epochs")]
    #[schema(minimum = 1)]
    pub min_epochs: usize,
    /// One in so many goes on to the next rung, with so many times the epochs.
    #[serde(default = "reduction")]
    #[schema(minimum = 2, maximum = 16)]
    pub reduction: usize,
}

fn min_epochs() -> usize {
    1
}

fn reduction() -> usize {
    3
}

/// One setting that tuning may change: a number from a range, or one of some choices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchSpec {
    /// Where the setting stands in the recipe, such as `train.optimizer.learning_rate` or `network.0.units`.
    pub path: String,
    /// Smallest value of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub low: Option<f64>,
    /// Largest value of a range.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// Draw evenly in the logarithm.
    #[serde(default)]
    pub log: bool,
    /// Whole numbers only.
    #[serde(default)]
    pub integer: bool,
    /// The values to choose from, instead of a range.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<Object>)]
    pub choices: Vec<serde_json::Value>,
}
