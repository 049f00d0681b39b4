//! Messages that say the same in the same or nearly the same words, counted as voices.
//!
//! Exact: the folded text. Near: MinHash over shingles of characters with banding (Broder, "On the resemblance and
//! containment of documents", 1997; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3), each pair
//! verified by its Jaccard index. The order of the messages changes nothing.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::BuildHasherDefault;
use std::sync::OnceLock;

use rayon::prelude::*;

use crate::phrases::Hashed;
use crate::pile::{Pile, Text};

/// Characters of a shingle.
const SHINGLE: usize = 4;
/// Bands, and hashes in each: pairs of a Jaccard index of 0.7 meet in one with a probability of 0.988, of 0.8 of 0.9997.
pub(crate) const BANDS: usize = 16;
const ROWS: usize = 4;
/// Letters and digits from which a text may be a near duplicate; a shorter one is only ever an exact one.
const SHORTEST: usize = 12;
/// The Jaccard index from which two texts are nearly the same.
pub const NEAR: f64 = 0.7;
/// Texts of one bucket that a further one is compared with at most.
const LEADERS: usize = 48;

/// Messages that say the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DuplicateGroup {
    /// The messages, rising; at least two.
    pub messages: Vec<u32>,
    /// People who said it; a message whose person nobody knows is a voice of its own.
    pub voices: u32,
    /// Whether all of them have the same folded text.
    pub exact: bool,
}

/// What says the same in a pile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Duplicates {
    /// For each message the number of its group of the same or nearly the same words, messages alone included.
    pub group_of: Vec<u32>,
    /// The groups of two messages or more, the largest first.
    pub groups: Vec<DuplicateGroup>,
    /// Messages beyond the first of each exact text.
    pub exact: u64,
    /// Messages beyond the first of each group, exact ones not counted.
    pub near: u64,
    /// Voices of all messages: each person once for each group.
    pub voices: u64,
}

/// Finds what says the same.
pub fn duplicates(pile: &Pile) -> Duplicates {
    grouped(pile, &near(pile, None).first)
}

/// What says the same, where it is known of each text which is the first of those that it is nearly the same as.
pub(crate) fn grouped(pile: &Pile, root: &[u32]) -> Duplicates {
    let mut messages: HashMap<u32, Vec<u32>> = HashMap::new();
    for (message, text) in pile.text_of.iter().enumerate() {
        messages.entry(root[*text as usize]).or_default().push(message as u32);
    }
    let mut all: Vec<(u32, Vec<u32>)> = messages.into_iter().collect();
    all.par_sort_unstable_by_key(|(root, _)| *root);
    let mut group_of = vec![0_u32; pile.len()];
    for (number, (_, messages)) in all.iter().enumerate() {
        for message in messages {
            group_of[*message as usize] = number as u32;
        }
    }
    let voices: Vec<u32> = all.par_iter().map(|(_, messages)| pile.voices(messages)).collect();
    let exact = (pile.len() - pile.texts.len()) as u64;
    let near = (pile.texts.len() - all.len()) as u64;
    let mut groups: Vec<(u32, DuplicateGroup)> = all
        .into_iter()
        .zip(&voices)
        .filter(|((_, messages), _)| messages.len() > 1)
        .map(|((root, messages), voices)| {
            let text = |message: &u32| pile.text_of[*message as usize];
            let exact = messages.iter().all(|message| text(message) == text(&messages[0]));
            (root, DuplicateGroup { messages, voices: *voices, exact })
        })
        .collect();
    groups.sort_by(|one, two| two.1.messages.len().cmp(&one.1.messages.len()).then(one.0.cmp(&two.0)));
    Duplicates {
        group_of,
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        exact,
        near,
        voices: voices.iter().map(|voices| u64::from(*voices)).sum(),
    }
}

/// What is known of a pile's texts from an earlier one.
#[derive(Debug, Clone)]
pub(crate) struct Before {
    /// Texts that came since; none of the others is gone.
    pub new: Vec<u32>,
    /// For each text the first of those that it was nearly the same as; a new one is its own.
    pub first: Vec<u32>,
}

/// Which texts are nearly the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Near {
    /// For each text the first of those that it is nearly the same as.
    pub first: Vec<u32>,
    /// Texts that were compared with others.
    pub compared: usize,
}

/// Finds which texts are nearly the same. What is known from before spares comparing, and changes nothing else.
pub(crate) fn near(pile: &Pile, before: Option<&Before>) -> Near {
    let again = before.map(|before| Again::of(pile, before));
    // Most texts meet none: only of those that do, shingles are cut.
    let sets: Vec<OnceLock<Shingles>> = pile.texts.iter().map(|_| OnceLock::new()).collect();
    let sets = &sets[..];
    let set = |text: u32| {
        let folded = || Shingles::of(shingles(pile.texts[text as usize].folded()));
        sets[text as usize].get_or_init(folded)
    };
    let among = |band: usize| again.as_ref().map(|again| &again.bands[band]);
    let met: Vec<Vec<Vec<u32>>> =
        (0..BANDS).into_par_iter().map(|band| met(pile, band, among(band))).collect();
    let mut root = match &again {
        Some(again) => again.root.clone(),
        None => (0..pile.texts.len() as u32).collect(),
    };
    for buckets in met {
        let roots: Vec<u32> = (0..root.len() as u32).map(|at| find(&mut root, at)).collect();
        // A bucket whose texts are known to be the same says nothing more.
        let is_open =
            |bucket: &&Vec<u32>| bucket.iter().any(|text| roots[*text as usize] != roots[bucket[0] as usize]);
        let pairs: Vec<(u32, u32)> =
            buckets.par_iter().filter(is_open).flat_map_iter(|bucket| alike(bucket, &set)).collect();
        for (one, other) in pairs {
            let (one, other) = (find(&mut root, one), find(&mut root, other));
            root[one.max(other) as usize] = one.min(other);
        }
    }
    let first = (0..root.len() as u32).map(|at| find(&mut root, at)).collect();
    Near { first, compared: sets.iter().filter(|set| set.get().is_some()).count() }
}

/// Hashes of one band.
type Band = HashSet<u32, BuildHasherDefault<Hashed>>;

/// What is to be compared again when texts came to those that are known.
///
/// A bucket pairs its texts as before unless one came to it. So a group stands whose texts are in no such bucket, and of
/// every other group all buckets are looked at again.
struct Again {
    /// For each band the hashes of the buckets to look at.
    bands: Vec<Band>,
    /// For each text the first of its group, where that stands, else itself.
    root: Vec<u32>,
}

impl Again {
    fn of(pile: &Pile, before: &Before) -> Self {
        let Before { new, first } = before;
        let came = bands(pile, new);
        let meets = |text: &Text| {
            text.sketch.is_some_and(|Sketch(hashes)| {
                came.iter().zip(hashes).any(|(came, hash)| came.contains(&hash))
            })
        };
        let met: Vec<bool> = pile.texts.par_iter().map(meets).collect();
        // By the first text of each group.
        let mut is_open = vec![false; pile.texts.len()];
        new.iter().for_each(|text| is_open[*text as usize] = true);
        met.iter().zip(first).filter(|(met, _)| **met).for_each(|(_, first)| is_open[*first as usize] = true);
        let texts = || (0..).zip(first);
        let open: Vec<u32> =
            texts().filter(|(_, first)| is_open[**first as usize]).map(|(text, _)| text).collect();
        let root = texts().map(|(text, first)| if is_open[*first as usize] { text } else { *first });
        Self { bands: bands(pile, &open), root: root.collect() }
    }
}

/// For each band the hashes of some texts.
fn bands(pile: &Pile, texts: &[u32]) -> Vec<Band> {
    let sketches: Vec<Sketch> = texts.iter().filter_map(|text| pile.texts[*text as usize].sketch).collect();
    let band = |band: usize| sketches.iter().map(|Sketch(hashes)| hashes[band]).collect::<Band>();
    (0..BANDS).into_par_iter().map(band).collect()
}

/// The texts that share a band with others, by what they share, each bucket in the texts' order; only buckets `among` some
/// where such are given.
fn met(pile: &Pile, band: usize, among: Option<&Band>) -> Vec<Vec<u32>> {
    let all = pile.texts.iter().enumerate();
    let hashes = all.filter_map(|(at, text)| Some((text.sketch.as_ref()?.0[band], at as u32)));
    let hashes = hashes.filter(|(hash, _)| among.is_none_or(|among| among.contains(hash)));
    // The first text of each hash, and where its bucket is once a second one has it.
    let most = among.map_or(pile.texts.len(), HashSet::len);
    let mut first: HashMap<u32, (u32, u32), BuildHasherDefault<Hashed>> =
        HashMap::with_capacity_and_hasher(most, BuildHasherDefault::default());
    let mut buckets: Vec<Vec<u32>> = Vec::new();
    for (hash, text) in hashes {
        match first.entry(hash) {
            Entry::Vacant(entry) => {
                entry.insert((text, u32::MAX));
            }
            Entry::Occupied(mut entry) => {
                let (one, bucket) = entry.get_mut();
                if *bucket == u32::MAX {
                    *bucket = buckets.len() as u32;
                    buckets.push(vec![*one]);
                }
                buckets[*bucket as usize].push(text);
            }
        }
    }
    buckets
}

/// The pairs of a bucket that are nearly the same: each text with the first leader that it is like.
fn alike<'a>(bucket: &[u32], set: &impl Fn(u32) -> &'a Shingles) -> Vec<(u32, u32)> {
    let mut leaders: Vec<(u32, &Shingles)> = Vec::new();
    let mut pairs = Vec::new();
    for text in bucket {
        let own = set(*text);
        match leaders.iter().find(|(_, leader)| own.is_near(leader)) {
            Some((leader, _)) => pairs.push((*leader, *text)),
            None if leaders.len() < LEADERS => leaders.push((*text, own)),
            None => {}
        }
    }
    pairs
}

fn find(root: &mut [u32], mut at: u32) -> u32 {
    while root[at as usize] != at {
        root[at as usize] = root[root[at as usize] as usize];
        at = root[at as usize];
    }
    at
}

/// The hashes of a text's shingles, none of them 0; empty where it is too short.
fn shingles(folded: &str) -> Vec<u32> {
    let letters: Vec<char> = folded.chars().filter(|character| character.is_alphanumeric()).collect();
    let wide = letters.iter().filter(|character| flywheel_language::is_han(**character)).count();
    // A Chinese character says as much as two letters.
    if letters.len() + wide < SHORTEST {
        return Vec::new();
    }
    let mut found: Vec<u32> = Vec::with_capacity(letters.len());
    let mut window = [0_u64; SHINGLE];
    for (at, letter) in letters.iter().enumerate() {
        window = [window[1], window[2], window[3], u64::from(*letter as u32)];
        if at + 1 >= SHINGLE {
            // Two letters in a word, the words mixed by odd factors.
            let [one, two, three, four] = window;
            let mixed = ((one << 32) | two)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(((three << 32) | four).wrapping_mul(0xd6e8_feb8_6659_fd93));
            found.push(((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32 | 1);
        }
    }
    found
}

/// What texts that are nearly the same share a part of: a hash of each band of their least hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sketch(pub [u32; BANDS]);

/// The sketch of a folded text; none of one that is too short to be nearly the same as another.
pub(crate) fn sketch(folded: &str) -> Option<Sketch> {
    let shingles = shingles(folded);
    if shingles.is_empty() {
        return None;
    }
    let mut least = [u32::MAX; BANDS * ROWS];
    for shingle in &shingles {
        for (at, least) in least.iter_mut().enumerate() {
            // A different odd factor and offset for each hash: multiply and shift.
            let factor = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * at as u64 + 1) | 1;
            let mixed = (u64::from(*shingle).wrapping_add(at as u64 + 1)).wrapping_mul(factor);
            *least = (*least).min(((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32);
        }
    }
    let mut bands = [0_u32; BANDS];
    for (band, rows) in bands.iter_mut().zip(least.chunks_exact(ROWS)) {
        let hash = rows.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, row| {
            (hash ^ u64::from(*row)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
        });
        *band = (hash ^ (hash >> 32)) as u32;
    }
    Some(Sketch(bands))
}

/// A set of shingles: each once, and a table of twice their number or more with each at the first free place behind that
/// of its bits.
struct Shingles {
    each: Vec<u32>,
    table: Vec<u32>,
}

impl Shingles {
    fn of(mut shingles: Vec<u32>) -> Self {
        let mut table = vec![0; (shingles.len() * 2).next_power_of_two()];
        shingles.retain(|shingle| {
            let place = place(&table, *shingle);
            let is_new = table[place] == 0;
            table[place] = *shingle;
            is_new
        });
        Self { each: shingles, table }
    }

    /// Whether the Jaccard index of two sets is [`NEAR`] or more; told as soon as it cannot be.
    fn is_near(&self, other: &Self) -> bool {
        let (few, many) = if self.each.len() < other.each.len() { (self, other) } else { (other, self) };
        let (fewer, more) = (few.each.len(), many.each.len());
        // As many must be shared as make the index, of `shared` in `fewer + more - shared`, so much.
        let index =
            |shared: usize| if more == 0 { 1.0 } else { shared as f64 / (fewer + more - shared) as f64 };
        let table = &many.table[..];
        let mut shared = fewer;
        for shingle in &few.each {
            if index(shared) < NEAR {
                return false;
            }
            shared -= usize::from(table[place(table, *shingle)] == 0);
        }
        index(shared) >= NEAR
    }
}

/// Where a shingle stands in a table, or would.
fn place(table: &[u32], shingle: u32) -> usize {
    let mut at = (shingle >> 1) as usize & (table.len() - 1);
    while table[at] != 0 && table[at] != shingle {
        at = (at + 1) & (table.len() - 1);
    }
    at
}

#[cfg(test)]
mod tests {
    use flywheel_stats::chance::Chance;
    use proptest::prelude::*;

    use super::*;

    fn pile(messages: &[(&str, Option<&str>)]) -> Pile {
        Pile::of(messages.iter().copied())
    }

    const LONG: &str = "I tried to pay with my new card three times and the payment failed every time";

    #[test]
    fn a_person_is_one_voice_however_often_they_paste() {
        let edited = format!("{LONG}!!");
        let altered = LONG.replace("three", "four");
        let found = duplicates(&pile(&[
            (LONG, Some("ann")),
            (LONG, Some("ann")),
            (&edited, Some("ann")),
            (&altered, Some("bob")),
            ("付款失败了,一直转圈,请尽快修复这个问题", Some("ann")),
            ("something else altogether, the delivery was fine", None),
        ]));
        assert_eq!(found.groups.len(), 1, "{found:?}");
        assert_eq!((found.groups[0].messages.as_slice(), found.groups[0].voices), (&[0, 1, 2, 3][..], 2));
        assert!(!found.groups[0].exact);
        assert_eq!(found.voices, 4);
        assert_eq!(found.exact + found.near, 3);
    }

    #[test]
    fn a_hundred_thousand_identical_messages_are_as_many_voices() {
        let people: Vec<String> = (0..100_000).map(|person| person.to_string()).collect();
        let messages: Vec<(&str, Option<&str>)> =
            people.iter().map(|person| (LONG, Some(person.as_str()))).collect();
        let found = duplicates(&pile(&messages));
        assert_eq!((found.groups.len(), found.voices, found.exact), (1, 100_000, 99_999));
    }

    #[test]
    fn many_messages_of_one_template_stay_fast_and_apart() {
        let texts: Vec<String> = (0..5_000_u64)
            .map(|at| {
                let mut chance = Chance::new(at);
                let word = |chance: &mut Chance| {
                    (0..8).map(|_| char::from(b'a' + chance.below(26) as u8)).collect::<String>()
                };
                format!(
                    "order {} {} {} {} late",
                    word(&mut chance),
                    word(&mut chance),
                    word(&mut chance),
                    word(&mut chance)
                )
            })
            .collect();
        let found = duplicates(&Pile::of(texts.iter().map(|text| (text.as_str(), None))));
        assert!(found.near < 10, "{}", found.near);
    }

    #[test]
    fn the_order_changes_nothing() {
        let mut texts: Vec<String> =
            (0..200).map(|at| format!("{LONG} {}", "again ".repeat(at % 7))).collect();
        texts.extend(
            (0..50).map(|at| format!("快递太慢了,等了整整一个星期还没有收到货{}", "急".repeat(at % 5))),
        );
        let count = |texts: &[String]| {
            let found = duplicates(&Pile::of(texts.iter().map(|text| (text.as_str(), None))));
            let mut sizes: Vec<usize> = found.groups.iter().map(|group| group.messages.len()).collect();
            sizes.sort_unstable();
            (sizes, found.exact, found.near, found.voices)
        };
        let first = count(&texts);
        Chance::new(3).shuffle(&mut texts);
        assert_eq!(count(&texts), first);
    }

    proptest! {
        #[test]
        fn the_index_is_that_of_sets(one in proptest::collection::btree_set(0_u32..50, 0..30), other in proptest::collection::btree_set(0_u32..50, 0..30)) {
            let (shared, all) = (one.intersection(&other).count(), one.union(&other).count());
            let expected = if all == 0 { 1.0 } else { shared as f64 / all as f64 };
            let set = |numbers: std::collections::BTreeSet<u32>| Shingles::of(numbers.into_iter().map(|number| number + 1).collect());
            prop_assert_eq!(set(one).is_near(&set(other)), expected >= NEAR);
        }
    }
}
