//! How free text becomes numbers: the terms that the training part's texts share, each with its weight.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The terms that a text column is read by.
///
/// A text is folded (one spelling for what reads alike) and cut into words, Chinese words included, and pieces of words;
/// each term of the vocabulary that it holds counts `(1 + ln n) · idf` for its `n` occurrences, and the whole row is
/// brought to one length (Salton and Buckley 1988). Vocabulary and idf come of the training part alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TextEncoding {
    /// Terms kept at most: those that stand in the most training texts.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub features: usize,
    /// Training texts that a term must stand in to be kept; from 2 on, what a single text says stays out of the model.
    #[schema(minimum = 1, maximum = 1_000_000)]
    pub fewest_texts: usize,
    /// The longest run of words that counts as one term: 2 tells "not good" from "good".
    #[schema(minimum = 1, maximum = 3)]
    pub word_runs: usize,
    /// Also reads pieces of words: 2 to 5 letters, 1 to 3 Chinese characters. They see through misspellings and endings.
    pub pieces: bool,
}

impl Default for TextEncoding {
    fn default() -> Self {
        Self { features: 30_000, fewest_texts: 2, word_runs: 2, pieces: true }
    }
}
