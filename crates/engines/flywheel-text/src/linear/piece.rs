//! The pieces that a text is recognised by: its terms, pairs of terms, and n-grams of characters.

use flywheel_language::{TermKind, is_han, terms};
use xxhash_rust::xxh3::xxh3_64;

/// The pieces of a text as 64-bit names (XXH3 of the piece and its kind), in the text's order, doubles kept.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pieces {
    /// Terms and pairs of neighbouring terms.
    pub words: Vec<u64>,
    /// N-grams of characters within a word and its borders; for Chinese of one to three characters across words.
    pub characters: Vec<u64>,
}

/// Cuts a [folded](flywheel_language::fold) text into pieces; the n-grams of characters have `shortest` to `longest`.
///
/// Marks and emoji are terms too (a question mark tells something), but they take no part in pairs.
pub fn pieces(folded: &str, shortest: usize, longest: usize) -> Pieces {
    let mut found = Pieces::default();
    let mut before: Option<&str> = None;
    let mut buffer = String::new();
    let mut han = String::new();
    for term in terms(folded) {
        if term.kind == TermKind::Han {
            han.push_str(term.text);
        } else if !han.is_empty() {
            han_grams(&han, &mut found.characters, &mut buffer);
            han.clear();
        }
        found.words.push(name('w', &[term.text], &mut buffer));
        match term.kind {
            TermKind::Word | TermKind::Number => {
                word_grams(term.text, shortest, longest, &mut found.characters, &mut buffer);
            }
            TermKind::Han => {}
            TermKind::Emoji | TermKind::Mark => continue,
        }
        let first = before.unwrap_or("^");
        found.words.push(name('p', &[first, term.text], &mut buffer));
        before = Some(term.text);
    }
    if !han.is_empty() {
        han_grams(&han, &mut found.characters, &mut buffer);
    }
    if let Some(last) = before {
        found.words.push(name('p', &[last, "$"], &mut buffer));
    }
    found
}

/// The name of a piece: its kind and its parts, no two of which run together.
fn name(kind: char, parts: &[&str], buffer: &mut String) -> u64 {
    buffer.clear();
    buffer.push(kind);
    for part in parts {
        buffer.push('\u{1f}');
        buffer.push_str(part);
    }
    xxh3_64(buffer.as_bytes())
}

/// The longest word whose n-grams are taken: what is longer is no word (a link, a key, a row of one letter).
const LONGEST_WORD: usize = 40;

fn word_grams(word: &str, shortest: usize, longest: usize, into: &mut Vec<u64>, buffer: &mut String) {
    let mut characters: Vec<char> = Vec::with_capacity(word.len() + 2);
    characters.push(' ');
    characters.extend(word.chars().take(LONGEST_WORD));
    characters.push(' ');
    for size in shortest..=longest {
        for gram in characters.windows(size) {
            buffer.clear();
            buffer.push('c');
            buffer.extend(gram);
            into.push(xxh3_64(buffer.as_bytes()));
        }
    }
}

fn han_grams(stretch: &str, into: &mut Vec<u64>, buffer: &mut String) {
    let characters: Vec<char> = stretch.chars().filter(|character| is_han(*character)).collect();
    for size in 1..=3 {
        for gram in characters.windows(size) {
            buffer.clear();
            buffer.push('c');
            buffer.extend(gram);
            into.push(xxh3_64(buffer.as_bytes()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_pairs_and_grams_are_taken_in_both_languages() {
        for (text, words, characters) in [
            // a word, `^ a`, `a $`; " ab", "ab ", " ab "
            ("ab", 3, 3),
            // two words and three pairs
            ("ab cd", 5, 6),
            // marks are words without pairs
            ("ab?", 4, 3),
            // jieba: 支付 失败; 4 single characters, 3 pairs, 2 triples
            ("支付失败", 5, 9),
            ("", 0, 0),
            ("👍", 1, 0),
        ] {
            let found = pieces(text, 3, 4);
            assert_eq!((found.words.len(), found.characters.len()), (words, characters), "{text}");
        }
    }

    #[test]
    fn what_looks_like_a_word_of_a_megabyte_gives_few_grams() {
        assert!(pieces(&"a".repeat(1_000_000), 3, 5).characters.len() < 200);
    }
}
