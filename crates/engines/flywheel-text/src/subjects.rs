//! The words that carry a subject, those that do not, and the subjects that two languages share.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use flywheel_language::is_han;

use crate::stem::stem;

const FUNCTION: &str = include_str!("../words/themes/function.txt");
const VALUE: &str = include_str!("../words/themes/value.txt");
const CONCEPTS: &str = include_str!("../words/themes/concepts.txt");

/// The words that tell what a word of a message does.
pub(crate) const WORDS: [&str; 2] = [FUNCTION, VALUE];

/// Whether a folded word or its stem says nothing of a subject: articles, pronouns, auxiliaries, 的, 了, 什么.
pub fn is_function(word: &str, stemmed: &str) -> bool {
    let words = &lists().function;
    words.contains(word) || words.contains(stemmed)
}

/// Whether a folded word or its stem praises or blames: it says how, not what.
pub fn is_value(word: &str, stemmed: &str) -> bool {
    let words = &lists().value;
    words.contains(word) || words.contains(stemmed)
}

/// The subject that one to three stems in a row name, by its number in [`concept_name`].
pub fn concept_of(stems: &str) -> Option<&'static [u16]> {
    lists().english.get(stems).map(Vec::as_slice)
}

/// The subjects that a folded Chinese text names, each once, by number, rising.
pub fn concepts_in(folded: &str) -> Vec<u16> {
    let lists = lists();
    let mut found: Vec<u16> = match &lists.matcher {
        Some(matcher) => matcher
            .find_iter(folded)
            .flat_map(|hit| lists.chinese[hit.pattern().as_usize()].1.iter().copied())
            .collect(),
        None => Vec::new(),
    };
    found.sort_unstable();
    found.dedup();
    found
}

/// The name of a subject, as the list has it.
pub fn concept_name(number: u16) -> &'static str {
    lists().names.get(usize::from(number)).map_or("", String::as_str)
}

struct Lists {
    function: HashSet<String>,
    value: HashSet<String>,
    names: Vec<String>,
    english: HashMap<String, Vec<u16>>,
    chinese: Vec<(String, Vec<u16>)>,
    matcher: Option<AhoCorasick>,
}

fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| {
        let (names, english, chinese) = concepts();
        // The longest word wins: 客服电话 before 客服.
        let matcher = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .build(chinese.iter().map(|(word, _)| word))
            .ok();
        Lists { function: set(FUNCTION), value: set(VALUE), names, english, chinese, matcher }
    })
}

fn set(text: &str) -> HashSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    words.flat_map(|word| [word.to_owned(), stem(word)]).collect()
}

type Concepts = (Vec<String>, HashMap<String, Vec<u16>>, Vec<(String, Vec<u16>)>);

fn concepts() -> Concepts {
    let mut names = Vec::new();
    let mut english: HashMap<String, Vec<u16>> = HashMap::new();
    let mut chinese: HashMap<String, Vec<u16>> = HashMap::new();
    for line in CONCEPTS.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, words)) = line.split_once(':') else { continue };
        let number = u16::try_from(names.len()).unwrap_or(u16::MAX);
        names.push(name.trim().to_owned());
        for word in words.split(',').map(str::trim).filter(|word| !word.is_empty()) {
            let entry = if word.chars().any(is_han) {
                chinese.entry(word.to_owned()).or_default()
            } else {
                let parts = word.split([' ', '-']);
                english.entry(parts.map(stem).collect::<Vec<_>>().join(" ")).or_default()
            };
            if !entry.contains(&number) {
                entry.push(number);
            }
        }
    }
    let mut chinese: Vec<(String, Vec<u16>)> = chinese.into_iter().collect();
    chinese.sort();
    (names, english, chinese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_the_same_subject() {
        let name = |numbers: &[u16]| numbers.iter().map(|number| concept_name(*number)).collect::<Vec<_>>();
        for (english, chinese, expected) in [
            ("payment", "付款失败", "payment"),
            ("crash", "一直闪退", "crash"),
            ("refund", "要求退款", "refund"),
            ("customer service", "客服不理人", "support"),
        ] {
            let english: String = english.split(' ').map(stem).collect::<Vec<_>>().join(" ");
            assert!(name(concept_of(&english).unwrap_or_default()).contains(&expected), "{english}");
            assert!(name(&concepts_in(chinese)).contains(&expected), "{chinese}");
        }
        assert!(concepts_in("天气晴朗").contains(&concepts_in("天气")[0]));
        assert!(concepts_in("你好").is_empty());
    }

    #[test]
    fn words_without_a_subject_are_known() {
        for word in ["the", "can't", "的", "什么"] {
            assert!(is_function(word, &stem(word)), "{word}");
        }
        for word in ["terrible", "不错"] {
            assert!(is_value(word, &stem(word)), "{word}");
        }
        for word in ["payment", "闪退"] {
            assert!(!is_function(word, &stem(word)) && !is_value(word, &stem(word)), "{word}");
        }
    }
}
