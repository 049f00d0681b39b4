//! A word as the longest known pieces from left to right (Schuster and Nakajima 2012; Wu et al. 2016).

use std::collections::HashMap;

/// The pieces.
#[derive(Debug)]
pub(super) struct WordPiece {
    /// Pieces by name; those that go on begin with `prefix`.
    pub pieces: HashMap<String, u32>,
    /// The number of what is unknown.
    pub unknown: u32,
    /// Before a piece that goes on.
    pub prefix: String,
    /// A longer word, in characters, is unknown.
    pub most_characters: usize,
}

impl WordPiece {
    /// Adds the word's pieces, or the one for what is unknown.
    pub fn cut(&self, word: &str, to: &mut Vec<u32>) {
        if word.chars().count() > self.most_characters {
            to.push(self.unknown);
            return;
        }
        let before = to.len();
        let mut name = String::with_capacity(word.len() + self.prefix.len());
        let mut start = 0;
        while start < word.len() {
            let Some((number, end)) = self.longest(word, start, &mut name) else {
                to.truncate(before);
                to.push(self.unknown);
                return;
            };
            to.push(number);
            start = end;
        }
    }

    /// The largest number of a piece.
    pub fn largest(&self) -> u32 {
        self.pieces.values().copied().max().unwrap_or(0)
    }

    /// The longest piece that begins at `start`, and where it ends.
    fn longest(&self, word: &str, start: usize, name: &mut String) -> Option<(u32, usize)> {
        name.clear();
        if start > 0 {
            name.push_str(&self.prefix);
        }
        let prefix = name.len();
        name.push_str(&word[start..]);
        while name.len() > prefix {
            if let Some(number) = self.pieces.get(name.as_str()) {
                return Some((*number, start + name.len() - prefix));
            }
            name.pop();
        }
        None
    }
}
