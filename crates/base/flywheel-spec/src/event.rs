//! What a run says while it works; the terminal, the page and the run's folder read the same lines.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Phrase;
use crate::plan::PlanSummary;
use crate::recipe::MetricName;
use crate::run::RunState;

/// One line of `runs/<id>/events.jsonl`, and one server-sent event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TrainEvent {
    /// The plan stands and training begins, or goes on after `resumed_epoch`.
    Started {
        /// What runs.
        plan: Box<PlanSummary>,
        /// Epochs that a checkpoint brought along; 0 for a fresh run.
        resumed_epoch: usize,
    },
    /// Some steps of an epoch are done; a few a second.
    Progress {
        /// The epoch under way, from 1.
        epoch: usize,
        /// Steps done in it.
        step: usize,
        /// Steps in an epoch.
        steps: usize,
        /// Mean training loss of the epoch so far.
        loss: f64,
        /// Rows a second.
        rows_per_sec: f64,
        /// Seconds until the last epoch ends, if nothing stops it before.
        left_secs: f64,
    },
    /// An epoch is done and judged.
    Epoch(EpochReport),
    /// Something worth reading happened: a warning, an early stop, a round of tuning.
    Note {
        /// What.
        message: Phrase,
    },
    /// The run is over.
    Finished {
        /// How it ended.
        state: RunState,
        /// The outcome in a sentence.
        message: Phrase,
    },
}

/// One epoch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EpochReport {
    /// From 1.
    pub epoch: usize,
    /// Learning rate of its last step.
    pub learning_rate: f64,
    /// Mean loss over the training rows, regularisation included, as met during the epoch.
    pub train_loss: f64,
    /// The kept metric over the training rows, as met during the epoch; absent where the metric needs all rows at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub train_metric: Option<f64>,
    /// Loss on the validation part, without regularisation.
    pub validation_loss: f64,
    /// The kept metric on the validation part; absent where it is undefined there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation_metric: Option<f64>,
    /// Which metric that is.
    pub metric: MetricName,
    /// True when this is the best epoch so far, whose weights are kept.
    pub best: bool,
    /// Seconds it took, validation included.
    pub secs: f64,
}
