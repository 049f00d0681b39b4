//! What one text says by itself, read once: language, mood by the lexicon, what speaks for its kind, what it praises and
//! blames, its personal data, and how a pile cuts it.
//!
//! What depends on other messages (moods learned from ratings, kinds, duplicates, themes) is made of the gists each time.

mod coded;
mod kept;
mod version;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use flywheel_language::language;
use flywheel_spec::feedback::{Mood, TextLanguage};
use rayon::prelude::*;

pub use kept::{FILES, Kept};
pub(crate) use version::version;

use crate::aspects::{Finder, Pair};
use crate::kind::{Cues, Sorter};
use crate::mood::Reader;
use crate::mood::learned::Spoken;
use crate::personal::{Counts, mask};
use crate::pile::{Cut, Pile};
use crate::shelf::key;
use crate::{Message, Reading};

/// The most of a text that is read, in bytes; nobody says more, and a pasted log is none the wiser for its length.
const READ_BYTES: usize = 20_000;

/// What one text says by itself.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Gist {
    pub language: TextLanguage,
    /// Its mood by the lexicon.
    pub mood: Mood,
    /// What a model of moods reads of it.
    pub spoken: Spoken,
    /// What speaks for its kind.
    pub cues: Cues,
    /// The text without what tells a person, where it tells one.
    pub masked: Option<String>,
    /// The personal data in it.
    pub personal: Counts,
    pub pairs: Arc<[Pair]>,
}

impl Gist {
    /// Reads a text.
    fn of(text: &str) -> Self {
        let ears = ears();
        let shortened = short(text);
        let reading = Reading::new(shortened);
        let opinions = ears.reader.opinions(&reading);
        let (masked, personal) = mask(text);
        Self {
            language: language(shortened),
            mood: opinions.mood(),
            spoken: Spoken::of(&reading),
            cues: ears.sorter.cues(&reading, &opinions),
            masked: (masked != text).then_some(masked),
            personal,
            pairs: ears.finder.pairs(&reading, &opinions).into(),
        }
    }
}

/// The gists of some messages, each different text read once.
#[derive(Debug, Clone, Default)]
pub struct Gists {
    /// Of each different text.
    gists: Vec<Gist>,
    /// What names each of them.
    keys: Vec<u128>,
    /// For each message its text.
    of: Vec<u32>,
    /// The messages' pile.
    pile: Pile,
    /// What was read and was not known, as it is kept.
    made: Vec<(u128, Vec<u8>)>,
}

impl Gists {
    /// Reads messages; what is kept of a text is not read again.
    pub fn of(messages: &[Message], kept: &Kept) -> Self {
        let all: Vec<u128> = messages.par_iter().map(|message| key(message.text.as_bytes())).collect();
        let mut place: HashMap<u128, u32> = HashMap::with_capacity(all.len());
        let (mut keys, mut texts): (Vec<u128>, Vec<&str>) = (Vec::new(), Vec::new());
        let mut of = Vec::with_capacity(all.len());
        for (message, key) in messages.iter().zip(all) {
            of.push(*place.entry(key).or_insert_with(|| {
                keys.push(key);
                texts.push(&message.text);
                keys.len() as u32 - 1
            }));
        }
        let read: Vec<(Gist, Cut, Option<Vec<u8>>)> = keys
            .par_iter()
            .zip(&texts)
            .map(|(key, text)| {
                if let Some((gist, cut)) = kept.get(*key) {
                    return (gist, cut, None);
                }
                let (gist, cut) = (Gist::of(text), Cut::of(text));
                let coded = coded::write(&gist, &cut);
                (gist, cut, Some(coded))
            })
            .collect();
        let mut gists = Vec::with_capacity(read.len());
        let mut cuts = Vec::with_capacity(read.len());
        let mut made = Vec::new();
        for ((gist, cut, coded), key) in read.into_iter().zip(&keys) {
            gists.push(gist);
            cuts.push(cut);
            made.extend(coded.map(|coded| (*key, coded)));
        }
        let mut people: HashMap<&str, u32> = HashMap::new();
        let person_of = messages.iter().map(|message| {
            let next = people.len() as u32;
            message.person.as_deref().map(|person| *people.entry(person).or_insert(next))
        });
        let pile = Pile::piled(cuts, &of, person_of.collect());
        Self { gists, keys, of, pile, made }
    }

    /// The pile of the messages.
    pub fn pile(&self) -> &Pile {
        &self.pile
    }

    /// How many texts were read anew.
    pub fn made(&self) -> usize {
        self.made.len()
    }

    /// The gist of a message.
    pub(crate) fn at(&self, message: usize) -> &Gist {
        &self.gists[self.of[message] as usize]
    }
}

/// Everything that reads a text; made once, since the word files are read for it.
pub(crate) struct Ears {
    pub reader: Reader,
    pub sorter: Sorter,
    pub finder: Finder,
}

pub(crate) fn ears() -> &'static Ears {
    static EARS: OnceLock<Ears> = OnceLock::new();
    EARS.get_or_init(|| Ears { reader: Reader::new(), sorter: Sorter::new(), finder: Finder::new() })
}

/// What is read of a text.
pub(crate) fn short(text: &str) -> &str {
    let mut end = text.len().min(READ_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests;
