//! The layers that a network may have; the one list of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One layer as typed; shapes are inferred from what arrives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LayerSpec {
    /// Every input to every unit: `y = x Wᵀ + b`.
    Dense {
        /// How many outputs.
        #[schema(minimum = 1, maximum = 1_000_000)]
        units: usize,
        /// Applied to the outputs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        activation: Option<Activation>,
        /// Whether a constant is learned for each output.
        #[serde(default = "yes")]
        bias: bool,
        /// How the weights begin; He before a relu, else Xavier, when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        initializer: Option<Initializer>,
    },
    /// The last layer: dense, as wide as the target needs (one per class, one for a number or for two classes under binary cross-entropy).
    Output {
        /// Softmax, sigmoid or nothing, as the loss wants, when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        activation: Option<Activation>,
        /// How the weights begin; Xavier when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        initializer: Option<Initializer>,
    },
    /// A square filter moved over an image.
    #[serde(rename = "conv2d")]
    Conv2d {
        /// How many output channels.
        #[schema(minimum = 1, maximum = 65_536)]
        filters: usize,
        /// Side of the filter in pixels.
        #[schema(minimum = 1, maximum = 64)]
        kernel: usize,
        /// Step in pixels.
        #[serde(default = "one")]
        #[schema(minimum = 1, maximum = 64)]
        stride: usize,
        /// `valid`: no border; `same`: zeros around, so that with stride 1 the size stays.
        #[serde(default)]
        padding: Padding,
        /// Applied to the outputs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        activation: Option<Activation>,
        /// Whether a constant is learned for each filter.
        #[serde(default = "yes")]
        bias: bool,
        /// How the weights begin; He before a relu, else Xavier, when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        initializer: Option<Initializer>,
    },
    /// The largest of each window.
    MaxPool {
        /// Side of the window in pixels.
        #[schema(minimum = 1, maximum = 64)]
        size: usize,
        /// Step in pixels; the window's side when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 1, maximum = 64)]
        stride: Option<usize>,
    },
    /// The mean of each window.
    AvgPool {
        /// Side of the window in pixels.
        #[schema(minimum = 1, maximum = 64)]
        size: usize,
        /// Step in pixels; the window's side when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 1, maximum = 64)]
        stride: Option<usize>,
    },
    /// An image as a row of numbers, channel by channel (PyTorch's order).
    Flatten {},
    /// Sets a random share of the inputs to 0 while training and scales the rest by `1 / (1 - rate)` (inverted dropout).
    Dropout {
        /// Share set to 0, 0 ≤ rate < 1.
        #[schema(minimum = 0.0, maximum = 0.99)]
        rate: f64,
    },
    /// Normalises each feature (or channel) over the batch (Ioffe and Szegedy 2015).
    BatchNorm {
        /// Weight of the newest batch in the running mean and variance (PyTorch's convention).
        #[serde(default = "batch_momentum")]
        #[schema(minimum = 0.0, maximum = 1.0)]
        momentum: f64,
        /// Added to the variance.
        #[serde(default = "epsilon")]
        #[schema(minimum = 0.0, maximum = 1.0)]
        epsilon: f64,
    },
    /// Normalises each row over its features (Ba, Kiros and Hinton 2016).
    LayerNorm {
        /// Added to the variance.
        #[serde(default = "epsilon")]
        #[schema(minimum = 0.0, maximum = 1.0)]
        epsilon: f64,
    },
    /// A function of each number, as a layer of its own.
    Activation {
        /// The function.
        function: Activation,
    },
}

fn yes() -> bool {
    true
}

fn one() -> usize {
    1
}

fn batch_momentum() -> f64 {
    0.1
}

fn epsilon() -> f64 {
    1e-5
}

/// A function applied to each number (softmax: to each row).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Activation {
    /// `max(0, x)`.
    Relu,
    /// `x` above 0, `0.01 x` below.
    LeakyRelu,
    /// `x Φ(x)`, the exact form.
    Gelu,
    /// Hyperbolic tangent.
    Tanh,
    /// `1 / (1 + e⁻ˣ)`.
    Sigmoid,
    /// `eˣ` over its sum in the row: probabilities. Only as the last.
    Softmax,
}

/// What surrounds an image under a convolution.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Padding {
    /// Nothing.
    #[default]
    Valid,
    /// Zeros: `(kernel - 1) / 2` before, the rest after.
    Same,
}

/// How weights begin; biases begin at 0.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Initializer {
    /// Normal, variance `2 / inputs` (He et al. 2015).
    He {},
    /// Uniform in `±√(6 / (inputs + outputs))` (Glorot and Bengio 2010).
    Xavier {},
    /// Normal.
    Normal {
        /// Standard deviation.
        #[schema(minimum = 0.0, maximum = 100.0)]
        deviation: f64,
    },
    /// Uniform.
    Uniform {
        /// Drawn from `-bound` to `bound`.
        #[schema(minimum = 0.0, maximum = 100.0)]
        bound: f64,
    },
    /// All 0.
    Zero {},
}
