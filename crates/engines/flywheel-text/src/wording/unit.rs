//! The words of a sentence or a name: their stems, what they may mean and where they stand.

use std::ops::Range;

use flywheel_language::{TermKind, concepts, is_han, stem, terms, words_of};

use super::stop::is_stop;

/// How well two words of one concept fit, and two that differ by a letter.
const SAME_CONCEPT: f64 = 0.8;
const ALMOST_SAME: f64 = 0.7;
/// How well two words of a concept fit of which one means another rather.
const RATHER_ANOTHER: f64 = 0.75;
/// Words of several concepts, and the one that they mean first.
const MEANT_FIRST: &[(&str, &str)] = &[("下单", "order")];
/// How much a word that many names hold weighs beside one that tells them apart.
pub const GENERAL: f64 = 0.35;

/// Words that say little of an event or a property.
const GENERAL_WORDS: &[&str] = &[
    "user",
    "users",
    "customer",
    "person",
    "people",
    "event",
    "app",
    "completed",
    "complete",
    "created",
    "create",
    "sent",
    "done",
    "submitted",
    "success",
    "succeeded",
    "clicked",
    "click",
    "viewed",
    "new",
    "page",
    "type",
    "name",
    "id",
    "code",
    "value",
    "current",
    "initial",
    "geoip",
    "started",
    "placed",
    "total",
    "完成",
    "成功",
    "点击",
    "用户",
    "类型",
    "名称",
    "made",
    "received",
];

/// A word of a name or sentence.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its stem.
    pub stem: String,
    /// What it may mean.
    pub meanings: Vec<&'static str>,
    /// Where it stands.
    pub place: Range<usize>,
    /// How much it says.
    pub weight: f64,
}

impl Unit {
    /// A word that stands in a place.
    pub fn new(word: &str, place: Range<usize>) -> Self {
        let weight = if GENERAL_WORDS.contains(&word) { GENERAL } else { 1.0 };
        Self { stem: stem(word), meanings: concepts(word).to_vec(), place, weight }
    }

    /// Whether it, or a Chinese word of its meaning, stands in a folded text, however that is cut.
    pub fn stands_in(&self, folded: &str) -> bool {
        let long = |word: &&str| word.starts_with(is_han) && word.chars().count() > 1;
        let mut meant = self.meanings.iter().flat_map(|meaning| words_of(meaning)).filter(long);
        (self.stem.starts_with(is_han) && folded.contains(&self.stem))
            || meant.any(|word| folded.contains(word))
    }

    fn meant_first(&self) -> Option<&'static str> {
        MEANT_FIRST.iter().find(|(word, _)| *word == self.stem).map(|(_, first)| *first)
    }

    /// How well it fits another, from 0 to 1.
    pub fn fits(&self, other: &Self) -> f64 {
        if self.stem == other.stem {
            return 1.0;
        }
        let mut shared = self.meanings.iter().filter(|meaning| other.meanings.contains(meaning)).peekable();
        if shared.peek().is_some() {
            let first = self.meant_first().or(other.meant_first());
            return match first {
                Some(first) if shared.all(|meaning| *meaning != first) => RATHER_ANOTHER,
                _ => SAME_CONCEPT,
            };
        }
        let long =
            self.stem.len() >= 5 && other.stem.len() >= 5 && self.stem.is_ascii() && other.stem.is_ascii();
        if long && strsim::osa_distance(&self.stem, &other.stem) == 1 { ALMOST_SAME } else { 0.0 }
    }
}

/// The words of a folded text, two that are one (`sign up`) together; small words left out.
pub fn units(text: &str) -> Vec<Unit> {
    let cut: Vec<_> = terms(text)
        .into_iter()
        .filter(|term| matches!(term.kind, TermKind::Word | TermKind::Han | TermKind::Number))
        .collect();
    let mut units = Vec::new();
    let mut at = 0;
    while at < cut.len() {
        let term = &cut[at];
        at += 1;
        if let Some(next) = cut.get(at).filter(|next| next.kind == TermKind::Word)
            && term.kind == TermKind::Word
            && next.place.start == term.place.end + 1
        {
            let second = next.text.strip_suffix('s').unwrap_or(next.text);
            let joined = format!("{}{second}", stem(term.text));
            if !concepts(&joined).is_empty() {
                units.push(Unit::new(&joined, term.place.start..next.place.end));
                at += 1;
                continue;
            }
        }
        if is_stop(term.text) {
            continue;
        }
        if term.text.contains('_') {
            let mut start = term.place.start;
            for part in term.text.split('_') {
                if !part.is_empty() {
                    units.push(Unit::new(part, start..start + part.len()));
                }
                start += part.len() + 1;
            }
            continue;
        }
        let long = term.kind == TermKind::Han && term.text.chars().count() > 2;
        if long && concepts(term.text).is_empty() {
            units.extend(parts(term.text, term.place.start));
        } else {
            units.push(Unit::new(term.text, term.place.clone()));
        }
    }
    units
}

/// A long Chinese word as the words with a meaning that it holds, or as it is.
fn parts(word: &str, start: usize) -> Vec<Unit> {
    let edges: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at + 2 < edges.len() {
        let part = &word[edges[at]..edges[at + 2]];
        if concepts(part).is_empty() {
            at += 1;
        } else {
            found.push(Unit::new(part, start + edges[at]..start + edges[at + 2]));
            at += 2;
        }
    }
    if found.is_empty() {
        found.push(Unit::new(word, start..start + word.len()));
    }
    found
}

/// Where a word stands in a text: an English one between edges of words, a Chinese one anywhere.
pub fn find_word(text: &str, word: &str) -> Option<Range<usize>> {
    let inner = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    text.match_indices(word).map(|(at, _)| at..at + word.len()).find(|place| {
        let bytes = text.as_bytes();
        let before = place.start.checked_sub(1).and_then(|at| bytes.get(at).copied());
        let first = inner(bytes.get(place.start).copied());
        let last = inner(bytes.get(place.end.saturating_sub(1)).copied());
        !(first && inner(before)) && !(last && inner(bytes.get(place.end).copied()))
    })
}
