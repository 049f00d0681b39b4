//! How a text reads, its words told apart only when somebody asks for them: of what is kept, few ever are.

use std::fmt;
use std::sync::{Arc, OnceLock};

use flywheel_spec::feedback::TextLanguage;

use crate::search::postings;
use crate::shelf::Piece;
use crate::tokens::{Part, Reading, Token, read};

const PARTS: [Part; 6] = [Part::Subject, Part::Value, Part::Function, Part::Number, Part::Emoji, Part::Break];

/// How a text reads; cheap to clone, and what one clone told apart all of them know.
#[derive(Clone)]
pub(crate) struct LazyReading {
    /// Its language.
    pub language: TextLanguage,
    /// Whether the message was longer than what is read.
    pub cut: bool,
    /// Where it lies among what is kept; nothing where it was read just now.
    kept: Option<KeptWords>,
    read: Arc<OnceLock<Reading>>,
}

#[derive(Clone)]
struct KeptWords {
    folded: Piece,
    tokens: Piece,
}

impl LazyReading {
    /// Of a text that was read just now.
    pub fn of(reading: Reading) -> Self {
        Self {
            language: reading.language,
            cut: reading.cut,
            kept: None,
            read: Arc::new(OnceLock::from(reading)),
        }
    }

    /// Of a text that is kept: its folded form, and its words as [`words`] wrote them.
    pub fn kept(folded: Piece, tokens: Piece, language: TextLanguage, cut: bool) -> Self {
        Self { language, cut, kept: Some(KeptWords { folded, tokens }), read: Arc::default() }
    }

    /// The folded text.
    pub fn folded(&self) -> &str {
        match (self.read.get(), &self.kept) {
            (Some(reading), _) => &reading.folded,
            (None, Some(kept)) => std::str::from_utf8(kept.folded.bytes()).unwrap_or_default(),
            (None, None) => "",
        }
    }

    /// Its words.
    pub fn reading(&self) -> &Reading {
        self.read.get_or_init(|| {
            let folded = self.folded();
            let bytes = self.kept.as_ref().map_or(&[][..], |kept| kept.tokens.bytes());
            match told_apart(bytes, folded) {
                Some(tokens) => {
                    Reading { folded: folded.to_owned(), tokens, language: self.language, cut: self.cut }
                }
                // What passed its checksum is whole; whatever else it is, it is read.
                None => read(folded),
            }
        })
    }

    /// Whether it is kept and its words were told apart all the same.
    pub fn is_told_apart(&self) -> bool {
        self.kept.is_some() && self.read.get().is_some()
    }
}

impl fmt::Debug for LazyReading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.reading(), formatter)
    }
}

/// The words of a reading as they are kept beside its folded text.
pub(crate) fn words(reading: &Reading) -> Vec<u8> {
    let mut to = Vec::with_capacity(reading.tokens.len() * 2 + 1);
    postings::write(reading.tokens.len() as u64, &mut to);
    let mut last = 0;
    for token in &reading.tokens {
        let gap = u64::from(token.place.start.wrapping_sub(last));
        let part = PARTS.iter().position(|part| *part == token.part).unwrap_or_default() as u64;
        postings::write((gap << 3) | part, &mut to);
        postings::write(u64::from(token.place.end.wrapping_sub(token.place.start)), &mut to);
        last = token.place.end;
    }
    to
}

/// The words that were kept beside a folded text; nothing where they are not whole.
fn told_apart(mut bytes: &[u8], folded: &str) -> Option<Vec<Token>> {
    let count = usize::try_from(postings::read(&mut bytes)?).ok().filter(|count| *count <= bytes.len())?;
    let mut tokens = Vec::with_capacity(count);
    let mut last = 0_u32;
    for _ in 0..count {
        let coded = postings::read(&mut bytes)?;
        let start = last.wrapping_add((coded >> 3) as u32);
        let end = start.wrapping_add(postings::read(&mut bytes)? as u32);
        let part = *PARTS.get((coded & 7) as usize)?;
        let word = folded.get(start as usize..end as usize)?;
        tokens.push(Token::of(word, start..end, part));
        last = end;
    }
    bytes.is_empty().then_some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_told_apart_once_for_all_clones() {
        let reading = read("The payment failed, 付款很差 3 👍");
        let (folded, tokens) = (reading.folded.clone().into_bytes(), words(&reading));
        let kept =
            LazyReading::kept(Piece::whole(folded), Piece::whole(tokens), reading.language, reading.cut);
        let clone = kept.clone();
        assert_eq!((kept.folded(), kept.is_told_apart()), (reading.folded.as_str(), false));
        assert_eq!(clone.reading(), &reading);
        assert!(kept.is_told_apart());
        assert!(!LazyReading::of(reading).is_told_apart(), "it was read just now");
    }

    #[test]
    fn words_that_are_not_whole_are_read() {
        let reading = read("payment failed");
        let whole = words(&reading);
        for end in 0..whole.len() {
            let (folded, tokens) = (b"payment failed".to_vec(), whole[..end].to_vec());
            let kept = LazyReading::kept(Piece::whole(folded), Piece::whole(tokens), reading.language, false);
            assert_eq!(kept.reading(), &reading);
        }
    }
}
