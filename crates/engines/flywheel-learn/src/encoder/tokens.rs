//! A text as numbers of tokens, its ends included, no more than the encoder can take.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flywheel_spec::{Problems, phrase};
use rayon::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::tokenizer::{self, Tokenizer};
use super::{Settings, fault};

/// Characters a token that a text is read for: what lies behind so many for each token that counts is not looked at.
const CHARACTERS_A_TOKEN: usize = 128;

/// The tokenizer of an encoder.
pub(super) struct Tokens {
    tokenizer: Tokenizer,
    path: PathBuf,
    lowercase: bool,
    most: usize,
}

impl Tokens {
    /// The tokens of each text; each has at least one.
    pub fn of<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Vec<Vec<u32>> {
        texts.par_iter().map(|text| self.of_one(text.as_ref())).collect()
    }

    fn of_one(&self, text: &str) -> Vec<u32> {
        let text = beginning(text.trim(), self.most.saturating_mul(CHARACTERS_A_TOKEN));
        let mut tokens = if self.lowercase {
            self.tokenizer.cut(&text.to_lowercase(), self.most)
        } else {
            self.tokenizer.cut(text, self.most)
        };
        if tokens.is_empty() {
            // A tokenizer without ends gives nothing for nothing; a text has one token at least.
            tokens.push(0);
        }
        tokens
    }

    /// Checks that the weights have a vector for every token.
    pub fn fit(&self, vocabulary: usize) -> Result<(), Problems> {
        let size = self.tokenizer.size();
        if size <= vocabulary {
            return Ok(());
        }
        let message = phrase!("encoder.vocabulary_larger", found = size, wanted = vocabulary);
        Err(fault::problem(&self.path, message).advise(phrase!("encoder.vocabulary_larger_advice")).into())
    }
}

/// Reads `tokenizer.json`, or makes the tokenizer of BERT from `vocab.txt`.
pub(super) fn read(folder: &Path, settings: &Settings, digest: &mut Sha256) -> Result<Tokens, Problems> {
    let (file, vocabulary) = (folder.join("tokenizer.json"), folder.join("vocab.txt"));
    let (path, tokenizer) = match std::fs::read(&file) {
        Ok(content) => {
            digest.update(&content);
            let tokenizer = tokenizer::of_file(&file, &content)?;
            (file, tokenizer)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => match std::fs::read_to_string(&vocabulary) {
            Ok(words) => {
                let config = std::fs::read(folder.join("tokenizer_config.json")).unwrap_or_default();
                digest.update(&words);
                digest.update(&config);
                // What is wrong with this file the settings have said already.
                let config: Value = serde_json::from_slice(&config).unwrap_or_default();
                let tokenizer = tokenizer::of_vocabulary(&vocabulary, &words, &config)?;
                (vocabulary, tokenizer)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(fault::missing(&file).into()),
            Err(error) => return Err(fault::unreadable(&vocabulary, error).into()),
        },
        Err(error) => return Err(fault::unreadable(&file, error).into()),
    };
    Ok(Tokens { tokenizer, path, lowercase: settings.lowercase, most: settings.max_tokens })
}

/// At most so many of the text's first characters.
fn beginning(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}
