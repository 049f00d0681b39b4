//! Key phrases: the words that belong together and that many people use.
//!
//! Candidates are runs of two to four words without a stop word at either end; a phrase inside a longer one counts only
//! where it stands alone (Frantzi, Ananiadou and Mima's C-value, "Automatic recognition of multi-word terms", 2000).

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::insights::KeyPhrase;
use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::pile::{Pile, Text};
use crate::tokens::{Part, Reading};

/// Words of a phrase at most.
const LONGEST: usize = 4;
/// Words of a message from which phrases are taken.
const READ: usize = 400;

#[derive(Default, Clone)]
struct Counted<'a> {
    text: &'a str,
    voices: u64,
    messages: u64,
    words: usize,
    chinese: u64,
}

/// Phrases by the hash of their text: there are millions, and few are kept.
type ByHash<'a> = HashMap<u64, Counted<'a>, BuildHasherDefault<Hashed>>;

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
    let counted = pile
        .texts
        .par_chunks(1024)
        .map(|texts| {
            let mut counted = ByHash::default();
            let mut found: Vec<(u64, &str, usize)> = Vec::new();
            for text in texts {
                let (messages, voices) = counting(pile, text, aside);
                if messages == 0 {
                    continue;
                }
                candidates(&text.reading, &mut found);
                found.sort_unstable();
                found.dedup();
                for (hash, phrase, words) in &found {
                    let own = counted.entry(*hash).or_default();
                    own.text = phrase;
                    own.voices += voices;
                    own.messages += messages;
                    own.words = own.words.max(*words);
                    own.chinese += u64::from(text.language() == TextLanguage::Zh);
                }
            }
            counted
        })
        .reduce(ByHash::default, join);
    let least = (pile.len() / 2000).clamp(2, 50) as u64;
    let mut kept: Vec<Counted<'_>> = counted.into_values().filter(|own| own.voices >= least).collect();
    kept.par_sort_unstable_by_key(|own| own.text);
    let mut ranked: Vec<(f64, Counted<'_>)> = Vec::new();
    let nested = nested(&kept);
    for (own, (longer, times)) in kept.into_iter().zip(nested) {
        let alone =
            if times == 0 { own.voices as f64 } else { own.voices as f64 - longer as f64 / times as f64 };
        let score = ((own.words as f64) + 0.6).log2() * alone;
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
            voices: own.voices,
            messages: own.messages,
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
fn nested(kept: &[Counted<'_>]) -> Vec<(u64, u64)> {
    let place: HashMap<&str, usize> = kept.iter().enumerate().map(|(at, own)| (own.text, at)).collect();
    let mut found = vec![(0, 0); kept.len()];
    for own in kept {
        let phrase = own.text;
        if own.words < 2 {
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
        let own = into.entry(phrase).or_default();
        own.text = more.text;
        own.voices += more.voices;
        own.messages += more.messages;
        own.chinese += more.chinese;
        own.words = own.words.max(more.words);
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
