//! The outcome of a search over settings.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Phrase;
use crate::recipe::MetricName;

/// The table of trials and what mattered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TuneReport {
    /// What came of it, in plain words.
    pub findings: Vec<Phrase>,
    /// The metric improved.
    pub metric: MetricName,
    /// Every trial in the order begun.
    pub trials: Vec<TrialReport>,
    /// The best trial's number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<usize>,
    /// The best trial's recipe, TOML.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_recipe: Option<String>,
    /// How much of the spread between trials each setting explains, largest first; shares sum to at most 1.
    pub importance: Vec<SettingImportance>,
    /// Epochs spent.
    pub epochs_spent: usize,
    /// Epochs allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub budget_epochs: Option<usize>,
}

/// One trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrialReport {
    /// From 1.
    pub trial: usize,
    /// The settings tried.
    pub settings: Vec<TriedSetting>,
    /// How it ended.
    pub state: TrialState,
    /// Epochs it got.
    pub epochs: usize,
    /// The metric's best value on the validation part; absent when none was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Seconds it took.
    pub secs: f64,
}

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrialState {
    /// It works.
    Running,
    /// It had all its epochs.
    Finished,
    /// It was hopeless beside the others.
    StoppedEarly,
    /// It could not run, or its numbers left the finite.
    Failed,
}

/// A setting and its value in a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TriedSetting {
    /// Its path in the recipe.
    pub path: String,
    /// Its value as it would stand in TOML.
    #[schema(value_type = Object)]
    pub value: serde_json::Value,
}

/// How much a setting mattered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SettingImportance {
    /// Its path in the recipe.
    pub path: String,
    /// Share of the spread that it explains, 0 to 1.
    pub share: f64,
}
