//! The gists that are kept from call to call, as the bytes of two files: what was read long ago, and what came since.
//!
//! A day's texts are written into the second, small one; when that has grown, both become the first.
//! A file that is damaged, or was written by another reading, holds nothing: its texts are read again.

use std::collections::BTreeMap;

use xxhash_rust::xxh3::xxh3_64;

use super::version::version;
use super::{Gist, Gists, coded};
use crate::pile::Cut;

/// The names of the two files.
pub const FILES: [&str; 2] = ["texts.bin", "texts-later.bin"];

/// The second file is joined with the first when it holds more than this share of it: one in so many.
const JOINED: usize = 8;

const MAGIC: [u8; 8] = *b"FLYGISTS";
/// The mark, the checksum of all that follows it, the version and the number of texts.
const HEAD: usize = 32;
/// What names a text, and where its bytes end.
const ENTRY: usize = 16 + 8;

/// The gists that were kept.
#[derive(Debug, Clone, Default)]
pub struct Kept {
    shelves: [Shelf; 2],
}

impl Kept {
    /// What the two files hold, in the order of [`FILES`]; empty bytes where there is none.
    pub fn of(files: [Vec<u8>; 2]) -> Self {
        Self { shelves: files.map(|bytes| Shelf::of(bytes).unwrap_or_default()) }
    }

    /// How many texts are kept.
    pub fn len(&self) -> usize {
        self.shelves.iter().map(|shelf| shelf.count).sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn get(&self, key: u128, text: &str) -> Option<(Gist, Cut)> {
        self.shelves.iter().find_map(|shelf| coded::read(shelf.bytes_at(shelf.find(key)?)?, text))
    }

    /// What each file shall hold after some messages were read; none where it stays as it is.
    ///
    /// Only what the messages say is kept: a text that nobody says any more is gone with the next writing.
    pub fn after(&self, gists: &Gists) -> [Option<Vec<u8>>; 2] {
        let known = gists.keys.len() - gists.made.len();
        if gists.made.is_empty() && known == self.len() {
            return [None, None];
        }
        let [first, second] = &self.shelves;
        let made: BTreeMap<u128, &[u8]> = gists.made.iter().map(|(key, bytes)| (*key, &bytes[..])).collect();
        let (mut old, mut later) = (BTreeMap::new(), BTreeMap::new());
        for key in gists.keys.iter().filter(|key| !made.contains_key(key)) {
            let of = |shelf: &Shelf| shelf.find(*key);
            match (of(first), of(second)) {
                (Some(at), _) => old.extend(first.bytes_at(at).map(|bytes| (*key, bytes))),
                (None, Some(at)) => later.extend(second.bytes_at(at).map(|bytes| (*key, bytes))),
                (None, None) => {}
            }
        }
        later.extend(made);
        if old.len() == first.count && later.len() * JOINED <= old.len() {
            return [None, Some(Shelf::written(&later))];
        }
        old.append(&mut later);
        [Some(Shelf::written(&old)), Some(Vec::new())]
    }
}

/// One file: a head, then each text's key and the end of its bytes, the keys rising, then the bytes.
#[derive(Debug, Clone, Default)]
struct Shelf {
    bytes: Vec<u8>,
    count: usize,
}

impl Shelf {
    /// Checked; none where it is damaged or of another reading.
    fn of(bytes: Vec<u8>) -> Option<Self> {
        let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let body = bytes.get(16..)?;
        let whole = bytes.starts_with(&MAGIC) && number(16)? == version() && number(8)? == xxh3_64(body);
        let count = usize::try_from(number(24)?).ok()?;
        let fits = whole && count.checked_mul(ENTRY)?.checked_add(HEAD)? <= bytes.len();
        fits.then_some(Self { bytes, count })
    }

    fn written(texts: &BTreeMap<u128, &[u8]>) -> Vec<u8> {
        let long: usize = texts.values().map(|bytes| bytes.len()).sum();
        let mut to = Vec::with_capacity(HEAD + texts.len() * ENTRY + long);
        to.extend(MAGIC);
        to.extend([0; 8]);
        to.extend(version().to_le_bytes());
        to.extend((texts.len() as u64).to_le_bytes());
        texts.keys().for_each(|key| to.extend(key.to_le_bytes()));
        let mut end = 0_u64;
        for bytes in texts.values() {
            end += bytes.len() as u64;
            to.extend(end.to_le_bytes());
        }
        texts.values().for_each(|bytes| to.extend(*bytes));
        let sum = xxh3_64(&to[16..]);
        to[8..16].copy_from_slice(&sum.to_le_bytes());
        to
    }

    fn key(&self, at: usize) -> u128 {
        let bytes = self.bytes.get(HEAD + at * 16..).and_then(|bytes| bytes.first_chunk());
        bytes.map_or(0, |bytes| u128::from_le_bytes(*bytes))
    }

    /// The place of a text.
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

    fn bytes_at(&self, at: usize) -> Option<&[u8]> {
        let end = |at: usize| {
            let bytes = self.bytes.get(HEAD + self.count * 16 + at * 8..)?.first_chunk()?;
            usize::try_from(u64::from_le_bytes(*bytes)).ok()
        };
        let from = if at == 0 { 0 } else { end(at - 1)? };
        self.bytes.get(HEAD + self.count * ENTRY..)?.get(from..end(at)?)
    }
}
