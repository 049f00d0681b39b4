//! How weights move down the gradient.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The optimizer; semantics are PyTorch's, trajectories are checked against it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OptimizerSpec {
    /// One step an epoch with the gradient of the whole training part; `train.batch_size` does not apply.
    GradientDescent {
        /// Step size.
        #[serde(default = "sgd_rate")]
        #[schema(minimum = 0.0, maximum = 100.0)]
        learning_rate: f64,
    },
    /// Stochastic gradient descent on mini-batches, or on single samples with `train.batch_size = 1`.
    Sgd {
        /// Step size.
        #[serde(default = "sgd_rate")]
        #[schema(minimum = 0.0, maximum = 100.0)]
        learning_rate: f64,
        /// Share of the last step kept.
        #[serde(default)]
        #[schema(minimum = 0.0, maximum = 0.9999)]
        momentum: f64,
        /// Looks ahead along the momentum (Nesterov 1983, in the form of Sutskever et al. 2013).
        #[serde(default)]
        nesterov: bool,
    },
    /// Adam with bias correction (Kingma and Ba 2015).
    Adam {
        /// Step size.
        #[serde(default = "adam_rate")]
        #[schema(minimum = 0.0, maximum = 100.0)]
        learning_rate: f64,
        /// Decay of the first moment.
        #[serde(default = "beta1")]
        #[schema(minimum = 0.0, maximum = 0.9999)]
        beta1: f64,
        /// Decay of the second moment.
        #[serde(default = "beta2")]
        #[schema(minimum = 0.0, maximum = 0.999_999)]
        beta2: f64,
        /// Added to the denominator.
        #[serde(default = "adam_epsilon")]
        #[schema(minimum = 0.0, maximum = 1.0)]
        epsilon: f64,
    },
    /// Adam with decoupled weight decay (Loshchilov and Hutter 2019).
    AdamW {
        /// Step size.
        #[serde(default = "adam_rate")]
        #[schema(minimum = 0.0, maximum = 100.0)]
        learning_rate: f64,
        /// Decay of the first moment.
        #[serde(default = "beta1")]
        #[schema(minimum = 0.0, maximum = 0.9999)]
        beta1: f64,
        /// Decay of the second moment.
        #[serde(default = "beta2")]
        #[schema(minimum = 0.0, maximum = 0.999_999)]
        beta2: f64,
        /// Added to the denominator.
        #[serde(default = "adam_epsilon")]
        #[schema(minimum = 0.0, maximum = 1.0)]
        epsilon: f64,
        /// Weights shrink by `learning_rate · weight_decay` a step, outside the gradient; biases do not.
        #[serde(default = "decay")]
        #[schema(minimum = 0.0, maximum = 10.0)]
        weight_decay: f64,
    },
    /// Divides by a running root mean square of the gradient (Hinton 2012).
    #[serde(rename = "rmsprop")]
    RmsProp {
        /// Step size.
        #[serde(default = "adam_rate")]
        #[schema(minimum = 0.0, maximum = 100.0)]
        learning_rate: f64,
        /// Decay of the mean square.
        #[serde(default = "rms_decay")]
        #[schema(minimum = 0.0, maximum = 0.9999)]
        decay: f64,
        /// Added to the denominator.
        #[serde(default = "adam_epsilon")]
        #[schema(minimum = 0.0, maximum = 1.0)]
        epsilon: f64,
        /// Share of the last step kept.
        #[serde(default)]
        #[schema(minimum = 0.0, maximum = 0.9999)]
        momentum: f64,
    },
}

impl Default for OptimizerSpec {
    fn default() -> Self {
        Self::Adam { learning_rate: adam_rate(), beta1: beta1(), beta2: beta2(), epsilon: adam_epsilon() }
    }
}

impl OptimizerSpec {
    /// The step size before any schedule.
    pub fn learning_rate(&self) -> f64 {
        match self {
            Self::GradientDescent { learning_rate }
            | Self::Sgd { learning_rate, .. }
            | Self::Adam { learning_rate, .. }
            | Self::AdamW { learning_rate, .. }
            | Self::RmsProp { learning_rate, .. } => *learning_rate,
        }
    }
}

fn sgd_rate() -> f64 {
    0.01
}

fn adam_rate() -> f64 {
    1e-3
}

fn beta1() -> f64 {
    0.9
}

fn beta2() -> f64 {
    0.999
}

fn adam_epsilon() -> f64 {
    1e-8
}

fn decay() -> f64 {
    0.01
}

fn rms_decay() -> f64 {
    0.99
}
