//! Kinds of characters that BERT's tokenizer tells apart, by their general categories in Unicode.

use std::sync::OnceLock;

use regex::Regex;

const MARK: u8 = 1;
const ACCENT: u8 = 2;
const OTHER: u8 = 4;

/// Where characters lie that are neither ideographs nor for private use.
const RANGES: [std::ops::Range<u32>; 2] = [0..0x2_0000, 0xe_0000..0xe_0200];

/// Punctuation: every ASCII mark, and the categories `P…`.
pub(super) fn is_mark(character: char) -> bool {
    character.is_ascii_punctuation() || class(character) & MARK != 0
}

/// What stands on another character and takes no place: category `Mn`.
pub(super) fn is_accent(character: char) -> bool {
    class(character) & ACCENT != 0
}

/// What is not written: the categories `C…`, but for tabulators and ends of lines.
pub(super) fn is_control(character: char) -> bool {
    !matches!(character, '\t' | '\n' | '\r') && class(character) & OTHER != 0
}

/// An ideograph, which BERT takes for a word; Japanese kana and Korean letters are none.
pub(super) fn is_ideograph(character: char) -> bool {
    matches!(u32::from(character),
        0x4e00..=0x9fff | 0x3400..=0x4dbf | 0x2_0000..=0x2_a6df | 0x2_a700..=0x2_b73f
        | 0x2_b740..=0x2_b81f | 0x2_b820..=0x2_ceaf | 0xf900..=0xfaff | 0x2_f800..=0x2_fa1f)
}

fn class(character: char) -> u8 {
    static CLASSES: OnceLock<[Vec<u8>; 2]> = OnceLock::new();
    let classes = CLASSES.get_or_init(|| RANGES.map(classes));
    let code = u32::from(character);
    for (range, classes) in RANGES.iter().zip(classes) {
        if range.contains(&code) {
            return classes[(code - range.start) as usize];
        }
    }
    // Planes for private use; the ideographs between are letters.
    if code >= 0xf_0000 { OTHER } else { 0 }
}

/// The class of each character of a range.
fn classes(range: std::ops::Range<u32>) -> Vec<u8> {
    let mut classes = vec![0; range.len()];
    let all: String = range.clone().filter_map(char::from_u32).collect();
    for (pattern, class) in [(r"\p{P}", MARK), (r"\p{Mn}", ACCENT), (r"\p{C}", OTHER)] {
        let Ok(pattern) = Regex::new(pattern) else { unreachable!("`{pattern}` is a pattern") };
        for found in pattern.find_iter(&all) {
            let code = found.as_str().chars().next().map_or(range.start, u32::from);
            classes[(code - range.start) as usize] |= class;
        }
    }
    classes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_told_apart() {
        let cases = [
            ('a', false, false, false),
            ('$', true, false, false),
            ('。', true, false, false),
            ('€', false, false, false),
            ('\u{301}', false, true, false),
            ('\u{200b}', false, false, true),
            ('\u{7}', false, false, true),
            ('\n', false, false, false),
            ('\u{f0000}', false, false, true),
            ('\u{e0020}', false, false, true),
            ('\u{e0100}', false, true, false),
            ('𠮷', false, false, false),
            ('😀', false, false, false),
        ];
        for (character, mark, accent, control) in cases {
            let found = (is_mark(character), is_accent(character), is_control(character));
            assert_eq!(found, (mark, accent, control), "{character:?}");
        }
        assert!(is_ideograph('付') && is_ideograph('𠮷') && !is_ideograph('の') && !is_ideograph('한'));
    }
}
