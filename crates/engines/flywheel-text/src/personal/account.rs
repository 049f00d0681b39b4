//! Names of accounts: `@somebody`.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::reading::{Reading, note};

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for &at in &reading.ats {
        let before = reading.before(at);
        if before.is_ascii_alphanumeric() || matches!(before, b'.' | b'_' | b'-' | b'/' | b'@') {
            continue;
        }
        let rest = &reading.text[at + 1..];
        let long = rest
            .bytes()
            .take(31)
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'))
            .count();
        let name = rest[..long].trim_end_matches(['.', '-']);
        let next = reading.at(at + 1 + name.len());
        let latin = (2..=30).contains(&name.len())
            && name.bytes().any(|byte| byte.is_ascii_alphabetic())
            && !matches!(next, b'@' | b'/');
        if latin {
            note(found, PersonalKind::Account, at..at + 1 + name.len(), Certainty::Certain);
        } else if long == 0
            && let Some(long) = chinese(rest)
        {
            note(found, PersonalKind::Account, at..at + 1 + long, Certainty::Likely);
        }
    }
}

/// How long a Chinese account's name is that a text begins with: two to ten characters, closed by a blank, a colon or the end.
fn chinese(rest: &str) -> Option<usize> {
    let characters = rest.chars().take(11).take_while(|character| {
        flywheel_language::is_han(*character) || *character == '_' || character.is_ascii_alphanumeric()
    });
    let (count, long) =
        characters.fold((0, 0), |(count, long), character| (count + 1, long + character.len_utf8()));
    let closed = rest[long..].chars().next().is_none_or(|next| next.is_whitespace() || next == ':');
    ((2..=10).contains(&count) && closed).then_some(long)
}
