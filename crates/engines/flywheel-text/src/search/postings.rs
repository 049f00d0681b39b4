//! The documents of a term and how often it stands in each, as differences in variable-length bytes.
//!
//! One number a posting in the common case: the difference to the document before, doubled, plus one where the term
//! stands there more than once; then the count follows.

/// Documents in rising order with the term's count in each.
pub(super) fn encode(postings: &[(u32, u32)], to: &mut Vec<u8>) {
    let mut last = 0;
    for (document, count) in postings {
        let more = u64::from(*count > 1);
        write(u64::from(document - last) << 1 | more, to);
        if more == 1 {
            write(u64::from(*count), to);
        }
        last = *document;
    }
}

/// Reads postings one after the other.
pub(super) struct Postings<'a> {
    bytes: &'a [u8],
    left: u32,
    document: u32,
}

impl<'a> Postings<'a> {
    pub(super) fn new(bytes: &'a [u8], count: u32) -> Self {
        Self { bytes, left: count, document: 0 }
    }
}

impl Iterator for Postings<'_> {
    type Item = (u32, u32);

    #[inline]
    fn next(&mut self) -> Option<(u32, u32)> {
        if self.left == 0 {
            return None;
        }
        self.left -= 1;
        let coded = read(&mut self.bytes)?;
        self.document = self.document.wrapping_add((coded >> 1) as u32);
        let count = if coded & 1 == 1 { read(&mut self.bytes)? as u32 } else { 1 };
        Some((self.document, count))
    }
}

/// Writes a number, seven bits a byte, the lowest first.
pub(crate) fn write(mut number: u64, to: &mut Vec<u8>) {
    while number >= 0x80 {
        to.push(number as u8 | 0x80);
        number >>= 7;
    }
    to.push(number as u8);
}

/// Reads a number and goes on behind it; nothing where the bytes end before.
#[inline]
pub(crate) fn read(bytes: &mut &[u8]) -> Option<u64> {
    let (first, rest) = bytes.split_first()?;
    *bytes = rest;
    if *first < 0x80 {
        return Some(u64::from(*first));
    }
    let mut number = u64::from(first & 0x7f);
    let mut shift = 7;
    loop {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if *byte < 0x80 {
            return Some(number);
        }
        shift += 7;
        if shift > 63 {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_written_is_read(gaps in prop::collection::vec((1_u32..100_000, 1_u32..300), 0..200)) {
            let mut document = 0;
            let postings: Vec<(u32, u32)> = gaps.iter().map(|(gap, count)| { document += gap; (document, *count) }).collect();
            let mut bytes = Vec::new();
            encode(&postings, &mut bytes);
            let read: Vec<(u32, u32)> = Postings::new(&bytes, postings.len() as u32).collect();
            prop_assert_eq!(read, postings);
        }
    }
}
