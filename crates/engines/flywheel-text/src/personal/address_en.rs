//! English addresses: a number, a street's name and its kind, then flat, town and code.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::reading::{Reading, note};

/// Kinds of streets, in lower case.
const KINDS: &[&str] = &[
    "street",
    "st",
    "avenue",
    "ave",
    "road",
    "rd",
    "lane",
    "ln",
    "drive",
    "dr",
    "boulevard",
    "blvd",
    "court",
    "ct",
    "place",
    "pl",
    "square",
    "sq",
    "terrace",
    "ter",
    "close",
    "crescent",
    "cres",
    "parkway",
    "pkwy",
    "highway",
    "hwy",
    "circle",
    "cir",
    "trail",
    "trl",
    "way",
    "row",
    "mews",
    "gardens",
    "grove",
    "hill",
    "quay",
    "alley",
    "broadway",
    "plaza",
    "loop",
    "walk",
    "green",
    "rise",
];
/// Words that a flat is called.
const FLATS: &[&str] =
    &["apt", "apartment", "suite", "ste", "unit", "flat", "floor", "room", "#", "bldg", "building", "level"];

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for span in &reading.digits {
        if span.len() > 6
            || !matches!(
                reading.before(span.start),
                b' ' | b'\n' | b'\t' | b',' | b':' | b'(' | b'"' | b'\'' | 0 | 0x80..
            )
        {
            continue;
        }
        if let Some(end) = street(reading, span.end) {
            note(found, PersonalKind::Address, span.start..end, Certainty::Likely);
        }
    }
    for mark in ["PO Box ", "P.O. Box ", "P.O.Box ", "Po Box ", "po box ", "POBox "] {
        for (start, _) in reading.text.match_indices(mark) {
            let at = start + mark.len();
            let digits =
                reading.bytes()[at..].iter().take(8).take_while(|byte| byte.is_ascii_digit()).count();
            if digits > 0 && !reading.before(start).is_ascii_alphanumeric() {
                note(found, PersonalKind::Address, start..tail(reading, at + digits), Certainty::Likely);
            }
        }
    }
}

/// Where the address ends whose number ends at a place.
fn street(reading: &Reading<'_>, number: usize) -> Option<usize> {
    let mut at = number;
    if reading.at(at).is_ascii_alphabetic() && reading.at(at + 1) == b' ' {
        at += 1;
    }
    let (mut last, mut titled) = (None, false);
    for words in 0..6 {
        if reading.at(at) != b' ' {
            break;
        }
        let (word, end) = word(reading, at + 1);
        let capital = word.starts_with(|first: char| first.is_uppercase() || first.is_ascii_digit());
        if word.is_empty() || !capital {
            break;
        }
        // Text in capitals throughout says nothing by them.
        titled |= word.starts_with(|first: char| first.is_ascii_digit())
            || word.chars().nth(1).is_some_and(char::is_lowercase);
        at = end;
        let kind = word.trim_end_matches('.').to_ascii_lowercase();
        if words > 0 && titled && KINDS.contains(&kind.as_str()) || kind == "broadway" {
            last = Some(end);
        }
    }
    last.map(|end| tail(reading, end))
}

/// Goes on over a flat, a town, a state and a code.
fn tail(reading: &Reading<'_>, street: usize) -> usize {
    let mut end = street;
    let mut at = skip(reading, end);
    let (first, after) = word(reading, at);
    if FLATS.contains(&first.trim_end_matches('.').to_ascii_lowercase().as_str()) {
        let (flat, stop) = word(reading, skip(reading, after));
        if !flat.is_empty()
            && flat.len() <= 6
            && flat.bytes().any(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
        {
            end = stop;
            at = skip(reading, end);
        }
    } else if reading.at(at) == b'#' {
        let (_, stop) = word(reading, at + 1);
        end = stop;
        at = skip(reading, end);
    }
    // A town counts only with the code behind it.
    let mut from = at;
    for _ in 0..6 {
        let (part, stop) = word(reading, from);
        let (second, behind) = word(reading, skip(reading, stop));
        if is_code_in_two(part, second) {
            return behind;
        }
        let digits = part.len() >= 4 && part.bytes().filter(u8::is_ascii_digit).count() >= 3;
        if digits && part.len() <= 7 {
            let more = reading.bytes()[stop..].iter().take(5).enumerate();
            let long = more
                .take_while(|(place, byte)| if *place == 0 { **byte == b'-' } else { byte.is_ascii_digit() })
                .count();
            return if long == 5 { stop + 5 } else { stop };
        }
        if part.is_empty() || !part.starts_with(|first: char| first.is_uppercase()) {
            break;
        }
        from = skip(reading, stop);
    }
    end
}

/// Whether two words are a British (`NW1 6XE`) or Canadian (`K1A 0B1`) postcode.
fn is_code_in_two(first: &str, second: &str) -> bool {
    let upper = |byte: &u8| byte.is_ascii_uppercase();
    let digit = |byte: &u8| byte.is_ascii_digit();
    let begins = (2..=4).contains(&first.len())
        && first.bytes().next().is_some_and(|byte| upper(&byte))
        && first.bytes().any(|byte| digit(&byte))
        && first.bytes().all(|byte| upper(&byte) || digit(&byte));
    let [one, two, three] = second.as_bytes() else { return false };
    begins && digit(one) && (upper(two) && upper(three) || first.len() == 3 && upper(two) && digit(three))
}

/// The next word and where it ends.
fn word<'a>(reading: &'a Reading<'_>, at: usize) -> (&'a str, usize) {
    let rest = &reading.text[at.min(reading.text.len())..];
    let long: usize = rest
        .chars()
        .take(24)
        .take_while(|character| {
            character.is_alphanumeric() && !flywheel_language::is_han(*character)
                || matches!(character, '\'' | '-')
        })
        .map(char::len_utf8)
        .sum();
    let dot = usize::from(long > 0 && long <= 4 && rest[long..].starts_with(". "));
    (&rest[..long], at + long + dot)
}

/// Passes over a comma and blanks.
fn skip(reading: &Reading<'_>, at: usize) -> usize {
    at + reading.bytes()[at.min(reading.text.len())..]
        .iter()
        .take(3)
        .take_while(|byte| matches!(byte, b' ' | b',' | b'\n'))
        .count()
}
