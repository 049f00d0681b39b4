//! A trained model as a folder: weights, preparation, schema, recipe, card, and what is needed to watch it.
//!
//! | file | holds |
//! | --- | --- |
//! | `bundle.json` | the manifest: format, origin, and the checksum of every other file |
//! | `model.safetensors` | the weights, with PyTorch's names and layout |
//! | `network.json` | the layers with every size |
//! | `preparation.json` | from raw row to input, fitted on the training part |
//! | `schema.json` | columns read, labels in the order of the outputs, threshold |
//! | `reference.json` | what training looked like, to tell drift by |
//! | `evaluation.json` | how it was judged |
//! | `recipe.toml` | the recipe |
//! | `card.md`, `card.zh-CN.md` | the model card |
//! | `model.onnx` | the model as ONNX, in exported bundles alone: it is made of the others |

mod card;
mod damage;
mod export;
mod manifest;
mod read;
mod redact;
mod tensors;
mod write;

use flywheel_spec::evaluation::EvaluationReport;
use flywheel_spec::model::{ModelSignature, Sureness};
use flywheel_spec::recipe::TrainSpec;

use crate::engine::Tensor;
use crate::monitor::Reference;
use crate::network::NetworkPlan;
use crate::prepare::{ColumnCode, Preparation};

pub use export::{Exported, export};
pub use manifest::{FileEntry, Manifest, Origin};
pub use read::{read, read_manifest};
pub use redact::redact;
pub use write::write;

/// The newest format that this program reads and the one that it writes.
pub const FORMAT: u32 = 1;

const MANIFEST: &str = "bundle.json";
const WEIGHTS: &str = "model.safetensors";
const ONNX: &str = "model.onnx";
const NETWORK: &str = "network.json";
const PREPARATION: &str = "preparation.json";
const SCHEMA: &str = "schema.json";
const REFERENCE: &str = "reference.json";
const EVALUATION: &str = "evaluation.json";
const RECIPE: &str = "recipe.toml";
const CARD_EN: &str = "card.md";
const CARD_ZH: &str = "card.zh-CN.md";

/// Everything that a trained model carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Bundle {
    /// Where it comes from.
    pub origin: Origin,
    /// The layers.
    pub network: NetworkPlan,
    /// The weights, one tensor for each parameter of the network.
    pub weights: Vec<Tensor>,
    /// From raw row to input.
    pub preparation: Preparation,
    /// What it reads and answers.
    pub signature: ModelSignature,
    /// What training looked like.
    pub reference: Reference,
    /// How it was judged.
    pub judged: Judged,
    /// The recipe, TOML.
    pub recipe: String,
    /// The model card, Markdown, in English.
    pub card_en: String,
    /// The model card, Markdown, in Chinese.
    pub card_zh: String,
}

/// The reports that a bundle carries.
#[derive(Debug, Clone, PartialEq, Default, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Judged {
    /// On the validation part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<EvaluationReport>,
    /// On the test part, once it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test: Option<EvaluationReport>,
}

impl Bundle {
    /// Puts a trained model together; signature and card are made of the rest.
    ///
    /// `recipe` is the recipe as typed, `spec` what it says. Pictures and values of single rows do not go into a bundle,
    /// which leaves the company more easily than its data.
    #[expect(
        clippy::too_many_arguments,
        reason = "each is a part of the bundle, named at the only kind of call"
    )]
    pub fn new(
        origin: Origin,
        spec: &TrainSpec,
        recipe: String,
        network: NetworkPlan,
        weights: Vec<Tensor>,
        preparation: Preparation,
        reference: Reference,
        mut judged: Judged,
    ) -> Self {
        for report in [&mut judged.validation, &mut judged.test].into_iter().flatten() {
            report.mistakes.clear();
        }
        let signature = ModelSignature {
            task: preparation.task,
            target: preparation.target_column.clone(),
            inputs: preparation.columns.iter().map(ColumnCode::field).collect(),
            labels: preparation.labels().to_vec(),
            threshold: spec.serve.threshold.filter(|_| preparation.labels().len() == 2),
            sure: judged
                .validation
                .as_ref()
                .and_then(|report| report.sure.as_ref())
                .map(|sure| Sureness { temperature: sure.temperature, confidence: sure.confidence }),
        };
        let [card_en, card_zh] = card::cards(&origin, spec, &network, &signature, &judged);
        Self { origin, network, weights, preparation, signature, reference, judged, recipe, card_en, card_zh }
    }
}

#[cfg(test)]
pub(crate) mod tests;
