//! A network as planned: layers with every size known, before any engine builds it.

mod choose;
pub mod cost;
mod infer;
mod initialise;
mod parameters;
mod reuse;
mod summary;

use flywheel_spec::recipe::{Activation, Initializer};
use flywheel_spec::table::ImageShape;
use serde::{Deserialize, Serialize};

pub use choose::choose;
pub use infer::{Demand, activation_name, infer, shape_text};
pub use initialise::initialise;
pub use parameters::{Parameter, Role};
pub use reuse::{freeze, reusable_layers, take_over};
pub use summary::summarise;

/// The shape of one row between two layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Shape {
    /// So many numbers.
    Flat(usize),
    /// An image of floats with so many channels.
    Image(ImageShape),
}

impl Shape {
    /// Numbers in a row.
    pub fn len(self) -> usize {
        match self {
            Self::Flat(width) => width,
            Self::Image(shape) => shape.bytes(),
        }
    }

    /// True when nothing is left.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// What arrives at the first layer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum InputPlan {
    /// Images.
    Images(ImageShape),
    /// Numbers, followed by one learned vector for each embedded category.
    Rows {
        /// Numbers in a row.
        numbers: usize,
        /// The embedded categories, in order.
        embeddings: Vec<EmbeddingPlan>,
    },
}

/// One embedded category: weight `embeddings.{i}.weight` of shape `[categories, width]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EmbeddingPlan {
    /// Places, the one for the unseen (0) included.
    pub categories: usize,
    /// Numbers that come of it.
    pub width: usize,
}

impl InputPlan {
    /// What the first layer sees.
    pub fn shape(&self) -> Shape {
        match self {
            Self::Images(shape) => Shape::Image(*shape),
            Self::Rows { numbers, embeddings } => {
                Shape::Flat(numbers + embeddings.iter().map(|embedding| embedding.width).sum::<usize>())
            }
        }
    }
}

/// A network with every size known. Layer `i` keeps its weights under `layers.{i}.…`, `i` its position here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NetworkPlan {
    /// What arrives.
    pub input: InputPlan,
    /// The layers; a recipe's `activation = …` has become a layer of its own, and a last softmax or sigmoid that the loss absorbs is gone.
    pub layers: Vec<LayerPlan>,
    /// Numbers that come out (logits, or standardised numbers).
    pub outputs: usize,
    /// What turns outputs into answers.
    pub head: Head,
}

/// What turns a network's outputs into answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Head {
    /// Softmax: one probability for each class.
    Softmax,
    /// Sigmoid of the one output: the probability of the second class.
    Sigmoid,
    /// The outputs as they are.
    Identity,
}

/// One layer with its sizes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayerPlan {
    /// The recipe's layer that it came of, from 0.
    pub source: usize,
    /// What it computes.
    pub kind: LayerKind,
    /// What arrives.
    pub input: Shape,
    /// What comes out.
    pub output: Shape,
    /// True when its weights stay as they are.
    pub frozen: bool,
}

/// What a layer computes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum LayerKind {
    /// `weight` `[outputs, inputs]`, `bias` `[outputs]`.
    Dense {
        /// Whether there is a bias.
        bias: bool,
        /// How the weights begin.
        initializer: Initializer,
    },
    /// `weight` `[filters, channels, kernel, kernel]`, `bias` `[filters]`.
    Conv2d {
        /// Side of the filter.
        kernel: usize,
        /// Step.
        stride: usize,
        /// Zeros before each axis, and after it.
        padding: [usize; 2],
        /// Whether there is a bias.
        bias: bool,
        /// How the weights begin.
        initializer: Initializer,
    },
    /// The largest of each window; what does not fill a window at the end is left out.
    MaxPool {
        /// Side of the window.
        size: usize,
        /// Step.
        stride: usize,
    },
    /// The mean of each window; what does not fill a window at the end is left out.
    AvgPool {
        /// Side of the window.
        size: usize,
        /// Step.
        stride: usize,
    },
    /// To a row of numbers, channel by channel.
    Flatten,
    /// Inverted dropout.
    Dropout {
        /// Share set to 0.
        rate: f32,
    },
    /// `weight`, `bias`, `running_mean`, `running_var`, each `[features or channels]`.
    BatchNorm {
        /// Weight of the newest batch.
        momentum: f32,
        /// Added to the variance.
        epsilon: f32,
    },
    /// `weight`, `bias`, each as long as the row.
    LayerNorm {
        /// Added to the variance.
        epsilon: f32,
    },
    /// A function of each number (softmax: of each row).
    Activation(Activation),
}
