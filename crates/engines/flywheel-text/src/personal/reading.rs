//! A text made ready for looking: full-width forms plain, dashes alike, its runs of digits and its cues known.

use std::borrow::Cow;
use std::ops::Range;

use flywheel_spec::feedback::privacy::{Certainty, PersonalKind};

use super::Found;
use super::cue::{Cue, CueHit, cues, value_after};

/// A text made ready for looking.
pub(super) struct Reading<'a> {
    /// The text with full-width forms plain and invisible characters gone.
    pub text: Cow<'a, str>,
    /// Where each byte of it came from; absent where nothing was changed.
    origin: Option<Vec<u32>>,
    /// The runs of digits.
    pub digits: Vec<Range<usize>>,
    /// The words that say what stands beside them, in their order.
    pub cues: Vec<CueHit>,
    /// Where `@` stands.
    pub ats: Vec<usize>,
    /// Whether a colon is there.
    pub has_colon: bool,
    /// Whether a Chinese character is there.
    pub has_han: bool,
}

impl<'a> Reading<'a> {
    /// Reads a text once; nothing where it cannot hold personal data.
    pub fn of(text: &'a str) -> Option<Self> {
        // Offsets are kept in 32 bits; nobody writes messages of four gigabytes.
        let text =
            if text.len() >= u32::MAX as usize { &text[..floor(text, u32::MAX as usize - 4)] } else { text };
        let (text, origin) = plain(text);
        let bytes = text.as_bytes();
        let mut digits: Vec<Range<usize>> = Vec::new();
        let mut ats = Vec::new();
        let (mut has_colon, mut has_han) = (false, false);
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b'0'..=b'9' => {
                    let start = at;
                    while at < bytes.len() && bytes[at].is_ascii_digit() {
                        at += 1;
                    }
                    digits.push(start..at);
                    continue;
                }
                b'@' => ats.push(at),
                b':' => has_colon = true,
                0xe3..=0xe9 => has_han = true,
                _ => {}
            }
            at += 1;
        }
        let cues = cues(&text);
        (!digits.is_empty() || !ats.is_empty() || has_colon || !cues.is_empty() || has_han).then_some(Self {
            text,
            origin,
            digits,
            cues,
            ats,
            has_colon,
            has_han,
        })
    }

    /// The same stretch in the text that was given.
    pub fn place(&self, span: &Range<usize>) -> Range<usize> {
        match &self.origin {
            None => span.clone(),
            Some(origin) => origin[span.start] as usize..origin[span.end] as usize,
        }
    }

    /// The bytes of the text.
    pub fn bytes(&self) -> &[u8] {
        self.text.as_bytes()
    }

    /// The byte before a place; 0 at the beginning.
    pub fn before(&self, at: usize) -> u8 {
        if at == 0 { 0 } else { self.bytes()[at - 1] }
    }

    /// The byte at a place; 0 at the end.
    pub fn at(&self, at: usize) -> u8 {
        self.bytes().get(at).copied().unwrap_or(0)
    }

    /// Whether a number may begin here: it is no tail of a word, of an identifier or of a longer number.
    pub fn opens(&self, at: usize) -> bool {
        let before = self.before(at);
        let earlier = if at < 2 { 0 } else { self.bytes()[at - 2] };
        match before {
            b'_' | b'#' | b'$' => false,
            b'.' | b',' | b':' | b'/' => !earlier.is_ascii_digit(),
            b'-' => !earlier.is_ascii_alphanumeric(),
            other => !other.is_ascii_alphanumeric(),
        }
    }

    /// Whether a number may end here: it is no head of a word, of an identifier or of a longer number.
    pub fn closes(&self, at: usize) -> bool {
        let next = self.at(at + 1);
        match self.at(at) {
            b'_' | b'%' => false,
            b'.' | b',' | b':' | b'/' => !next.is_ascii_digit(),
            b'-' => !next.is_ascii_alphanumeric(),
            other => !other.is_ascii_alphanumeric(),
        }
    }

    /// Whether a stretch is whole words: no letter or digit of an alphabet touches it.
    pub fn is_whole(&self, start: usize, end: usize) -> bool {
        let joins = |one: u8, other: u8| one.is_ascii_alphanumeric() && other.is_ascii_alphanumeric();
        !(start > 0 && joins(self.bytes()[start - 1], self.bytes()[start]))
            && !(end < self.text.len() && end > 0 && joins(self.bytes()[end - 1], self.bytes()[end]))
    }

    /// What the words right before a place say is coming: the nearest cue that ends at most so many bytes before it,
    /// with no end of a sentence and no other number between.
    pub fn said(&self, at: usize, within: usize) -> Option<Cue> {
        self.nearest(at, within).map(|hit| hit.cue)
    }

    fn nearest(&self, at: usize, within: usize) -> Option<&CueHit> {
        let next = self.cues.partition_point(|cue| cue.end <= at);
        let cue = self.cues[..next].last()?;
        if at - cue.end > within {
            return None;
        }
        let between = &self.text[cue.end..at];
        let broken =
            between.bytes().any(|byte| matches!(byte, b'!' | b'?' | b'\n' | b';') || byte.is_ascii_digit())
                || between.contains(". ")
                || between.contains('。');
        (!broken).then_some(cue)
    }

    /// Whether a run of digits goes on with a number of several groups that began before it.
    pub fn is_tail(&self, run: usize) -> bool {
        let start = self.digits[run].start;
        run > 0
            && (2..=6).contains(&self.digits[run - 1].len())
            && self.digits[run - 1].end + 1 == start
            && matches!(self.before(start), b' ' | b'-')
    }

    /// Whether the words right before a number say that it is of another kind: an order, an amount, a version.
    pub fn denied(&self, at: usize) -> bool {
        self.announced(at) == Some(Cue::Amount) || self.denied_card(at)
    }

    /// As [`denied`](Self::denied), of a card's number: its checksum says more than that something was paid.
    pub fn denied_card(&self, at: usize) -> bool {
        matches!(self.announced(at), Some(Cue::Order | Cue::Version))
            || matches!(self.before(at), b'$' | b'#')
            || self.text[..at].ends_with(['¥', '€', '£', '￥'])
    }

    /// What announces the number at a place: a cue with nothing but marks and small words (`is`, 是) up to it, or
    /// within the label before a colon, as in `order_id: `. In 订单一直没发货，138… the order announces nothing.
    fn announced(&self, at: usize) -> Option<Cue> {
        let hit = self.nearest(at, 28)?;
        let (value, _) = value_after(&self.text, hit.end);
        let marks = |between: &str| !between.contains(|mark: char| mark.is_alphanumeric() || mark == ',');
        let between = &self.text[hit.end..at];
        let label =
            between.trim_end_matches([' ', '"', '\'']).ends_with([':', '=']) && !between.contains(',');
        (value >= at || marks(&self.text[value..at]) || label).then_some(hit.cue)
    }

    /// The digits of the runs from the one that begins the number, where single separators of a sort join them;
    /// calls with the digits, the lengths of the runs and the end, the longest chain first, until one is taken.
    pub fn chain(
        &self,
        first: usize,
        separators: &[u8],
        most: usize,
        mut take: impl FnMut(&[u8], &[usize], usize) -> bool,
    ) -> bool {
        let mut digits = [0_u8; 40];
        let mut lengths = [0_usize; 12];
        let (mut count, mut runs) = (0, 0);
        let mut separator = None;
        for run in first..self.digits.len().min(first + lengths.len()) {
            let span = &self.digits[run];
            if runs > 0 {
                let end = self.digits[run - 1].end;
                let byte = self.bytes()[end];
                if span.start != end + 1
                    || !separators.contains(&byte)
                    || separator.is_some_and(|one| one != byte)
                {
                    break;
                }
                separator = Some(byte);
            }
            if count + span.len() > most.min(digits.len()) {
                break;
            }
            digits[count..count + span.len()].copy_from_slice(&self.bytes()[span.clone()]);
            count += span.len();
            lengths[runs] = span.len();
            runs += 1;
        }
        while runs > 0 {
            if take(&digits[..count], &lengths[..runs], self.digits[first + runs - 1].end) {
                return true;
            }
            runs -= 1;
            count -= lengths[runs];
        }
        false
    }
}

/// Notes one find.
pub(super) fn note(found: &mut Vec<Found>, kind: PersonalKind, span: Range<usize>, certainty: Certainty) {
    found.push(Found { kind, span, certainty });
}

/// The nearest boundary of a character at or before a place.
fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Full-width forms as plain ones, dashes and blanks alike, invisible characters gone; with where each byte came from.
fn plain(text: &str) -> (Cow<'_, str>, Option<Vec<u32>>) {
    let Some(first) =
        text.char_indices().find(|(_, character)| changed(*character).is_some()).map(|(at, _)| at)
    else {
        return (Cow::Borrowed(text), None);
    };
    let mut plain = String::with_capacity(text.len());
    let mut origin: Vec<u32> = Vec::with_capacity(text.len() + 1);
    plain.push_str(&text[..first]);
    origin.extend(0..first as u32);
    for (at, character) in text[first..].char_indices() {
        let at = (first + at) as u32;
        match changed(character) {
            Some(None) => {}
            Some(Some(other)) => {
                plain.push(other);
                origin.push(at);
            }
            None => {
                plain.push(character);
                origin.extend((0..character.len_utf8() as u32).map(|byte| at + byte));
            }
        }
    }
    origin.push(text.len() as u32);
    (Cow::Owned(plain), Some(origin))
}

/// What a character is read as; an inner absence drops it. All replacements are ASCII.
fn changed(character: char) -> Option<Option<char>> {
    match character {
        '\0'..='\u{9f}' => None,
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(character as u32 - 0xfee0).map(Some),
        '\u{3000}' | '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' => Some(Some(' ')),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some(Some('-')),
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' | '\u{ad}' => Some(None),
        '\u{2018}' | '\u{2019}' => Some(Some('\'')),
        _ => None,
    }
}
