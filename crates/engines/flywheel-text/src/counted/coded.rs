//! What was counted, as bytes: with a checksum and the reading that it belongs to.

use xxhash_rust::xxh3::xxh3_64;

use super::{Counted, CountedText};
use crate::gist::version;
use crate::phrases::Counts;
use crate::search::postings;

const MAGIC: [u8; 8] = *b"FLYCOUNT";

impl Counted {
    /// What was kept; nothing where it is damaged, of another reading, or empty.
    pub fn kept(bytes: &[u8]) -> Option<Self> {
        let body = bytes.get(16..)?;
        let number = |at: usize| Some(u64::from_le_bytes(*bytes.get(at..)?.first_chunk()?));
        let whole = bytes.starts_with(&MAGIC) && number(8)? == xxh3_64(body) && number(16)? == version();
        let mut from = whole.then(|| body.get(8..))??;
        let from = &mut from;
        let count = usize::try_from(postings::read(from)?).ok().filter(|count| *count <= body.len())?;
        let mut texts = Vec::with_capacity(count);
        for at in 0..count as u32 {
            let (hash, rest) = from.split_first_chunk()?;
            *from = rest;
            let mut number = || u32::try_from(postings::read(from)?).ok();
            let said = (number()?, number()?);
            let first = at.checked_sub(number()?)?;
            texts.push(CountedText { hash: u64::from_le_bytes(*hash), said, first });
        }
        (count > 0).then(|| Self { texts, phrases: Counts::kept(from.to_vec()) })
    }

    /// As [`Self::kept`] reads it.
    pub fn bytes(&self) -> Vec<u8> {
        let mut to = MAGIC.to_vec();
        to.reserve(24 + self.texts.len() * 11 + self.phrases.bytes().len());
        to.extend([0; 8]);
        to.extend(version().to_le_bytes());
        postings::write(self.texts.len() as u64, &mut to);
        for (at, text) in (0..).zip(&self.texts) {
            to.extend(text.hash.to_le_bytes());
            for number in [text.said.0, text.said.1, at - text.first] {
                postings::write(u64::from(number), &mut to);
            }
        }
        to.extend(self.phrases.bytes());
        let sum = xxh3_64(&to[16..]);
        to[8..16].copy_from_slice(&sum.to_le_bytes());
        to
    }
}
