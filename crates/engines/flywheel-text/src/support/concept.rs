//! What words of both languages mean alike: a small lexicon of concepts.

use std::collections::HashMap;
use std::sync::OnceLock;

use flywheel_language::is_han;

/// One concept a line, its words parted by commas; written for the project.
const LINES: &str = include_str!("../../words/concepts.txt");

/// The concepts that a folded text names, by their lines, rising, each once.
pub(crate) fn concepts(folded: &str) -> Vec<u16> {
    let lexicon = lexicon();
    let mut found = Vec::new();
    let words: Vec<&str> = folded
        .split(|character: char| !(character.is_alphanumeric() || character == '\'' || character == '-'))
        .flat_map(|part| part.split(is_han))
        .filter(|word| !word.is_empty())
        .collect();
    let mut joined = String::new();
    for start in 0..words.len() {
        joined.clear();
        for word in words[start..].iter().take(MOST_WORDS) {
            if !joined.is_empty() {
                joined.push(' ');
            }
            joined.push_str(word);
            found.extend(lexicon.get(joined.as_str()));
        }
    }
    let characters: Vec<(usize, char)> = folded.char_indices().collect();
    for start in 0..characters.len() {
        if !is_han(characters[start].1) {
            continue;
        }
        for (at, character) in characters[start..].iter().take(MOST_CHARACTERS) {
            if !is_han(*character) {
                break;
            }
            found.extend(lexicon.get(&folded[characters[start].0..at + character.len_utf8()]));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

const MOST_WORDS: usize = 3;
const MOST_CHARACTERS: usize = 5;

fn lexicon() -> &'static HashMap<&'static str, u16> {
    static LEXICON: OnceLock<HashMap<&'static str, u16>> = OnceLock::new();
    LEXICON.get_or_init(|| {
        let lines = LINES.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        lines
            .enumerate()
            .flat_map(|(number, line)| line.split(',').map(move |word| (word.trim(), number as u16)))
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_name_the_same_concepts() {
        for (english, chinese) in [
            ("how do i get a refund", "怎么退款"),
            ("i forgot my password", "忘记密码了"),
            ("how much is the delivery", "配送费用"),
            ("cancel my order", "取消订单"),
        ] {
            let (english, chinese) = (concepts(english), concepts(chinese));
            assert!(!english.is_empty());
            assert_eq!(english, chinese);
        }
        assert!(concepts("").is_empty());
    }

    #[test]
    fn no_word_stands_in_two_concepts() {
        let words = LINES.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
        let count: usize = words.map(|line| line.split(',').count()).sum();
        assert_eq!(lexicon().len(), count);
    }
}
