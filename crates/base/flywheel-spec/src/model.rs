//! Models: names, versions, what they read and answer, and their cards.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::recipe::Task;
use crate::table::{ColumnKind, ImageShape};

/// A model with its versions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelSummary {
    /// The name.
    pub name: String,
    /// Every version, newest first.
    pub versions: Vec<VersionSummary>,
    /// The version that answers now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployed: Option<u64>,
}

/// One version.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct VersionSummary {
    /// From 1.
    pub version: u64,
    /// The run it came from.
    pub run: String,
    /// When it was made, RFC 3339, UTC.
    pub created_at: String,
    /// Its headline metric on the validation part, and which it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<crate::evaluation::MetricValue>,
    /// True when it answers now.
    pub deployed: bool,
    /// Bytes of its bundle.
    pub bytes: u64,
}

/// A version in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelDetail {
    /// The model with its versions.
    pub model: ModelSummary,
    /// The version shown.
    pub version: u64,
    /// What it reads and answers.
    pub signature: ModelSignature,
    /// The model card, Markdown, in English.
    pub card_en: String,
    /// The model card, Markdown, in Chinese.
    pub card_zh: String,
    /// The recipe, TOML.
    pub recipe: String,
    /// Who deployed what when, newest first.
    pub deployments: Vec<DeploymentReport>,
}

/// What a model reads and answers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ModelSignature {
    /// Classes or a number.
    pub task: Task,
    /// The column it predicts.
    pub target: String,
    /// The columns it reads, in order.
    pub inputs: Vec<InputField>,
    /// The classes in the order of its probabilities; empty in regression.
    pub labels: Vec<String>,
    /// With two classes: the probability of the second from which it is the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<f64>,
    /// From which confidence an answer is sure; absent, every answer is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sure: Option<Sureness>,
}

/// From which confidence a model of classes calls itself sure.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sureness {
    /// Probabilities `p` are taken as `p^(1/temperature)` over their sum (Guo et al. 2017); above 1 where the network is too sure of itself.
    pub temperature: f64,
    /// The least probability of a sure answer after that.
    pub confidence: f64,
}

/// One column that a model reads.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InputField {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
    /// Categories seen in training, most frequent first, at most 50; empty for other kinds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<String>,
    /// A usual value (median or most frequent), to fill a form with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub example: Option<String>,
    /// Smallest and largest number seen in training.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<[f64; 2]>,
    /// The shape of an image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<ImageShape>,
}

/// A deployment or a roll-back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DeploymentReport {
    /// The model.
    pub name: String,
    /// The version that answers from then on.
    pub version: u64,
    /// The version that answered before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<u64>,
    /// `deploy` or `rollback`.
    pub action: String,
    /// When, RFC 3339, UTC.
    pub at: String,
}

/// Asks for a version to answer; the newest when absent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeployRequest {
    /// The version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}
