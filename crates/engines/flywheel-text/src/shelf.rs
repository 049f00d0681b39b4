//! Bytes kept by key in two files, what came long ago and what came since, so that a day's writing is as small as the day.
//!
//! When the second has grown, both become the first. A file that is damaged, or was written for another version, holds
//! nothing: what was in it is made again.

use std::fmt;
use std::sync::Arc;

use xxhash_rust::xxh3::{xxh3_64, xxh3_128};

/// The second file is joined with the first when it weighs more than this share of it: one in so many.
const JOINED: usize = 8;

const MAGIC: [u8; 8] = *b"FLYSHELF";
/// The mark, the checksum of all that follows it, the version and the number of keys.
const HEAD: usize = 32;
/// A key, and where its bytes end.
const ENTRY: usize = 16 + 8;

/// What names bytes: the hash of whatever they are made of.
pub fn key(of: &[u8]) -> u128 {
    xxh3_128(of)
}

/// A number for a version of what is kept, of everything that decides on it.
pub fn version_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> u64 {
    let hashes: Vec<u8> = parts.into_iter().flat_map(|part| xxh3_64(part.as_bytes()).to_le_bytes()).collect();
    xxh3_64(&hashes)
}

/// Some of the bytes of a file, which stays in memory as long as one of its pieces is needed.
#[derive(Clone)]
pub struct Piece {
    file: Arc<Vec<u8>>,
    from: usize,
    to: usize,
}

impl Piece {
    /// All of some bytes.
    pub fn whole(bytes: Vec<u8>) -> Self {
        Self { to: bytes.len(), file: Arc::new(bytes), from: 0 }
    }

    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self.file.get(self.from..self.to).unwrap_or_default()
    }

    /// A part of them, by places in [`Self::bytes`].
    pub fn part(&self, from: usize, to: usize) -> Self {
        let at = |place: usize| self.from.saturating_add(place).min(self.to);
        Self { file: self.file.clone(), from: at(from), to: at(to) }
    }
}

impl fmt::Debug for Piece {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Piece").field(&self.bytes().len()).finish()
    }
}

/// What two files hold.
#[derive(Debug, Clone)]
pub struct Shelves {
    version: u64,
    /// What came long ago, and what came since.
    shelves: [Shelf; 2],
}

impl Shelves {
    /// What the two files hold; empty bytes where there is none.
    pub fn of(files: [Vec<u8>; 2], version: u64) -> Self {
        Self { version, shelves: files.map(|bytes| Shelf::of(bytes, version).unwrap_or_default()) }
    }

    /// How many keys.
    pub fn len(&self) -> usize {
        self.shelves.iter().map(|shelf| shelf.count).sum()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What is kept under a key.
    pub fn get(&self, key: u128) -> Option<Piece> {
        self.shelves.iter().find_map(|shelf| shelf.piece(shelf.find(key)?))
    }

    /// What each file shall hold when nothing but `wanted`, each key once, is kept, of which some was made anew; none
    /// where it stays as it is. `weigh` tells what counts for the second file's growth.
    pub fn after(
        &self,
        wanted: &[u128],
        made: &[(u128, Vec<u8>)],
        weigh: impl Fn(&[u8]) -> usize,
    ) -> [Option<Vec<u8>>; 2] {
        if made.is_empty() && wanted.len() == self.len() {
            return [None, None];
        }
        let mut later: Vec<(u128, &[u8])> = made.iter().map(|(key, bytes)| (*key, &bytes[..])).collect();
        later.sort_unstable_by_key(|(key, _)| *key);
        let is_made = |key: u128| later.binary_search_by_key(&key, |(key, _)| *key).is_ok();
        let [first, second] = &self.shelves;
        let (mut old, mut since) = (Vec::new(), Vec::new());
        for key in wanted.iter().copied().filter(|key| !is_made(*key)) {
            match (first.find(key), second.find(key)) {
                (Some(at), _) => old.extend(first.bytes_at(at).map(|bytes| (key, bytes))),
                (None, Some(at)) => since.extend(second.bytes_at(at).map(|bytes| (key, bytes))),
                (None, None) => {}
            }
        }
        later.append(&mut since);
        let weight = |pieces: &[(u128, &[u8])]| pieces.iter().map(|(_, bytes)| weigh(bytes)).sum::<usize>();
        if old.len() == first.count && weight(&later).saturating_mul(JOINED) <= weight(&old) {
            return [None, Some(Shelf::written(later, self.version))];
        }
        old.append(&mut later);
        [Some(Shelf::written(old, self.version)), Some(Vec::new())]
    }
}

/// One file: a head, then each key and the end of its bytes, the keys rising, then the bytes.
#[derive(Debug, Clone)]
struct Shelf {
    file: Piece,
    count: usize,
}

impl Default for Shelf {
    fn default() -> Self {
        Self { file: Piece::whole(Vec::new()), count: 0 }
    }
}

impl Shelf {
    /// Checked; none where it is damaged or of another version.
    fn of(bytes: Vec<u8>, version: u64) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let body = bytes.get(16..)?;
        let whole = bytes.starts_with(&MAGIC) && number(16)? == version && number(8)? == xxh3_64(body);
        let count = usize::try_from(number(24)?).ok()?;
        let fits = whole && count.checked_mul(ENTRY)?.checked_add(HEAD)? <= bytes.len();
        fits.then(|| Self { file: Piece::whole(bytes), count })
    }

    fn written(mut pieces: Vec<(u128, &[u8])>, version: u64) -> Vec<u8> {
        pieces.sort_unstable_by_key(|(key, _)| *key);
        let long: usize = pieces.iter().map(|(_, bytes)| bytes.len()).sum();
        let mut to = Vec::with_capacity(HEAD + pieces.len() * ENTRY + long);
        to.extend(MAGIC);
        to.extend([0; 8]);
        to.extend(version.to_le_bytes());
        to.extend((pieces.len() as u64).to_le_bytes());
        pieces.iter().for_each(|(key, _)| to.extend(key.to_le_bytes()));
        let mut end = 0_u64;
        for (_, bytes) in &pieces {
            end += bytes.len() as u64;
            to.extend(end.to_le_bytes());
        }
        pieces.iter().for_each(|(_, bytes)| to.extend(*bytes));
        let sum = xxh3_64(&to[16..]);
        to[8..16].copy_from_slice(&sum.to_le_bytes());
        to
    }

    fn key(&self, at: usize) -> u128 {
        let bytes = self.file.bytes().get(HEAD + at * 16..).and_then(|bytes| bytes.first_chunk());
        bytes.map_or(0, |bytes| u128::from_le_bytes(*bytes))
    }

    /// The place of a key.
    fn find(&self, key: u128) -> Option<usize> {
        let (mut low, mut high) = (0, self.count);
        while low < high {
            let middle = low.midpoint(high);
            match self.key(middle).cmp(&key) {
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// Where the bytes of a key stand in the file.
    fn place(&self, at: usize) -> Option<(usize, usize)> {
        let bytes = self.file.bytes();
        let end = |at: usize| {
            let bytes = bytes.get(HEAD + self.count * 16 + at * 8..)?.first_chunk()?;
            usize::try_from(u64::from_le_bytes(*bytes)).ok()
        };
        let from = if at == 0 { 0 } else { end(at - 1)? };
        let body = HEAD + self.count * ENTRY;
        let (from, to) = (body.checked_add(from)?, body.checked_add(end(at)?)?);
        (from <= to && to <= bytes.len()).then_some((from, to))
    }

    fn bytes_at(&self, at: usize) -> Option<&[u8]> {
        let (from, to) = self.place(at)?;
        self.file.bytes().get(from..to)
    }

    fn piece(&self, at: usize) -> Option<Piece> {
        let (from, to) = self.place(at)?;
        Some(self.file.part(from, to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Files = [Vec<u8>; 2];

    /// The files after keys were wanted of which `made` were not there, each weighing its bytes.
    fn after(files: &Files, wanted: &[u128], made: &[(u128, Vec<u8>)]) -> Files {
        let [first, second] = Shelves::of(files.clone(), 7).after(wanted, made, <[u8]>::len);
        [first.unwrap_or_else(|| files[0].clone()), second.unwrap_or_else(|| files[1].clone())]
    }

    #[test]
    fn what_came_since_lies_apart_until_it_weighs_an_eighth() {
        let piece = |key: u128, long: usize| (key, vec![key as u8; long]);
        let old = after(&Files::default(), &[5, 1], &[piece(5, 600), piece(1, 400)]);
        assert!(!old[0].is_empty() && old[1].is_empty());
        let light = after(&old, &[1, 5, 9], &[piece(9, 125)]);
        assert!(light[0] == old[0] && !light[1].is_empty());
        let heavy = after(&light, &[1, 5, 9, 3], &[piece(3, 1)]);
        assert!(heavy[1].is_empty());
        let (both, joined) = (Shelves::of(light, 7), Shelves::of(heavy, 7));
        for (key, long) in [(1, 400), (5, 600), (9, 125)] {
            for shelves in [&both, &joined] {
                let found = shelves.get(key).expect("kept");
                assert_eq!(found.bytes(), vec![key as u8; long]);
                assert_eq!(found.part(1, usize::MAX).bytes().len(), long - 1);
            }
        }
        assert!(both.get(3).is_none() && joined.get(3).is_some());
    }

    #[test]
    fn what_is_not_wanted_is_gone() {
        let files = after(&Files::default(), &[1, 2], &[(1, b"one".to_vec()), (2, b"two".to_vec())]);
        let left = after(&files, &[2], &[]);
        let holds = |bytes: &[u8]| bytes.windows(3).any(|window| window == b"one");
        assert!(holds(&files[0]) && !left.iter().any(|bytes| holds(bytes)));
        assert_eq!(Shelves::of(left.clone(), 7).len(), 1);
        assert!(Shelves::of(left, 8).is_empty(), "of another version");
    }

    #[test]
    fn a_version_is_named_by_its_parts_in_their_order() {
        assert_eq!(version_of(["a", "b"]), version_of(["a", "b"]));
        assert_ne!(version_of(["a", "b"]), version_of(["ab"]));
        assert_ne!(version_of(["a", "b"]), version_of(["b", "a"]));
    }
}
