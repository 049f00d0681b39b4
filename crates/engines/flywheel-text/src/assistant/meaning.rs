//! What the words of a text mean across the two languages: each word with its stem and the concepts that it may name.

use std::collections::{BTreeMap, HashSet};
use std::sync::OnceLock;

use flywheel_language::is_han;

use crate::subjects::{concept_name, concept_of, concepts_in};
use crate::support;
use crate::tokens::{self, Part};

/// Words that tell that somebody speaks, not what of.
const REPORTING: &str = include_str!("../../words/assistant.txt");

/// A concept of one of the three lists of words that mean alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Concept {
    /// By its name.
    Named(&'static str),
    /// By its line in the list of what customers ask for.
    Line(u16),
}

/// A word that says what is spoken of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// As it stands in the folded text.
    pub text: String,
    /// Its stem.
    pub stem: String,
    /// What it may mean, by itself or with its neighbours.
    pub concepts: Vec<Concept>,
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
        let mut concepts: Vec<Concept> = alone(word);
        if word.contains(is_han) {
            concepts.extend(chinese(word));
        }
        // `log in` and `customer service` mean what neither of their words does.
        for start in at.saturating_sub(2)..=at {
            for end in at + 1..=(start + 3).min(reading.tokens.len()) {
                let stems: Vec<&str> = reading.tokens[start..end].iter().map(|token| &*token.stem).collect();
                concepts.extend(named(concept_of(&stems.join(" ")).unwrap_or_default()));
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
pub(super) fn concepts(text: &str) -> HashSet<Concept> {
    let reading = tokens::read(text);
    let mut found: HashSet<Concept> = chinese(&reading.folded).collect();
    let stems: Vec<&str> = reading.tokens.iter().map(|token| &*token.stem).collect();
    for (at, token) in reading.tokens.iter().enumerate() {
        found.extend(alone(reading.text(token)));
        for length in 1..=3_usize.min(stems.len() - at) {
            found.extend(named(concept_of(&stems[at..at + length].join(" ")).unwrap_or_default()));
        }
    }
    found
}

/// What one word may mean.
fn alone(word: &str) -> Vec<Concept> {
    let spoken = flywheel_language::concepts(word).iter().map(|name| Concept::Named(*name));
    spoken.chain(support::concepts(word).into_iter().map(Concept::Line)).collect()
}

/// What stands in a Chinese text, however it is cut.
fn chinese(folded: &str) -> impl Iterator<Item = Concept> + use<> {
    let subjects = concepts_in(folded).into_iter().map(|number| Concept::Named(concept_name(number)));
    subjects.chain(support::concepts(folded).into_iter().map(Concept::Line))
}

fn named(numbers: &'static [u16]) -> impl Iterator<Item = Concept> {
    numbers.iter().map(|number| Concept::Named(concept_name(*number)))
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
