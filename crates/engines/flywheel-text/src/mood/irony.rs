//! Whether a praise is likely meant the other way.

use super::opinions::Opinion;
use super::words::{Meaning, Role};
use crate::lexicon::Unit;
use crate::reading::{Reading, Sort};

/// Whether the praise of a message is likely mockery: a phrase or picture that mocks beside something bad, a praise in
/// quotation marks, thanks for something bad, or a cheer that nothing but bad news follows.
///
/// None of it is certain: the mood that comes of it never is.
pub(super) fn is_likely(reading: &Reading<'_>, units: &[Unit<Meaning>], opinions: &[Opinion]) -> bool {
    let is = |unit: &Unit<Meaning>, role: Role| unit.meaning.is_some_and(|meaning| meaning.is(role));
    let blame: f64 = opinions.iter().map(|opinion| (-opinion.value).max(0.0)).sum();
    let praise: f64 = opinions.iter().map(|opinion| opinion.value.max(0.0)).sum();
    let hints = units.iter().filter(|unit| is(unit, Role::Lack)).count() as f64 * 0.25;
    let mocking = units.iter().filter(|unit| is(unit, Role::Irony)).count();
    let wry = units.iter().any(|unit| matches!(unit.sort, Sort::Sign(_, true)));
    let bad = blame + hints;
    if mocking > 0 && ((bad >= 0.7 && bad >= 0.5 * praise) || (opinions.is_empty() && only_mocks(units))) {
        return true;
    }
    let words: Vec<&Opinion> = opinions.iter().filter(|opinion| !opinion.sign).collect();
    if wry && words.iter().any(|opinion| opinion.value > 0.0) && !units.iter().any(|unit| is(unit, Role::But))
    {
        return true;
    }
    if words.iter().any(|opinion| opinion.value > 0.0 && quoted(&reading.folded, opinion)) {
        return true;
    }
    // "Thanks for losing my bag"; "Great, another crash": the only praise is a cheer at the start.
    let mut spoken =
        units.iter().enumerate().filter(|(_, unit)| !matches!(unit.sort, Sort::Name | Sort::Mark(_)));
    let Some((at, cheer)) = spoken.next().filter(|(_, unit)| is(unit, Role::Praise)) else { return false };
    let Some(first) =
        words.first().filter(|opinion| opinion.place.start == cheer.start && opinion.value > 0.0)
    else {
        return false;
    };
    let alone = praise - first.value <= 0.0;
    let follows = |text: &str| reading.folded[cheer.end..].trim_start().starts_with(text);
    let near = words.get(1).is_some_and(|next| next.clause == first.clause && next.value < 0.0);
    let again = follows(", another")
        || follows("another")
        || follows(", now")
        || follows(". now")
        || follows(". another");
    let broken_off = units.get(at + 1).is_some_and(|next| matches!(next.sort, Sort::Mark(',' | '.' | '!')));
    let turned = units.iter().any(|unit| is(unit, Role::But));
    alone
        && !turned
        && ((follows("for ") && near) || (again && blame + hints > 0.0) || (broken_off && blame >= 3.0))
}

/// A praise in quotation marks, alone in them.
fn quoted(folded: &str, opinion: &Opinion) -> bool {
    // Chinese puts names and terms in quotation marks too.
    let latin = folded[opinion.place.clone()].is_ascii();
    latin && folded[..opinion.place.start].ends_with('"') && folded[opinion.place.end..].starts_with('"')
}

/// Whether a message is little more than the phrase that mocks: "呵呵", "yeah right".
fn only_mocks(units: &[Unit<Meaning>]) -> bool {
    let spoken = units.iter().filter(|unit| !matches!(unit.sort, Sort::Mark(_) | Sort::Name));
    spoken.take(4).count() <= 3
}
