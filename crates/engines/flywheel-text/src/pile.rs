//! A pile of messages with what is the same taken once: each text with the messages and the voices behind it.

use std::collections::HashMap;

use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::insights::AsideReason;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::duplicates::{Sketch, sketch};
use crate::lazy::LazyReading;
use crate::questions::{Asked, asked};
use crate::spam::aside_folded;
use crate::tokens::{Reading, read};

/// A pile of messages, each different text once, in an order that only the texts decide.
#[derive(Debug, Clone, Default)]
pub struct Pile {
    /// Every different folded text, by the hash of its content.
    pub texts: Vec<Text>,
    /// For each message, its text.
    pub text_of: Vec<u32>,
    /// For each message, its person by number; absent where nobody knows.
    pub person_of: Vec<Option<u32>>,
}

/// One text with those who said it.
#[derive(Debug, Clone)]
pub struct Text {
    /// How it reads.
    words: LazyReading,
    /// Why it is set aside; none where it is read.
    pub aside: Option<AsideReason>,
    /// Its questions.
    pub(crate) asked: Vec<Asked>,
    /// What it shares a part of with texts that are nearly the same.
    pub(crate) sketch: Option<Sketch>,
    /// What names it: the hash of the folded text.
    pub hash: u64,
    /// The messages that say it, rising.
    pub messages: Vec<u32>,
    /// People who say it; a message whose person nobody knows is a voice of its own.
    pub voices: u32,
}

impl Text {
    /// Its language.
    pub fn language(&self) -> TextLanguage {
        self.words.language
    }

    /// The folded text.
    pub fn folded(&self) -> &str {
        self.words.folded()
    }

    /// Whether the message was longer than what is read.
    pub fn is_cut(&self) -> bool {
        self.words.cut
    }

    /// Its words; of a text that is kept they are told apart the first time that somebody asks.
    pub fn reading(&self) -> &Reading {
        self.words.reading()
    }
}

impl Pile {
    /// The pile of so many messages: each the text and the person.
    pub fn of<'a>(messages: impl IntoIterator<Item = (&'a str, Option<&'a str>)>) -> Self {
        let mut raw: HashMap<&str, u32> = HashMap::new();
        let mut raws: Vec<&str> = Vec::new();
        let mut raw_of: Vec<u32> = Vec::new();
        let mut people: HashMap<&str, u32> = HashMap::new();
        let mut person_of: Vec<Option<u32>> = Vec::new();
        for (text, person) in messages {
            raw_of.push(*raw.entry(text).or_insert_with(|| {
                raws.push(text);
                raws.len() as u32 - 1
            }));
            let next = people.len() as u32;
            person_of.push(person.map(|person| *people.entry(person).or_insert(next)));
        }
        let cuts: Vec<Cut> = raws.par_iter().map(|text| Cut::of(text)).collect();
        Self::piled(cuts, &raw_of, person_of)
    }

    /// The pile of texts that are cut already: `raw_of` is each message's text, by its place in `cuts`.
    pub(crate) fn piled(cuts: Vec<Cut>, raw_of: &[u32], person_of: Vec<Option<u32>>) -> Self {
        // By content, so that the order of arrival is forgotten here once and for all.
        let mut order: Vec<u32> = (0..cuts.len() as u32).collect();
        order.par_sort_unstable_by(|one, two| {
            let (one, two) = (&cuts[*one as usize], &cuts[*two as usize]);
            let (read, other) = (&one.reading, &two.reading);
            let texts = || (read.folded(), read.cut).cmp(&(other.folded(), other.cut));
            one.hash.cmp(&two.hash).then_with(texts)
        });
        let mut place = vec![0_u32; cuts.len()];
        let mut cuts: Vec<Option<Cut>> = cuts.into_iter().map(Some).collect();
        let mut texts: Vec<Text> = Vec::new();
        for at in order {
            let Some(cut) = cuts[at as usize].take() else { continue };
            let Cut { reading, hash, aside, asked, sketch } = cut;
            let is_last = |last: &Text| last.hash == hash && last.folded() == reading.folded();
            if !texts.last().is_some_and(is_last) {
                texts.push(Text {
                    words: reading,
                    aside,
                    asked,
                    sketch,
                    hash,
                    messages: Vec::new(),
                    voices: 0,
                });
            }
            place[at as usize] = texts.len() as u32 - 1;
        }
        let text_of: Vec<u32> = raw_of.iter().map(|raw| place[*raw as usize]).collect();
        for (message, text) in text_of.iter().enumerate() {
            texts[*text as usize].messages.push(message as u32);
        }
        texts.par_iter_mut().for_each(|text| text.voices = voices(&text.messages, &person_of));
        Self { texts, text_of, person_of }
    }

    /// A pile of some of the texts, and of each of its messages the place in this one.
    pub(crate) fn some(&self, texts: &[u32]) -> (Self, Vec<u32>) {
        let mut pile = Self::default();
        let mut messages = Vec::new();
        for text in texts {
            let mut text = self.texts[*text as usize].clone();
            for message in &mut text.messages {
                messages.push(*message);
                pile.text_of.push(pile.texts.len() as u32);
                pile.person_of.push(self.person_of[*message as usize]);
                *message = messages.len() as u32 - 1;
            }
            pile.texts.push(text);
        }
        (pile, messages)
    }

    /// How many texts that are kept had their words told apart all the same.
    pub fn told_apart(&self) -> usize {
        self.texts.iter().filter(|text| text.words.is_told_apart()).count()
    }

    /// For each message why it is set aside.
    pub fn aside_of(&self) -> Vec<Option<AsideReason>> {
        self.text_of.iter().map(|text| self.texts[*text as usize].aside).collect()
    }

    /// How many messages.
    pub fn len(&self) -> usize {
        self.text_of.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.text_of.is_empty()
    }

    /// The people behind so many messages; a message whose person nobody knows is a voice of its own.
    pub fn voices(&self, messages: &[u32]) -> u32 {
        voices(messages, &self.person_of)
    }
}

/// What a pile needs to know of one text.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    pub reading: LazyReading,
    /// The hash of the folded text.
    pub hash: u64,
    pub aside: Option<AsideReason>,
    pub asked: Vec<Asked>,
    pub sketch: Option<Sketch>,
}

impl Cut {
    pub fn of(text: &str) -> Self {
        let reading = read(text);
        Self {
            hash: xxh3_64(reading.folded.as_bytes()),
            aside: aside_folded(&reading.folded),
            asked: asked(&reading.folded),
            sketch: sketch(&reading.folded),
            reading: LazyReading::of(reading),
        }
    }
}

fn voices(messages: &[u32], person_of: &[Option<u32>]) -> u32 {
    let mut people: Vec<u32> = messages.iter().filter_map(|message| person_of[*message as usize]).collect();
    let nameless = messages.len() - people.len();
    people.sort_unstable();
    people.dedup();
    (people.len() + nameless) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_person_is_one_voice_and_a_hundred_are_a_hundred() {
        let pasted = Pile::of((0..10).map(|_| ("Payment  FAILED", Some("ann"))));
        assert_eq!((pasted.texts.len(), pasted.texts[0].voices, pasted.len()), (1, 1, 10));
        let people: Vec<String> = (0..100).map(|person| person.to_string()).collect();
        let said = Pile::of(people.iter().map(|person| ("payment failed", Some(person.as_str()))));
        assert_eq!((said.texts.len(), said.texts[0].voices), (1, 100));
        let nameless = Pile::of((0..7).map(|_| ("payment failed", None)));
        assert_eq!(nameless.texts[0].voices, 7);
    }

    #[test]
    fn the_order_of_arrival_is_forgotten() {
        let texts = ["b", "a", "付款失败", "A ", "c"];
        let forth = Pile::of(texts.iter().map(|text| (*text, None)));
        let back = Pile::of(texts.iter().rev().map(|text| (*text, None)));
        let folded = |pile: &Pile| pile.texts.iter().map(|text| text.folded().to_owned()).collect::<Vec<_>>();
        assert_eq!(folded(&forth), folded(&back));
        assert_eq!(forth.texts.len(), 4);
    }
}
