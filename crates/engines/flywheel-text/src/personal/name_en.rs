//! English names, where the text says that one stands here.

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::{Cue, value_after};
use super::reading::{Reading, note};

/// Words that follow where no name does.
const NO_NAMES: &[&str] = &[
    "not",
    "wrong",
    "on",
    "in",
    "the",
    "a",
    "an",
    "misspelled",
    "spelled",
    "and",
    "is",
    "to",
    "for",
    "still",
    "missing",
    "too",
    "so",
    "very",
    "now",
    "correct",
    "incorrect",
    "required",
    "invalid",
    "but",
    "it",
    "this",
    "that",
    "i",
    "you",
    "we",
    "my",
    "your",
    "please",
    "sent",
    "from",
    "of",
    "at",
    "with",
    "no",
    "yes",
    "fix",
    "app",
    "team",
    "support",
];

pub(super) fn find(reading: &Reading<'_>, found: &mut Vec<Found>) {
    for cue in &reading.cues {
        let text = &*reading.text;
        match cue.cue {
            Cue::NameEn => {
                let (start, _) = value_after(text, cue.end);
                let own = text[cue.start..cue.end].to_ascii_lowercase();
                let (end, words) = name(text, start, own.starts_with("my") || own.starts_with("i "));
                if words > 0 && (start > cue.end || text[..cue.end].ends_with(':')) {
                    note(found, PersonalKind::Name, start..end, Certainty::Certain);
                }
            }
            Cue::Title => {
                let dot = usize::from(reading.at(cue.end) == b'.');
                let blank = usize::from(reading.at(cue.end + dot) == b' ');
                let start = cue.end + dot + blank;
                let (end, words) = name(text, start, false);
                // `miss` is a word too, and so is what follows it in capitals.
                let title = &text[cue.start..cue.end];
                let titled = match title.eq_ignore_ascii_case("miss") {
                    true => {
                        title == "Miss"
                            && dot == 0
                            && text[start..].chars().nth(1).is_some_and(char::is_lowercase)
                    }
                    false => title.starts_with(|first: char| first.is_uppercase()) || dot > 0,
                };
                if words > 0 && titled && dot + blank > 0 {
                    note(found, PersonalKind::Name, start..end, Certainty::Certain);
                }
            }
            Cue::SignOff => {
                let rest = &text[cue.end..];
                let gap = rest.len() - rest.trim_start_matches([' ', ',', '.', '!', '\r', '\n', '-']).len();
                let (end, words) = name(text, cue.end + gap, false);
                let own_line = rest[..gap].contains('\n');
                let closes = text[end..].trim_start_matches([' ', '.', '\r']).is_empty()
                    || text[end..].trim_start_matches([' ', '\r']).starts_with('\n');
                if words > 0 && own_line && closes {
                    note(found, PersonalKind::Name, cue.end + gap..end, Certainty::Likely);
                }
            }
            _ => {}
        }
    }
}

/// Where a name of up to four words ends that begins at a place, and how many words it has; capitals make it one,
/// and where a sentence announces it, a single word without them does too.
fn name(text: &str, start: usize, announced: bool) -> (usize, usize) {
    let (mut end, mut words, mut at) = (start, 0, start);
    while words < 4 {
        let rest = &text[at..];
        let long: usize = rest
            .chars()
            .take(24)
            .take_while(|character| {
                character.is_alphabetic() && !flywheel_language::is_han(*character)
                    || matches!(character, '\'' | '-')
            })
            .map(char::len_utf8)
            .sum();
        let word = rest[..long].trim_end_matches(['\'', '-']).trim_end_matches("'s");
        let capital = word.starts_with(char::is_uppercase);
        let refused =
            NO_NAMES.contains(&word.to_lowercase().as_str()) && !(capital && word.len() > 2 && words > 0);
        let lower = announced && words == 0 && word.len() >= 2;
        if word.is_empty() || refused || !(capital || lower) {
            break;
        }
        words += 1;
        end = at + word.len();
        let next = &text[end..];
        // An initial has a dot behind it.
        let dot = usize::from(word.len() == 1 && next.starts_with('.'));
        if !capital || !next[dot..].starts_with(' ') {
            break;
        }
        at = end + dot + 1;
    }
    (end, words)
}
