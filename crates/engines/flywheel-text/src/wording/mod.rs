//! A question in one's own words becomes questions that can be answered, by rules and the catalogue's names.
//!
//! `上周付款失败的用户多吗？主要在说什么？` becomes a trend of `payment_failed` and what is said of it, both of last week.
//! Nothing here guesses beyond its rules: what was not used of the words is said, and when nothing was understood,
//! the nearest questions that can be answered are named.

mod build;
mod conditions;
mod denial;
mod events;
mod kinds;
mod name;
mod names;
mod question;
mod read;
mod sentence;
mod slots;
mod stop;
mod time;
mod unit;
mod value;
mod why;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use flywheel_language::fold;
use flywheel_spec::feedback::wording::{Asked, AskedPart, MOST_CHARACTERS, Understood};
use flywheel_spec::phrase;
use flywheel_spec::product::Property;
use flywheel_spec::project::Weekday;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use regex::Regex;

use kinds::{KINDS, Kind, SAYING};
use names::Names;
use sentence::{cue, pattern};
use slots::Slots;
pub(crate) use unit::{Unit, find_word, units};

/// Parts of a question that are read.
const PARTS: usize = 8;

/// The names that a question may use.
#[derive(Debug, Clone, Default)]
pub struct Vocabulary {
    /// Events by name, and how often each happened.
    pub events: Vec<(String, u64)>,
    /// Properties that events or people have.
    pub properties: Vec<KnownProperty>,
    /// Themes of what people say: ids and names.
    pub themes: Vec<(String, String)>,
}

/// A property that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownProperty {
    /// The events that have it, most first; every event, or the person, when empty.
    pub events: Vec<String>,
    /// Its name, and whose it is.
    pub property: Property,
    /// Some of its values, as text.
    pub values: Vec<String>,
}

/// Where and when a question is asked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Today's date in the project's time zone.
    pub today: Date,
    /// The day that weeks begin with.
    pub first_day_of_week: Weekday,
    /// The project's time zone.
    pub zone: TimeZone,
}

/// What is asked by a question in one's own words, in English or Chinese.
///
/// The same words, vocabulary and settings always give the same; every question that it gives is a valid one.
/// Of a longer text the first thousand characters are read.
pub fn understand(text: &str, vocabulary: &Vocabulary, settings: &Settings) -> Understood {
    let mut understood = Understood::default();
    let original: String = text.chars().take(MOST_CHARACTERS).collect();
    let folded = fold(&original);
    if !folded.chars().any(char::is_alphanumeric) {
        understood.findings.push(phrase!("wording.empty"));
        return understood;
    }
    let names = Names::new(vocabulary);
    let mut before: Option<Slots> = None;
    let mut doubts = Vec::new();
    for clause in clauses(&folded).into_iter().take(PARTS) {
        let mut slots = read::read(&clause, &original, &names, settings);
        if let Some(before) = &before {
            slots.inherit(before);
        }
        match build::asked(&slots, &names, settings) {
            Ok(built) => {
                understood.not_understood.extend(built.unused);
                doubts.extend(built.doubts);
                understood.parts.push(AskedPart {
                    asked: built.asked,
                    why: built.why,
                    certainty: built.certainty,
                });
                before = Some(slots);
            }
            Err(doubt) => {
                doubts.extend(doubt);
                understood.not_understood.extend(slots.left.iter().cloned());
                // What follows may still ask about the same thing.
                slots.left.retain(|word| Some(word) != slots.denied.as_ref());
                slots.subject = slots.subject.take().map(|subject| whole_subject(&subject, &slots.left));
                before = slots.subject.is_some().then_some(slots).or(before);
            }
        }
    }
    let mut seen = Vec::new();
    understood.not_understood.retain(|word| {
        let new = !seen.contains(word);
        seen.push(word.clone());
        new
    });
    if understood.parts.is_empty() {
        understood.findings.push(phrase!("wording.nothing"));
        understood.nearest = nearest(&folded, &names);
    }
    understood.findings.append(&mut doubts);
    if !understood.not_understood.is_empty() {
        let words = understood.not_understood.join(", ");
        understood.findings.push(phrase!("wording.unused", words = words));
    }
    understood
}

/// Questions that can be answered: of the events whose names are nearest, then what everyone may ask.
fn nearest(folded: &str, names: &Names<'_>) -> Vec<Asked> {
    let mut nearest: Vec<Asked> =
        names.nearest_events(folded, 2).iter().map(|event| build::plain_trend(event)).collect();
    nearest.push(build::plain_digest());
    nearest.push(Asked::Insights { about: None, from: None, to: None });
    nearest
}

/// What a part was about, with the words that no name was found for.
fn whole_subject(subject: &str, left: &[String]) -> String {
    let between = if subject.chars().next_back().is_some_and(flywheel_language::is_han) { "" } else { " " };
    let words = left.iter().filter(|word| word.chars().any(char::is_alphabetic));
    words.fold(subject.to_owned(), |subject, word| format!("{subject}{between}{word}"))
}

/// The sentences of a folded text, and the parts of one that ask for different things.
fn clauses(folded: &str) -> Vec<String> {
    static ENDS: LazyLock<Regex> = LazyLock::new(|| pattern(r"[?!;。]+|\.(?:\s|$)"));
    static JOINTS: LazyLock<Regex> =
        LazyLock::new(|| cue("and also|and|but", ",|、|并且|而且|另外|还有|以及|顺便"));
    static SHORT: LazyLock<Regex> =
        LazyLock::new(|| pattern("(^|[^0-9上本每这个下单当今])([日周月])(留存|转化)"));
    static ABBREVIATED: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?-u:\b)(vs|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\. "));
    let folded = SHORT.replace_all(folded, "${1}每${2}${3}");
    let folded = ABBREVIATED.replace_all(&folded, "${1} ");
    let mut clauses = Vec::new();
    for sentence in ENDS.split(&folded) {
        let asks = |part: &str| {
            let mut others = KINDS.iter().filter(|(kind, _)| matches!(kind, Kind::Search | Kind::Digest));
            SAYING.is_match(part) || others.any(|(_, cue)| cue.is_match(part.trim_start()))
        };
        let cut = JOINTS.find_iter(sentence).find(|joint| {
            let (one, other) = (&sentence[..joint.start()], &sentence[joint.end()..]);
            one.chars().filter(|letter| letter.is_alphanumeric()).count() >= 2 && !asks(one) && asks(other)
        });
        match cut {
            Some(joint) => {
                clauses.push(sentence[..joint.start()].trim().to_owned());
                clauses.push(sentence[joint.end()..].trim().to_owned());
            }
            None => clauses.push(sentence.trim().to_owned()),
        }
    }
    clauses.retain(|clause| clause.chars().any(char::is_alphanumeric));
    clauses
}
