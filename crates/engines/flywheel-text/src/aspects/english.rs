//! What an English opinion is about, by the words before and behind it.

use std::ops::Range;

use super::pairs::Sight;
use crate::mood::Opinion;
use crate::reading::{Sort, Token};

/// Words that join a thing to its opinion.
const LINKS: &str = " is are was were be been being isn't aren't wasn't weren't ain't looks look looked feels feel felt seems seem seemed sounds sounded tastes tasted smells smelled gets got became becomes works work worked runs runs remains stays has have had keeps kept keep 's ";
/// Words passed over between a thing and its opinion.
const PASSED: &str = " very really so too just also still not never always often quite pretty extremely super totally absolutely completely even all a an bit little constantly currently now again rather somewhat kind of sort as that this much more most way far no longer only both either simply truly definitely ever such incredibly sometimes usually almost don't doesn't didn't does do did can't cannot won't will would can could and ";
/// Words that cannot name a thing.
const EMPTY: &str = " i you he she it we they me him her us them my your his its our their this that these those there here what which who whom whose when where why how if then than because since until while as so but and or nor for to of in on at by with from up down out off over under about into onto after before again further once the a an some any each every all both few more most other such no not only own same too very can will just should would could may might must shall do does did done doing have has had having be am is are was were been being get gets got getting go goes going went gone make makes made making take takes took use uses used using try tries tried trying want wants need needs let lets keep keeps say says said see sees seen saw know think thought feel felt give gives gave given put come comes came look looks time times day days week weeks month months year years today yesterday tomorrow tonight now ever never always still also even much many lot lots way thing things something anything everything nothing one ones two first second last next new old people person someone anyone everyone guys guy please thanks thank well yes ok okay really back away until without within around through during per via plus etc im i'm i've i'd i'll it's don't doesn't didn't can't won't isn't wasn't you're they're we're that's there's he's she's let's because maybe already yet almost enough else though although however instead actually especially basically literally seriously overall again since stop stopped start started tell told ask asked call called help wait find found show shows happen happened buy bought work works working open run fix add like said wish hope free able sure least ";
/// Words that may stand between a verb of liking and its thing.
const LEADS: &str = " the this that my your our their its these those using with how a an ";

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
        .find(|token| !is(PASSED, text(token)))
        .is_some_and(|token| is(LINKS, text(token)));
    let before = || thing_before(sight, opinion, &words[..first]);
    let after = || thing_after(sight, opinion, &words[next..]);
    let target = if linked { before() } else { after().or_else(before) };
    target.map(|target| (target, opinion.place.clone()))
}

fn is(list: &str, word: &str) -> bool {
    // Lists are short lines of words between spaces.
    list.match_indices(word)
        .any(|(at, _)| list[..at].ends_with(' ') && list[at + word.len()..].starts_with(' '))
}

/// Whether a word may belong to the name of a thing.
fn names(sight: &Sight<'_>, opinion: &Opinion, token: &Token) -> bool {
    let word = sight.reading.word(token);
    let inside = |other: &Opinion| other.place.start <= token.start && token.end <= other.place.end;
    token.sort == Sort::Word
        && word.len() >= 2
        && word.is_ascii()
        && !is(EMPTY, word)
        && !word.ends_with("ly")
        && (word.len() > 2 || known(sight, token))
        && (known(sight, token) || !sight.opinions.iter().any(|other| inside(other) && other != opinion))
        && !inside(opinion)
}

fn known(sight: &Sight<'_>, token: &Token) -> bool {
    sight.known.iter().any(|(place, _)| place.start <= token.start && token.end <= place.end)
}

/// "The mobile checkout is very slow", "the app crashes".
fn thing_before(sight: &Sight<'_>, opinion: &Opinion, words: &[Token]) -> Option<Range<usize>> {
    let text = |token: &Token| sight.reading.word(token);
    let passed = words.iter().rev().take_while(|token| {
        let word = text(token);
        (is(PASSED, word) || is(LINKS, word)) && !known(sight, token)
    });
    let rest = &words[..words.len() - passed.count()];
    let names = rest.iter().rev().take_while(|token| names(sight, opinion, token)).take(3);
    let name: Vec<&Token> = names.collect();
    Some(name.last()?.start..name.first()?.end)
}

/// "Slow checkout", "love the new design".
fn thing_after(sight: &Sight<'_>, opinion: &Opinion, words: &[Token]) -> Option<Range<usize>> {
    let lead = words.iter().take(2).take_while(|token| is(LEADS, sight.reading.word(token))).count();
    let names = words[lead..].iter().take_while(|token| names(sight, opinion, token)).take(3);
    let name: Vec<&Token> = names.collect();
    // A thing of the list ends the name: "great service today".
    let end =
        name.iter().rposition(|token| known(sight, token)).unwrap_or(name.len().min(2).saturating_sub(1));
    Some(name.first()?.start..name.get(end)?.end)
}
