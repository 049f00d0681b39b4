//! A moment of a training, complete enough that going on from it gives the bits of never having stopped.
//!
//! On disk it is one safetensors file: tensors named `weights/…`, `optimizer/…` and `best/…`, and in its metadata the loop's
//! state as JSON and a SHA-256 over both. Damage, a foreign version, a missing or a surplus tensor is an error.

use std::collections::{BTreeMap, HashMap};

use flywheel_spec::event::EpochReport;
use flywheel_spec::{Phrase, phrase};
use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::Tensor;
use crate::schedule::Plateau;

/// The version of the file's form; a change that older programs would misread raises it.
pub const FORMAT: u32 = 1;

/// A moment of a training.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Everything learned so far.
    pub weights: Vec<Tensor>,
    /// Everything that the optimizer remembers.
    pub optimizer: Vec<Tensor>,
    /// The weights of the best epoch so far; absent until the first is judged.
    pub best: Option<Vec<Tensor>>,
    /// Where the loop stands.
    pub state: LoopState,
}

/// Where the training loop stands.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoopState {
    /// Epochs finished.
    pub epochs_done: usize,
    /// Steps done in the epoch under way.
    pub step_in_epoch: usize,
    /// Steps done in the run.
    pub steps_done: u64,
    /// Sums over the epoch under way.
    pub epoch: EpochSums,
    /// The best epoch so far, from 1.
    pub best_epoch: Option<usize>,
    /// Its value of the kept metric; absent when undefined.
    pub best_value: Option<f64>,
    /// Epochs since the last improvement that early stopping counts.
    pub epochs_without_improvement: usize,
    /// The value that early stopping compares with.
    pub stopping_value: Option<f64>,
    /// What reduce-on-plateau remembers.
    pub plateau: Plateau,
    /// The finished epochs.
    pub reports: Vec<EpochReport>,
    /// Names the plan that it belongs to; another plan's checkpoint is refused.
    pub plan: String,
}

/// Sums over the epoch under way.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EpochSums {
    /// Losses of its steps times their rows.
    pub loss: f64,
    /// Penalties of its steps times their rows.
    pub penalty: f64,
    /// Rows that were learned from.
    pub rows: u64,
    /// Rows answered right, for classes; squared errors, for numbers.
    pub score: f64,
    /// Absolute errors, for numbers.
    pub distance: f64,
    /// Seconds that earlier processes spent on it.
    pub secs: f64,
}

/// Why a checkpoint can't be read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum CheckpointError {
    /// The bytes aren't a whole safetensors file.
    #[error("read the checkpoint: {0}")]
    Unreadable(String),
    /// Its content and its checksum differ.
    #[error("read the checkpoint: its checksum differs, so it was damaged; start the run anew")]
    Damaged,
    /// Another version of the program wrote it.
    #[error("read the checkpoint: its format is version `{found}`, this program reads version `{FORMAT}`")]
    Foreign {
        /// The version it names.
        found: u32,
    },
}

impl CheckpointError {
    /// The cause in both languages.
    pub fn cause(&self) -> Phrase {
        match self {
            Self::Unreadable(reason) => phrase!("train.cause_unreadable", reason = reason),
            Self::Damaged => phrase!("train.cause_damaged"),
            Self::Foreign { found } => phrase!("train.cause_format", found = found, reads = FORMAT),
        }
    }
}

/// What the file's metadata holds, as JSON under one key.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: u32,
    /// SHA-256 over this header without it, and each tensor's name, shape and values, as hexadecimal text.
    sha256: String,
    weights: Vec<String>,
    optimizer: Vec<String>,
    best: bool,
    state: LoopState,
}

/// Enough of the header to tell which version wrote it.
#[derive(Deserialize)]
struct Version {
    format: u32,
}

const KEY: &str = "checkpoint";

impl Checkpoint {
    /// The file; the same moment gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let groups = [
            ("weights", &self.weights[..]),
            ("optimizer", &self.optimizer),
            ("best", self.best.as_deref().unwrap_or_default()),
        ];
        let mut stored = BTreeMap::new();
        for (group, tensors) in groups {
            for tensor in tensors {
                let bytes: Vec<u8> = tensor.values.iter().flat_map(|value| value.to_le_bytes()).collect();
                stored.insert(format!("{group}/{}", tensor.name), (tensor.shape.clone(), bytes));
            }
        }
        let names = |tensors: &[Tensor]| tensors.iter().map(|tensor| tensor.name.clone()).collect();
        let mut header = Header {
            format: FORMAT,
            sha256: String::new(),
            weights: names(&self.weights),
            optimizer: names(&self.optimizer),
            best: self.best.is_some(),
            state: self.state.clone(),
        };
        let content = stored.iter().map(|(name, (shape, bytes))| (name.as_str(), &shape[..], &bytes[..]));
        header.sha256 = checksum(&header, content);
        let metadata = HashMap::from([(KEY.to_owned(), header.json())]);
        let views = stored.iter().map(|(name, (shape, bytes))| {
            match TensorView::new(Dtype::F32, shape.clone(), bytes) {
                Ok(view) => (name.as_str(), view),
                Err(error) => unreachable!("a tensor's values fill its shape: {error}"),
            }
        });
        match safetensors::serialize(views, Some(metadata)) {
            Ok(bytes) => bytes,
            Err(error) => unreachable!("tensors in memory serialise: {error}"),
        }
    }

    /// Reads the file back; nothing is accepted in part.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CheckpointError> {
        let (_, file) = SafeTensors::read_metadata(bytes).map_err(unreadable)?;
        let json = file.metadata().as_ref().and_then(|metadata| metadata.get(KEY));
        let json = json.ok_or_else(|| unreadable(format!("its metadata lacks `{KEY}`")))?;
        let version: Version = serde_json::from_str(json).map_err(unreadable)?;
        if version.format != FORMAT {
            return Err(CheckpointError::Foreign { found: version.format });
        }
        let mut header: Header = serde_json::from_str(json).map_err(unreadable)?;
        let tensors = SafeTensors::deserialize(bytes).map_err(unreadable)?;
        let mut stored: BTreeMap<String, TensorView<'_>> = tensors.tensors().into_iter().collect();
        if let Some((name, view)) = stored.iter().find(|(_, view)| view.dtype() != Dtype::F32) {
            return Err(unreadable(format!("tensor `{name}` holds {:?}, not 32-bit floats", view.dtype())));
        }
        let sha256 = std::mem::take(&mut header.sha256);
        let content = stored.iter().map(|(name, view)| (name.as_str(), view.shape(), view.data()));
        if checksum(&header, content) != sha256 {
            return Err(CheckpointError::Damaged);
        }
        let mut take = |group: &str, names: &[String]| -> Result<Vec<Tensor>, CheckpointError> {
            let one = |name: &String| {
                let view = stored.remove(&format!("{group}/{name}"));
                let view = view.ok_or_else(|| unreadable(format!("tensor `{group}/{name}` is missing")))?;
                let values = view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes));
                Ok(Tensor { name: name.clone(), shape: view.shape().to_vec(), values: values.collect() })
            };
            names.iter().map(one).collect()
        };
        let weights = take("weights", &header.weights)?;
        let optimizer = take("optimizer", &header.optimizer)?;
        let best = if header.best { Some(take("best", &header.weights)?) } else { None };
        match stored.keys().next() {
            Some(name) => Err(unreadable(format!("tensor `{name}` belongs to nothing"))),
            None => Ok(Self { weights, optimizer, best, state: header.state }),
        }
    }
}

impl Header {
    fn json(&self) -> String {
        match serde_json::to_string(self) {
            Ok(json) => json,
            Err(error) => unreachable!("a checkpoint's header is plain data: {error}"),
        }
    }
}

fn unreadable(error: impl std::fmt::Display) -> CheckpointError {
    CheckpointError::Unreadable(error.to_string())
}

/// Over the header, its own checksum left empty, and each tensor's name, shape and values.
fn checksum<'a>(header: &Header, tensors: impl Iterator<Item = (&'a str, &'a [usize], &'a [u8])>) -> String {
    let mut digest = Sha256::new();
    let mut part = |bytes: &[u8]| {
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(bytes);
    };
    part(header.json().as_bytes());
    for (name, shape, values) in tensors {
        part(name.as_bytes());
        let sizes: Vec<u8> = shape.iter().flat_map(|&size| (size as u64).to_le_bytes()).collect();
        part(&sizes);
        part(values);
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example() -> Checkpoint {
        let tensor = |name: &str, shape: &[usize], from: f32| Tensor {
            name: name.to_owned(),
            shape: shape.to_vec(),
            values: (0..shape.iter().product()).map(|i: usize| from + i as f32 / 3.0).collect(),
        };
        let weights = vec![tensor("layers.1.weight", &[2, 3], 0.1), tensor("layers.1.bias", &[2], -1.0)];
        Checkpoint {
            optimizer: vec![tensor("layers.1.weight.first_moment", &[2, 3], 1e-30)],
            best: Some(vec![tensor("layers.1.weight", &[2, 3], 5.0), tensor("layers.1.bias", &[2], 6.0)]),
            weights,
            state: LoopState {
                epochs_done: 3,
                steps_done: 1_234,
                epoch: EpochSums { loss: 0.1 + 0.2, rows: 77, ..EpochSums::default() },
                best_value: Some(1.0 / 3.0),
                ..LoopState::default()
            },
        }
    }

    #[test]
    fn a_checkpoint_comes_back_as_it_was() {
        let before = example();
        assert_eq!(Checkpoint::from_bytes(&before.to_bytes()), Ok(before));
        let without_best = Checkpoint { best: None, ..example() };
        assert_eq!(Checkpoint::from_bytes(&without_best.to_bytes()), Ok(without_best));
    }

    #[test]
    fn every_flipped_byte_is_noticed() {
        let bytes = example().to_bytes();
        for position in 0..bytes.len() {
            let mut damaged = bytes.clone();
            damaged[position] ^= 0x10;
            assert!(
                Checkpoint::from_bytes(&damaged).is_err(),
                "byte {position} of {} flipped unseen",
                bytes.len()
            );
        }
        for len in [0, 1, 8, bytes.len() / 2, bytes.len() - 1] {
            assert!(Checkpoint::from_bytes(&bytes[..len]).is_err(), "cut to {len} bytes unseen");
        }
    }

    #[test]
    fn a_surplus_tensor_is_an_error() {
        let mut more = example();
        more.best = Some(vec![more.weights[0].clone()]);
        let error = Checkpoint::from_bytes(&more.to_bytes());
        assert!(matches!(error, Err(CheckpointError::Unreadable(_))), "{error:?}");
    }
}
