//! A mistyped word read as the nearest word that the file knows.

use std::collections::BTreeMap;

use flywheel_language::{TermKind, terms};
use serde::{Deserialize, Serialize};
use strsim::osa_distance;

/// The words of the examples, with how often each stands there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Spelling {
    words: BTreeMap<String, u32>,
}

/// Words of fewer letters have too many neighbours to guess.
const SHORTEST: usize = 5;
/// From here on two slips are allowed.
const LONG: usize = 9;
/// The most words of one message that are looked up.
const MOST: usize = 12;

impl Spelling {
    /// Learns the words of folded texts.
    pub(super) fn learn<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut words = BTreeMap::new();
        for text in texts {
            for term in terms(text).iter().filter(|term| term.kind == TermKind::Word) {
                *words.entry(term.text.to_owned()).or_insert(0) += 1;
            }
        }
        Self { words }
    }

    /// The folded text with unknown words replaced by the known word one slip away (two for long words), the most
    /// frequent among equals; a slip is a letter too many, too few, wrong, or two swapped.
    pub(super) fn mend(&self, folded: &str) -> String {
        let mut mended = String::with_capacity(folded.len());
        let mut from = 0;
        let mut looked_up = 0;
        for term in terms(folded) {
            let length = term.text.chars().count();
            let plain = term.kind == TermKind::Word && term.text.chars().all(char::is_alphabetic);
            if !plain || !(SHORTEST..=30).contains(&length) || self.words.contains_key(term.text) {
                continue;
            }
            looked_up += 1;
            if looked_up > MOST {
                break;
            }
            if let Some(word) = self.nearest(term.text, length) {
                mended.push_str(&folded[from..term.place.start]);
                mended.push_str(word);
                from = term.place.end;
            }
        }
        mended.push_str(&folded[from..]);
        mended
    }

    fn nearest(&self, word: &str, length: usize) -> Option<&str> {
        let slips = if length >= LONG { 2 } else { 1 };
        let first = word.chars().next();
        let near = self.words.iter().filter(|(known, _)| {
            known.chars().next() == first && known.len().abs_diff(word.len()) <= slips && known.len() > 3
        });
        let measured =
            near.map(|(known, count)| (osa_distance(known, word), std::cmp::Reverse(*count), known));
        let best = measured.filter(|(distance, ..)| *distance <= slips).min()?;
        Some(best.2)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_mended_and_other_words_left() {
        let spelling = Spelling::learn(["i forgot my password, where is the delivery", "cancel"].into_iter());
        for (text, expected) in [
            ("forgot my pasword", "forgot my password"),
            ("delviery?", "delivery?"),
            ("delivrey 呢", "delivery 呢"),
            ("cancle it", "cancel it"),
            ("wher is it", "wher is it"),
            ("completely different", "completely different"),
            ("", ""),
        ] {
            assert_eq!(spelling.mend(text), expected);
        }
    }
}
