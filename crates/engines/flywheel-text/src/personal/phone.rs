//! Telephone numbers: Chinese mobiles and landlines, numbers with a country's code, and common national forms.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::Cue;
use super::phone_chain::Chain;
use super::reading::{Reading, note};

/// Codes of countries (ITU-T E.164) whose numbers have a known length, code included.
const LENGTHS: &[(&str, usize, usize)] = &[
    ("86", 12, 13),
    ("852", 11, 11),
    ("853", 11, 11),
    ("886", 11, 12),
    ("44", 11, 12),
    ("33", 11, 11),
    ("34", 11, 11),
    ("39", 8, 13),
    ("49", 9, 14),
    ("61", 11, 11),
    ("64", 10, 12),
    ("65", 10, 10),
    ("81", 11, 12),
    ("82", 10, 12),
    ("91", 12, 12),
    ("55", 12, 13),
    ("52", 12, 13),
    ("31", 11, 11),
    ("32", 10, 11),
    ("41", 11, 11),
    ("48", 11, 11),
    ("7", 11, 11),
    ("1", 11, 11),
    ("60", 10, 12),
    ("62", 10, 14),
    ("63", 11, 12),
    ("66", 10, 11),
    ("84", 10, 12),
];

/// The other codes of countries and areas that exist, by their beginnings.
const CODES: &[&str] = &[
    "20", "21", "22", "23", "24", "25", "26", "27", "29", "30", "35", "36", "37", "38", "40", "42", "43",
    "45", "46", "47", "50", "51", "53", "54", "56", "57", "58", "59", "67", "68", "69", "80", "85", "87",
    "88", "90", "92", "93", "94", "95", "96", "97", "98", "99",
];

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    let mut done = 0;
    for (run, span) in reading.digits.iter().enumerate() {
        if span.start < done {
            continue;
        }
        let mut chain = Chain::of(reading, run);
        let alone = chain.plus || chain.parenthesis;
        if !(reading.opens(chain.start) || alone && !reading.before(chain.start).is_ascii_alphanumeric()) {
            continue;
        }
        let said = reading.said(chain.start, 28) == Some(Cue::Phone);
        let denied = !said && reading.denied(chain.start);
        // Groups in the middle of a longer number are no telephone's.
        if reading.is_tail(run) && !said {
            continue;
        }
        while chain.digits.len() >= 7 {
            let mut end = extension(reading, chain.end());
            // A parenthesis around the whole number closes behind it.
            if chain.parenthesis && reading.at(end) == b')' && !chain.joints.contains(&b'(') {
                end += 1;
            }
            if reading.closes(end)
                && let Some(certainty) = certainty(&chain, said, denied)
            {
                note(found, PersonalKind::Phone, chain.start..end, certainty);
                done = end;
                break;
            }
            if !chain.shorten() {
                break;
            }
        }
    }
}

/// Whether the groups are a telephone's number.
fn certainty(chain: &Chain, said: bool, denied: bool) -> Option<Certainty> {
    if chain.plus {
        return is_international(&chain.digits, chain).then_some(Certainty::Certain);
    }
    if denied {
        return None;
    }
    let digits = chain.digits.as_slice();
    let international = digits.starts_with(b"00")
        && digits.len() > 9
        && (said || chain.groups.len() > 1 || digits.starts_with(b"0086"));
    if international && is_international(&digits[2..], chain) {
        return Some(Certainty::Certain);
    }
    let told = if said { Certainty::Certain } else { Certainty::Likely };
    if is_chinese(digits, &chain.groups, chain, said)
        || is_american(digits, chain, said)
        || is_national(digits, chain)
    {
        return Some(told);
    }
    let date = matches!(chain.groups.as_slice(), [4, 1..=2, 1..=2] | [1..=2, 1..=2, 4] | [1..=2, 1..=2, 2]);
    let free = said
        && (7..=15).contains(&digits.len())
        && !date
        && chain.is_even()
        && chain.groups.iter().all(|group| *group > 1);
    free.then_some(Certainty::Certain)
}

/// A country's code and as many digits as it has; a zero in parentheses does not count.
fn is_international(digits: &[u8], chain: &Chain) -> bool {
    let zero = chain.groups.len() > 2 && chain.groups[1] == 1 && chain.joints[0] == b'(';
    let long = digits.len() - usize::from(zero);
    if let Some((_, least, most)) = LENGTHS.iter().find(|(code, ..)| digits.starts_with(code.as_bytes())) {
        return (*least..=*most).contains(&long);
    }
    (8..=15).contains(&long) && CODES.iter().any(|code| digits.starts_with(code.as_bytes()))
}

/// Mobiles 1[3–9], with or without 86; landlines with their area; 400 and 800 numbers.
fn is_chinese(digits: &[u8], groups: &[usize], chain: &Chain, said: bool) -> bool {
    let mobile =
        |digits: &[u8]| digits.len() == 11 && digits[0] == b'1' && (b'3'..=b'9').contains(&digits[1]);
    if mobile(digits) && matches!(groups, [11] | [3, 4, 4] | [3, 3, 5] | [3, 8] | [4, 4, 3]) {
        return true;
    }
    if digits.starts_with(b"86") && mobile(&digits[2..]) && matches!(groups, [13] | [2, 11] | [2, 3, 4, 4]) {
        return true;
    }
    let area = match digits {
        [b'0', b'1', b'0', ..] | [b'0', b'2', b'0'..=b'9', ..] => 3,
        [b'0', b'3'..=b'9', b'1'..=b'9', _, ..] => 4,
        _ => 0,
    };
    let landline = area > 0
        && (area + 7..=area + 8).contains(&digits.len().min(12))
        && digits.get(area).is_some_and(|first| (b'2'..=b'8').contains(first));
    match groups {
        [one, 7 | 8] if landline && *one == area => true,
        [one, 4, 4] | [one, 3, 4] if landline && *one == area => true,
        [one, 7 | 8, 1..=5] if *one == area && chain.joints[1] == b'-' => true,
        [10..=12] if landline => said,
        [3, 3, 4] | [3, 4, 3] => digits.starts_with(b"400") || digits.starts_with(b"800"),
        [10] => said && digits.starts_with(b"400"),
        _ => false,
    }
}

/// The North American plan: an area and an exchange that begin with 2 to 9.
fn is_american(digits: &[u8], chain: &Chain, said: bool) -> bool {
    let (digits, groups) = match (digits, chain.groups.as_slice()) {
        ([b'1', rest @ ..], [1, groups @ ..]) => (rest, groups),
        (digits, groups) => (digits, groups),
    };
    digits.len() == 10
        && digits[0] > b'0'
        && (digits[0] > b'1' && digits[3] > b'1'
            || said
            || chain.parenthesis
            || !chain.joints.contains(&b' '))
        && (groups == [3, 3, 4] || groups == [3, 7] && chain.parenthesis || groups == [10] && said)
}

/// Other countries' national forms: a zero or parentheses, the area, and groups of two digits and more.
fn is_national(digits: &[u8], chain: &Chain) -> bool {
    let groups = &chain.groups;
    if chain.parenthesis && chain.joints.first() == Some(&b'(') {
        return (8..=12).contains(&digits.len())
            && (2..=5).contains(&groups[0])
            && groups[1..].iter().all(|group| *group > 1);
    }
    digits[0] == b'0'
        && digits[1..].first().is_some_and(|second| *second != b'0')
        && (9..=11).contains(&digits.len())
        && (2..=6).contains(&groups.len())
        && (2..=5).contains(&groups[0])
        && groups.iter().all(|group| *group > 1)
        && chain.is_even()
        && chain.joints.iter().all(|joint| *joint != b'.' || groups[0] == 2)
        && !matches!(groups.as_slice(), [2, 2, 4, ..])
}

/// Where a number with its extension ends: `x12`, `ext. 12`, `转12`.
fn extension(reading: &Reading<'_>, end: usize) -> usize {
    let rest = &reading.text[end..];
    for mark in [" ext. ", " ext ", " ext.", "ext", " x", "x", " 转", "转", "轉"] {
        if let Some(after) = rest.strip_prefix(mark) {
            let blank = usize::from(after.starts_with(' '));
            let digits =
                after.as_bytes()[blank..].iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
            if (1..=6).contains(&digits) {
                return end + mark.len() + blank + digits;
            }
        }
    }
    end
}
