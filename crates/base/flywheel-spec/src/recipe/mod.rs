//! A training recipe: the data, the preparation, the network layer by layer, how it learns, and what counts as good enough.

pub mod accept;
pub mod augment;
pub mod data;
pub mod loss;
pub mod network;
pub mod optimizer;
pub mod prepare;
pub mod schedule;
pub mod serve;
pub mod split;
pub mod text;
pub mod training;
pub mod tune;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use accept::AcceptSpec;
pub use augment::AugmentSpec;
pub use data::{DataSpec, Task};
pub use loss::LossSpec;
pub use network::{Activation, Initializer, LayerSpec, Padding};
pub use optimizer::OptimizerSpec;
pub use prepare::{
    CategoryEncoding, ColumnSpec, MissingRule, Normalisation, OutlierRule, PixelScale, PrepareSpec,
};
pub use schedule::ScheduleSpec;
pub use serve::{ServeSpec, SureSpec};
pub use split::{SplitKind, SplitSpec};
pub use text::TextEncoding;
pub use training::{ClassWeights, EarlyStoppingSpec, EngineChoice, MetricName, TrainingSpec};
pub use tune::{AshaSpec, SearchSpec, TuneMethod, TuneSpec};

/// A recipe as typed; [`crate::plan`] says what it becomes once checked against its data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrainSpec {
    /// The name of the model that comes out: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// What the model is for, in a sentence; it stands on the model's card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The seed of every random draw: split, shuffling, initialisation, dropout, augmentation.
    #[serde(default)]
    pub seed: u64,
    /// A trained model to take layers from, as `name@version`, or `name` for its newest version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_from: Option<String>,
    /// How many of the first layers with weights keep what `start_from` gave them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen_layers: Option<usize>,
    /// What to learn from.
    pub data: DataSpec,
    /// Which rows train, which choose the best weights, which are sealed for the last judgement.
    #[serde(default)]
    pub split: SplitSpec,
    /// How raw values become numbers.
    #[serde(default)]
    pub prepare: PrepareSpec,
    /// The layers in order; when absent, those of `start_from`, else a network fitting the data is chosen and shown.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub network: Vec<LayerSpec>,
    /// How it learns.
    #[serde(default)]
    pub train: TrainingSpec,
    /// Random changes to training images.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub augment: Option<AugmentSpec>,
    /// What counts as good enough, judged on the validation part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accept: Option<AcceptSpec>,
    /// What `flywheel tune` may change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tune: Option<TuneSpec>,
    /// How the model answers once deployed.
    #[serde(default)]
    pub serve: ServeSpec,
}
