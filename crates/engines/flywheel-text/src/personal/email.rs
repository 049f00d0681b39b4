//! E-mail addresses.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::reading::{Reading, note};

/// A name, `@`, and a domain with a top level of letters.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for &at in &reading.ats {
        let local: usize = reading.text[..at]
            .chars()
            .rev()
            .take(64)
            .take_while(|character| {
                character.is_ascii_alphanumeric()
                    || matches!(character, '.' | '_' | '%' | '+' | '-' | '\'' | '\u{c0}'..='\u{24f}')
            })
            .map(char::len_utf8)
            .sum();
        let name = reading.text[at - local..at].trim_start_matches(['.', '-', '\'', '%', '+']);
        let domain = domain(&reading.text[at + 1..]);
        if name.is_empty() || domain == 0 || !name.contains(char::is_alphanumeric) {
            continue;
        }
        note(found, PersonalKind::Email, at - name.len()..at + 1 + domain, Certainty::Certain);
    }
}

/// How long a domain is that a text begins with; 0 where it begins with none.
fn domain(text: &str) -> usize {
    let long = text
        .bytes()
        .take(255)
        .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
        .count();
    let mut domain = text[..long].trim_end_matches(['.', '-']);
    // Labels beyond the last one that can be a top level belong to the sentence: `me@example.com.2 days ago`.
    loop {
        let Some((rest, top)) = domain.rsplit_once('.') else { return 0 };
        let named = top.len() >= 2 && top.bytes().all(|byte| byte.is_ascii_alphabetic());
        if (named || top.starts_with("xn--"))
            && rest.split('.').all(|label| !label.is_empty() && label.len() < 64 && !label.starts_with('-'))
        {
            return domain.len();
        }
        domain = rest;
    }
}
