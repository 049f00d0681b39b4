//! Key phrases: the words that belong together and that many people use.
//!
//! Candidates are runs of two to four words without a stop word at either end; a phrase inside a longer one counts only
//! where it stands alone (Frantzi, Ananiadou and Mima's C-value, "Automatic recognition of multi-word terms", 2000).

mod counts;

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::insights::KeyPhrase;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

pub(crate) use self::counts::Counts;
use crate::pile::{Pile, Text};
use crate::tokens::{Part, Reading};

/// Words of a phrase at most.
const LONGEST: usize = 4;
/// Words of a message from which phrases are taken.
const READ: usize = 400;

/// A text whose phrases are counted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Counting<'a> {
    pub text: &'a Text,
    /// The messages that say it, or by how many they are more than when it was counted before.
    pub messages: i64,
    /// The voices behind them, or by how many they are more.
    pub voices: i64,
    /// Whether it was not counted before.
    pub is_new: bool,
}

/// How often a phrase is said, or by how much more than before.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Said<'a> {
    /// As it is spelled; empty where so few say it that nobody asks.
    text: &'a str,
    voices: i64,
    messages: i64,
    /// Chinese texts that hold it.
    chinese: i32,
    /// Texts that hold it, by how many words it has in them, from one on.
    texts: [i32; LONGEST],
}

impl Said<'_> {
    fn add(&mut self, more: &Self) {
        if self.text.is_empty() {
            self.text = more.text;
        }
        self.voices += more.voices;
        self.messages += more.messages;
        self.chinese += more.chinese;
        self.texts.iter_mut().zip(more.texts).for_each(|(own, more)| *own += more);
    }

    /// Its words, as the text counts them that finds most in it.
    fn words(&self) -> usize {
        self.texts.iter().rposition(|texts| *texts > 0).map_or(0, |at| at + 1)
    }
}

/// Phrases by the hash of their text: there are millions, and few are kept.
type ByHash<'a> = HashMap<u64, Said<'a>, BuildHasherDefault<Hashed>>;

/// Takes a hash as it is.
#[derive(Default)]
pub(crate) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write_u32(&mut self, hash: u32) {
        // A table looks at the lowest bits and at the highest.
        self.0 = u64::from(hash) << 32 | u64::from(hash);
    }
}

/// The phrases that most voices use, most telling first; `aside` tells of each message whether it is left out.
pub fn phrases(pile: &Pile, aside: &[bool], most: usize) -> Vec<KeyPhrase> {
    let counting = |text| {
        let (messages, voices) = counting(pile, text, aside);
        Counting { text, messages: messages as i64, voices: voices as i64, is_new: true }
    };
    let texts: Vec<Counting<'_>> = pile.texts.par_iter().map(counting).collect();
    let texts: Vec<Counting<'_>> = texts.into_iter().filter(|text| text.messages > 0).collect();
    phrases_of(pile, &texts, most)
}

/// As [`phrases`], of some texts of a pile.
pub(crate) fn phrases_of(pile: &Pile, texts: &[Counting<'_>], most: usize) -> Vec<KeyPhrase> {
    let least = least(pile);
    let counted = count(texts).into_values();
    ranked(counted.filter(|said| said.voices >= least).collect(), least, most)
}

/// As [`phrases`] over all messages, with how often each is said: of what was counted before, and of texts that came
/// since. Nothing where the two do not belong together; how often each is said only where somebody is to `keep` it.
pub(crate) fn counted(
    pile: &Pile,
    before: &Counts,
    since: &[Counting<'_>],
    most: usize,
    keep: bool,
) -> Option<(Vec<KeyPhrase>, Option<Counts>)> {
    let mut more: Vec<(u64, Said<'_>)> = count(since).into_iter().collect();
    more.par_sort_unstable_by_key(|(hash, _)| *hash);
    let least = least(pile);
    let (mut told, mut after) = (Vec::new(), keep.then(Counts::default));
    before.with(&more, |hash, said| {
        if said.voices >= least {
            told.push(said);
        }
        if let Some(after) = &mut after {
            after.push(hash, &said);
        }
    })?;
    Some((ranked(told, least, most), after))
}

/// The voices that a phrase needs.
fn least(pile: &Pile) -> i64 {
    (pile.len() / 2000).clamp(2, 50) as i64
}

/// How often the phrases of some texts are said.
fn count<'a>(texts: &[Counting<'a>]) -> ByHash<'a> {
    let counted = texts.par_chunks(1024).map(|texts| {
        let mut counted = ByHash::default();
        let mut found: Vec<(u64, &str, usize)> = Vec::new();
        for own in texts {
            let chinese = own.is_new && own.text.language() == TextLanguage::Zh;
            candidates(own.text.reading(), &mut found);
            found.sort_unstable();
            found.dedup();
            for (hash, phrase, words) in &found {
                let said = counted.entry(*hash).or_default();
                said.text = phrase;
                said.voices += own.voices;
                said.messages += own.messages;
                said.chinese += i32::from(chinese);
                said.texts[words - 1] += i32::from(own.is_new);
            }
        }
        counted
    });
    counted.reduce(ByHash::default, join)
}

/// Phrases that voices enough use, the most telling first.
fn ranked(mut kept: Vec<Said<'_>>, least: i64, most: usize) -> Vec<KeyPhrase> {
    kept.par_sort_unstable_by_key(|own| own.text);
    let mut ranked: Vec<(f64, Said<'_>)> = Vec::new();
    let nested = nested(&kept);
    for (own, (longer, times)) in kept.into_iter().zip(nested) {
        let alone =
            if times == 0 { own.voices as f64 } else { own.voices as f64 - longer as f64 / times as f64 };
        let score = ((own.words() as f64) + 0.6).log2() * alone;
        if alone >= least as f64 {
            ranked.push((score, own));
        }
    }
    ranked.sort_by(|one, two| two.0.total_cmp(&one.0).then(one.1.text.cmp(two.1.text)));
    ranked.truncate(most);
    ranked
        .into_iter()
        .map(|(score, own)| KeyPhrase {
            language: if own.chinese > 0 { TextLanguage::Zh } else { TextLanguage::En },
            text: own.text.to_owned(),
            voices: own.voices.unsigned_abs(),
            messages: own.messages.unsigned_abs(),
            score,
        })
        .collect()
}

pub(crate) fn is_aside(aside: &[bool], message: u32) -> bool {
    aside.get(message as usize).copied().unwrap_or(false)
}

/// The messages of a text that are not left out, and the voices behind them.
pub(crate) fn counting(pile: &Pile, text: &Text, aside: &[bool]) -> (u64, u64) {
    if !text.messages.iter().any(|message| is_aside(aside, *message)) {
        return (text.messages.len() as u64, u64::from(text.voices));
    }
    let left: Vec<u32> = text.messages.iter().copied().filter(|message| !is_aside(aside, *message)).collect();
    (left.len() as u64, u64::from(pile.voices(&left)))
}

/// The runs of a message that may be phrases, as they are spelled, with their words.
fn candidates<'a>(reading: &'a Reading, found: &mut Vec<(u64, &'a str, usize)>) {
    found.clear();
    let tokens = &reading.tokens[..reading.tokens.len().min(READ)];
    let telling = |part: Part| part == Part::Subject;
    for (at, first) in tokens.iter().enumerate() {
        if !telling(first.part) {
            continue;
        }
        for (length, last) in tokens[at..].iter().enumerate().take(LONGEST) {
            if matches!(last.part, Part::Break | Part::Emoji) {
                break;
            }
            if !telling(last.part) {
                continue;
            }
            // A lone word is a phrase where it says enough: 闪退, but no single character.
            let text =
                reading.folded.get(first.place.start as usize..last.place.end as usize).unwrap_or_default();
            if length > 0 || text.chars().count() > 1 {
                found.push((xxh3_64(text.as_bytes()), text, length + 1));
            }
        }
    }
}

/// For each phrase, in the order of the letters, how often longer ones hold it and how many of them do.
fn nested(kept: &[Said<'_>]) -> Vec<(i64, i64)> {
    let place: HashMap<&str, usize> = kept.iter().enumerate().map(|(at, own)| (own.text, at)).collect();
    let mut found = vec![(0, 0); kept.len()];
    for own in kept {
        let phrase = own.text;
        if own.words() < 2 {
            continue;
        }
        let mut inside: Vec<usize> = Vec::new();
        let starts: Vec<usize> = phrase.char_indices().map(|(at, _)| at).chain([phrase.len()]).collect();
        for (at, from) in starts.iter().enumerate() {
            for to in &starts[at + 1..] {
                if to - from < phrase.len()
                    && let Some(shorter) = place.get(&phrase[*from..*to])
                {
                    inside.push(*shorter);
                }
            }
        }
        inside.sort_unstable();
        inside.dedup();
        for shorter in inside {
            found[shorter].0 += own.voices;
            found[shorter].1 += 1;
        }
    }
    found
}

fn join<'a>(one: ByHash<'a>, other: ByHash<'a>) -> ByHash<'a> {
    let (mut into, from) = if one.len() < other.len() { (other, one) } else { (one, other) };
    for (phrase, more) in from {
        into.entry(phrase).or_default().add(&more);
    }
    into
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_have_no_stop_word_at_their_ends_and_count_voices() {
        let mut messages: Vec<(String, Option<&str>)> =
            (0..6).map(|at| (format!("the customer service {at} is slow"), None)).collect();
        messages.extend((0..6).map(|at| (format!("{at} 支付失败了"), None)));
        messages.extend((0..50).map(|_| ("dark mode please".to_owned(), Some("ann"))));
        messages.push(("dark mode now".to_owned(), Some("bob")));
        let pile = Pile::of(messages.iter().map(|(text, person)| (text.as_str(), *person)));
        let found = phrases(&pile, &[], 20);
        let texts: Vec<&str> = found.iter().map(|phrase| phrase.text.as_str()).collect();
        assert!(texts.contains(&"customer service") && texts.contains(&"支付失败"), "{texts:?}");
        assert!(texts.iter().all(|text| !text.starts_with("the ") && !text.ends_with('了')), "{texts:?}");
        let dark = found.iter().find(|phrase| phrase.text == "dark mode").unwrap();
        assert_eq!((dark.voices, dark.messages), (2, 51));
        // A word that only ever stands in the phrase is none of its own.
        assert!(!texts.contains(&"customer"), "{texts:?}");
    }
}
