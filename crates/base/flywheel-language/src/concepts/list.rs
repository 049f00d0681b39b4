//! The list of concepts, read once.

use std::collections::HashMap;
use std::sync::OnceLock;

use crate::{is_han, stem};

/// The list of concepts as it stands, one a line; their numbers hold for this list only.
pub const CONCEPT_LIST: &str = include_str!("../../words/concepts.txt");

/// Spellings of one small word: a phrase with the first of them stands for the same phrase with each of the others.
const SPELLINGS: &[&[&str]] = &[
    &["can't", "cant", "cannot", "couldn't", "couldnt"],
    &["doesn't", "doesnt", "don't", "dont", "didn't", "didnt", "won't", "wont", "wouldn't"],
    &["isn't", "isnt", "aren't", "wasn't", "weren't"],
    &["hasn't", "hasnt", "haven't", "havent", "hadn't"],
];

/// The list as it is looked up.
pub(super) struct List {
    /// The name of each concept, by number.
    pub names: Vec<&'static str>,
    /// How many of them are subjects: the first.
    pub subjects: usize,
    /// What the stems of a word or phrase mean, parted by spaces; Chinese words as they are.
    pub words: HashMap<String, Meaning>,
    /// Chinese words of two and more characters by their first one, the longest first.
    pub chinese: HashMap<char, Vec<&'static str>>,
}

/// What a word may mean.
#[derive(Default)]
pub(super) struct Meaning {
    /// By number, rising.
    pub numbers: Vec<u16>,
    /// By name, in the order of the numbers.
    pub names: Vec<&'static str>,
}

/// One concept as it stands in the list.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub name: &'static str,
    /// Whether it tells by itself what a text is about.
    pub subject: bool,
    /// The concepts that whatever names it names too, parted by spaces.
    wider: &'static str,
    words: &'static str,
}

impl Line {
    /// Its words and phrases.
    pub fn words(self) -> impl Iterator<Item = &'static str> {
        self.words.split(',').map(str::trim)
    }

    /// The concepts that whatever names it names too.
    pub fn wider(self) -> impl Iterator<Item = &'static str> {
        self.wider.split_whitespace()
    }
}

/// The concepts in the order of the file.
pub(super) fn lines() -> impl Iterator<Item = Line> {
    let lines = CONCEPT_LIST.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once(':')).map(|(head, words)| {
        let (name, wider) = head.split_once('<').unwrap_or((head, ""));
        let wide = name.strip_prefix('*');
        Line { name: wide.unwrap_or(name).trim(), subject: wide.is_none(), wider, words }
    })
}

/// The list, read at its first use.
pub(super) fn list() -> &'static List {
    static LIST: OnceLock<List> = OnceLock::new();
    LIST.get_or_init(read)
}

fn read() -> List {
    let mut lines: Vec<Line> = lines().collect();
    // Subjects first, so that those of a word are the beginning of what it means.
    lines.sort_by_key(|line| !line.subject);
    let mut words: HashMap<String, Meaning> = HashMap::new();
    let mut chinese: HashMap<char, Vec<&'static str>> = HashMap::new();
    let number: HashMap<&str, u16> = lines.iter().map(|line| line.name).zip(0_u16..).collect();
    for line in &lines {
        let named = std::iter::once(line.name).chain(line.wider());
        let numbers: Vec<u16> = named.filter_map(|name| number.get(name).copied()).collect();
        for word in line.words() {
            for key in keys(word) {
                words.entry(key).or_default().numbers.extend(&numbers);
            }
            let first = word.chars().next().filter(|first| is_han(*first) && word.len() > first.len_utf8());
            if let Some(first) = first {
                chinese.entry(first).or_default().push(word);
            }
        }
    }
    for meaning in words.values_mut() {
        meaning.numbers.sort_unstable();
        meaning.numbers.dedup();
        meaning.names = meaning.numbers.iter().map(|number| lines[usize::from(*number)].name).collect();
    }
    for words in chinese.values_mut() {
        words.sort_unstable_by(|one, other| other.len().cmp(&one.len()).then(one.cmp(other)));
        words.dedup();
    }
    let subjects = lines.iter().filter(|line| line.subject).count();
    List { names: lines.iter().map(|line| line.name).collect(), subjects, words, chinese }
}

/// What a word or phrase of the list is looked up by: its stems, once for each spelling.
pub(super) fn keys(word: &str) -> Vec<String> {
    let mut keys = vec![String::new()];
    for part in word.split([' ', '-']) {
        let spellings = SPELLINGS.iter().find(|spellings| spellings[0] == part);
        let one = [part];
        let spellings = spellings.map_or(one.as_slice(), |spellings| spellings);
        keys = keys
            .iter()
            .flat_map(|key| {
                let gap = if key.is_empty() { "" } else { " " };
                spellings.iter().map(move |spelling| format!("{key}{gap}{}", stem(spelling)))
            })
            .collect();
    }
    keys
}
