//! Words and phrases of both languages with what they mean, found in a message by the longest that fits.

use std::collections::{BTreeMap, HashMap};

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use flywheel_language::{fold, is_han};

use crate::reading::{Reading, Sort};

/// Words and phrases with what they mean to one reader: the mood's, the kinds', the aspects'.
#[derive(Debug)]
pub(crate) struct Lexicon<T> {
    /// The words that phrases are made of.
    words: HashMap<String, u32>,
    /// The phrases by their first word, long ones first.
    phrases: HashMap<u32, Vec<(Vec<u32>, T)>>,
    han: Option<AhoCorasick>,
    han_meanings: Vec<T>,
}

/// One piece of a message as a lexicon sees it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Unit<T> {
    /// First byte in the folded text.
    pub start: usize,
    /// One past its last byte.
    pub end: usize,
    /// Its first token's.
    pub sort: Sort,
    pub meaning: Option<T>,
}

/// The entries of a word file: the role and each of its words; `crash~` and `slow^` written out.
pub(crate) fn entries(file: &str) -> impl Iterator<Item = (&str, Vec<String>)> {
    file.lines().filter(|line| !line.starts_with('#')).flat_map(|line| {
        let (role, words) = line.split_once(' ').unwrap_or((line, ""));
        let words = words.split(',').map(str::trim).filter(|word| !word.is_empty());
        words.map(move |word| (role, forms(word)))
    })
}

/// The forms of an English word that the file leaves to grammar.
fn forms(word: &str) -> Vec<String> {
    if let Some(stem) = word.strip_suffix('~') {
        let root = stem.strip_suffix('e').unwrap_or(stem);
        let plural =
            if stem.ends_with(['s', 'h', 'x', 'z']) { format!("{stem}es") } else { format!("{stem}s") };
        match stem.strip_suffix('y') {
            Some(short) if !short.ends_with(['a', 'e', 'o', 'u']) => {
                vec![stem.to_owned(), format!("{short}ies"), format!("{short}ied"), format!("{stem}ing")]
            }
            _ => vec![stem.to_owned(), plural, format!("{root}ed"), format!("{root}ing")],
        }
    } else if let Some(stem) = word.strip_suffix('^') {
        let root = stem.strip_suffix('e').unwrap_or(stem);
        vec![stem.to_owned(), format!("{root}er"), format!("{root}est"), format!("{stem}ly")]
    } else {
        vec![word.to_owned()]
    }
}

impl<T: Copy> Lexicon<T> {
    /// A lexicon of phrases with their meanings.
    pub fn new(meanings: BTreeMap<String, T>) -> Self {
        let mut words = HashMap::new();
        let mut phrases = HashMap::<u32, Vec<(Vec<u32>, T)>>::new();
        let (mut patterns, mut han_meanings) = (Vec::new(), Vec::new());
        for (phrase, meaning) in meanings {
            let phrase = fold(&phrase);
            if phrase.contains(is_han) {
                patterns.push(phrase);
                han_meanings.push(meaning);
                continue;
            }
            let ids: Vec<u32> = split(&phrase)
                .map(|word| {
                    let next = words.len() as u32;
                    *words.entry(word.to_owned()).or_insert(next)
                })
                .collect();
            if let Some(&first) = ids.first() {
                phrases.entry(first).or_default().push((ids, meaning));
            }
        }
        for list in phrases.values_mut() {
            list.sort_by_key(|(ids, _)| std::cmp::Reverse(ids.len()));
        }
        let builder = || {
            AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::DFA))
                .match_kind(MatchKind::LeftmostLongest)
                .build(&patterns)
        };
        Self { words, phrases, han: builder().ok(), han_meanings }
    }

    /// The message in units: the longest phrases that fit, from its beginning on, and what is between them.
    pub fn units(&self, reading: &Reading<'_>) -> Vec<Unit<T>> {
        let tokens = &reading.tokens;
        let ids: Vec<Option<u32>> = tokens
            .iter()
            .map(|token| match token.sort {
                Sort::Word | Sort::Tag | Sort::Number => self.id(reading.word(token)),
                _ => None,
            })
            .collect();
        let finder = self.han.as_ref().filter(|_| reading.han);
        let mut matches = finder.into_iter().flat_map(|finder| finder.find_iter(&reading.folded)).peekable();
        let mut units = Vec::with_capacity(tokens.len());
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            while matches.next_if(|found| found.start() < token.start).is_some() {}
            let mut unit = Unit { start: token.start, end: token.end, sort: token.sort, meaning: None };
            let mut count = 1;
            if let Some(found) = matches.next_if(|found| found.start() == token.start) {
                let covered = tokens[at..].iter().take_while(|token| token.end <= found.end()).count();
                if covered > 0 && tokens[at + covered - 1].end == found.end() {
                    count = covered;
                    unit.meaning = Some(self.han_meanings[found.pattern().as_usize()]);
                    unit.end = found.end();
                }
            }
            if unit.meaning.is_none() {
                if let Some((length, meaning)) = self.phrase(reading, &ids, at) {
                    count = length;
                    unit.meaning = Some(meaning);
                    unit.end = tokens[at + length - 1].end;
                } else if token.sort == Sort::Tag {
                    unit.meaning = self.within(reading.word(token));
                }
            }
            units.push(unit);
            at += count;
        }
        units
    }

    /// What a phrase means that stands by itself.
    pub fn meaning(&self, phrase: &str) -> Option<T> {
        let reading = Reading::new(phrase);
        let units = self.units(&reading);
        match units.as_slice() {
            [unit] => unit.meaning,
            _ => None,
        }
    }

    /// The longest phrase that begins at a token: how many tokens, and what it means. A hyphen inside it is passed over.
    fn phrase(&self, reading: &Reading<'_>, ids: &[Option<u32>], at: usize) -> Option<(usize, T)> {
        let list = self.phrases.get(&ids[at]?)?;
        list.iter().find_map(|(phrase, meaning)| {
            let mut next = at + 1;
            for &id in &phrase[1..] {
                if reading.tokens.get(next)?.sort == Sort::Mark('-') {
                    next += 1;
                }
                if *ids.get(next)? != Some(id) {
                    return None;
                }
                next += 1;
            }
            Some((next - at, *meaning))
        })
    }

    /// A word's number: as it stands, without `'s`, or without the letters that a loud voice repeats.
    fn id(&self, word: &str) -> Option<u32> {
        let known = |word: &str| self.words.get(word).copied();
        known(word).or_else(|| known(word.strip_suffix("'s")?)).or_else(|| {
            let twice = shortened(word, 2)?;
            known(&twice).or_else(|| known(&shortened(word, 1)?))
        })
    }

    /// What a tag of words run together says: its first or last known word of four letters or more.
    fn within(&self, tag: &str) -> Option<T> {
        let single = |word: &str| {
            let list = self.phrases.get(self.words.get(word)?)?;
            list.iter().find(|(ids, _)| ids.len() == 1).map(|(_, meaning)| *meaning)
        };
        let borders: Vec<usize> = tag.char_indices().map(|(at, _)| at).take(40).collect();
        let head = borders.iter().rev().filter(|at| **at >= 4).find_map(|at| single(&tag[..*at]));
        head.or_else(|| borders.iter().filter(|at| tag.len() - **at >= 4).find_map(|at| single(&tag[*at..])))
    }
}

/// The words of a phrase as tokens have them.
fn split(phrase: &str) -> impl Iterator<Item = &str> {
    phrase.split([' ', '-', '.', '!', ',', '#']).filter(|word| !word.is_empty())
}

/// A word with no letter more than so many times in a row; none where nothing was to be done.
fn shortened(word: &str, most: usize) -> Option<String> {
    let mut short = String::with_capacity(word.len());
    let (mut last, mut run) = (None, 0);
    let mut longest = 0;
    for character in word.chars() {
        run = if last == Some(character) { run + 1 } else { 1 };
        longest = longest.max(run);
        last = Some(character);
        if run <= most {
            short.push(character);
        }
    }
    (longest >= 3).then_some(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_wins_in_both_languages() {
        let mut meanings = BTreeMap::new();
        for (meaning, file) in [(1, "x good, not good, easy to use, 好, 不好, 好app, crash~, slow^, awful")]
        {
            for (at, (_, forms)) in entries(file).enumerate() {
                for form in forms {
                    meanings.insert(form, meaning * 10 + at);
                }
            }
        }
        let lexicon = Lexicon::new(meanings);
        let said = |text: &str| {
            let reading = Reading::new(text);
            let units = lexicon.units(&reading);
            units.iter().filter_map(|unit| unit.meaning).collect::<Vec<_>>()
        };
        assert_eq!(said("GOOD, not good: easy-to-use"), [10, 11, 12]);
        assert_eq!(said("不好 好app好"), [14, 15, 13]);
        assert_eq!(said("crashing crashes crashed; slower, slowest"), [16, 16, 16, 17, 17]);
        assert_eq!(said("goooood sloooow #goodservice #soawful"), [10, 17, 10, 18]);
        assert_eq!(said("goods"), Vec::<usize>::new());
    }
}
