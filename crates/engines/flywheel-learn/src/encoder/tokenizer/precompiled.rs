//! SentencePiece's compiled table of normal forms: a double-array trie of what is replaced, and the texts put in its place.
//!
//! The table is the length of the trie in bytes (little-endian, 32 bits), its units (the same), and the texts, each ended by a
//! zero byte. A unit holds a label (bits 0 to 7 and 31), whether a value follows (bit 8), and the way to its children (the rest;
//! bit 9 says that it counts 256-fold), as in the library Darts-clone.

use unicode_segmentation::UnicodeSegmentation;

/// Clusters of so many bytes are looked up whole before their characters are.
const CLUSTER: usize = 6;

/// The table.
#[derive(Debug)]
pub(super) struct Precompiled {
    units: Vec<u32>,
    texts: String,
}

impl Precompiled {
    /// Reads the table.
    pub fn new(table: &[u8]) -> Result<Self, String> {
        let wrong = || "the table of normal forms is damaged".to_owned();
        let (length, rest) = table.split_first_chunk::<4>().ok_or_else(wrong)?;
        let length = u32::from_le_bytes(*length) as usize;
        let units = rest.get(..length).ok_or_else(wrong)?;
        let units =
            units.chunks_exact(4).map(|unit| u32::from_le_bytes([unit[0], unit[1], unit[2], unit[3]]));
        let texts = String::from_utf8(rest[length..].to_vec()).map_err(|_| wrong())?;
        Ok(Self { units: units.collect(), texts })
    }

    /// The text with everything replaced that the table knows.
    pub fn apply(&self, text: &str) -> String {
        let mut form = String::with_capacity(text.len());
        for cluster in text.graphemes(true) {
            if let Some(found) = self.replacement(cluster).filter(|_| cluster.len() < CLUSTER) {
                form.push_str(found);
                continue;
            }
            for character in cluster.chars() {
                match self.replacement(character.encode_utf8(&mut [0; 4])) {
                    Some(found) => form.push_str(found),
                    None => form.push(character),
                }
            }
        }
        form
    }

    /// What stands in the place of the shortest known beginning of `part`, which is taken for all of it.
    fn replacement(&self, part: &str) -> Option<&str> {
        let start = self.first_value(part.as_bytes())? as usize;
        let text = self.texts.get(start..)?;
        Some(text.split('\0').next().unwrap_or_default())
    }

    fn first_value(&self, key: &[u8]) -> Option<u32> {
        let mut place = children(*self.units.first()?);
        for &byte in key {
            if byte == 0 {
                return None;
            }
            place ^= usize::from(byte);
            let unit = *self.units.get(place)?;
            if unit & (1 << 31 | 0xff) != u32::from(byte) {
                return None;
            }
            place ^= children(unit);
            if unit >> 8 & 1 == 1 {
                return Some(self.units.get(place)? & (u32::MAX >> 1));
            }
        }
        None
    }
}

/// The way from a unit to its children.
fn children(unit: u32) -> usize {
    (unit >> 10 << ((unit & 1 << 9) >> 6)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table that replaces `Ａ` (ef bc a1) by `A`, and `\t` by a space, built by hand.
    fn table() -> Vec<u8> {
        let mut units = vec![0_u32; 1024];
        // The root's children begin at 256; each node's at the next block of 256.
        let put = |units: &mut Vec<u32>, place: usize, label: u8, leaf: bool, target: usize| {
            units[place] = u32::from(label) | u32::from(leaf) << 8 | ((place ^ target) as u32) << 10;
        };
        units[0] = 256 << 10;
        put(&mut units, 256 ^ 0x09, 0x09, true, 512 ^ 1);
        units[512 ^ 1] = 1 << 31 | 2;
        put(&mut units, 256 ^ 0xef, 0xef, false, 768);
        put(&mut units, 768 ^ 0xbc, 0xbc, false, 512);
        put(&mut units, 512 ^ 0xa1, 0xa1, true, 512 ^ 2);
        units[512 ^ 2] = 1 << 31;
        let mut table = 4096_u32.to_le_bytes().to_vec();
        table.extend(units.iter().flat_map(|unit| unit.to_le_bytes()));
        table.extend(b"A\0 \0");
        table
    }

    #[test]
    fn what_the_table_knows_is_replaced() {
        let map = Precompiled::new(&table()).unwrap();
        for (text, form) in [("", ""), ("Ａb\tＡ", "Ab A"), ("é\u{301}付", "é\u{301}付"), ("ＢＡ", "ＢA")]
        {
            assert_eq!(map.apply(text), form, "{text:?}");
        }
    }

    #[test]
    fn damage_is_said_and_never_panics() {
        assert!(Precompiled::new(&[1, 2]).is_err());
        assert!(Precompiled::new(&[200, 0, 0, 0, 1]).is_err());
        let mut table = table();
        for at in (4..4000).step_by(37) {
            table[at] ^= 0xff;
        }
        if let Ok(map) = Precompiled::new(&table) {
            map.apply("Ａb\tＡ é 付");
        }
    }
}
