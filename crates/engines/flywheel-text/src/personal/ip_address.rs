//! IP addresses, version 4 and 6; a version of a program is none.

use std::net::Ipv6Addr;

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::Cue;
use super::reading::{Reading, note};

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    version_4(reading, found);
    if reading.has_colon {
        version_6(reading, found);
    }
}

fn version_4(reading: &Reading<'_>, found: &mut Vec<Found>) {
    let bytes = reading.bytes();
    for four in reading.digits.windows(4) {
        let joined = four.windows(2).all(|two| two[1].start == two[0].end + 1 && bytes[two[0].end] == b'.');
        let (start, end) = (four[0].start, four[3].end);
        let open = !matches!(reading.before(start), b'.' | b'-' | b'_')
            && !reading.before(start).is_ascii_alphanumeric()
            && !reading.at(end).is_ascii_alphanumeric()
            && !(matches!(reading.at(end), b'.' | b'-') && reading.at(end + 1).is_ascii_alphanumeric());
        if !joined || !open {
            continue;
        }
        let part = |run: &std::ops::Range<usize>| {
            let digits = &bytes[run.clone()];
            let value =
                digits.iter().take(4).fold(0_u32, |value, digit| value * 10 + u32::from(digit - b'0'));
            (digits.len() <= 3 && value <= 255 && (digits.len() == 1 || digits[0] != b'0')).then_some(value)
        };
        let [Some(first), Some(second), Some(third), Some(fourth)] = [0, 1, 2, 3].map(|at| part(&four[at]))
        else {
            continue;
        };
        let said = reading.said(start, 20);
        // Small numbers alone are a version rather than an address.
        let small = first < 10 && second < 100 && third < 100 && fourth < 100;
        if said == Some(Cue::Version) || (small && said != Some(Cue::Ip)) {
            continue;
        }
        note(found, PersonalKind::IpAddress, start..end, Certainty::Certain);
    }
}

fn version_6(reading: &Reading<'_>, found: &mut Vec<Found>) {
    let bytes = reading.bytes();
    let part = |byte: u8| byte.is_ascii_hexdigit() || matches!(byte, b':' | b'.');
    let mut at = 0;
    while at < bytes.len() {
        if !part(bytes[at]) {
            at += 1;
            continue;
        }
        let start = at;
        let mut colons = 0;
        while at < bytes.len() && part(bytes[at]) {
            colons += usize::from(bytes[at] == b':');
            at += 1;
        }
        if colons < 2 || at - start > 48 {
            continue;
        }
        // A colon before it belongs to the sentence: `mine:2001:db8::1`.
        let start = start + usize::from(bytes[start] == b':' && bytes[start + 1] != b':');
        let mut candidate = reading.text[start..at].trim_end_matches('.');
        if candidate.ends_with(':') && !candidate.ends_with("::") {
            candidate = &candidate[..candidate.len() - 1];
        }
        let touched = reading.before(start).is_ascii_alphanumeric() || reading.at(at).is_ascii_alphanumeric();
        let parts = candidate.split(':').filter(|part| !part.is_empty()).count();
        let counted = parts >= 3 && candidate.bytes().any(|byte| byte.is_ascii_digit());
        if !touched && counted && candidate.parse::<Ipv6Addr>().is_ok() {
            note(found, PersonalKind::IpAddress, start..start + candidate.len(), Certainty::Certain);
        }
    }
}
