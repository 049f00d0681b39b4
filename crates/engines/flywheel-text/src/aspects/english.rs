//! What an English opinion is about, by the words before and behind it.

use std::ops::Range;

use super::between::Role;
use super::pairs::Sight;
use crate::mood::Opinion;
use crate::reading::{Sort, Token};

/// Where the thing stands that an opinion is about, and where the opinion itself.
pub(super) fn target(
    sight: &Sight<'_>,
    opinion: &Opinion,
    clause: &Range<usize>,
) -> Option<(Range<usize>, Range<usize>)> {
    let words: Vec<Token> = sight
        .reading
        .tokens
        .iter()
        .skip(sight.reading.tokens.partition_point(|token| token.start < clause.start))
        .take_while(|token| token.end <= clause.end)
        .copied()
        .collect();
    let first = words.iter().position(|token| token.start >= opinion.place.start)?;
    let next = words.iter().position(|token| token.start >= opinion.place.end).unwrap_or(words.len());
    let text = |token: &Token| sight.reading.word(token);
    let linked = words[..first]
        .iter()
        .rev()
        .find(|token| !sight.between.is(Role::Passed, text(token)))
        .is_some_and(|token| sight.between.is(Role::Links, text(token)));
    let before = || thing_before(sight, opinion, &words[..first]);
    let after = || thing_after(sight, opinion, &words[next..]);
    let target = if linked { before() } else { after().or_else(before) };
    target.map(|target| (target, opinion.place.clone()))
}

/// Whether a word may belong to the name of a thing.
fn names(sight: &Sight<'_>, opinion: &Opinion, token: &Token) -> bool {
    let word = sight.reading.word(token);
    let inside = |other: &Opinion| other.place.start <= token.start && token.end <= other.place.end;
    token.sort == Sort::Word
        && word.len() >= 2
        && word.is_ascii()
        && !sight.between.is(Role::Empty, word)
        && !word.ends_with("ly")
        && !drawled(word)
        && (word.len() > 2 || known(sight, token))
        && (known(sight, token) || !sight.opinions.iter().any(|other| inside(other) && other != opinion))
        && !inside(opinion)
}

/// Whether a word is drawn out, as names never are: "sooo", "verrry".
fn drawled(word: &str) -> bool {
    let same =
        |three: &[u8]| three[0].is_ascii_alphabetic() && three.iter().all(|letter| *letter == three[0]);
    word.as_bytes().windows(3).any(same)
}

fn known(sight: &Sight<'_>, token: &Token) -> bool {
    sight.known.iter().any(|(place, _)| place.start <= token.start && token.end <= place.end)
}

/// "The mobile checkout is very slow", "the app crashes".
fn thing_before(sight: &Sight<'_>, opinion: &Opinion, words: &[Token]) -> Option<Range<usize>> {
    let text = |token: &Token| sight.reading.word(token);
    let passed = words.iter().rev().take_while(|token| {
        let word = text(token);
        (sight.between.is(Role::Passed, word) || sight.between.is(Role::Links, word)) && !known(sight, token)
    });
    let rest = &words[..words.len() - passed.count()];
    let names = rest.iter().rev().take_while(|token| names(sight, opinion, token)).take(3);
    let name: Vec<&Token> = names.collect();
    Some(name.last()?.start..name.first()?.end)
}

/// "Slow checkout", "love the new design".
fn thing_after(sight: &Sight<'_>, opinion: &Opinion, words: &[Token]) -> Option<Range<usize>> {
    let lead = words
        .iter()
        .take(2)
        .take_while(|token| sight.between.is(Role::Leads, sight.reading.word(token)))
        .count();
    let names = words[lead..].iter().take_while(|token| names(sight, opinion, token)).take(3);
    let name: Vec<&Token> = names.collect();
    // A thing of the list ends the name: "great service today".
    let end =
        name.iter().rposition(|token| known(sight, token)).unwrap_or(name.len().min(2).saturating_sub(1));
    Some(name.first()?.start..name.get(end)?.end)
}
