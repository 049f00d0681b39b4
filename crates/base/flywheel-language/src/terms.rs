//! A text cut into terms: words, numbers, emoji and punctuation, each with its place.

use std::io::BufReader;
use std::ops::Range;
use std::sync::OnceLock;

use jieba_rs::Jieba;
use unicode_segmentation::UnicodeSegmentation;

use crate::is_han;

/// jieba's dictionary (`dict.txt` of jieba, MIT licence, https://github.com/fxsjy/jieba): words, frequencies and parts of speech.
/// It stands here because the crate's own copy comes with a second zstd that the whole data engine would be built with anew.
const DICTIONARY: &[u8] = include_bytes!("../words/jieba.txt.gz");

/// Words that jieba's own dictionary lacks, one a line.
const WORDS: &str = include_str!("../words/zh.txt");

/// One term of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term<'a> {
    /// As it stands in the text.
    pub text: &'a str,
    /// Where, in bytes of the text.
    pub place: Range<usize>,
    /// What it is.
    pub kind: TermKind,
}

/// What a term is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TermKind {
    /// A word of an alphabet.
    Word,
    /// A Chinese word of one or more characters.
    Han,
    /// A number, a version, a date's digits.
    Number,
    /// A pictogram.
    Emoji,
    /// A mark of punctuation or another symbol.
    Mark,
}

/// The terms of a text in their order, white space left out; give it a [folded](crate::fold) text, so that the same
/// words are the same terms.
pub fn terms(text: &str) -> Vec<Term<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < text.len() {
        let rest = &text[from..];
        let han = rest.starts_with(is_han);
        let length = rest.find(|character| is_han(character) != han).unwrap_or(rest.len());
        let stretch = &rest[..length];
        if han {
            found.extend(jieba().cut(stretch, true).into_iter().map(|token| Term {
                text: token.word,
                place: from + token.byte_start..from + token.byte_end,
                kind: TermKind::Han,
            }));
        } else {
            let words = stretch.split_word_bound_indices().filter(|(_, word)| !word.trim().is_empty());
            found.extend(words.map(|(at, word)| Term {
                text: word,
                place: from + at..from + at + word.len(),
                kind: kind_of(word),
            }));
        }
        from += length;
    }
    found
}

fn kind_of(word: &str) -> TermKind {
    let mut characters = word.chars();
    let Some(first) = characters.next() else { return TermKind::Mark };
    if first.is_numeric() && word.chars().all(|character| !character.is_alphabetic()) && !is_pictogram(word) {
        return TermKind::Number;
    }
    if word.chars().any(char::is_alphanumeric) && !is_pictogram(word) {
        return TermKind::Word;
    }
    if is_pictogram(word) { TermKind::Emoji } else { TermKind::Mark }
}

/// Whether a cluster is drawn as a picture.
fn is_pictogram(word: &str) -> bool {
    word.chars().any(|character| {
        matches!(
            character,
            '\u{1f000}'..='\u{1faff}' | '\u{2600}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{20e3}' | '\u{fe0f}'
        )
    })
}

/// The cutter of Chinese, with the project's own words; its dictionary is read once, at its first use.
fn jieba() -> &'static Jieba {
    static CUTTER: OnceLock<Jieba> = OnceLock::new();
    CUTTER.get_or_init(|| {
        let mut dictionary = BufReader::new(flate2::read::GzDecoder::new(DICTIONARY));
        // The dictionary is compiled in: it always reads.
        let mut jieba = Jieba::with_dict(&mut dictionary).unwrap_or_else(|_| Jieba::empty());
        for word in WORDS.lines().map(str::trim).filter(|word| !word.is_empty() && !word.starts_with('#')) {
            jieba.add_word(word, None, None);
        }
        jieba
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::fold;

    #[test]
    fn english_and_chinese_are_cut_into_words() {
        let cut = |text: &str| terms(text).iter().map(|term| term.text.to_owned()).collect::<Vec<_>>();
        assert_eq!(cut("the app doesn't open, v2.3"), ["the", "app", "doesn't", "open", ",", "v2.3"]);
        assert_eq!(cut("支付失败,一直闪退"), ["支付", "失败", ",", "一直", "闪退"]);
        assert_eq!(cut("app闪退👍🏽3次"), ["app", "闪退", "👍🏽", "3", "次"]);
        assert_eq!(cut(""), Vec::<String>::new());
    }

    #[test]
    fn a_term_knows_what_it_is() {
        let kinds: Vec<TermKind> = terms("app 3.1 闪退 👍 !").iter().map(|term| term.kind).collect();
        assert_eq!(kinds, [TermKind::Word, TermKind::Number, TermKind::Han, TermKind::Emoji, TermKind::Mark]);
    }

    proptest! {
        #[test]
        fn terms_are_the_text_without_its_white_space(text in "\\PC{0,60}|[a-z不好用的 闪退!👍]{0,30}") {
            let folded = fold(&text);
            let cut = terms(&folded);
            let mut end = 0;
            for term in &cut {
                prop_assert!(term.place.start >= end);
                prop_assert!(folded[end..term.place.start].trim().is_empty());
                prop_assert_eq!(&folded[term.place.clone()], term.text);
                end = term.place.end;
            }
            prop_assert!(folded[end..].trim().is_empty());
        }
    }
}
