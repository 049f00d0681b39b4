//! Messages that say the same in the same or nearly the same words, counted as voices.
//!
//! Exact: the folded text. Near: MinHash over shingles of characters with banding (Broder, "On the resemblance and
//! containment of documents", 1997; Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3), each pair
//! verified by its Jaccard index. The order of the messages changes nothing.

use std::collections::HashMap;

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64;

use crate::pile::Pile;

/// Characters of a shingle.
const SHINGLE: usize = 4;
/// Bands, and hashes in each: pairs of a Jaccard index of 0.7 meet in one with a probability of 0.988, of 0.8 of 0.9997.
const BANDS: usize = 16;
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
    let root = near(pile);
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

/// For each text the first text of those that it is nearly the same as.
fn near(pile: &Pile) -> Vec<u32> {
    let shingles: Vec<Vec<u32>> = pile.texts.par_iter().map(|text| shingles(&text.reading.folded)).collect();
    let bands: Vec<Option<[u64; BANDS]>> = shingles.par_iter().map(|shingles| bands(shingles)).collect();
    let mut root: Vec<u32> = (0..pile.texts.len() as u32).collect();
    for band in 0..BANDS {
        let mut sorted: Vec<(u64, u32)> = bands
            .iter()
            .enumerate()
            .filter_map(|(at, bands)| Some((bands.as_ref()?[band], at as u32)))
            .collect();
        sorted.par_sort_unstable();
        let pairs: Vec<(u32, u32)> = sorted
            .chunk_by(|one, two| one.0 == two.0)
            .collect::<Vec<_>>()
            .into_par_iter()
            .filter(|bucket| bucket.len() > 1)
            .flat_map_iter(|bucket| alike(bucket, &shingles))
            .collect();
        for (one, other) in pairs {
            let (one, other) = (find(&mut root, one), find(&mut root, other));
            root[one.max(other) as usize] = one.min(other);
        }
    }
    (0..root.len() as u32).map(|at| find(&mut root, at)).collect()
}

/// The pairs of a bucket that are nearly the same: each text with the first leader that it is like.
fn alike(bucket: &[(u64, u32)], shingles: &[Vec<u32>]) -> Vec<(u32, u32)> {
    let mut leaders: Vec<u32> = Vec::new();
    let mut pairs = Vec::new();
    for (_, text) in bucket {
        let own = &shingles[*text as usize];
        match leaders.iter().find(|leader| jaccard(own, &shingles[**leader as usize]) >= NEAR) {
            Some(leader) => pairs.push((*leader, *text)),
            None if leaders.len() < LEADERS => leaders.push(*text),
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

/// The hashes of a text's shingles, sorted, each once; empty where it is too short.
fn shingles(folded: &str) -> Vec<u32> {
    let letters: Vec<char> = folded.chars().filter(|character| character.is_alphanumeric()).collect();
    let wide = letters.iter().filter(|character| flywheel_language::is_han(**character)).count();
    // A Chinese character says as much as two letters.
    if letters.len() + wide < SHORTEST {
        return Vec::new();
    }
    let mut bytes = [0_u8; 4 * SHINGLE];
    let mut found: Vec<u32> = letters
        .windows(SHINGLE)
        .map(|window| {
            for (place, character) in bytes.chunks_exact_mut(4).zip(window) {
                place.copy_from_slice(&(*character as u32).to_le_bytes());
            }
            xxh3_64(&bytes) as u32
        })
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

fn bands(shingles: &[u32]) -> Option<[u64; BANDS]> {
    if shingles.is_empty() {
        return None;
    }
    let mut least = [u32::MAX; BANDS * ROWS];
    for shingle in shingles {
        for (at, least) in least.iter_mut().enumerate() {
            // A different odd factor and offset for each hash: multiply and shift.
            let factor = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(2 * at as u64 + 1) | 1;
            let mixed = (u64::from(*shingle).wrapping_add(at as u64 + 1)).wrapping_mul(factor);
            *least = (*least).min(((mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32) as u32);
        }
    }
    let mut bands = [0_u64; BANDS];
    for (band, rows) in bands.iter_mut().zip(least.chunks_exact(ROWS)) {
        *band = rows.iter().fold(0xcbf2_9ce4_8422_2325, |hash, row| {
            (hash ^ u64::from(*row)).wrapping_mul(0x0100_0000_01b3).rotate_left(23)
        });
    }
    Some(bands)
}

/// The Jaccard index of two sorted sets.
fn jaccard(one: &[u32], other: &[u32]) -> f64 {
    let (mut first, mut second, mut shared) = (0, 0, 0_usize);
    while let (Some(a), Some(b)) = (one.get(first), other.get(second)) {
        shared += usize::from(a == b);
        first += usize::from(a <= b);
        second += usize::from(b <= a);
    }
    let all = one.len() + other.len() - shared;
    if all == 0 { 1.0 } else { shared as f64 / all as f64 }
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
            let (one, other): (Vec<u32>, Vec<u32>) = (one.into_iter().collect(), other.into_iter().collect());
            prop_assert!((jaccard(&one, &other) - expected).abs() < 1e-12);
        }
    }
}
