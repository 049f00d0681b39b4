//! A message read once for everything that looks at its words: folded, cut, and each word told apart by what it does.

use std::ops::Range;
use std::sync::OnceLock;

use flywheel_language::{TermKind, fold, language, plain, stem, terms};
use flywheel_spec::feedback::TextLanguage;
use regex::Regex;

use crate::subjects::{is_function, is_value};

/// Characters of a message that are read; a longer one is cut there, and told.
pub const READ_CHARACTERS: usize = 20_000;

/// A message as its words are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The folded text, at most [`READ_CHARACTERS`] characters of it.
    pub folded: String,
    /// Its words in their order.
    pub tokens: Vec<Token>,
    /// Its language.
    pub language: TextLanguage,
    /// Whether the message was longer than what is read.
    pub cut: bool,
}

/// One word of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands, in bytes of the folded text.
    pub place: Range<u32>,
    /// Its stem.
    pub stem: Box<str>,
    /// What it does.
    pub part: Part,
}

/// What a word does in its message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// It names a subject.
    Subject,
    /// It praises or blames.
    Value,
    /// It holds the sentence together.
    Function,
    /// A number.
    Number,
    /// A pictogram.
    Emoji,
    /// A mark, a link, an address, a mention: words on its two sides do not belong together.
    Break,
}

impl Reading {
    /// The text of one word.
    pub fn text(&self, token: &Token) -> &str {
        self.folded.get(token.place.start as usize..token.place.end as usize).unwrap_or_default()
    }
}

impl Token {
    /// A word that is told apart already.
    pub(crate) fn of(word: &str, place: Range<u32>, part: Part) -> Self {
        Self { place, stem: stem(word).into_boxed_str(), part }
    }
}

/// Reads a message.
pub fn read(text: &str) -> Reading {
    let end = text.char_indices().nth(READ_CHARACTERS).map(|(at, _)| at);
    let folded = fold(&plain(&text[..end.unwrap_or(text.len())]));
    let outside: Vec<Range<usize>> = outside().map_or_else(Vec::new, |outside| {
        outside.find_iter(&folded).map(|hit| hit.start()..hit.end()).collect()
    });
    let mut skip = outside.iter().peekable();
    let mut tokens = Vec::new();
    for term in terms(&folded) {
        while skip.next_if(|place| place.end <= term.place.start).is_some() {}
        let hidden = skip.peek().is_some_and(|place| place.start < term.place.end);
        let stemmed = stem(term.text);
        let part = match term.kind {
            _ if hidden => Part::Break,
            // A hashtag's mark and an apostrophe part nothing.
            TermKind::Mark if matches!(term.text, "#" | "'" | "-" | "_") => continue,
            TermKind::Mark => Part::Break,
            TermKind::Emoji => Part::Emoji,
            TermKind::Number => Part::Number,
            TermKind::Word | TermKind::Han if is_function(term.text, &stemmed) => Part::Function,
            TermKind::Word | TermKind::Han if is_value(term.text, &stemmed) => Part::Value,
            TermKind::Word if term.text.len() < 2 => Part::Function,
            TermKind::Word | TermKind::Han => Part::Subject,
        };
        if part == Part::Break && tokens.last().is_some_and(|token: &Token| token.part == Part::Break) {
            continue;
        }
        let (start, end) = (term.place.start as u32, term.place.end as u32);
        tokens.push(Token { place: start..end, stem: stemmed.into_boxed_str(), part });
    }
    Reading { language: language(&folded), folded, tokens, cut: end.is_some() }
}

/// Links, mail addresses and mentions: they name no subject.
fn outside() -> Option<&'static Regex> {
    static OUTSIDE: OnceLock<Option<Regex>> = OnceLock::new();
    OUTSIDE
        .get_or_init(|| {
            Regex::new(r"(?:https?://|www\.)[!-~]+|[a-z0-9._%+-]+@[a-z0-9-]+\.[a-z.]+|@[a-z0-9_]+|\[[a-z]+\]")
                .ok()
        })
        .as_ref()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart_by_what_they_do() {
        let reading = read("@shop the <b>payment</b> failed, 付款很差 https://a.b/c?d 3 👍");
        let parts: Vec<(&str, Part)> =
            reading.tokens.iter().map(|token| (reading.text(token), token.part)).collect();
        assert!(
            parts.contains(&("payment", Part::Subject)) && parts.contains(&("付款", Part::Subject)),
            "{parts:?}"
        );
        assert!(
            parts.contains(&("the", Part::Function)) && parts.contains(&("👍", Part::Emoji)),
            "{parts:?}"
        );
        assert!(
            !parts.iter().any(|(text, part)| *part == Part::Subject && ["shop", "a.b", "c"].contains(text))
        );
    }

    #[test]
    fn a_message_of_a_megabyte_is_cut_and_says_so() {
        let reading = read(&"付款失败 ".repeat(80_000));
        assert!(reading.cut && reading.folded.chars().count() <= READ_CHARACTERS);
        assert!(!read("short").cut);
    }
}
