//! Numbers of Chinese identity cards: GB 11643, 18 digits with a checksum, and the 15 of before 2000.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::Cue;
use super::reading::{Reading, note};

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for (run, span) in reading.digits.iter().enumerate() {
        let start = span.start;
        if span.len() < 3 || !reading.opens(start) {
            continue;
        }
        reading.chain(run, b" -", 18, |digits, _, end| {
            let (long, end) = match digits.len() {
                18 => (is_long(digits, digits[17]), end),
                17 => {
                    let blank = usize::from(matches!(reading.at(end), b' ' | b'-'));
                    let last = reading.at(end + blank);
                    (matches!(last, b'x' | b'X') && is_long(digits, b'X'), end + blank + 1)
                }
                _ => (false, end),
            };
            if long && reading.closes(end) {
                note(found, PersonalKind::IdCard, start..end, Certainty::Certain);
                return true;
            }
            let said = reading.said(start, 28) == Some(Cue::IdCard);
            let short = digits.len() == 15
                && (said || !reading.is_tail(run))
                && is_short(digits)
                && (said || is_county(digits));
            if short && reading.closes(end) && !reading.denied(start) {
                let certainty = if said { Certainty::Certain } else { Certainty::Likely };
                note(found, PersonalKind::IdCard, start..end, certainty);
                return true;
            }
            false
        });
    }
}

/// Eighteen characters: a region, a date of birth, and ISO 7064 MOD 11-2 over all of them.
fn is_long(digits: &[u8], last: u8) -> bool {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 =
        digits[..17].iter().zip(WEIGHTS).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let year = number(&digits[6..10]);
    b"10X98765432"[(sum % 11) as usize] == last
        && is_region(digits)
        && (1880..2100).contains(&year)
        && is_day(number(&digits[10..12]), number(&digits[12..14]))
}

/// Fifteen digits: a region, a date of birth with a year of two digits, a serial number.
fn is_short(digits: &[u8]) -> bool {
    is_region(digits) && is_day(number(&digits[8..10]), number(&digits[10..12]))
}

/// The province of GB/T 2260.
fn is_region(digits: &[u8]) -> bool {
    matches!(
        number(&digits[..2]),
        11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81 | 82 | 83 | 91
    )
}

/// Codes of cities and counties that are given out; without a checksum they are what there is to check.
fn is_county(digits: &[u8]) -> bool {
    matches!(number(&digits[2..4]), 1..=34 | 51..=53 | 90)
        && matches!(number(&digits[4..6]), 1..=35 | 81..=85)
}

fn is_day(month: u32, day: u32) -> bool {
    let longest = match month {
        2 => 29,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1..=longest).contains(&day)
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}
