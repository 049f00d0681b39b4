//! Looking at bytes: compressed or not, an image, a table, or something that no import reads.

use std::io::Read;

use flate2::bufread::MultiGzDecoder;
use flywheel_spec::{Phrase, Problem, Problems, phrase};

/// Deflate makes at most so many bytes of one; a header that claims more is wrong.
pub(super) const MOST_EXPANSION: u64 = 1032;

/// True for gzip.
pub(super) fn is_gzip(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0x1F, 0x8B])
}

/// True for a zip, an empty one included.
pub(super) fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06")
}

/// True for PNG, JPEG and WebP.
pub(super) fn is_image(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\x89PNG")
        || bytes.starts_with(&[0xFF, 0xD8, 0xFF])
        || (bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP"))
}

/// A well-known form that no import reads, by its first bytes.
pub(super) fn foreign(bytes: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 9] = [
        (b"\xD0\xCF\x11\xE0", "Excel (.xls)"),
        (b"PK\x03\x04", "zip"),
        (b"%PDF", "PDF"),
        (b"SQLite format 3", "SQLite"),
        (b"GIF8", "GIF"),
        (b"BM", "BMP"),
        (b"ARROW1", "Arrow IPC"),
        (b"\x89HDF", "HDF5"),
        (b"\x93NUMPY", "NumPy"),
    ];
    let known = KNOWN.iter().find(|(magic, _)| bytes.starts_with(magic)).map(|(_, name)| *name);
    // Two letters may begin a word of a text file.
    known.filter(|name| *name != "BMP" || bytes.iter().take(64).any(|&byte| byte == 0))
}

/// True for the name of an image.
pub(super) fn is_image_name(name: &str) -> bool {
    ends_in(name, &["png", "jpg", "jpeg", "webp"])
}

/// True for the name of a table.
pub(super) fn is_table_name(name: &str) -> bool {
    let name = name.strip_suffix(".gz").unwrap_or(name);
    ends_in(name, &["csv", "tsv", "tab", "txt", "jsonl", "ndjson", "json", "parquet"])
}

fn ends_in(name: &str, endings: &[&str]) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| endings.contains(&ending.as_str()))
}

/// The content of a gzip under its name without `.gz`; other bytes as they are.
pub(super) fn unpacked(name: String, bytes: Vec<u8>) -> Result<(String, Vec<u8>), Problems> {
    if !is_gzip(&bytes) {
        return Ok((name, bytes));
    }
    let mut content = Vec::new();
    match MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut content) {
        Ok(_) => Ok((name.strip_suffix(".gz").unwrap_or(&name).to_owned(), content)),
        Err(error) => Err(broken_gzip(&name, content.len(), &error)),
    }
}

/// A gzip that ends too early or does not decode.
pub(super) fn broken_gzip(name: &str, unpacked: usize, error: &std::io::Error) -> Problems {
    Problem::error(phrase!("tables.gzip_broken", bytes = unpacked, reason = error))
        .advise(Phrase::new("tables.copy_again"))
        .in_file(name)
        .into()
}
