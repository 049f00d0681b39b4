//! An append log for what must not be lost and must not wait: checksummed records in segments, brought to the disk in groups.
//!
//! A segment is a header and records, each a mark, its length, a CRC-32 over length and content, and the content.
//! A torn tail and flipped bits are found, located and reported, and everything else is still read.

mod arrived;
mod read;
mod write;

pub use arrived::{Arrived, arrived, frame_aside, frame_event};
pub use read::{Damage, DamageKind, ReadSegment, read, read_segment_file, read_segment_from};
pub use write::{Lost, Spool, SpoolOptions, frame, rewrite_segment};

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

/// Where a segment lies.
pub fn segment_path(folder: &std::path::Path, number: u64) -> std::path::PathBuf {
    folder.join(format!("{number:08}.{ENDING}"))
}

/// Removes a segment whose records are kept elsewhere by now; one that is gone already is fine.
///
/// # Errors
/// When the system refuses.
pub fn remove(folder: &std::path::Path, number: u64) -> std::io::Result<()> {
    match std::fs::remove_file(segment_path(folder, number)) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
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
