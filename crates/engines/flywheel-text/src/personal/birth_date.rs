//! Dates of birth, where the text says that a date is one.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::{Cue, value_after};
use super::reading::{Reading, note};

const MONTHS: &[&str] = &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for cue in reading.cues.iter().filter(|cue| cue.cue == Cue::Birth) {
        let (start, _) = value_after(&reading.text, cue.end);
        if let Some(end) = date(&reading.text, start) {
            note(found, PersonalKind::BirthDate, start..end, Certainty::Certain);
        }
        // In Chinese the date may stand before the word: `1990年3月7日出生`.
        let next = reading.digits.partition_point(|run| run.end <= cue.start);
        for run in reading.digits[next.saturating_sub(3)..next].iter().filter(|run| run.len() == 4) {
            if date(&reading.text, run.start) == Some(cue.start) {
                note(found, PersonalKind::BirthDate, run.start..cue.start, Certainty::Certain);
            }
        }
    }
}

/// Where a date ends that begins at a place.
fn date(text: &str, at: usize) -> Option<usize> {
    numbers(text, at).or_else(|| words(text, at))
}

/// `1990-03-07`, `7/3/1990`, `1990年3月7日`, `19900307`, `1990年3月`.
fn numbers(text: &str, at: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let (first, mut end) = number(bytes, at)?;
    if end - at == 8 {
        let (year, month, day) = (first / 10_000, first / 100 % 100, first % 100);
        return (is_year(year) && is_month(month) && is_day(day)).then_some(end);
    }
    let mut parts = vec![(first, end - at)];
    let mut separator = "";
    while parts.len() < 3 {
        let rest = &text[end..];
        let joint =
            ["年", "月", "-", "/", ".", " / ", " - "].into_iter().find(|joint| rest.starts_with(joint));
        let Some(joint) = joint else { break };
        let han = matches!(joint, "年" | "月");
        if !han && !separator.is_empty() && joint != separator {
            break;
        }
        separator = joint;
        let blank = usize::from(han && text[end + joint.len()..].starts_with(' '));
        let Some((value, stop)) = number(bytes, end + joint.len() + blank) else {
            if joint == "月" && parts.len() == 2 {
                end += joint.len();
            }
            break;
        };
        parts.push((value, stop - end - joint.len() - blank));
        end = stop;
    }
    if text[end..].starts_with(['日', '号']) && parts.len() == 3 {
        end += '日'.len_utf8();
    }
    if text[end..].starts_with('月') && parts.len() == 2 {
        end += '月'.len_utf8();
    }
    let dated = match parts.as_slice() {
        [(year, 4), (month, 1..=2), (day, 1..=2)] => is_year(*year) && is_month(*month) && is_day(*day),
        [(one, 1..=2), (other, 1..=2), (year, 2 | 4)] => {
            let months = is_month(*one) && is_day(*other) || is_day(*one) && is_month(*other);
            (is_year(*year) || *year < 100) && months
        }
        [(year, 4), (month, 1..=2)] => {
            is_year(*year) && is_month(*month) && matches!(separator, "年" | "月" | "-" | "/")
        }
        _ => false,
    };
    (dated && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric)).then_some(end)
}

/// `March 7, 1990`, `7th of March 1990`.
fn words(text: &str, at: usize) -> Option<usize> {
    let (mut year, mut month, mut day) = (false, false, false);
    let mut end = at;
    let mut from = at;
    for _ in 0..5 {
        let rest = &text.as_bytes()[from..];
        let long = rest.iter().take(12).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let word = text[from..from + long].to_ascii_lowercase();
        let digits = word.trim_end_matches(|character: char| character.is_ascii_alphabetic());
        match digits.parse::<u32>() {
            Ok(number) if digits.len() == 4 && is_year(number) && !year => year = true,
            Ok(number) if digits.len() <= 2 && is_day(number) && !day => day = true,
            _ if MONTHS.iter().any(|name| word.starts_with(name)) && long <= 9 && !month => month = true,
            _ if word == "of" || word == "the" => {}
            _ => break,
        }
        end = from + long;
        from = end
            + text.as_bytes()[end..]
                .iter()
                .take(2)
                .take_while(|byte| matches!(byte, b' ' | b',' | b'.' | b'-'))
                .count();
        if year {
            break;
        }
    }
    (month && day && year).then_some(end)
}

fn number(bytes: &[u8], at: usize) -> Option<(u32, usize)> {
    let long = bytes.get(at..)?.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    let value = bytes[at..at + long].iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'));
    (1..=8).contains(&long).then_some((value, at + long))
}

fn is_year(year: u32) -> bool {
    (1900..2100).contains(&year)
}

fn is_month(month: u32) -> bool {
    (1..=12).contains(&month)
}

fn is_day(day: u32) -> bool {
    (1..=31).contains(&day)
}
