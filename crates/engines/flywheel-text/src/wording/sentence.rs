//! A sentence that is read piece by piece: what is taken no longer stands in the open.

use std::ops::Range;

use regex::Regex;

/// A folded sentence, and which of its bytes something has been read from.
#[derive(Debug, Clone)]
pub struct Sentence {
    text: String,
    taken: Vec<bool>,
}

impl Sentence {
    /// A sentence of which nothing has been read.
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), taken: vec![false; text.len()] }
    }

    /// The whole of it, read or not.
    pub fn whole(&self) -> &str {
        &self.text
    }

    /// What has not been read yet, blanks in place of the rest: places are those of the whole.
    pub fn open(&self) -> String {
        let blank = |(byte, taken): (u8, &bool)| if *taken { b' ' } else { byte };
        let bytes = self.text.bytes().zip(&self.taken).map(blank).collect();
        // Whole characters are taken, so this is always text.
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// The text of a place.
    pub fn at(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    /// Takes a place, which begins and ends between characters.
    pub fn take(&mut self, place: &Range<usize>) {
        if self.text.get(place.clone()).is_some() {
            self.taken[place.clone()].fill(true);
        }
    }

    /// Takes the first open place that fits, if one does.
    pub fn take_first(&mut self, pattern: &Regex) -> Option<String> {
        let place = pattern.find(&self.open())?.range();
        self.take(&place);
        Some(self.at(&place).trim().to_owned())
    }
}

/// A pattern of words: English ones between the edges of words, Chinese ones anywhere.
///
/// # Panics
/// Never for the patterns of this folder, which a test compiles all.
pub fn cue(english: &str, chinese: &str) -> Regex {
    pattern(&match (english, chinese) {
        (english, "") => format!(r"(?-u:\b)(?:{english})(?-u:\b)"),
        ("", chinese) => format!("(?:{chinese})"),
        _ => format!(r"(?-u:\b)(?:{english})(?-u:\b)|(?:{chinese})"),
    })
}

/// A pattern as it is written.
///
/// # Panics
/// Never for the patterns of this folder, which a test compiles all.
pub fn pattern(text: &str) -> Regex {
    match Regex::new(text) {
        Ok(pattern) => pattern,
        Err(error) => panic!("{text}: {error}"),
    }
}
