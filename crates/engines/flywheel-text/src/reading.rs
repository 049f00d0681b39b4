//! A message made ready for reading: folded once, cut into tokens that know where they stand.

use std::ops::Range;
use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, MatchKind};
use flywheel_language::{fold, is_han};

/// The signs and pictures of both languages' chats.
pub(crate) const SIGNS: &str = include_str!("../words/emoji.txt");

/// A message made ready for reading; mood, kind and aspects all read the same one.
#[derive(Debug, Clone)]
pub struct Reading<'a> {
    /// As it arrived.
    pub(crate) text: &'a str,
    /// Folded line by line, the lines still apart.
    pub(crate) folded: String,
    pub(crate) tokens: Vec<Token>,
    /// Whether any token is Chinese.
    pub(crate) han: bool,
}

/// The smallest piece that is read: a word, a Chinese character, a mark, a picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Token {
    /// First byte in the folded text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    pub sort: Sort,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sort {
    /// A word of an alphabet.
    Word,
    /// A word behind `#`.
    Tag,
    /// One Chinese character.
    Han,
    Number,
    /// A name behind `@`, a link: nothing to be read.
    Name,
    Mark(char),
    /// A picture or sign with its strength, and whether it makes a praise doubtful.
    Sign(f32, bool),
}

impl<'a> Reading<'a> {
    /// Makes a message ready; any text will do.
    pub fn new(text: &'a str) -> Self {
        let mut folded = String::with_capacity(text.len());
        for line in text.split(['\n', '\r']) {
            let line = fold(line);
            if !line.is_empty() {
                if !folded.is_empty() {
                    folded.push('\n');
                }
                folded.push_str(&line);
            }
        }
        let tokens = tokens(&folded);
        let han = tokens.iter().any(|token| token.sort == Sort::Han);
        Self { text, folded, tokens, han }
    }

    /// The folded text that it was read from.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// Where places of the folded text stand in the text as it arrived; the whole text where that cannot be told.
    pub fn origins(&self, places: &[Range<usize>]) -> Vec<Range<usize>> {
        if places.is_empty() {
            return Vec::new();
        }
        let Some(borders) = self.borders() else { return vec![0..self.text.len(); places.len()] };
        let begin = |at: usize| {
            borders[..borders.partition_point(|(folded, _, _)| *folded <= at)].last().map(|b| b.1)
        };
        let end =
            |at: usize| borders[..borders.partition_point(|(folded, _, _)| *folded < at)].last().map(|b| b.2);
        let origin =
            |place: &Range<usize>| begin(place.start).unwrap_or(0)..end(place.end).unwrap_or(self.text.len());
        places.iter().map(origin).collect()
    }

    /// Each character of the folded text with the first and last byte of what it was folded from, by walking both texts.
    fn borders(&self) -> Option<Vec<(usize, usize, usize)>> {
        let mut borders = Vec::with_capacity(self.folded.len());
        let mut ahead = self.folded.char_indices().peekable();
        let mut buffer = [0; 4];
        for (at, character) in self.text.char_indices() {
            let until = at + character.len_utf8();
            if character.is_whitespace() || character.is_control() {
                if let Some((place, _)) = ahead.next_if(|(_, folded)| matches!(folded, ' ' | '\n')) {
                    borders.push((place, at, until));
                }
                continue;
            }
            let count = if character.is_ascii() || is_han(character) {
                1
            } else {
                fold(character.encode_utf8(&mut buffer)).chars().count()
            };
            for _ in 0..count {
                while let Some((place, _)) = ahead.next_if(|(_, folded)| matches!(folded, ' ' | '\n')) {
                    borders.push((place, at, until));
                }
                borders.push((ahead.next()?.0, at, until));
            }
        }
        ahead.next().is_none().then_some(borders)
    }

    pub(crate) fn word(&self, token: &Token) -> &str {
        &self.folded[token.start..token.end]
    }
}

fn tokens(folded: &str) -> Vec<Token> {
    let signs = signs(folded);
    let mut sign = signs.iter().peekable();
    let mut found = Vec::with_capacity(folded.len() / 4 + 1);
    let mut at = 0;
    while let Some(first) = folded[at..].chars().next() {
        while sign.next_if(|sign| sign.start < at).is_some() {}
        if let Some(picture) = sign.next_if(|sign| sign.start == at) {
            found.push(*picture);
            at = picture.end;
            continue;
        }
        let next = at + first.len_utf8();
        let rest = &folded[next..];
        let (end, sort) = if first == ' ' {
            at = next;
            continue;
        } else if is_han(first) {
            (next, Sort::Han)
        } else if first == '@' && rest.starts_with(char::is_alphanumeric) {
            (next + length(rest, |character| is_letter(character) || character == '_'), Sort::Name)
        } else if first == '#' && rest.starts_with(is_letter) {
            at = next;
            (next + length(rest, is_letter), Sort::Tag)
        } else if is_link(&folded[at..]) {
            (at + length(&folded[at..], |character| character.is_ascii_graphic()), Sort::Name)
        } else if first.is_ascii_digit() {
            number(folded, at)
        } else if is_letter(first) {
            (word_end(folded, at), Sort::Word)
        } else {
            (next, Sort::Mark(first))
        };
        found.push(Token { start: at, end, sort });
        at = end;
    }
    found
}

fn is_letter(character: char) -> bool {
    character.is_alphanumeric() && !is_han(character)
}

fn is_link(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://") || text.starts_with("www.")
}

fn length(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character)).unwrap_or(text.len())
}

/// Letters, and apostrophes between letters.
fn word_end(folded: &str, at: usize) -> usize {
    let mut end = at + length(&folded[at..], is_letter);
    while let Some(more) = folded[end..].strip_prefix('\'') {
        let letters = length(more, is_letter);
        if letters == 0 {
            break;
        }
        end += 1 + letters;
    }
    end
}

/// Digits with points or colons between them; a word where letters follow at once.
fn number(folded: &str, at: usize) -> (usize, Sort) {
    let mut end = at + length(&folded[at..], |character| character.is_ascii_digit());
    while let Some(more) = folded[end..].strip_prefix(['.', ':', ',']) {
        let digits = length(more, |character| character.is_ascii_digit());
        if digits == 0 {
            break;
        }
        end += 1 + digits;
    }
    if folded[end..].starts_with(is_letter) {
        (word_end(folded, end), Sort::Word)
    } else {
        (end, Sort::Number)
    }
}

struct Signs {
    finder: AhoCorasick,
    values: Vec<(f32, bool)>,
}

fn table() -> Option<&'static Signs> {
    static TABLE: OnceLock<Option<Signs>> = OnceLock::new();
    TABLE
        .get_or_init(|| {
            let mut known = std::collections::BTreeMap::<String, (f32, bool)>::new();
            for line in SIGNS.lines().filter(|line| !line.starts_with('#')) {
                let mut words = line.split(' ').filter(|word| !word.is_empty());
                let role = words.next().unwrap_or_default();
                for word in words {
                    let value = known.entry(fold(word)).or_default();
                    match role.parse() {
                        Ok(strength) => value.0 = strength,
                        Err(_) => value.1 = true,
                    }
                }
            }
            let finder = AhoCorasick::builder()
                .match_kind(MatchKind::LeftmostLongest)
                .build(known.keys().map(String::as_bytes))
                .ok()?;
            Some(Signs { finder, values: known.into_values().collect() })
        })
        .as_ref()
}

/// The signs of a folded text; one of letters or digits must stand by itself.
fn signs(folded: &str) -> Vec<Token> {
    let Some(table) = table() else { return Vec::new() };
    let alone = |place: &Range<usize>| {
        let text = &folded[place.clone()];
        let before = folded[..place.start].chars().next_back();
        let after = folded[place.end..].chars().next();
        !(text.starts_with(is_letter) && before.is_some_and(is_letter))
            && !(text.ends_with(is_letter) && after.is_some_and(is_letter))
            && !(text.starts_with(':')
                && (after == Some('/') || after.is_some_and(|mark| mark.is_ascii_digit())))
    };
    table
        .finder
        .find_iter(folded)
        .filter(|found| alone(&found.range()))
        .map(|found| {
            let (strength, wry) = table.values[found.pattern().as_usize()];
            Token { start: found.start(), end: found.end(), sort: Sort::Sign(strength, wry) }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_message_is_cut_into_words_characters_marks_and_signs() {
        let cut = |text: &str| {
            let reading = Reading::new(text);
            reading.tokens.iter().map(|token| reading.word(token).to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(cut("@united doesn't work :( #Fail"), ["@united", "doesn't", "work", ":(", "fail"]);
        assert_eq!(cut("v2.3 见 https://a.b/c?d=1 好"), ["v2", ".", "3", "见", "https://a.b/c?d=1", "好"]);
        assert_eq!(cut("5/5 in 24/7\n好👍🏽"), ["5/5", "in", "24", "/", "7", "\n", "好", "👍", "🏽"]);
        assert_eq!(cut(""), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn tokens_stand_in_order_on_the_borders_of_characters(text in "\\PC{0,60}|[a-z不好的 @#':.0-9/😀\n]{0,40}") {
            let reading = Reading::new(&text);
            let mut end = 0;
            for token in &reading.tokens {
                prop_assert!(token.start >= end && token.end > token.start);
                prop_assert!(reading.folded.get(token.start..token.end).is_some());
                end = token.end;
            }
        }
    }
}
