//! A text as numbers of tokens, its ends included.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use flywheel_spec::{Problems, phrase};
use rayon::prelude::*;
use sha2::{Digest, Sha256};
use tokenizers::models::wordpiece::WordPiece;
use tokenizers::normalizers::bert::BertNormalizer;
use tokenizers::pre_tokenizers::bert::BertPreTokenizer;
use tokenizers::processors::bert::BertProcessing;
use tokenizers::{AddedToken, Tokenizer, TruncationParams};

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
        let encoding = if self.lowercase {
            self.tokenizer.encode_fast(text.to_lowercase(), true)
        } else {
            self.tokenizer.encode_fast(text, true)
        };
        let mut tokens = encoding.map(|encoding| encoding.get_ids().to_vec()).unwrap_or_default();
        tokens.truncate(self.most);
        if tokens.is_empty() {
            // A tokenizer without ends gives nothing for nothing; a text has one token at least.
            tokens.push(0);
        }
        tokens
    }

    /// Checks that the weights have a vector for every token.
    pub fn fit(&self, vocabulary: usize) -> Result<(), Problems> {
        let largest = self.tokenizer.get_vocab(true).into_values().max().map_or(0, |id| id as usize + 1);
        if largest <= vocabulary {
            return Ok(());
        }
        let message = phrase!("encoder.vocabulary_larger", found = largest, wanted = vocabulary);
        Err(fault::problem(&self.path, message).advise(phrase!("encoder.vocabulary_larger_advice")).into())
    }
}

/// Reads `tokenizer.json`, or makes the tokenizer of BERT from `vocab.txt`.
pub(super) fn read(folder: &Path, settings: &Settings, digest: &mut Sha256) -> Result<Tokens, Problems> {
    let (path, vocabulary) = (folder.join("tokenizer.json"), folder.join("vocab.txt"));
    let (path, tokenizer) = match std::fs::read(&path) {
        Ok(content) => {
            digest.update(&content);
            let read = Tokenizer::from_bytes(&content);
            (path.clone(), read.map_err(|error| fault::unreadable(&path, error))?)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => match std::fs::read_to_string(&vocabulary) {
            Ok(words) => {
                digest.update(&words);
                (vocabulary.clone(), word_piece(folder, &vocabulary, &words)?)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(fault::missing(&path).into()),
            Err(error) => return Err(fault::unreadable(&vocabulary, error).into()),
        },
        Err(error) => return Err(fault::unreadable(&path, error).into()),
    };
    let mut tokenizer = tokenizer;
    let most = settings.max_tokens;
    let truncation = TruncationParams { max_length: most, ..TruncationParams::default() };
    tokenizer.with_padding(None);
    tokenizer.with_truncation(Some(truncation)).map_err(|error| fault::unreadable(&path, error))?;
    Ok(Tokens { tokenizer, path, lowercase: settings.lowercase, most })
}

/// The tokenizer of BERT: words and marks apart, each cut into the longest known pieces.
fn word_piece(folder: &Path, path: &Path, words: &str) -> Result<Tokenizer, Problems> {
    let words = WordPiece::read_bytes(words.as_bytes()).map_err(|error| fault::unreadable(path, error))?;
    let mut problems = Problems::default();
    for name in ["[CLS]", "[SEP]", "[UNK]"] {
        if !words.contains_key(name) {
            problems.push(fault::damaged(path, phrase!("encoder.token_missing", name = name)));
        }
    }
    if problems.stop() {
        return Err(problems);
    }
    let number = |name: &str| (name.to_owned(), words.get(name).copied().unwrap_or_default());
    let (start, end) = (number("[CLS]"), number("[SEP]"));
    let specials: Vec<AddedToken> = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        .into_iter()
        .filter(|name| words.contains_key(*name))
        .map(|name| AddedToken::from(name, true))
        .collect();
    let model = WordPiece::builder().vocab(words).build();
    let mut tokenizer = Tokenizer::new(model.map_err(|error| fault::unreadable(path, error))?);
    let config = std::fs::read(folder.join("tokenizer_config.json")).unwrap_or_default();
    let config: serde_json::Value = serde_json::from_slice(&config).unwrap_or_default();
    let said = |name: &str| config.get(name).and_then(serde_json::Value::as_bool);
    let normalizer = BertNormalizer::new(
        true,
        said("tokenize_chinese_chars").unwrap_or(true),
        said("strip_accents"),
        said("do_lower_case").unwrap_or(true),
    );
    tokenizer
        .with_normalizer(Some(normalizer))
        .with_pre_tokenizer(Some(BertPreTokenizer))
        .with_post_processor(Some(BertProcessing::new(end, start)));
    tokenizer.add_special_tokens(&specials);
    Ok(tokenizer)
}

/// At most so many of the text's first characters.
fn beginning(text: &str, most: usize) -> &str {
    if text.len() <= most {
        return text;
    }
    text.char_indices().nth(most).map_or(text, |(end, _)| &text[..end])
}
