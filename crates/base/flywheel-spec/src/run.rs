//! A run: what was asked, how it went, what came out.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evaluation::EvaluationReport;
use crate::event::EpochReport;
use crate::plan::PlanSummary;
use crate::recipe::MetricName;
use crate::{Phrase, Problem};

/// What kind of work a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunKind {
    /// One training.
    Train,
    /// Trainings until the bar is met.
    UntilAccepted,
    /// A search over settings.
    Tune,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It works.
    Running,
    /// It reached its end.
    Finished,
    /// A person stopped it; the best model so far is kept.
    Stopped,
    /// It could not go on; the report says why.
    Failed,
    /// Its process is gone; `flywheel resume` takes it up where its checkpoint stands.
    Interrupted,
}

/// One line of the list of runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunSummary {
    /// Its id, such as `digits-3`.
    pub id: String,
    /// The kind of work.
    pub kind: RunKind,
    /// The recipe's name.
    pub recipe: String,
    /// Where it stands.
    pub state: RunState,
    /// When it began, RFC 3339, UTC.
    pub started_at: String,
    /// Seconds it worked so far.
    pub secs: f64,
    /// Epochs done.
    pub epochs: usize,
    /// Epochs planned.
    pub planned_epochs: usize,
    /// The metric it is judged by; absent until the plan stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricName>,
    /// Its best value on the validation part so far.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best: Option<f64>,
    /// The model that came out, as `name@version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// A run in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunDetail {
    /// The line of the list.
    pub summary: RunSummary,
    /// The recipe as typed, TOML.
    pub recipe: String,
    /// What ran; absent until the plan stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanSummary>,
    /// The epochs so far.
    pub epochs: Vec<EpochReport>,
    /// What it said besides.
    pub notes: Vec<Phrase>,
    /// The rounds of `--until-accepted` that are over while there is no report; empty otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<AcceptRound>,
    /// The outcome; absent while it works.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<TrainReport>,
    /// The table of trials, for a search.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tune: Option<crate::tune::TuneReport>,
}

/// What came out of a training.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TrainReport {
    /// How it ended.
    pub state: RunState,
    /// What ran.
    pub plan: PlanSummary,
    /// Every epoch.
    pub epochs: Vec<EpochReport>,
    /// The epoch whose weights were kept, from 1; absent when none was finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub best_epoch: Option<usize>,
    /// Why it ended before its last epoch, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_because: Option<Phrase>,
    /// What the curves say, in plain words: hardly learned, overfitted, still improving.
    pub findings: Vec<Phrase>,
    /// The kept weights judged on the training part; absent unless asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train: Option<EvaluationReport>,
    /// The kept weights judged on the validation part; absent when no epoch was finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<EvaluationReport>,
    /// The kept weights judged on the sealed test part; absent while it is sealed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<EvaluationReport>,
    /// How often the test part of this table was opened so far, this run's opening included.
    pub test_openings: u64,
    /// The model that came out, as `name@version`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The rounds of `--until-accepted`; empty otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rounds: Vec<AcceptRound>,
    /// The table, its version and its content, as `table@version:sha256`.
    pub data_fingerprint: String,
    /// The seed of every draw.
    pub seed: u64,
    /// Seconds of work.
    pub secs: f64,
    /// Most memory that the process held, bytes.
    pub peak_bytes: u64,
    /// Everything doubted on the way.
    pub warnings: Vec<Problem>,
}

/// One round of training until the bar is met.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AcceptRound {
    /// From 1.
    pub round: usize,
    /// What was changed before it, and why.
    pub changes: Vec<Phrase>,
    /// Each bar with its value on the validation part and whether it was met.
    pub bars: Vec<BarResult>,
    /// True when all bars were met.
    pub accepted: bool,
    /// Epochs it took.
    pub epochs: usize,
    /// Seconds it took.
    pub secs: f64,
}

/// One bar in one round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BarResult {
    /// The metric.
    pub metric: MetricName,
    /// The bar.
    pub bar: f64,
    /// The value on the validation part; absent where undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// True when it was met.
    pub met: bool,
}

/// Runs side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RunComparison {
    /// The runs in the order asked for.
    pub runs: Vec<RunSummary>,
    /// The settings in which they differ: path, and the value in each run (empty where absent).
    pub settings: Vec<ComparedSetting>,
    /// The metrics of the validation part in each run.
    pub metrics: Vec<ComparedMetric>,
    /// What the comparison says, in plain words.
    pub findings: Vec<Phrase>,
}

/// A setting in which runs differ.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComparedSetting {
    /// Its path in the recipe.
    pub path: String,
    /// Its value in each run; empty where absent.
    pub values: Vec<String>,
}

/// A metric in each run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ComparedMetric {
    /// Which.
    pub metric: MetricName,
    /// Its value in each run; absent where not measured.
    pub values: Vec<Option<f64>>,
}
