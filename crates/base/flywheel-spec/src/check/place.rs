//! Where a byte of a text stands, as a person counts: line and character, both from 1.

use crate::Place;

/// Line and character of a byte offset; an offset inside a character counts as its start.
pub(super) fn line_and_character(text: &str, offset: usize) -> (u64, u64) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.matches('\n').count() as u64 + 1;
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    (line, before[start..].chars().count() as u64 + 1)
}

/// The place of a byte offset; an empty setting is left out.
pub(super) fn at(text: &str, file_name: &str, offset: usize, setting: &str) -> Place {
    let (line, character) = line_and_character(text, offset);
    Place {
        file: Some(file_name.to_owned()),
        line: Some(line),
        character: Some(character),
        setting: (!setting.is_empty()).then(|| setting.to_owned()),
        ..Place::default()
    }
}
