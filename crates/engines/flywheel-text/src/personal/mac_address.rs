//! Addresses of network cards: six pairs of hexadecimal digits.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::reading::{Reading, note};

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    const LONG: usize = 17;
    let bytes = reading.bytes();
    for (start, window) in bytes.windows(LONG).enumerate() {
        let separator = window[2];
        if !matches!(separator, b':' | b'-') || window[5] != separator {
            continue;
        }
        let formed = window
            .iter()
            .enumerate()
            .all(|(place, byte)| if place % 3 == 2 { *byte == separator } else { byte.is_ascii_hexdigit() });
        let before = reading.before(start);
        let earlier = if start < 2 { 0 } else { bytes[start - 2] };
        let begun = before.is_ascii_alphanumeric() || (before == separator && earlier.is_ascii_hexdigit());
        let open = !begun && !reading.at(start + LONG).is_ascii_alphanumeric();
        // More pairs would be a fingerprint, and digits alone in dashes a number.
        let longer =
            reading.at(start + LONG) == separator && reading.at(start + LONG + 1).is_ascii_hexdigit();
        if formed && open && !longer {
            note(found, PersonalKind::MacAddress, start..start + LONG, Certainty::Certain);
        }
    }
}
