//! How the network learns: epochs, batches, loss, optimizer, regularisation, when to stop.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{LossSpec, OptimizerSpec, ScheduleSpec};

/// The training part of a recipe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TrainingSpec {
    /// Passes over the training part.
    #[schema(minimum = 1, maximum = 100_000)]
    pub epochs: usize,
    /// Rows a step.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub batch_size: usize,
    /// What is made small; cross-entropy for classes and `mse` for numbers when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub loss: Option<LossSpec>,
    /// How weights move.
    pub optimizer: OptimizerSpec,
    /// How the learning rate changes.
    pub schedule: ScheduleSpec,
    /// Epochs over which the learning rate rises from 0, before the schedule.
    #[schema(minimum = 0.0, maximum = 1000.0)]
    pub warmup_epochs: f64,
    /// λ of `λ Σ|w|` added to the loss, over weights but not biases.
    #[schema(minimum = 0.0, maximum = 100.0)]
    pub l1: f64,
    /// λ of `λ Σw²` added to the loss, over weights but not biases.
    #[schema(minimum = 0.0, maximum = 100.0)]
    pub l2: f64,
    /// Gradients whose common norm is larger are scaled down to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0.000_001, maximum = 1_000_000.0)]
    pub clip_norm: Option<f64>,
    /// How much each class counts.
    pub class_weights: ClassWeights,
    /// When to stop before the last epoch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub early_stopping: Option<EarlyStoppingSpec>,
    /// The validation metric whose best epoch is kept; accuracy for classes and `rmse` for numbers when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_best: Option<MetricName>,
    /// Once the best epoch is known, learns anew for as many epochs from the training and the validation part together,
    /// and keeps those weights. What was judged on the validation part stays the judgement of the weights before.
    pub refit: bool,
    /// Threads; the machine's when absent. The bits do not depend on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1024)]
    pub threads: Option<usize>,
    /// `auto` takes the fast path where it covers the recipe; `burn` never does.
    pub engine: EngineChoice,
}

impl Default for TrainingSpec {
    fn default() -> Self {
        Self {
            epochs: 10,
            batch_size: 128,
            loss: None,
            optimizer: OptimizerSpec::default(),
            schedule: ScheduleSpec::default(),
            warmup_epochs: 0.0,
            l1: 0.0,
            l2: 0.0,
            clip_norm: None,
            class_weights: ClassWeights::default(),
            early_stopping: None,
            keep_best: None,
            refit: false,
            threads: None,
            engine: EngineChoice::default(),
        }
    }
}

/// Which engine computes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineChoice {
    /// The fast path where it covers the recipe, Burn elsewhere; the plan says which and why.
    #[default]
    Auto,
    /// Burn, the one definition of a network.
    Burn,
}

/// How much each class counts in the loss.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClassWeights {
    /// All the same.
    #[default]
    Equal,
    /// `rows / (classes · rows of the class)` in the training part.
    Balanced,
    /// By hand; a class that is not named counts 1.
    ByHand {
        /// Weight by class.
        weights: std::collections::BTreeMap<String, f64>,
    },
}

/// When to stop before the last epoch.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EarlyStoppingSpec {
    /// Epochs without improvement before stopping.
    #[schema(minimum = 1)]
    pub patience: usize,
    /// What counts as an improvement of the kept metric.
    #[serde(default)]
    #[schema(minimum = 0.0)]
    pub min_delta: f64,
}

/// A metric by the field's standard name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MetricName {
    /// Share of right answers.
    Accuracy,
    /// Mean of the classes' recalls.
    BalancedAccuracy,
    /// Macro mean over classes (of the positive class when there are two).
    Precision,
    /// Macro mean over classes (of the positive class when there are two).
    Recall,
    /// Macro mean over classes (of the positive class when there are two).
    F1,
    /// Mean of the classes' F1, always.
    F1Macro,
    /// Mean of the classes' F1 weighted by their rows.
    F1Weighted,
    /// Area under the ROC curve; one against the rest, macro, for more than two classes.
    Auc,
    /// Area under the precision–recall curve as average precision.
    AveragePrecision,
    /// Mean of minus the log probability of the truth.
    LogLoss,
    /// Expected calibration error over 15 equal bins (Guo et al. 2017).
    CalibrationError,
    /// Root of the mean squared error, in the target's unit.
    Rmse,
    /// Mean absolute error, in the target's unit.
    Mae,
    /// Share of the target's variance explained.
    R2,
}

impl MetricName {
    /// True when more is better.
    pub fn more_is_better(self) -> bool {
        !matches!(self, Self::LogLoss | Self::CalibrationError | Self::Rmse | Self::Mae)
    }

    /// The name as typed in a recipe.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accuracy => "accuracy",
            Self::BalancedAccuracy => "balanced_accuracy",
            Self::Precision => "precision",
            Self::Recall => "recall",
            Self::F1 => "f1",
            Self::F1Macro => "f1_macro",
            Self::F1Weighted => "f1_weighted",
            Self::Auc => "auc",
            Self::AveragePrecision => "average_precision",
            Self::LogLoss => "log_loss",
            Self::CalibrationError => "calibration_error",
            Self::Rmse => "rmse",
            Self::Mae => "mae",
            Self::R2 => "r2",
        }
    }
}
