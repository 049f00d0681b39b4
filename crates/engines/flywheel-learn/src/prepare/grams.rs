//! The terms that a text is read by: runs of words, and pieces of words, as parts that are joined only where one is kept.

use flywheel_language::{Term, TermKind, fold, is_han, plain, terms};

/// Begins the name of a piece, so that it is never taken for a word; folded texts hold no such character.
pub(super) const PIECE: char = '\u{1}';

/// Characters of a text that are read; a longer one is a log file rather than a message.
const MOST_CHARACTERS: usize = 50_000;

/// Begins the name of the term that says how long a text is.
const LENGTH: &str = "\u{2}";

/// Lengths of the pieces of an alphabet's word, its borders counted as a character each.
const LETTERS: std::ops::RangeInclusive<usize> = 2..=5;

/// Lengths of the pieces of Chinese text.
const HAN: std::ops::RangeInclusive<usize> = 1..=3;

/// A word longer than this is no word (an address, a key): it is read as a whole only.
const LONGEST_WORD: usize = 40;

/// Digits from which on a number names something (an order, a telephone) and counts as any other such number.
const NAMING_DIGITS: usize = 5;

/// What a naming number is read as.
const ANY_NUMBER: &str = "00000";

/// Which terms are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    /// The longest run of words, at least 1.
    pub word_runs: usize,
    /// Whether pieces of words are read, and how long the text is.
    pub pieces: bool,
}

/// Calls `visit` with every term of a text as it was written, in parts to be joined; a term that stands there twice comes twice.
pub(super) fn each(text: &str, reading: Reading, mut visit: impl FnMut(&[&str])) {
    let end = text.char_indices().nth(MOST_CHARACTERS).map_or(text.len(), |(at, _)| at);
    let folded = fold(&plain(&text[..end]));
    let found = terms(&folded);
    runs(&found, reading.word_runs, &mut visit);
    if reading.pieces {
        let words = found.iter().filter(|term| term.kind == TermKind::Word);
        words.for_each(|word| word_pieces(word.text, &mut visit));
        han_pieces(&folded, &mut visit);
        if !found.is_empty() {
            visit(&[LENGTH, &half_doublings(found.len()).to_string()]);
        }
    }
}

/// How long a text of so many words is, in steps of half a doubling: a question is shorter than a report.
fn half_doublings(words: usize) -> u32 {
    ((words + 1) * (words + 1)).ilog2()
}

/// The hash of a term: of its parts joined (FNV-1a, 64 bits, its bits mixed), the same on every machine.
pub(super) fn hash(parts: &[&str]) -> u64 {
    let bytes = parts.iter().flat_map(|part| part.bytes());
    let folded = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    });
    let mixed = (folded ^ (folded >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

fn runs(found: &[Term<'_>], longest: usize, visit: &mut impl FnMut(&[&str])) {
    let words: Vec<&str> = found.iter().map(word).collect();
    let mut parts: Vec<&str> = Vec::with_capacity(2 * longest);
    for first in 0..words.len() {
        parts.clear();
        for word in words[first..].iter().take(longest) {
            if !parts.is_empty() {
                parts.push(" ");
            }
            parts.push(word);
            visit(&parts);
        }
    }
}

fn word<'a>(term: &Term<'a>) -> &'a str {
    let digits = term.text.bytes().filter(u8::is_ascii_digit).count();
    if term.kind == TermKind::Number && digits >= NAMING_DIGITS { ANY_NUMBER } else { term.text }
}

/// Pieces of a word with a space before its first letter and after its last.
fn word_pieces(word: &str, visit: &mut impl FnMut(&[&str])) {
    let mut edges: Vec<usize> = word.char_indices().map(|(at, _)| at).collect();
    edges.push(word.len());
    let letters = edges.len() - 1;
    if letters > LONGEST_WORD {
        return;
    }
    // Position 0 is the space before, positions 1..=letters the letters, letters + 1 the space after.
    for length in LETTERS {
        for first in 0..(letters + 3).saturating_sub(length) {
            let (from, to) = (first.max(1), (first + length).min(letters + 1));
            let before = if first == 0 { " " } else { "" };
            let after = if first + length == letters + 2 { " " } else { "" };
            if from < to {
                visit(&["\u{1}", before, &word[edges[from - 1]..edges[to - 1]], after]);
            }
        }
    }
}

/// Pieces of each stretch of Chinese characters, across the borders of words.
fn han_pieces(text: &str, visit: &mut impl FnMut(&[&str])) {
    for stretch in text.split(|character| !is_han(character)).filter(|stretch| !stretch.is_empty()) {
        let mut edges: Vec<usize> = stretch.char_indices().map(|(at, _)| at).collect();
        edges.push(stretch.len());
        for length in HAN {
            for window in edges.windows(length + 1) {
                visit(&["\u{1}", &stretch[window[0]..window[length]]]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn read(text: &str, word_runs: usize, pieces: bool) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        each(text, Reading { word_runs, pieces }, |parts| {
            found.insert(parts.concat().replace(PIECE, "~"));
        });
        found
    }

    #[test]
    fn words_runs_and_pieces_are_read() {
        let expected = |terms: &[&str]| terms.iter().map(|term| (*term).to_owned()).collect::<BTreeSet<_>>();
        assert_eq!(read("Not  GOOD!", 2, false), expected(&["not", "good", "!", "not good", "good !"]));
        assert_eq!(read("不好用", 1, true).iter().filter(|term| term.starts_with('~')).count(), 6);
        let pieces = ["ab", "~ a", "~ab", "~b ", "~ ab", "~ab ", "~ ab ", "\u{2}2"];
        assert_eq!(read("ab", 1, true), expected(&pieces));
        assert_eq!([1, 2, 3, 4, 7, 30].map(half_doublings), [2, 3, 4, 4, 6, 9]);
        assert_eq!(read("order 123456", 1, false), expected(&["order", "00000"]));
        assert_eq!(read("<p>ok</p>", 1, false), expected(&["ok"]));
        assert_eq!(read("", 2, true), expected(&[]));
    }

    #[test]
    fn the_hash_is_that_of_the_joined_parts() {
        assert_eq!(hash(&["not", " ", "good"]), hash(&["not good"]));
        assert_ne!(hash(&["not good"]), hash(&["good not"]));
    }
}
