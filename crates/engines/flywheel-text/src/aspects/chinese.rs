//! What a Chinese opinion is about, by the words before and behind it.

use std::ops::Range;

use flywheel_language::{TermKind, terms};

use super::between::Role;
use super::pairs::Sight;
use crate::mood::Opinion;

/// Where the thing stands that an opinion is about, and where the opinion itself; `last` is the thing spoken of before.
pub(super) fn target(
    sight: &Sight<'_>,
    opinion: &Opinion,
    clause: &Range<usize>,
    last: Option<Range<usize>>,
) -> Option<(Range<usize>, Range<usize>)> {
    let folded = &sight.reading.folded;
    let place = opinion.place.clone();
    // "态度差" is a thing and its opinion in one word.
    let within = sight.known.iter().find(|(known, _)| known.end > place.start && known.end < place.end);
    if let Some((known, _)) = within {
        let said =
            folded[known.end..place.end].trim_start_matches(['很', '太', '超', '比', '较', '更', '挺']);
        let start = place.end - said.len();
        // "客服态度差": the thing before says whose.
        let whose =
            sight.known.iter().find(|(before, _)| before.end == known.start && before.start >= clause.start);
        let from = whose.map_or(known.start, |(before, _)| before.start);
        return (!said.is_empty()).then_some((from..known.end, start..place.end));
    }
    if let Some(after) = folded[place.end..clause.end].strip_prefix('的') {
        let start = clause.end - after.len();
        let named = terms(after).into_iter().next().filter(|term| names(sight, term.text, term.kind));
        let known =
            sight.known.iter().find(|(known, _)| known.start == start).map(|(known, _)| known.clone());
        if let Some(thing) = known.or_else(|| named.map(|term| start..start + term.place.end)) {
            return Some((thing, place));
        }
    }
    let end = opinion.from.max(clause.start).min(place.start);
    let before = &folded[clause.start..end];
    let cut = terms(before);
    let mut rest = cut.iter().rev().skip_while(|term| sight.between.is(Role::Passed, term.text));
    let thing = rest.next().and_then(|term| {
        let found = clause.start + term.place.start..clause.start + term.place.end;
        // A word of the list may be longer than the cutter's: it covers more.
        let known =
            sight.known.iter().rev().find(|(known, _)| known.end == found.end && known.start >= clause.start);
        let named = names(sight, term.text, term.kind).then_some(found);
        known.map(|(known, _)| known.clone()).or(named)
    });
    let thing = thing.or_else(|| {
        // "早餐很丰富,也很好吃": a clause that goes on speaks of the same thing.
        let goes_on = cut.iter().all(|term| sight.between.is(Role::Passed, term.text))
            && ["也", "又", "还", "而且", "并且", "非常", "很"].iter().any(|word| before.starts_with(word));
        last.filter(|last| goes_on && last.end <= clause.start && clause.start - last.end <= 30)
    });
    thing.map(|thing| (thing, place))
}

fn names(sight: &Sight<'_>, word: &str, kind: TermKind) -> bool {
    let long = word.chars().nth(1).is_some();
    matches!(kind, TermKind::Han | TermKind::Word)
        && long
        && !sight.between.is(Role::Empty, word)
        && !sight.between.is(Role::Passed, word)
}
