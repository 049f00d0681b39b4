//! Numbers of payment cards: ISO/IEC 7812, with Luhn's checksum and an issuer that exists.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::Cue;
use super::reading::{Reading, note};

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for (run, span) in reading.digits.iter().enumerate() {
        let start = span.start;
        if span.len() < 4 || !reading.opens(start) {
            continue;
        }
        let said = reading.said(start, 28) == Some(Cue::BankCard);
        // Groups in the middle of a longer number are no card's.
        if reading.is_tail(run) && !said {
            continue;
        }
        reading.chain(run, b" -", 19, |digits, lengths, end| {
            let plausible = is_issued(digits, said) && is_grouped(lengths) && luhn(digits);
            if !plausible || !reading.closes(end) || (reading.denied_card(start) && !said) {
                return false;
            }
            let certainty = if said || lengths.len() > 1 { Certainty::Certain } else { Certainty::Likely };
            note(found, PersonalKind::BankCard, start..end, certainty);
            true
        });
    }
}

/// How cards are printed: in one piece, in fours, or as issuers group them.
fn is_grouped(lengths: &[usize]) -> bool {
    let fours =
        lengths[..lengths.len() - 1].iter().all(|length| *length == 4) && lengths[lengths.len() - 1] <= 4;
    lengths.len() == 1
        || fours
        || matches!(lengths, [4, 6, 4 | 5] | [6, 13] | [6, 10] | [4, 4, 5] | [4, 8, 4])
}

/// Whether an issuer has numbers of this beginning and length.
fn is_issued(digits: &[u8], said: bool) -> bool {
    if digits.len() < 12 {
        return false;
    }
    let begins =
        |count: usize| digits[..count].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    match (begins(1), begins(2), begins(4), digits.len()) {
        (_, 34 | 37, _, 15) => true,
        (_, 30 | 36 | 38 | 39, _, 14 | 16) => true,
        (_, 35, _, 16..=19) => true,
        (_, _, 2131 | 1800, 15) => true,
        (4, _, _, 13 | 16 | 19) => true,
        (_, 51..=55, _, 16) => true,
        (_, _, 2221..=2720, 16) => true,
        (_, _, 2200..=2204, 16) => true,
        (_, 62, _, 16..=19) => true,
        (_, 60 | 64 | 65 | 81, _, 16 | 17 | 19) => true,
        // Chinese debit cards from before the common beginning 62.
        (9, _, _, 16..=19) => said,
        // Eighteen digits are an identity card's rather than a bank card's.
        (_, 50 | 56..=58 | 61 | 63 | 66..=69, _, long) => long != 18 || said,
        _ => false,
    }
}

/// Luhn's formula: ISO/IEC 7812-1, annex B.
fn luhn(digits: &[u8]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') << (place % 2);
            if digit > 9 { digit - 9 } else { digit }
        })
        .sum();
    sum.is_multiple_of(10) && digits.iter().any(|digit| *digit != digits[0])
}
