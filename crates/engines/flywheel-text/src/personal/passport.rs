//! Numbers of passports, where the text says that one follows.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::{Cue, value_after};
use super::reading::{Reading, note};

/// Up to three letters and five to nine digits, seven to ten characters in all.
pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    let bytes = reading.bytes();
    for cue in reading.cues.iter().filter(|cue| cue.cue == Cue::Passport) {
        let (start, _) = value_after(&reading.text, cue.end);
        let letters = bytes[start..].iter().take(4).take_while(|byte| byte.is_ascii_alphabetic()).count();
        let digits =
            bytes[start + letters..].iter().take(11).take_while(|byte| byte.is_ascii_digit()).count();
        let end = start + letters + digits;
        if letters <= 3
            && (5..=9).contains(&digits)
            && (7..=10).contains(&(letters + digits))
            && reading.closes(end)
        {
            note(found, PersonalKind::Passport, start..end, Certainty::Certain);
        }
    }
}
