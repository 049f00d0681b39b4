//! Reads a spool and names what of it is damaged.

use std::fs::File;
use std::io::{self, Read};
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
pub fn read_segment_file(path: &Path, mut take: impl FnMut(&[u8])) -> io::Result<Vec<Damage>> {
    let mut file = File::open(path)?;
    // The writer holds its segment's lock; what it is about to finish is no damage.
    let being_written = file.try_lock_shared().is_err();
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let damages = read_segment(&bytes, &mut take).into_iter();
    let damages = damages.filter(|(_, _, kind)| *kind != DamageKind::Torn || !being_written);
    let damage = |(offset, end, kind): (usize, usize, DamageKind)| Damage {
        file: path.to_owned(),
        offset: offset as u64,
        bytes: (end - offset) as u64,
        kind,
    };
    Ok(damages.map(damage).collect())
}

/// The damaged stretches of one segment as start, end and kind.
fn read_segment(bytes: &[u8], take: &mut impl FnMut(&[u8])) -> Vec<(usize, usize, DamageKind)> {
    if bytes.is_empty() {
        return Vec::new();
    }
    if bytes.len() < HEADER.len() {
        let kind = if HEADER.starts_with(bytes) { DamageKind::Torn } else { DamageKind::Foreign };
        return vec![(0, bytes.len(), kind)];
    }
    let mut damages = Vec::new();
    if bytes[..HEADER.len()] != HEADER[..] {
        damages.push((0, HEADER.len(), DamageKind::Foreign));
    }
    let mut position = HEADER.len();
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
                let kind = if cut_short(&bytes[position..]) { DamageKind::Torn } else { DamageKind::Flipped };
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

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, &byte| (number << 8) | u32::from(byte))
}
