//! Personal data in a text, Chinese and international forms: found, counted, and masked.
//!
//! A number is personal where its checksum and its form say so, or where the text calls it so; an order's number, a price,
//! a version or a date is not. A name counts only where the text makes it certain.
//! Reading takes time in proportion to the text.

mod account;
mod address_en;
mod address_zh;
mod bank_card;
mod birth_date;
mod chat;
mod cue;
mod email;
mod export;
mod iban;
mod id_card;
mod ip_address;
mod link;
mod mac_address;
mod mask;
mod name_en;
mod name_zh;
mod passport;
mod phone;
mod phone_chain;
mod plate;
mod reading;
mod report;
mod secret;
mod social_security;

use std::collections::BTreeMap;
use std::ops::Range;

use aho_corasick::AhoCorasick;
use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

pub use export::{ExportError, export};
pub use mask::{Counts, mask, mask_value};
pub use report::{Tally, tally};

use reading::Reading;

/// One piece of personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Which kind.
    pub kind: PersonalKind,
    /// Where it stands, in bytes of the text that was given.
    pub span: Range<usize>,
    /// How sure it is.
    pub certainty: Certainty,
}

/// The personal data of a text, in its order; no two overlap: the longer wins, of equals the more specific kind.
pub fn find(text: &str) -> Vec<Found> {
    let Some(reading) = Reading::of(text) else { return Vec::new() };
    let mut found = Vec::new();
    email::find(&reading, &mut found);
    link::find(&reading, &mut found);
    id_card::find(&reading, &mut found);
    bank_card::find(&reading, &mut found);
    iban::find(&reading, &mut found);
    social_security::find(&reading, &mut found);
    passport::find(&reading, &mut found);
    phone::find(&reading, &mut found);
    ip_address::find(&reading, &mut found);
    mac_address::find(&reading, &mut found);
    secret::find(&reading, &mut found);
    birth_date::find(&reading, &mut found);
    plate::find(&reading, &mut found);
    chat::find(&reading, &mut found);
    address_zh::find(&reading, &mut found);
    address_en::find(&reading, &mut found);
    name_en::find(&reading, &mut found);
    name_zh::find(&reading, &mut found);
    account::find(&reading, &mut found);
    if found.is_empty() {
        return found;
    }
    let mut kept = settle(found);
    let repeated = repeats(&reading, &kept);
    if !repeated.is_empty() {
        kept.extend(repeated);
        kept = settle(kept);
    }
    for found in &mut kept {
        found.span = reading.place(&found.span);
    }
    kept
}

/// Keeps the longest of those that overlap, of equals the earlier in the list of kinds that check more.
fn settle(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|found| {
        (
            usize::MAX - found.span.len(),
            std::cmp::Reverse(found.certainty),
            rank(found.kind),
            found.span.start,
        )
    });
    let mut kept: BTreeMap<usize, Found> = BTreeMap::new();
    for found in found {
        let before = kept.range(..found.span.end).next_back();
        if before.is_none_or(|(_, before)| before.span.end <= found.span.start) {
            kept.insert(found.span.start, found);
        }
    }
    kept.into_values().collect()
}

/// The more a kind checks, the lower.
fn rank(kind: PersonalKind) -> u8 {
    match kind {
        PersonalKind::Iban => 0,
        PersonalKind::BankCard => 1,
        PersonalKind::IdCard => 2,
        PersonalKind::Email | PersonalKind::Link => 3,
        PersonalKind::SocialSecurity | PersonalKind::Passport | PersonalKind::Chat => 4,
        PersonalKind::BirthDate | PersonalKind::Plate => 5,
        PersonalKind::MacAddress | PersonalKind::IpAddress => 6,
        PersonalKind::Phone => 7,
        PersonalKind::Secret => 8,
        PersonalKind::Name | PersonalKind::Account | PersonalKind::Address => 9,
    }
}

/// What was recognised once by the words beside it is the same elsewhere in the text.
fn repeats(reading: &Reading<'_>, found: &[Found]) -> Vec<Found> {
    let mut values: Vec<(&str, &Found)> = found
        .iter()
        .map(|found| (&reading.text[found.span.clone()], found))
        .filter(|(value, _)| value.chars().count() >= 2 && value.len() >= 3)
        .collect();
    values.sort_by_key(|(value, found)| (*value, rank(found.kind)));
    values.dedup_by_key(|(value, _)| *value);
    let again = |start: usize, end: usize, first: &Found| {
        reading.is_whole(start, end).then(|| Found {
            kind: first.kind,
            span: start..end,
            certainty: first.certainty,
        })
    };
    // Few values are looked for one by one; many at once, so that the time stays in proportion to the text.
    if values.len() <= 16 {
        return values
            .iter()
            .flat_map(|(value, first)| {
                reading.text.match_indices(value).map(|(at, part)| (at, at + part.len(), *first))
            })
            .filter_map(|(start, end, first)| again(start, end, first))
            .collect();
    }
    let Ok(matcher) = AhoCorasick::builder()
        .match_kind(aho_corasick::MatchKind::LeftmostLongest)
        .build(values.iter().map(|(value, _)| value))
    else {
        return Vec::new();
    };
    matcher
        .find_iter(reading.text.as_bytes())
        .filter_map(|hit| again(hit.start(), hit.end(), values[hit.pattern().as_usize()].1))
        .collect()
}

#[cfg(test)]
mod tests;
