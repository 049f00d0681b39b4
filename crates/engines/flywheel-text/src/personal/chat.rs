//! Identifiers of WeChat and QQ, where the text says that one follows.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::{Cue, value_after};
use super::reading::{Reading, note};

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for cue in &reading.cues {
        let (start, explicit) = match cue.cue {
            Cue::Wechat | Cue::Qq => value_after(&reading.text, cue.end),
            _ => continue,
        };
        let rest = &reading.bytes()[start..];
        let long = match cue.cue {
            Cue::Qq => number(rest),
            _ => identifier(rest, explicit),
        };
        let end = start + long;
        if long > 0
            && (reading.opens(start) || start == cue.end)
            && reading.closes(end)
            && reading.at(end) != b'@'
        {
            note(found, PersonalKind::Chat, start..end, Certainty::Certain);
        }
    }
}

/// QQ: five to twelve digits that do not begin with 0.
fn number(rest: &[u8]) -> usize {
    let digits = rest.iter().take(13).take_while(|byte| byte.is_ascii_digit()).count();
    if (5..=12).contains(&digits) && rest[0] != b'0' { digits } else { 0 }
}

/// WeChat: a letter, then five to nineteen letters, digits, dashes and underscores; a plain word is none.
fn identifier(rest: &[u8], explicit: bool) -> usize {
    let long = rest
        .iter()
        .take(21)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        .count();
    let value = &rest[..long];
    let marked =
        value.iter().any(u8::is_ascii_digit) || value.contains(&b'_') || explicit && value.contains(&b'-');
    if (6..=20).contains(&long) && value[0].is_ascii_alphabetic() && marked { long } else { 0 }
}
