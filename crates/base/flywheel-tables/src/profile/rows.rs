//! Rows that repeat an earlier row in every column, told by a 64-bit hash of each.

use crate::frame::{Frame, Values};

/// Two different rows share a hash with a chance of 1 in 2⁶⁴: at a million rows one false repeat in 40 million tables.
pub(super) fn hashes(frame: &Frame) -> Vec<u64> {
    let mut hashes = vec![0x9E37_79B9_7F4A_7C15_u64; frame.rows()];
    for column in &frame.columns {
        match &column.values {
            Values::Number(values) | Values::Time(values) => {
                for (hash, value) in hashes.iter_mut().zip(values) {
                    *hash = mix(*hash, if value.is_nan() { u64::MAX } else { value.to_bits() });
                }
            }
            Values::Text(values) => {
                for (hash, value) in hashes.iter_mut().zip(values) {
                    *hash = match value {
                        Some(text) => bytes(mix(*hash, text.len() as u64), text.as_bytes()),
                        None => mix(*hash, u64::MAX),
                    };
                }
            }
            Values::Image(images) => {
                for (row, hash) in hashes.iter_mut().enumerate() {
                    *hash = bytes(*hash, images.image(row));
                }
            }
        }
    }
    hashes
}

/// How many hashes repeat an earlier one.
pub(super) fn repeated(mut hashes: Vec<u64>) -> u64 {
    hashes.sort_unstable();
    hashes.windows(2).filter(|pair| pair[0] == pair[1]).count() as u64
}

/// The hash of one value on its own.
pub(super) fn single(content: &[u8]) -> u64 {
    bytes(0x9E37_79B9_7F4A_7C15, content)
}

fn bytes(mut hash: u64, bytes: &[u8]) -> u64 {
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        hash = mix(hash, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(hash, u64::from_le_bytes(last) ^ ((rest.len() as u64) << 56))
}

/// Folds the 128-bit product, as wyhash does.
fn mix(hash: u64, word: u64) -> u64 {
    let product = u128::from(hash ^ 0xA076_1D64_78BD_642F) * u128::from(word ^ 0xE703_7ED1_A0B4_28DB);
    (product as u64) ^ ((product >> 64) as u64) ^ hash.rotate_left(23)
}
