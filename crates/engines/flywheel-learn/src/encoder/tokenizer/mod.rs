//! Texts cut into the pieces that an encoder knows, as the encoder's own files say.
//!
//! A text passes through the same beats as in the published tokenizers: special pieces that stand in it are taken out;
//! the rest is normalised, cut into words, and each word into pieces; the text's two ends are put around.

mod bert;
mod classes;
mod precompiled;
mod read;
mod unigram;
mod word_piece;

use unicode_normalization::UnicodeNormalization;

use self::bert::Bert;
use self::precompiled::Precompiled;
use self::unigram::Unigram;
use self::word_piece::WordPiece;
pub(super) use read::{of_file, of_vocabulary};

/// A tokenizer.
#[derive(Debug)]
pub(super) struct Tokenizer {
    /// Pieces that are found in a text as they stand, such as `[MASK]`; the longest first.
    special: Vec<Special>,
    normalise: Vec<Normalise>,
    split: Vec<Split>,
    model: Model,
    /// Put before a text.
    start: Vec<u32>,
    /// Put behind a text.
    end: Vec<u32>,
}

#[derive(Debug, Clone, PartialEq)]
struct Special {
    content: String,
    number: u32,
    /// Whether it takes the white space before it along.
    takes_before: bool,
    /// Whether it takes the white space behind it along.
    takes_behind: bool,
}

/// One step of bringing a text into its normal form.
#[derive(Debug)]
enum Normalise {
    Bert(Bert),
    Precompiled(Precompiled),
    Nfc,
    Nfd,
    Nfkc,
    Nfkd,
    Lowercase,
    StripAccents,
    Strip { left: bool, right: bool },
    Replace { pattern: regex::Regex, content: String },
    Prepend(String),
}

/// One step of cutting a text into words.
#[derive(Debug)]
enum Split {
    /// At white space and around every mark.
    Bert,
    /// At white space.
    Whitespace,
    /// Before each space, which becomes the mark.
    Metaspace { mark: char, prepend: Prepend, split: bool },
}

/// Where a word gets the mark of a space that it lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Prepend {
    Always,
    First,
    Never,
}

/// How a word is cut into pieces.
#[derive(Debug)]
enum Model {
    WordPiece(WordPiece),
    Unigram(Unigram),
}

impl Tokenizer {
    /// The text's pieces with its ends, at most `most`; what is left out is what stands last.
    pub fn cut(&self, text: &str, most: usize) -> Vec<u32> {
        let room = most.saturating_sub(self.start.len() + self.end.len());
        let mut pieces = Vec::new();
        let mut rest = text;
        let mut first = true;
        while !rest.is_empty() && pieces.len() < room {
            let (before, special, behind) = self.next_special(rest);
            if !before.is_empty() {
                self.cut_plain(before, first, room, &mut pieces);
                first = false;
            }
            pieces.extend(special);
            first &= special.is_none();
            rest = behind;
        }
        pieces.truncate(room);
        [self.start.as_slice(), &pieces, &self.end].concat().into_iter().take(most.max(1)).collect()
    }

    /// One more than the largest number of a piece.
    pub fn size(&self) -> usize {
        let special = self.special.iter().map(|special| special.number);
        let model = match &self.model {
            Model::WordPiece(model) => model.largest(),
            Model::Unigram(model) => model.largest(),
        };
        special.chain(self.start.iter().chain(&self.end).copied()).chain([model]).max().unwrap_or(0) as usize
            + 1
    }

    /// The text before the first special piece, its number, and the text behind.
    fn next_special<'a>(&self, text: &'a str) -> (&'a str, Option<u32>, &'a str) {
        let places = self.special.iter().filter_map(|special| Some((text.find(&special.content)?, special)));
        // The longest of those that begin first, for they stand in order of length.
        let Some((place, special)) = places.min_by_key(|(place, _)| *place) else { return (text, None, "") };
        let (mut before, mut behind) = (&text[..place], &text[place + special.content.len()..]);
        if special.takes_before {
            before = before.trim_end();
        }
        if special.takes_behind {
            behind = behind.trim_start();
        }
        (before, Some(special.number), behind)
    }

    fn cut_plain(&self, text: &str, first: bool, room: usize, pieces: &mut Vec<u32>) {
        let mut text = text.to_owned();
        for step in &self.normalise {
            text = step.apply(text);
        }
        let mut words = vec![text];
        for step in &self.split {
            let first_word = std::iter::once(first).chain(std::iter::repeat(false));
            words = words.iter().zip(first_word).flat_map(|(word, first)| step.apply(word, first)).collect();
        }
        for word in words.iter().filter(|word| !word.is_empty()) {
            if pieces.len() >= room {
                return;
            }
            match &self.model {
                Model::WordPiece(model) => model.cut(word, pieces),
                Model::Unigram(model) => model.cut(word, pieces),
            }
        }
    }
}

impl Normalise {
    fn apply(&self, text: String) -> String {
        match self {
            Self::Bert(bert) => bert.apply(&text),
            Self::Precompiled(map) => map.apply(&text),
            Self::Nfc => text.nfc().collect(),
            Self::Nfd => text.nfd().collect(),
            Self::Nfkc => text.nfkc().collect(),
            Self::Nfkd => text.nfkd().collect(),
            Self::Lowercase => text.to_lowercase(),
            Self::StripAccents => text.chars().filter(|&character| !classes::is_accent(character)).collect(),
            Self::Strip { left, right } => {
                let text = if *left { text.trim_start() } else { &text };
                if *right { text.trim_end() } else { text }.to_owned()
            }
            Self::Replace { pattern, content } => {
                pattern.replace_all(&text, regex::NoExpand(content)).into_owned()
            }
            Self::Prepend(_) if text.is_empty() => text,
            Self::Prepend(content) => format!("{content}{text}"),
        }
    }
}

impl Split {
    fn apply(&self, text: &str, first: bool) -> Vec<String> {
        match self {
            Self::Bert => bert::words(text),
            Self::Whitespace => text.split_whitespace().map(str::to_owned).collect(),
            Self::Metaspace { mark, prepend, split } => {
                let mut text = text.replace(' ', mark.encode_utf8(&mut [0; 4]));
                let wants = *prepend == Prepend::Always || *prepend == Prepend::First && first;
                if wants && !text.is_empty() && !text.starts_with(*mark) {
                    text.insert(0, *mark);
                }
                if !split {
                    return vec![text];
                }
                let mut words: Vec<String> = Vec::new();
                for character in text.chars() {
                    match words.last_mut() {
                        Some(word) if character != *mark => word.push(character),
                        _ => words.push(character.to_string()),
                    }
                }
                words
            }
        }
    }
}
