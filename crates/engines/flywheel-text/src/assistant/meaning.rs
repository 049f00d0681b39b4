//! What the words of a text mean across the two languages: each word with its stem and the concepts that it may name.

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use flywheel_language::{concepts_in, concepts_in_chinese, concepts_of, is_han};

use crate::tokens::{self, Part};

/// Words that tell that somebody speaks, not what of.
const REPORTING: &str = include_str!("../../words/assistant.txt");

/// A word that says what is spoken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As it stands in the folded text.
    pub text: String,
    /// Its stem.
    pub stem: String,
    /// What it may mean, by itself or with its neighbours.
    pub concepts: Vec<u16>,
}

/// The words of a text that say what is spoken of, each once, in the order of their stems; praise and blame are no such
/// words, nor those of a reporter.
pub(super) fn words(text: &str) -> Vec<Word> {
    let reading = tokens::read(text);
    let mut found: BTreeMap<String, Word> = BTreeMap::new();
    for (at, token) in reading.tokens.iter().enumerate() {
        let word = reading.text(token);
        if token.part != Part::Subject || is_reporting(word) {
            continue;
        }
        let mut concepts: Vec<u16> =
            if word.contains(is_han) { concepts_in_chinese(word) } else { Vec::new() };
        // `log in` and `customer service` mean what neither of their words does.
        for start in at.saturating_sub(2)..=at {
            for end in at + 1..=(start + 3).min(reading.tokens.len()) {
                let stems: Vec<&str> = reading.tokens[start..end].iter().map(|token| &*token.stem).collect();
                concepts.extend(concepts_of(&stems.join(" ")));
            }
        }
        concepts.sort_unstable();
        concepts.dedup();
        let word = Word { text: word.to_owned(), stem: token.stem.to_string(), concepts };
        found.entry(word.stem.clone()).or_insert(word);
    }
    found.into_values().collect()
}

/// Every concept that a text may name, in either language.
pub(super) fn concepts(text: &str) -> HashSet<u16> {
    concepts_in(&tokens::read(text).folded).into_iter().collect()
}

fn is_reporting(word: &str) -> bool {
    static WORDS: OnceLock<HashSet<&'static str>> = OnceLock::new();
    let words = WORDS.get_or_init(|| {
        let lines = REPORTING.lines().filter(|line| !line.starts_with('#'));
        lines.flat_map(str::split_whitespace).collect()
    });
    words.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_its_subjects_not_its_reporter() {
        let said = |text: &str| words(text).into_iter().map(|word| word.text).collect::<Vec<_>>();
        assert_eq!(said("Several users report that the payment fails"), ["fails", "payment"]);
        assert_eq!(said("多位用户反映付款失败"), ["付款", "失败"]);
        assert_eq!(said("Great! I love it. 很好"), Vec::<String>::new());
    }

    #[test]
    fn the_two_languages_meet_in_their_concepts() {
        for (english, chinese) in [
            ("payment", "付款失败"),
            ("customer service", "客服不理人"),
            ("I cannot log in", "登录不了"),
            ("refunds", "退款太慢"),
        ] {
            let word = words(english).into_iter().flat_map(|word| word.concepts).collect::<HashSet<_>>();
            assert!(!word.is_disjoint(&concepts(chinese)), "{english} {word:?} / {:?}", concepts(chinese));
        }
        assert!(concepts("").is_empty());
    }
}
