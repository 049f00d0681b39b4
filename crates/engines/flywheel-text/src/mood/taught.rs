//! What ratings taught, kept from day to day: it stands while it would be learned from the same messages, and, where there
//! are more than are learned from, from nearly the same.

use xxhash_rust::xxh3::xxh3_64;

use super::learned::{LEARNED_FROM, Learned, Rated, Trial, learn_from, sampled};
use crate::gist::version;

/// The share of as many messages as are learned from that may be others until all is learned anew: one in so many.
const OTHERS: usize = 20;

const MAGIC: [u8; 8] = *b"FLYTAUGH";

/// What ratings taught.
#[derive(Debug, Clone, PartialEq)]
pub struct Taught {
    /// Nothing where the ratings are too few.
    learned: Option<Learned>,
    /// The messages that it was learned from, by the hashes of their texts with their labels, rising.
    from: Vec<u64>,
}

impl Taught {
    /// What rated messages teach; nothing where what they taught before stands.
    pub(crate) fn anew(rated: Vec<Rated<'_>>, before: Option<&Self>) -> Option<Self> {
        Self::anew_of(rated, before, LEARNED_FROM)
    }

    fn anew_of(rated: Vec<Rated<'_>>, before: Option<&Self>, most: usize) -> Option<Self> {
        let rated = sampled(rated, most);
        let label = |rated: &Rated<'_>| (xxh3_64(rated.text.as_bytes()) & !1) | u64::from(rated.pleased);
        let mut from: Vec<u64> = rated.iter().map(label).collect();
        from.sort_unstable();
        if before.is_some_and(|before| before.stands(&from, most)) {
            return None;
        }
        Some(Self { learned: learn_from(&rated, 0), from })
    }

    /// What was learned; nothing where the ratings are too few.
    pub(crate) fn learned(&self) -> Option<&Learned> {
        self.learned.as_ref()
    }

    /// Whether it would come out the same of these messages, or nearly.
    fn stands(&self, from: &[u64], most: usize) -> bool {
        if self.from == from {
            return true;
        }
        // Of fewer than are learned from every one tells, and learning is quick.
        if self.from.len() < most || from.len() < most {
            return false;
        }
        let others = from.iter().filter(|message| self.from.binary_search(message).is_err()).count();
        others * OTHERS <= most
    }

    /// What was kept; nothing where it is damaged or of another reading.
    pub fn kept(bytes: &[u8]) -> Option<Self> {
        let body = bytes.get(16..)?;
        let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let whole = bytes.starts_with(&MAGIC) && number(8)? == xxh3_64(body) && number(16)? == version();
        let mut from = Numbers(whole.then(|| body.get(8..))??);
        let messages = (0..from.count(8)?).map(|_| from.number()).collect::<Option<Vec<u64>>>()?;
        let learned = if from.number()? == 0 { None } else { Some(from.learned()?) };
        from.0.is_empty().then_some(Self { learned, from: messages })
    }

    /// As [`Self::kept`] reads it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut to = MAGIC.to_vec();
        to.extend([0; 8]);
        to.extend(version().to_le_bytes());
        let mut number = |number: u64| to.extend(number.to_le_bytes());
        number(self.from.len() as u64);
        self.from.iter().for_each(|message| number(*message));
        number(u64::from(self.learned.is_some()));
        if let Some(Learned { weights, bias, share, trial }) = &self.learned {
            number(weights.len() as u64);
            weights.iter().for_each(|(place, weight)| number(paired(*place, *weight)));
            number(paired(0, *bias));
            number(share.to_bits());
            number(trial.pleased);
            number(trial.displeased);
            for value in [trial.accuracy, trial.lexicon_accuracy, trial.balanced, trial.lexicon_balanced] {
                number(value.to_bits());
            }
        }
        let sum = xxh3_64(&to[16..]);
        to[8..16].copy_from_slice(&sum.to_le_bytes());
        to
    }
}

/// A place and a weight as one number.
fn paired(place: u32, weight: f32) -> u64 {
    u64::from(place) << 32 | u64::from(weight.to_bits())
}

/// Numbers of eight bytes, read one after the other.
struct Numbers<'a>(&'a [u8]);

impl Numbers<'_> {
    fn number(&mut self) -> Option<u64> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u64::from_le_bytes(*number))
    }

    /// How many things follow, each of so many bytes.
    fn count(&mut self, each: usize) -> Option<usize> {
        usize::try_from(self.number()?).ok().filter(|count| *count <= self.0.len() / each)
    }

    fn pair(&mut self) -> Option<(u32, f32)> {
        let pair = self.number()?;
        Some(((pair >> 32) as u32, f32::from_bits(pair as u32)))
    }

    fn value(&mut self) -> Option<f64> {
        self.number().map(f64::from_bits)
    }

    fn learned(&mut self) -> Option<Learned> {
        let weights = (0..self.count(8)?).map(|_| self.pair()).collect::<Option<Vec<_>>>()?;
        let (_, bias) = self.pair()?;
        let share = self.value()?;
        let (pleased, displeased) = (self.number()?, self.number()?);
        let (accuracy, lexicon_accuracy) = (self.value()?, self.value()?);
        let (balanced, lexicon_balanced) = (self.value()?, self.value()?);
        let trial = Trial { pleased, displeased, accuracy, lexicon_accuracy, balanced, lexicon_balanced };
        Some(Learned { weights, bias, share, trial })
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::feedback::Mood;

    use super::super::learned::Spoken;
    use super::*;
    use crate::Reading;

    /// Messages with words that only their labels explain.
    fn heard(from: usize, to: usize) -> Vec<(String, Spoken, bool)> {
        let of = |at: usize| {
            let text = format!("{} thing number {at}", if at % 2 == 0 { "zorbly" } else { "quargy" });
            let spoken = Spoken::of(&Reading::new(&text));
            (text, spoken, at % 2 == 0)
        };
        (from..to).map(of).collect()
    }

    fn rated(heard: &[(String, Spoken, bool)]) -> Vec<Rated<'_>> {
        const NONE: &Mood = &Mood::NONE;
        heard
            .iter()
            .map(|(text, spoken, pleased)| Rated { text, spoken, mood: NONE, pleased: *pleased })
            .collect()
    }

    #[test]
    fn what_was_taught_stands_while_the_messages_are_the_same() {
        let all = heard(0, 100);
        let taught = Taught::anew(rated(&all), None).expect("nothing before");
        assert!(taught.learned().is_some_and(|learned| learned.trial.is_better()));
        let mut mixed = rated(&all);
        mixed.reverse();
        mixed.push(mixed[7]);
        assert_eq!(Taught::anew(mixed, Some(&taught)), None, "in another order, and one twice");
        let more = heard(0, 101);
        let anew = Taught::anew(rated(&more), Some(&taught)).expect("of fewer every one tells");
        assert_eq!(Some(anew), Taught::anew(rated(&more), None));
        let few = Taught::anew(rated(&all[..10]), Some(&taught)).expect("others");
        assert_eq!(few.learned(), None);
        assert_eq!(Taught::anew(rated(&all[..10]), Some(&few)), None);
    }

    #[test]
    fn where_there_are_more_than_are_learned_from_it_stands_until_enough_are_others() {
        const MOST: usize = 100;
        let messages = heard(0, 1_400);
        let taught = Taught::anew_of(rated(&messages[..1_000]), None, MOST).expect("nothing before");
        assert_eq!(taught.from.len(), MOST);
        let next = |count: usize| {
            let anew = Taught::anew_of(rated(&messages[..count]), Some(&taught), MOST);
            anew.map(|anew| (count, anew))
        };
        let found = (1_000..=1_400).step_by(10).find_map(next);
        let (count, anew) = found.expect("four tenths more are others enough");
        assert!(count > 1_010, "a hundredth more is nearly the same: {count}");
        assert_eq!(Some(anew), Taught::anew_of(rated(&messages[..count]), None, MOST));
    }

    #[test]
    fn it_is_read_as_it_was_kept_or_not_at_all() {
        let all = heard(0, 60);
        for count in [10, 60] {
            let taught = Taught::anew(rated(&all[..count]), None).expect("nothing before");
            let bytes = taught.bytes();
            assert_eq!(Taught::kept(&bytes), Some(taught));
            for at in (0..bytes.len()).step_by(7) {
                let mut damaged = bytes.clone();
                damaged[at] ^= 8;
                assert_eq!(Taught::kept(&damaged), None, "a byte at {at}");
                assert_eq!(Taught::kept(&bytes[..at]), None, "{at} bytes");
            }
        }
    }
}
