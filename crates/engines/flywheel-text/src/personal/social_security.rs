//! Social security numbers of the United States: the form and the ranges that the administration gives out.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::Cue;
use super::reading::{Reading, note};

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for (run, span) in reading.digits.iter().enumerate() {
        let start = span.start;
        if !matches!(span.len(), 3 | 9) || !reading.opens(start) {
            continue;
        }
        let said = reading.said(start, 28) == Some(Cue::SocialSecurity);
        reading.chain(run, b"- ", 9, |digits, lengths, end| {
            let formed = lengths == [3, 2, 4] || (lengths == [9] && said);
            if !formed || !is_given(digits) || !reading.closes(end) || (!said && reading.denied(start)) {
                return false;
            }
            let certainty = if said { Certainty::Certain } else { Certainty::Likely };
            note(found, PersonalKind::SocialSecurity, start..end, certainty);
            true
        });
    }
}

/// No part is all zeros, and the area is neither 666 nor 900 and above.
fn is_given(digits: &[u8]) -> bool {
    let (area, group, serial) = (&digits[..3], &digits[3..5], &digits[5..]);
    area != b"000" && area != b"666" && area[0] != b'9' && group != b"00" && serial != b"0000"
}
