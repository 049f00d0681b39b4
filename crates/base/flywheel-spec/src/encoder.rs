//! Published text encoders: what came of getting one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Phrase;

/// What `encoder` in `flywheel.toml` says where texts are read by their words alone.
pub const NO_ENCODER: &str = "none";

/// A text encoder that the project holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EncoderReport {
    /// What happened and what is there now.
    pub findings: Vec<Phrase>,
    /// Its name in the project.
    pub name: String,
    /// Where it lies.
    pub folder: String,
    /// Numbers in a vector.
    pub dimension: usize,
    /// Tokens of a text that count, the two at its ends included.
    pub max_tokens: usize,
    /// Whether vectors are of length one.
    pub normalised: bool,
    /// Sha256, hexadecimal, over weights, tokenizer and settings: when it changes, vectors must be made again.
    pub identity: String,
    /// Bytes of its files.
    pub bytes: u64,
}

/// The messages read by meaning.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct EncodedReport {
    /// What was done.
    pub findings: Vec<Phrase>,
    /// The encoder that read them.
    pub encoder: String,
    /// Messages of the project.
    pub messages: u64,
    /// Of these, those that are found by meaning now.
    pub read: u64,
    /// Of these, those that were not before.
    pub new: u64,
}
