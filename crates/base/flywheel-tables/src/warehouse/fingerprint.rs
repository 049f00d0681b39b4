//! The sha256 of a table's content: names, kinds and values, however they lie on disk.

use flywheel_spec::table::ColumnKind;
use sha2::{Digest, Sha256};

use super::layout::kind_name;
use crate::frame::{Frame, Values};

/// The digest as 64 hexadecimal digits; the same for equal frames on any machine.
pub fn content_digest(frame: &Frame, kinds: &[ColumnKind]) -> String {
    let mut digest = Sha256::new();
    for (column, kind) in frame.columns.iter().zip(kinds) {
        text(&mut digest, &column.name);
        text(&mut digest, kind_name(*kind));
        digest.update((column.values.len() as u64).to_le_bytes());
        match &column.values {
            Values::Number(values) => numbers(&mut digest, b'n', values),
            Values::Time(values) => numbers(&mut digest, b't', values),
            Values::Text(values) => {
                digest.update(b"s");
                for value in values {
                    match value {
                        Some(value) => text(&mut digest, value),
                        None => digest.update(u64::MAX.to_le_bytes()),
                    }
                }
            }
            Values::Image(images) => {
                digest.update(b"i");
                for size in [images.shape.height, images.shape.width, images.shape.channels] {
                    digest.update((size as u64).to_le_bytes());
                }
                digest.update(&images.pixels);
            }
        }
    }
    hex(&digest.finalize())
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn text(digest: &mut Sha256, text: &str) {
    digest.update((text.len() as u64).to_le_bytes());
    digest.update(text.as_bytes());
}

fn numbers(digest: &mut Sha256, tag: u8, values: &[f64]) {
    digest.update([tag]);
    for chunk in values.chunks(1024) {
        let mut bytes = [0; 8 * 1024];
        for (place, value) in bytes.chunks_exact_mut(8).zip(chunk) {
            // Every NaN means the same: missing.
            let bits = if value.is_nan() { f64::NAN.to_bits() } else { value.to_bits() };
            place.copy_from_slice(&bits.to_le_bytes());
        }
        digest.update(&bytes[..chunk.len() * 8]);
    }
}
