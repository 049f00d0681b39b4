//! How the learning rate changes over the run.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The schedule; every kind may begin with a linear warm-up, `train.warmup_epochs`.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ScheduleSpec {
    /// Always the same.
    #[default]
    Constant,
    /// Multiplied by `factor` every `every_epochs`.
    Step {
        /// Epochs between two cuts.
        #[schema(minimum = 1)]
        every_epochs: usize,
        /// What each cut leaves.
        #[schema(minimum = 0.0, maximum = 1.0)]
        factor: f64,
    },
    /// Half a cosine from the rate down to `floor` times the rate (Loshchilov and Hutter 2017).
    Cosine {
        /// What is left at the end, as a share of the rate.
        #[serde(default)]
        #[schema(minimum = 0.0, maximum = 1.0)]
        floor: f64,
    },
    /// Up to the rate over the first `rise` of the run, then down to a ten-thousandth of its start (Smith and Topin 2018); both by cosine.
    OneCycle {
        /// Share of the run that rises.
        #[serde(default = "rise")]
        #[schema(minimum = 0.01, maximum = 0.99)]
        rise: f64,
        /// The start is the rate divided by this.
        #[serde(default = "divisor")]
        #[schema(minimum = 1.0, maximum = 10_000.0)]
        divisor: f64,
    },
    /// Multiplied by `factor` when the validation loss has not fallen for `patience` epochs.
    ReduceOnPlateau {
        /// Epochs without a fall before a cut.
        #[serde(default = "patience")]
        #[schema(minimum = 1)]
        patience: usize,
        /// What each cut leaves.
        #[serde(default = "factor")]
        #[schema(minimum = 0.0, maximum = 1.0)]
        factor: f64,
    },
}

fn rise() -> f64 {
    0.3
}

fn divisor() -> f64 {
    25.0
}

fn patience() -> usize {
    3
}

fn factor() -> f64 {
    0.3
}
