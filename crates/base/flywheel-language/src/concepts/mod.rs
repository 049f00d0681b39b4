//! What words of both languages mean alike: `付款`, `payment` and `checkout` are one concept.

mod list;
#[cfg(test)]
mod tests;

use crate::{TermKind, is_han, terms};
pub use list::CONCEPT_LIST;
use list::list;

/// Words of a phrase at most.
const LONGEST_PHRASE: usize = 3;

/// The concepts that a term may mean, by name, those that are subjects first; none for most words.
///
/// The term is a folded one, as [`crate::terms`] cuts it; an English plural or tense means what its [stem](crate::stem)
/// means.
pub fn concepts(term: &str) -> &'static [&'static str] {
    list().words.get(crate::stem(term).as_str()).map_or(&[], |meaning| meaning.names.as_slice())
}

/// The concepts that one to three stems in a row name, parted by spaces, by number, rising, those that are subjects first.
///
/// A Chinese word is met here where it is one character; [`concepts_in_chinese`] meets the longer ones.
pub fn concepts_of(stems: &str) -> &'static [u16] {
    if is_long_chinese(stems) { &[] } else { meaning(stems) }
}

/// The concepts that the Chinese words of a folded text name, by number, rising, each once; of the words that begin at one
/// place the longest counts, and those of one character are left to [`concepts_of`].
pub fn concepts_in_chinese(folded: &str) -> Vec<u16> {
    let list = list();
    let mut found: Vec<u16> = Vec::new();
    let mut rest = folded;
    while let Some(first) = rest.chars().next() {
        let words = if is_han(first) { list.chinese.get(&first) } else { None };
        let word = words.and_then(|words| words.iter().find(|word| rest.starts_with(**word)));
        found.extend(word.map_or(&[] as &[u16], |word| meaning(word)));
        rest = &rest[word.map_or(first.len_utf8(), |word| word.len())..];
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The concepts that a folded text of either language names, by number, rising, each once.
pub fn concepts_in(folded: &str) -> Vec<u16> {
    let mut found = concepts_in_chinese(folded);
    let mut run: Vec<String> = Vec::new();
    for term in terms(folded) {
        match term.kind {
            // A hyphen and an apostrophe part nothing.
            TermKind::Mark if matches!(term.text, "-" | "'" | "_" | "#") => {}
            TermKind::Mark | TermKind::Emoji => run.clear(),
            TermKind::Word | TermKind::Han | TermKind::Number => {
                if run.len() == LONGEST_PHRASE {
                    run.remove(0);
                }
                run.push(crate::stem(term.text));
                for start in 0..run.len() {
                    found.extend(concepts_of(&run[start..].join(" ")));
                }
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

fn meaning(stems: &str) -> &'static [u16] {
    list().words.get(stems).map_or(&[], |meaning| meaning.numbers.as_slice())
}

fn is_long_chinese(word: &str) -> bool {
    word.chars().next().is_some_and(|first| is_han(first) && word.len() > first.len_utf8())
}

/// The name of a concept, as the list has it; empty for a number that is none.
pub fn concept_name(concept: u16) -> &'static str {
    list().names.get(usize::from(concept)).copied().unwrap_or_default()
}

/// Whether a concept tells by itself what a text is about; mere trouble, praise and words with a wide sense do not.
pub fn is_subject(concept: u16) -> bool {
    usize::from(concept) < list().subjects
}

/// The words of a concept in both languages, phrases left out, those that say it most plainly first; none for a name that
/// is no concept.
pub fn words_of(concept: &str) -> impl Iterator<Item = &'static str> {
    let lines = list::lines().filter(move |line| line.name == concept);
    lines.flat_map(|line| line.words()).filter(|word| !word.contains([' ', '-']))
}
