//! Free text: the terms that training texts share, each with its weight; the rows stay sparse until the first layer.

use std::collections::HashMap;
use std::sync::OnceLock;

use flywheel_spec::recipe::TextEncoding;
use flywheel_spec::{Phrase, phrase};
use flywheel_tables::frame::Values;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::grams::{self, PIECE, Reading};

/// Texts that the vocabulary is made of; an even sample of more.
const MOST_TEXTS: usize = 100_000;

/// The length of a row: with it the usual step of Adam (0.001) learns a class of texts within some hundred steps.
const LENGTH: f32 = 10.0;

/// How one column of texts becomes inputs: `(1 + ln n) · idf` for each term that stands in the text `n` times,
/// where `idf = 1 + ln((1 + texts) / (1 + count))`; words and pieces are each brought to one length, then the row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextCode {
    /// The longest run of words that is a term.
    pub word_runs: usize,
    /// Whether pieces of words are terms, whose names begin with the character U+0001, and the text's length, which begins with
    /// U+0002.
    pub pieces: bool,
    /// Training texts that the vocabulary was made of.
    pub texts: u64,
    /// The terms, sorted.
    pub terms: Vec<String>,
    /// Training texts that each stands in.
    pub counts: Vec<u64>,
    #[serde(skip)]
    lookup: Lookup,
}

/// Place and weight of each term by its hash, made at the first use.
#[derive(Debug, Default)]
struct Lookup(OnceLock<HashMap<u64, (u32, f32)>>);

impl TextCode {
    /// Fits on the training rows; absent when no term stands in enough of their texts.
    pub(super) fn fit(values: &Values, train: &[usize], rules: &TextEncoding) -> Option<(Self, Vec<Phrase>)> {
        let reading = Reading { word_runs: rules.word_runs.max(1), pieces: rules.pieces };
        let step = train.len().div_ceil(MOST_TEXTS).max(1);
        let present = |row: &&usize| !text_at(values, **row).trim().is_empty();
        let filled: Vec<usize> = train.iter().filter(present).copied().collect();
        let sample: Vec<usize> = filled.iter().copied().step_by(step).collect();
        let kept = most_frequent(values, &sample, reading, rules);
        let mut terms = spelled(values, &sample, reading, &kept);
        if terms.is_empty() {
            return None;
        }
        terms.sort_unstable();
        let (terms, counts): (Vec<String>, Vec<u64>) = terms.into_iter().unzip();
        let mut steps = vec![phrase!("prepare.step_terms", terms = terms.len(), texts = sample.len())];
        if filled.len() < train.len() {
            steps.push(phrase!("prepare.step_text_missing", count = train.len() - filled.len()));
        }
        let Reading { word_runs, pieces } = reading;
        let texts = sample.len() as u64;
        Some((Self { word_runs, pieces, texts, terms, counts, lookup: Lookup::default() }, steps))
    }

    /// Numbers that come of it.
    pub(super) fn width(&self) -> usize {
        self.terms.len()
    }

    /// The terms of each row asked for, places ascending; nothing where the text is missing, empty, or holds no known term.
    pub(super) fn encode(&self, values: Option<&Values>, rows: &[usize]) -> Vec<Vec<(u32, f32)>> {
        let Some(values) = values else { return vec![Vec::new(); rows.len()] };
        let lookup = self.lookup.0.get_or_init(|| self.weights());
        let read = |&row: &usize| self.row(&text_at(values, row), lookup);
        // A single question is answered by the thread that asked.
        if rows.len() < 16 { rows.iter().map(read).collect() } else { rows.par_iter().map(read).collect() }
    }

    /// Whether any word of a text is known, whatever pieces of words are; true of a text that holds none.
    pub(crate) fn knows(&self, text: &str) -> bool {
        let lookup = self.lookup.0.get_or_init(|| self.weights());
        let (mut any, mut known) = (false, false);
        let words = Reading { word_runs: 1, pieces: false };
        grams::each(text, words, |parts| {
            any = true;
            known |= lookup.contains_key(&grams::hash(parts));
        });
        known || !any
    }

    fn row(&self, text: &str, lookup: &HashMap<u64, (u32, f32)>) -> Vec<(u32, f32)> {
        let mut found: Vec<(u32, f32)> = Vec::new();
        grams::each(text, self.reading(), |parts| found.extend(lookup.get(&grams::hash(parts))));
        found.sort_unstable_by_key(|(place, _)| *place);
        let mut row: Vec<(u32, f32)> = found
            .chunk_by(|(place, _), (next, _)| place == next)
            .map(|same| (same[0].0, (1.0 + (same.len() as f32).ln()) * same[0].1))
            .collect();
        // Sorted, the pieces come first.
        let pieces = row.partition_point(|(place, _)| self.is_piece(*place));
        let (pieces, words) = row.split_at_mut(pieces);
        scale(pieces, 1.0);
        scale(words, 1.0);
        scale(&mut row, LENGTH);
        row
    }

    fn is_piece(&self, place: u32) -> bool {
        self.terms[place as usize].starts_with(PIECE)
    }

    fn reading(&self) -> Reading {
        Reading { word_runs: self.word_runs, pieces: self.pieces }
    }

    fn weights(&self) -> HashMap<u64, (u32, f32)> {
        let weight = |count: u64| 1.0 + ((1 + self.texts) as f64 / (1 + count) as f64).ln();
        let pairs = self.terms.iter().zip(&self.counts).enumerate();
        pairs
            .map(|(place, (term, &count))| (grams::hash(&[term]), (place as u32, weight(count) as f32)))
            .collect()
    }
}

impl Clone for Lookup {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Lookup {
    /// It follows from the rest.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The text of a row; empty when it is missing.
pub(super) fn text_at(values: &Values, row: usize) -> std::borrow::Cow<'_, str> {
    match values {
        Values::Text(texts) => texts.get(row).and_then(|text| text.as_deref()).unwrap_or_default().into(),
        other => other.text(row).unwrap_or_default().into(),
    }
}

/// Brings numbers to one length, if they have any.
fn scale(row: &mut [(u32, f32)], length: f32) {
    let norm = row.iter().map(|(_, value)| value * value).sum::<f32>().sqrt();
    if norm > 0.0 {
        row.iter_mut().for_each(|(_, value)| *value *= length / norm);
    }
}

/// The hashes of the terms to keep, with the texts that each stands in: half of the places go to words and half to
/// pieces, and what one of them does not need goes to the other.
fn most_frequent(
    values: &Values,
    sample: &[usize],
    reading: Reading,
    rules: &TextEncoding,
) -> HashMap<u64, u64> {
    let mut words = Vec::new();
    let mut pieces = Vec::new();
    for (text_words, text_pieces) in
        sample.par_iter().map(|&row| hashes(values, row, reading)).collect::<Vec<_>>()
    {
        words.extend(text_words);
        pieces.extend(text_pieces);
    }
    let words = counted(words, rules.fewest_texts);
    let pieces = counted(pieces, rules.fewest_texts);
    let half = rules.features.div_ceil(2);
    let for_words = words.len().min(rules.features - pieces.len().min(rules.features - half));
    let for_pieces = pieces.len().min(rules.features - for_words);
    words.into_iter().take(for_words).chain(pieces.into_iter().take(for_pieces)).collect()
}

/// The different words and pieces of one text, as hashes.
fn hashes(values: &Values, row: usize, reading: Reading) -> (Vec<u64>, Vec<u64>) {
    let (mut words, mut pieces) = (Vec::new(), Vec::new());
    grams::each(&text_at(values, row), reading, |parts| {
        let list = if parts[0].starts_with(PIECE) { &mut pieces } else { &mut words };
        list.push(grams::hash(parts));
    });
    for list in [&mut words, &mut pieces] {
        list.sort_unstable();
        list.dedup();
    }
    (words, pieces)
}

/// Each hash with how often it comes, most frequent first, the rare left out.
fn counted(mut hashes: Vec<u64>, fewest: usize) -> Vec<(u64, u64)> {
    hashes.par_sort_unstable();
    let runs = hashes.chunk_by(|hash, next| hash == next);
    let mut counts: Vec<(u64, u64)> =
        runs.filter(|run| run.len() >= fewest).map(|run| (run[0], run.len() as u64)).collect();
    counts.sort_unstable_by_key(|&(hash, count)| (std::cmp::Reverse(count), hash));
    counts
}

/// The kept terms as they are spelled; of two with one hash (which hardly happens) the first by spelling.
fn spelled(
    values: &Values,
    sample: &[usize],
    reading: Reading,
    kept: &HashMap<u64, u64>,
) -> Vec<(String, u64)> {
    let of_texts = |rows: &[usize]| {
        let mut found: HashMap<u64, String> = HashMap::new();
        for &row in rows {
            grams::each(&text_at(values, row), reading, |parts| {
                let hash = grams::hash(parts);
                if kept.contains_key(&hash) {
                    found.entry(hash).or_insert_with(|| parts.concat());
                }
            });
        }
        found
    };
    let mut all: HashMap<u64, String> = HashMap::new();
    for (hash, term) in sample.par_chunks(1024).map(of_texts).collect::<Vec<_>>().into_iter().flatten() {
        match all.get_mut(&hash) {
            Some(other) if *other > term => *other = term,
            Some(_) => {}
            None => drop(all.insert(hash, term)),
        }
    }
    all.into_iter().map(|(hash, term)| (term, kept[&hash])).collect()
}
