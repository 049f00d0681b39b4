//! The words that carry a subject, those that do not, and the subjects that two languages share.

use std::collections::HashSet;
use std::sync::OnceLock;

use flywheel_language::{concepts_in_chinese, concepts_of, is_subject, stem};

const FUNCTION: &str = include_str!("../words/themes/function.txt");
const VALUE: &str = include_str!("../words/themes/value.txt");

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

/// The subject that one to three stems in a row name, by its number in [`concept_name`]; mere trouble is none.
pub fn concept_of(stems: &str) -> Option<&'static [u16]> {
    let found = concepts_of(stems);
    // Subjects have the lowest numbers.
    let subjects = &found[..found.partition_point(|concept| is_subject(*concept))];
    (!subjects.is_empty()).then_some(subjects)
}

/// The subjects that a folded Chinese text names, each once, by number, rising; mere trouble is none.
pub fn concepts_in(folded: &str) -> Vec<u16> {
    let mut found = concepts_in_chinese(folded);
    found.retain(|concept| is_subject(*concept));
    found
}

/// The name of a subject, as the list has it.
pub fn concept_name(number: u16) -> &'static str {
    flywheel_language::concept_name(number)
}

struct Lists {
    function: HashSet<String>,
    value: HashSet<String>,
}

fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| Lists { function: set(FUNCTION), value: set(VALUE) })
}

fn set(text: &str) -> HashSet<String> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let words = lines.flat_map(str::split_whitespace);
    words.flat_map(|word| [word.to_owned(), stem(word)]).collect()
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
