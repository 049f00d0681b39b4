//! A recipe checked against its data: every default filled, every shape inferred, all doubts said.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::recipe::{LossSpec, MetricName, OptimizerSpec, Task};
use crate::table::{ImageShape, ValueCount};
use crate::{Phrase, Problem};

/// What `flywheel check` shows and what a run begins with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CheckReport {
    /// True when nothing stops the recipe from running.
    pub runnable: bool,
    /// Every mistake and every warning, in the order of their places.
    pub problems: Vec<Problem>,
    /// What will run; absent while a mistake stops it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<PlanSummary>,
}

/// What will run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PlanSummary {
    /// The model's name.
    pub name: String,
    /// The table read.
    pub table: String,
    /// Its version.
    pub version: u64,
    /// The column predicted.
    pub target: String,
    /// Classes or a number.
    pub task: Task,
    /// The classes in the order of the model's outputs, with their rows in the training part; empty in regression.
    pub classes: Vec<ValueCount>,
    /// Rows in each part.
    pub parts: PartSizes,
    /// What becomes of each column.
    pub columns: Vec<PreparedColumn>,
    /// What the preparation did to how many rows, in plain words.
    pub actions: Vec<Phrase>,
    /// The layers with shapes and parameters.
    pub network: NetworkSummary,
    /// The loss, filled in.
    pub loss: LossSpec,
    /// The optimizer, filled in.
    pub optimizer: OptimizerSpec,
    /// The metric whose best epoch is kept.
    pub keep_best: MetricName,
    /// Epochs at most.
    pub epochs: usize,
    /// Rows a step.
    pub batch_size: usize,
    /// Steps an epoch.
    pub steps_per_epoch: usize,
    /// `native` (the fast path) or `burn`.
    pub engine: String,
    /// Why that engine.
    pub engine_reason: Phrase,
    /// Threads that compute.
    pub threads: usize,
    /// Memory that training is expected to take, bytes.
    pub expected_bytes: u64,
    /// Time that an epoch is expected to take, seconds.
    pub expected_epoch_secs: f64,
}

/// Rows in each part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct PartSizes {
    /// Rows that train.
    pub train: usize,
    /// Rows that choose the best weights.
    pub validation: usize,
    /// Rows sealed for the last judgement.
    pub test: usize,
}

/// What becomes of one column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PreparedColumn {
    /// The column.
    pub name: String,
    /// What it was read as.
    pub kind: crate::table::ColumnKind,
    /// The steps in plain words, such as "median for 11 missing; standard".
    pub steps: Vec<Phrase>,
    /// Inputs of the network that come of it.
    pub inputs: usize,
}

/// The network with shapes and parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NetworkSummary {
    /// What arrives.
    pub input: String,
    /// The layers in order.
    pub layers: Vec<LayerSummary>,
    /// Numbers learned.
    pub parameters: u64,
    /// Of these, kept fixed.
    pub frozen_parameters: u64,
    /// Images expected, if images are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageShape>,
}

/// One layer with its shapes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct LayerSummary {
    /// Position in the recipe, from 0.
    pub index: usize,
    /// The layer in words, such as `dense 512, relu`.
    pub description: String,
    /// Shape of what comes out, per row, such as `26 × 26 × 32` or `512`.
    pub output: String,
    /// Numbers learned.
    pub parameters: u64,
    /// True when its weights stay as `start_from` gave them.
    pub frozen: bool,
    /// True when its weights came from `start_from`.
    pub reused: bool,
}
