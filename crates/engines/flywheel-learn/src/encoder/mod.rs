//! Texts as vectors, by encoders of the BERT family as published on model hubs.
//!
//! A folder holds one: `config.json`, `tokenizer.json` (or `vocab.txt`), `model.safetensors`, and beside them how its
//! tokens become one vector (`modules.json`, `1_Pooling/config.json`). What is absent means what the published
//! reference, sentence-transformers, takes it to mean.
//!
//! Texts of one length pass side by side and nothing is padded: a vector never depends on its neighbours.
//! Burn is the definition of the network ([`network`]); on a processor its products run through the native engine.

pub(crate) mod answer;
mod fault;
mod network;
mod settings;
#[cfg(test)]
mod tests;
mod tokenizer;
mod tokens;
pub(crate) mod weights;

use std::path::Path;

use burn::tensor::Device;
use flywheel_spec::Problems;
use sha2::{Digest, Sha256};

use crate::burn::best_device;
use crate::native::NativeEncoder;
use network::Network;
pub use settings::{Activation, Pooling, Settings};
use tokens::Tokens;

/// A published encoder, ready; shared by as many threads as like.
pub struct Encoder {
    settings: Settings,
    tokens: Tokens,
    path: Way,
    identity: String,
}

/// How the network is computed; both give the same within rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compute {
    /// Kernels of our own on this processor.
    Native,
    /// Burn, on the best device that this build and this machine have.
    Burn,
}

enum Way {
    Native(NativeEncoder),
    Burn(Network),
}

impl Encoder {
    /// Reads a folder; every missing file, wrong setting and tensor that doesn't fit is named at once.
    ///
    /// # Errors
    /// When something is missing, wrong, or of a kind that is not computed here.
    pub fn open(folder: &Path) -> Result<Self, Problems> {
        let compute = if best_device() == Device::flex() { Compute::Native } else { Compute::Burn };
        Self::open_with(folder, compute)
    }

    /// Like [`open`](Self::open), computed in the way asked for.
    ///
    /// # Errors
    /// As for `open`.
    pub fn open_with(folder: &Path, compute: Compute) -> Result<Self, Problems> {
        let settings = settings::read(folder)?;
        let mut digest = Sha256::new();
        // Neither alone is the encoder: the same weights give other vectors to other tokens.
        let tokens = tokens::read(folder, &settings, &mut digest);
        let weights = weights::read(folder, &settings, &mut digest);
        let (tokens, weights) = match (tokens, weights) {
            (Ok(tokens), Ok(weights)) => (tokens, weights),
            (tokens, weights) => {
                let mut problems = Problems::default();
                tokens.err().into_iter().chain(weights.err()).for_each(|more| problems.extend(more));
                return Err(problems);
            }
        };
        tokens.fit(settings.vocabulary)?;
        digest.update(settings.words());
        let identity = digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let path = match compute {
            Compute::Native => Way::Native(NativeEncoder::new(&settings, weights)),
            Compute::Burn => Way::Burn(Network::new(&settings, weights, &best_device())),
        };
        Ok(Self { settings, tokens, path, identity })
    }

    /// One vector a text, in the texts' order, each [`dimension`](Self::dimension) numbers.
    ///
    /// They are of length one where the encoder says so. A text longer than [`max_tokens`](Self::max_tokens) counts with its
    /// beginning; an empty one has a vector too, which means nothing.
    pub fn encode<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Vec<f32>> {
        let rows = self.tokens.of(texts);
        let vectors = match &self.path {
            Way::Native(network) => network.encode(&rows),
            Way::Burn(network) => network.encode(&rows),
        };
        let normalised = self.settings.normalise;
        vectors.into_iter().map(|vector| if normalised { answer::unit(vector) } else { vector }).collect()
    }

    /// Numbers in a vector.
    pub fn dimension(&self) -> usize {
        self.settings.hidden
    }

    /// Tokens of a text that count, the two at its ends included.
    pub fn max_tokens(&self) -> usize {
        self.settings.max_tokens
    }

    /// How many tokens a text has, those at its ends included; never more than [`max_tokens`](Self::max_tokens).
    pub fn count_tokens(&self, text: &str) -> usize {
        self.tokens.of(&[text])[0].len()
    }

    /// Sha256, hexadecimal, over the weights, the tokenizer and the settings: when it changes, vectors must be made again.
    pub fn identity(&self) -> &str {
        &self.identity
    }

    /// Whether the vectors are of length one, so that their product is the cosine.
    pub fn normalised(&self) -> bool {
        self.settings.normalise
    }

    /// What `config.json` and the files beside it say.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }
}

impl std::fmt::Debug for Encoder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Encoder").field("settings", &self.settings).finish_non_exhaustive()
    }
}
