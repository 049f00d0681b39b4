//! Reads a spool and names what of it is damaged.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{HEADER, LARGEST, MARK, RECORD_HEAD, checksum, segments};

/// A stretch of a segment that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The segment.
    pub file: PathBuf,
    /// Its first unreadable byte.
    pub offset: u64,
    /// How many.
    pub bytes: u64,
    /// What happened to it.
    pub kind: DamageKind,
}

/// What happened to a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DamageKind {
    /// The last record was not written to its end: the machine or the process stopped.
    Torn,
    /// Bytes are not what was written.
    Flipped,
    /// The segment was written by another version of the program, or is none.
    Foreign,
}

/// What of a segment was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReadSegment {
    /// Where to go on: the end of the last record or damage that is settled.
    pub offset: u64,
    /// True while its writer may add to it; what is torn then is no damage.
    pub growing: bool,
    /// What could not be read.
    pub damages: Vec<Damage>,
}

/// Hands every whole record to `take`, in the order written, and returns what is damaged.
///
/// # Errors
/// When a segment cannot be opened or read at all.
pub fn read(folder: &Path, mut take: impl FnMut(&[u8])) -> io::Result<Vec<Damage>> {
    let mut damages = Vec::new();
    for (_, path) in segments(folder)? {
        damages.append(&mut read_segment_file(&path, &mut take)?);
    }
    Ok(damages)
}

/// Hands every whole record of one segment to `take`, in the order written, and returns what is damaged.
///
/// # Errors
/// When it cannot be opened or read at all.
pub fn read_segment_file(path: &Path, take: impl FnMut(&[u8])) -> io::Result<Vec<Damage>> {
    Ok(read_segment_from(path, 0, take)?.damages)
}

/// Hands every whole record from `offset` on to `take`; the offset is 0 or one that an earlier reading returned.
///
/// A segment that became shorter than `offset` (its writer took back what it could not bring to the disk) yields nothing
/// and the offset 0: what was taken of it must be forgotten and read anew.
///
/// # Errors
/// When the segment cannot be opened or read at all.
pub fn read_segment_from(path: &Path, offset: u64, mut take: impl FnMut(&[u8])) -> io::Result<ReadSegment> {
    let mut file = File::open(path)?;
    // The writer holds its segment's lock; what it is about to finish is no damage.
    let growing = file.try_lock_shared().is_err();
    let length = file.metadata()?.len();
    if length < offset {
        return Ok(ReadSegment { offset: 0, growing, damages: Vec::new() });
    }
    if length == offset && offset > 0 {
        return Ok(ReadSegment { offset, growing, damages: Vec::new() });
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut bytes = Vec::with_capacity(usize::try_from(length - offset).unwrap_or(0));
    file.read_to_end(&mut bytes)?;
    let mut read = ReadSegment { offset: offset + bytes.len() as u64, growing, damages: Vec::new() };
    for (start, end, kind) in damages_of(&bytes, offset == 0, &mut take) {
        let (start, end) = (offset + start as u64, offset + end as u64);
        // What stands at the end of a growing segment may turn out whole.
        if growing && end == read.offset {
            read.offset = start;
            if kind == DamageKind::Torn {
                continue;
            }
        }
        read.damages.push(Damage { file: path.to_owned(), offset: start, bytes: end - start, kind });
    }
    Ok(read)
}

/// The damaged stretches of a segment's bytes, from its beginning or from the end of a record, as start, end and kind.
fn damages_of(
    bytes: &[u8],
    from_beginning: bool,
    take: &mut impl FnMut(&[u8]),
) -> Vec<(usize, usize, DamageKind)> {
    let mut damages = Vec::new();
    let mut position = 0;
    if from_beginning {
        if bytes.is_empty() {
            return Vec::new();
        }
        if bytes.len() < HEADER.len() {
            let kind = if HEADER.starts_with(bytes) { DamageKind::Torn } else { DamageKind::Foreign };
            return vec![(0, bytes.len(), kind)];
        }
        if bytes[..HEADER.len()] != HEADER[..] {
            damages.push((0, HEADER.len(), DamageKind::Foreign));
        }
        position = HEADER.len();
    }
    while position < bytes.len() {
        if let Some(content) = record_at(bytes, position) {
            take(content);
            position += RECORD_HEAD + content.len();
            continue;
        }
        match next_record(bytes, position + 1) {
            Some(next) => {
                damages.push((position, next, DamageKind::Flipped));
                position = next;
            }
            None => {
                let rest = &bytes[position..];
                let torn = cut_short(rest) && !wrong_length(rest);
                let kind = if torn { DamageKind::Torn } else { DamageKind::Flipped };
                damages.push((position, bytes.len(), kind));
                break;
            }
        }
    }
    damages
}

/// The content of the whole record that begins there, if one does.
fn record_at(bytes: &[u8], position: usize) -> Option<&[u8]> {
    let head = bytes.get(position..position + RECORD_HEAD)?;
    if head[..4] != MARK {
        return None;
    }
    let length = number(&head[4..8]) as usize;
    if length > LARGEST {
        return None;
    }
    let start = position + RECORD_HEAD;
    let content = bytes.get(start..start + length)?;
    (checksum(content) == number(&head[8..12])).then_some(content)
}

fn next_record(bytes: &[u8], from: usize) -> Option<usize> {
    let marks = (from..bytes.len().saturating_sub(RECORD_HEAD - 1)).filter(|&at| bytes[at..at + 4] == MARK);
    marks.into_iter().find(|&at| record_at(bytes, at).is_some())
}

/// True when the rest is the beginning of a record whose end is missing.
fn cut_short(rest: &[u8]) -> bool {
    if rest.len() < RECORD_HEAD {
        return MARK.starts_with(&rest[..rest.len().min(4)]);
    }
    rest[..4] == MARK && RECORD_HEAD + number(&rest[4..8]) as usize > rest.len()
}

/// True when the record is whole but for one bit of its length, so that it only looks cut off.
fn wrong_length(rest: &[u8]) -> bool {
    if rest.len() < RECORD_HEAD {
        return false;
    }
    let (length, sum) = (number(&rest[4..8]), number(&rest[8..12]));
    (0..u32::BITS).any(|bit| {
        let content = rest.get(RECORD_HEAD..RECORD_HEAD + (length ^ (1 << bit)) as usize);
        content.is_some_and(|content| checksum(content) == sum)
    })
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, &byte| (number << 8) | u32::from(byte))
}
