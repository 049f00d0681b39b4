//! An append log for what must not be lost and must not wait: checksummed records in segments, brought to the disk in groups.
//!
//! A segment is a header and records, each a mark, its length, a CRC-32 over length and content, and the content.
//! A torn tail and flipped bits are found, located and reported, and everything else is still read.

mod arrived;
mod read;
mod write;

pub use arrived::{Arrived, arrived, frame_aside, frame_event};
pub use read::{Damage, DamageKind, read, read_segment_file};
pub use write::{Lost, Spool, SpoolOptions, frame};

/// What every segment begins with: a name and the version of the form.
const HEADER: &[u8; 12] = b"FLYSPOOL\x01\0\0\0";

/// What every record begins with; reading goes on at the next one after damage.
const MARK: [u8; 4] = [0xF1, 0x77, 0x5A, 0x0D];

/// Bytes of a record before its content: mark, length, checksum.
const RECORD_HEAD: usize = 12;

/// The largest content of a record, 64 MiB; a longer length is damage.
const LARGEST: usize = 64 << 20;

/// The ending of a segment's name.
const ENDING: &str = "log";

fn checksum(content: &[u8]) -> u32 {
    let mut digest = crc32fast::Hasher::new();
    digest.update(&(content.len() as u32).to_le_bytes());
    digest.update(content);
    digest.finalize()
}

/// The segments of a folder in the order written, each with its number.
///
/// # Errors
/// When the folder cannot be listed; one that is not there has none.
pub fn segments(folder: &std::path::Path) -> std::io::Result<Vec<(u64, std::path::PathBuf)>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()).and_then(|stem| stem.parse().ok());
        if let (Some(number), Some(true)) = (number, path.extension().map(|ending| ending == ENDING)) {
            found.push((number, path));
        }
    }
    found.sort_unstable();
    Ok(found)
}

#[cfg(test)]
mod tests;
