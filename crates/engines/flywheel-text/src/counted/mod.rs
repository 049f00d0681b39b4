//! What was counted over a pile, kept so that of the next one only what came since is counted: which texts there were,
//! which of them are nearly the same, and how often each phrase is said.
//!
//! What comes out is the same as if all were counted at once. Where that is not certain (a text is gone, or two share a
//! hash) all are.

mod coded;

use flywheel_spec::feedback::insights::KeyPhrase;

use crate::duplicates::Before;
use crate::phrases::{Counting, Counts, counted, phrases_of};
use crate::pile::{Pile, Text};

/// Messages from which on what was counted is kept; fewer are counted anew in no time.
pub const COUNTED: usize = 2_000;
/// What came since is counted again each time until it is more than this share of the texts: one in so many. So a few
/// messages are no reason to write everything anew.
const WRITTEN: usize = 64;

/// What was counted over a pile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// By the hash of the folded text, the hashes rising.
    texts: Vec<CountedText>,
    phrases: Counts,
}

/// A text as it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct CountedText {
    hash: u64,
    /// Messages that say it, and the voices behind them; none of a text that is set aside.
    said: (u32, u32),
    /// The first text, by its place, of those that it is nearly the same as.
    first: u32,
}

/// A pile beside what was counted before.
#[derive(Debug, Clone)]
pub(crate) struct Since<'a> {
    counted: &'a Counted,
    /// For each text of the pile its place among those that were counted; none of a new one.
    known: Vec<Option<u32>>,
    /// What is known of which texts are nearly the same.
    pub before: Before,
}

/// The phrases of a pile, and what it took.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub phrases: Vec<KeyPhrase>,
    /// Texts whose phrases were counted.
    pub counted: usize,
    /// What is to be kept; none where what is kept will do.
    pub kept: Option<Counted>,
}

impl Counted {
    /// What came to a pile since; none where something is gone, or cannot be told apart.
    pub(crate) fn since(&self, pile: &Pile) -> Option<Since<'_>> {
        if pile.texts.windows(2).any(|two| two[0].hash == two[1].hash) {
            return None;
        }
        let mut known = Vec::with_capacity(pile.texts.len());
        // Where each text that was counted stands now; both are in the order of the hashes.
        let mut now = Vec::with_capacity(self.texts.len());
        for (at, text) in (0..).zip(&pile.texts) {
            let place = now.len();
            match self.texts.get(place) {
                Some(counted) if counted.hash < text.hash => return None,
                Some(counted) if counted.hash == text.hash => {
                    known.push(Some(place as u32));
                    now.push(at);
                }
                _ => known.push(None),
            }
        }
        if now.len() < self.texts.len() {
            return None;
        }
        let of = |(at, known): (u32, &Option<u32>)| match known {
            None => Some(at),
            Some(place) => now.get(self.texts.get(*place as usize)?.first as usize).copied(),
        };
        let first: Option<Vec<u32>> = (0..).zip(&known).map(of).collect();
        let new = (0..).zip(&known).filter(|(_, known)| known.is_none()).map(|(at, _)| at).collect();
        Some(Since { counted: self, before: Before { new, first: first? }, known })
    }

    /// The phrases of all messages of a pile, of which `near` tells for each text the first that it is nearly the same as.
    pub(crate) fn tell(
        pile: &Pile,
        before: Option<&Self>,
        since: Option<&Since<'_>>,
        near: &[u32],
        most: usize,
    ) -> Told {
        if let Some(told) = since.and_then(|since| since.tell(pile, near, most)) {
            return told;
        }
        let texts: Vec<Counting<'_>> = pile.texts.iter().filter_map(|text| added(text, None)).collect();
        // What was kept holds something that is gone, and is written anew however few are left.
        let keep = pile.len() >= COUNTED || before.is_some();
        let nothing = Counts::default();
        let told = if keep { counted(pile, &nothing, &texts, most, true) } else { None };
        let (phrases, counts) = told.unwrap_or_else(|| (phrases_of(pile, &texts, most), None));
        let kept = counts.map(|counts| Self::of(pile, near, counts));
        Told { phrases, counted: texts.len(), kept }
    }

    fn of(pile: &Pile, near: &[u32], phrases: Counts) -> Self {
        let texts = pile.texts.iter().zip(near);
        let texts =
            texts.map(|(text, first)| CountedText { hash: text.hash, said: said(text), first: *first });
        Self { texts: texts.collect(), phrases }
    }
}

impl Since<'_> {
    fn tell(&self, pile: &Pile, near: &[u32], most: usize) -> Option<Told> {
        let before = |known: &Option<u32>| known.and_then(|place| self.counted.texts.get(place as usize));
        let texts = pile.texts.iter().zip(&self.known);
        let texts: Vec<Counting<'_>> = texts.filter_map(|(text, known)| added(text, before(known))).collect();
        let keep = texts.len().max(self.before.new.len()) * WRITTEN > self.counted.texts.len();
        let (phrases, counts) = counted(pile, &self.counted.phrases, &texts, most, keep)?;
        let kept = counts.map(|counts| Counted::of(pile, near, counts));
        Some(Told { phrases, counted: texts.len(), kept })
    }
}

/// What a text adds to what was counted; none where nothing.
fn added<'a>(text: &'a Text, before: Option<&CountedText>) -> Option<Counting<'a>> {
    let (messages, voices) = said(text);
    let (known_messages, known_voices) = before.map_or((0, 0), |before| before.said);
    let added = Counting {
        text,
        messages: i64::from(messages) - i64::from(known_messages),
        voices: i64::from(voices) - i64::from(known_voices),
        is_new: before.is_none(),
    };
    (added.messages != 0 || added.voices != 0).then_some(added)
}

/// The messages and voices of a text that count.
fn said(text: &Text) -> (u32, u32) {
    if text.aside.is_some() { (0, 0) } else { (text.messages.len() as u32, text.voices) }
}

#[cfg(test)]
mod tests;
