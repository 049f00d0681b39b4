//! What a message is compared by: its stems, pairs of neighbours, shared subjects, and faintly its praise and blame.

use std::collections::BTreeMap;

use flywheel_language::is_han;

use crate::subjects::{concept_name, concept_of, concepts_in};
use crate::tokens::{Part, Reading, Token};

/// The mark before a subject that both languages share.
pub(super) const CONCEPT: char = '=';
/// The mark before a word of praise or blame.
pub(super) const VALUE: char = '~';

/// The features of a message, each once, sorted.
pub(super) fn features(reading: &Reading) -> Vec<String> {
    let mut found = Vec::new();
    let tokens = &reading.tokens;
    for (at, token) in tokens.iter().enumerate() {
        match token.part {
            Part::Subject => {
                found.push(token.stem.to_string());
                if let Some(next) = tokens.get(at + 1).filter(|next| next.part == Part::Subject) {
                    found.push(format!("{} {}", token.stem, next.stem));
                }
            }
            Part::Value => found.push(format!("{VALUE}{}", token.stem)),
            _ => {}
        }
        let mut stems = String::new();
        for token in tokens[at..].iter().take(3).take_while(|token| token.part != Part::Break) {
            if !stems.is_empty() {
                stems.push(' ');
            }
            stems.push_str(&token.stem);
            for concept in concept_of(&stems).unwrap_or_default() {
                found.push(format!("{CONCEPT}{}", concept_name(*concept)));
            }
        }
    }
    if reading.folded.chars().any(is_han) {
        found.extend(
            concepts_in(&reading.folded).iter().map(|concept| format!("{CONCEPT}{}", concept_name(*concept))),
        );
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// Whether whatever a message speaks of stands in one clause.
pub(super) fn single(reading: &Reading) -> bool {
    let speaks = |token: &Token| matches!(token.part, Part::Subject | Part::Value);
    let clauses = reading.tokens.split(|token| token.part == Part::Break);
    clauses.filter(|clause| clause.iter().any(speaks)).nth(1).is_none()
}

/// How much a feature weighs beside its rarity.
pub(super) fn emphasis(feature: &str) -> f32 {
    match feature.chars().next() {
        Some(CONCEPT) => 2.0,
        Some(VALUE) => 0.3,
        _ if feature.contains(' ') => 0.5,
        _ => 1.0,
    }
}

/// Whether a feature can name a theme: a word or a pair of words of a subject.
pub(super) fn names(feature: &str) -> bool {
    !feature.starts_with([CONCEPT, VALUE])
}

/// How the words and pairs of a message are spelled: each wanted feature with its text, counted.
pub(super) fn spellings<'a>(
    reading: &'a Reading,
    wanted: impl Fn(&str) -> bool,
    counted: &mut BTreeMap<String, BTreeMap<String, u32>>,
) {
    let mut count = |feature: String, from: &Token, to: &Token| {
        let place = from.place.start as usize..to.place.end as usize;
        if let Some(text) = reading.folded.get(place) {
            *counted.entry(feature).or_default().entry(text.to_owned()).or_default() += 1;
        }
    };
    for (at, token) in reading.tokens.iter().enumerate() {
        let feature = match token.part {
            Part::Subject => token.stem.to_string(),
            Part::Value => format!("{VALUE}{}", token.stem),
            _ => continue,
        };
        if wanted(&feature) {
            count(feature, token, token);
        }
        let next = reading.tokens.get(at + 1).filter(|next| next.part == Part::Subject);
        if let (Part::Subject, Some(next)) = (token.part, next) {
            let pair = format!("{} {}", token.stem, next.stem);
            if wanted(&pair) {
                count(pair, token, next);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tokens::read;

    #[test]
    fn both_languages_meet_in_their_subjects() {
        let english = features(&read("The payment failed twice"));
        let chinese = features(&read("付款失败了两次"));
        let shared: Vec<&String> = english.iter().filter(|feature| chinese.contains(feature)).collect();
        assert_eq!(shared, ["=payment"], "{english:?} {chinese:?}");
        assert!(english.contains(&"pay fail".to_owned()), "{english:?}");
    }

    #[test]
    fn clauses_that_speak_of_something_are_counted() {
        for (text, expected) in [
            ("The search finds nothing!", true),
            ("搜索形同虚设。。。", true),
            ("The search finds nothing, kindly confirm receipt", false),
            ("搜索坏了，请尽快修复", false),
            ("", true),
        ] {
            assert_eq!(single(&read(text)), expected, "{text}");
        }
    }

    #[test]
    fn pairs_do_not_reach_across_a_mark() {
        let found = features(&read("late, flight"));
        assert!(!found.contains(&"late flight".to_owned()), "{found:?}");
        assert!(features(&read("late flight")).contains(&"lat flight".to_owned()));
    }
}
