//! Keys, passwords and one-time codes: by the form that their makers give them, or where the text says that one follows.

use std::sync::OnceLock;

use aho_corasick::AhoCorasick;
use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::{Cue, CueHit, value_after};
use super::reading::{Reading, note};

/// How keys of well-known services begin, and how many characters follow at least.
const FORMS: &[(&str, usize)] = &[
    ("sk-", 20),
    ("sk_live_", 16),
    ("sk_test_", 16),
    ("pk_live_", 16),
    ("pk_test_", 16),
    ("rk_live_", 16),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghu_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 18),
    ("npm_", 30),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("xoxa-", 16),
    ("xoxs-", 16),
    ("xapp-", 16),
    ("AKIA", 16),
    ("ASIA", 16),
    ("AIza", 30),
    ("ya29.", 20),
    ("LTAI", 12),
    ("AKID", 16),
    ("SG.", 30),
    ("eyJ", 30),
    ("hf_", 30),
    ("dop_v1_", 30),
    ("shpat_", 24),
    ("pypi-", 30),
    ("whsec_", 20),
    ("EAACEdEose0cBA", 10),
];

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    formed(reading, found);
    for cue in &reading.cues {
        match cue.cue {
            Cue::Password => password(reading, cue, found),
            Cue::OneTimeCode => code(reading, cue, found),
            Cue::Bearer => bearer(reading, cue, found),
            _ => {}
        }
    }
}

fn formed(reading: &Reading<'_>, found: &mut Vec<Found>) {
    static MATCHER: OnceLock<Option<AhoCorasick>> = OnceLock::new();
    let matcher = MATCHER.get_or_init(|| AhoCorasick::new(FORMS.iter().map(|(form, _)| form)).ok());
    let Some(matcher) = matcher else { return };
    let mut done = 0;
    for hit in matcher.find_iter(reading.bytes()) {
        let before = reading.before(hit.start());
        if hit.start() < done || before.is_ascii_alphanumeric() || matches!(before, b'_' | b'-') {
            continue;
        }
        let end = hit.end() + token(&reading.bytes()[hit.end()..]);
        done = end;
        let value = &reading.text[hit.end()..end].trim_end_matches('.');
        let (form, least) = FORMS[hit.pattern().as_usize()];
        let signed = form != "eyJ" || value.contains('.');
        let mixed = value.bytes().any(|byte| byte.is_ascii_digit())
            || value.bytes().any(|byte| byte.is_ascii_uppercase());
        if value.len() >= least && signed && mixed {
            note(found, PersonalKind::Secret, hit.start()..hit.end() + value.len(), Certainty::Certain);
        }
    }
    for (start, begin) in reading.text.match_indices("-----BEGIN ") {
        let rest = &reading.text[start..];
        // The key ends where its end is said, within what the longest keys take.
        let window = &rest.as_bytes()[..rest.len().min(16 * 1024)];
        let private = rest[begin.len()..]
            .split("-----")
            .next()
            .is_some_and(|name| name.len() < 40 && name.ends_with("PRIVATE KEY"));
        if private {
            let close = find_bytes(window, b"-----END ");
            let end = close.and_then(|close| {
                find_bytes(&window[close + 9..], b"-----").map(|more| close + 9 + more + 5)
            });
            let end = end.unwrap_or(begin.len());
            note(found, PersonalKind::Secret, start..start + end, Certainty::Certain);
        }
    }
}

fn find_bytes(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

/// How many characters of a key a text begins with.
fn token(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take(4096)
        .take_while(|byte| {
            byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'+' | b'/' | b'=')
        })
        .count()
}

/// After a word for it: with a colon or an equals sign anything that no plain word is, else only what has digits and letters.
fn password(reading: &Reading<'_>, cue: &CueHit, found: &mut Vec<Found>) {
    let (start, explicit) = value_after(&reading.text, cue.end);
    let rest = &reading.bytes()[start..];
    let long = rest
        .iter()
        .take(256)
        .take_while(|byte| {
            byte.is_ascii_graphic()
                && !matches!(byte, b'"' | b'\'' | b',' | b';' | b'<' | b'>' | b'`' | b'&' | b'(' | b')')
        })
        .count();
    let value = reading.text[start..start + long].trim_end_matches(['.', '!', '?', ':']);
    let digits = value.bytes().any(|byte| byte.is_ascii_digit());
    let letters = value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let upper = value.bytes().skip(1).any(|byte| byte.is_ascii_uppercase());
    let marked =
        value.bytes().any(|byte| matches!(byte, b'@' | b'!' | b'#' | b'$' | b'%' | b'^' | b'*' | b'_'));
    let strong = if explicit {
        value.len() >= 4 && (digits || upper || marked)
    } else {
        value.len() >= 5 && digits && (letters || value.len() >= 6) && start > cue.end
    };
    if strong && !value.contains("://") && reading.is_whole(start, start + value.len()) {
        note(found, PersonalKind::Secret, start..start + value.len(), Certainty::Likely);
    }
}

/// Three to eight digits after a word for a code.
fn code(reading: &Reading<'_>, cue: &CueHit, found: &mut Vec<Found>) {
    let (start, _) = value_after(&reading.text, cue.end);
    let digits = reading.bytes()[start..].iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    if (3..=8).contains(&digits) && reading.closes(start + digits) && reading.opens(start) {
        note(found, PersonalKind::Secret, start..start + digits, Certainty::Likely);
    }
}

fn bearer(reading: &Reading<'_>, cue: &CueHit, found: &mut Vec<Found>) {
    let (start, _) = value_after(&reading.text, cue.end);
    let long = token(&reading.bytes()[start..]);
    let value = &reading.text[start..start + long];
    if long >= 16 && value.bytes().any(|byte| byte.is_ascii_digit()) {
        note(found, PersonalKind::Secret, start..start + long, Certainty::Certain);
    }
}
