//! The normal form of BERT's texts, and their words: Devlin et al. 2019, `BasicTokenizer`.

use unicode_normalization::UnicodeNormalization;

use super::classes::{is_accent, is_control, is_ideograph, is_mark};

/// What is done to a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Bert {
    /// Drops what is not written, and makes every white space a space.
    pub clean: bool,
    /// Sets each ideograph apart.
    pub ideographs: bool,
    /// Drops accents.
    pub accents: bool,
    /// Lowers letters.
    pub lowercase: bool,
}

impl Bert {
    pub fn apply(&self, text: &str) -> String {
        let mut form = String::with_capacity(text.len());
        for character in text.chars() {
            if self.clean && (matches!(character, '\0' | '\u{fffd}') || is_control(character)) {
                continue;
            }
            let character = if self.clean && character.is_whitespace() { ' ' } else { character };
            if self.ideographs && is_ideograph(character) {
                form.extend([' ', character, ' ']);
            } else {
                form.push(character);
            }
        }
        if self.accents {
            form = form.nfd().filter(|&character| !is_accent(character)).collect();
        }
        if self.lowercase {
            form = form.chars().flat_map(char::to_lowercase).collect();
        }
        form
    }
}

/// Words and marks, each mark alone.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in text.split_whitespace() {
        let mut word = String::new();
        for character in part.chars() {
            if is_mark(character) {
                words.extend([std::mem::take(&mut word), character.to_string()]);
            } else {
                word.push(character);
            }
        }
        words.push(word);
    }
    words.retain(|word| !word.is_empty());
    words
}
