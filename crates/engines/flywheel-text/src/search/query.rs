//! Ranking: BM25 over the terms of a query, nearness, and meaning where vectors are there.
//!
//! Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with k₁ = 1.2 and b = 0.75
//! and the logarithm of 1 + (N − n + ½) / (n + ½), which never falls below zero.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::ops::Range;

use super::error::SearchError;
use super::filter::Filter;
use super::fuse::fuse;
use super::highlight::highlights;
use super::index::Index;
use super::nearness::bonus;
use super::segment::u32_at;
use super::spelling::nearest;
use super::terms::query_terms;
use super::vectors::{product, quantise};

const K1: f32 = 1.2;
const B: f32 = 0.75;
/// What a word counts that was only a translation or a neighbour of one that was asked for.
const EXPANDED: f32 = 0.5;
/// How many of the best are looked at for nearness, and how many of each ranking are fused.
const DEPTH: usize = 128;

/// Messages less like a query (cosine) are not found by meaning, nor those less like it than this share of the nearest.
const LEAST_ALIKE: f64 = 0.15;
const NEAREST_SHARE: f64 = 0.5;

/// What is looked for.
#[derive(Default)]
pub struct Query<'a> {
    /// The words.
    pub text: &'a str,
    /// How many hits at most.
    pub limit: usize,
    /// From this moment on, microseconds.
    pub from: Option<i64>,
    /// Before this moment, microseconds.
    pub to: Option<i64>,
    /// For each field the values that pass.
    pub fields: Vec<(String, Vec<String>)>,
    /// Whose messages pass, by the person that a message names.
    pub person: Option<&'a dyn Fn(Option<&str>) -> bool>,
    /// The meaning of the words, of the index's length; absent where no encoder is there.
    pub vector: Option<&'a [f32]>,
    /// Other words for a term, which count half: translations, synonyms.
    pub expand: Option<&'a dyn Fn(&str) -> Vec<String>>,
    /// Ranks by BM25 alone, without the bonus for nearness.
    pub plain: bool,
}

/// One hit.
#[derive(Debug, Clone, PartialEq)]
pub struct Hit {
    /// The document's id.
    pub id: String,
    /// What was said.
    pub text: String,
    /// When, microseconds since 1970, UTC.
    pub time: i64,
    /// How well it fits; comparable within one search only.
    pub score: f64,
    /// The stretches that fit, in bytes of `text`.
    pub highlights: Vec<Range<usize>>,
    /// Its fields.
    pub fields: std::collections::BTreeMap<String, String>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ranked {
    /// The best, best first; of equal ones the newer first, then by id.
    pub hits: Vec<Hit>,
    /// How many documents hold a term and pass the filters; with an empty query how many pass.
    pub total: u64,
    /// Words that nobody wrote, and what was looked for instead.
    pub corrected: Vec<(String, String)>,
}

/// A document that fits: higher is better.
#[derive(Clone, Copy, PartialEq)]
struct Fit {
    score: f64,
    time: i64,
    segment: usize,
    document: u32,
}

impl Index {
    /// Finds the best documents.
    ///
    /// # Errors
    /// Where the query's vector has another length than the index was made for.
    pub fn search(&self, query: &Query<'_>) -> Result<Ranked, SearchError> {
        let filter = Filter {
            from: query.from,
            to: query.to,
            fields: query
                .fields
                .iter()
                .map(|(name, values)| (name.clone(), values.iter().cloned().collect()))
                .collect(),
            person: query.person,
        };
        let (terms, corrected) = self.wanted(query);
        let depth = query.limit.max(DEPTH);
        let (mut best, total) = if query.text.trim().is_empty() && query.vector.is_none() {
            self.newest(&filter, query.limit)
        } else {
            self.by_words(&terms, &filter, depth)
        };
        let words: Vec<String> = terms.iter().map(|(term, _)| term.clone()).collect();
        if !query.plain {
            let own = query_terms(query.text);
            let folded = flywheel_language::fold(query.text);
            for fit in &mut best {
                let text = self.segments[fit.segment].stored(fit.document).text;
                fit.score *= bonus(text, &folded, &own);
            }
            self.sort(&mut best);
        }
        if let Some(vector) = query.vector {
            if vector.len() != self.dimension {
                return Err(SearchError::Dimension { found: vector.len(), expected: self.dimension });
            }
            best = self.fused(&best, &self.by_meaning(vector, &filter, depth));
        }
        best.truncate(query.limit);
        let hits = best.iter().map(|fit| self.hit(fit, &words)).collect();
        Ok(Ranked { hits, total, corrected })
    }

    /// The terms to look for, each with its weight, and which words were taken for others.
    fn wanted(&self, query: &Query<'_>) -> (Vec<(String, f32)>, Vec<(String, String)>) {
        let mut wanted: Vec<(String, f32)> = Vec::new();
        let mut corrected = Vec::new();
        let mut want = |term: String, weight: f32| {
            if !wanted.iter().any(|(other, _)| *other == term) {
                wanted.push((term, weight));
            }
        };
        let own = query_terms(query.text);
        for term in &own {
            let known = self.segments.iter().any(|segment| segment.find_term(term).is_some());
            match if known { None } else { nearest(&self.segments, term) } {
                Some(near) => {
                    want(near.clone(), 1.0);
                    corrected.push((term.clone(), near));
                }
                None => want(term.clone(), 1.0),
            }
        }
        if let Some(expand) = query.expand {
            for other in
                own.iter().flat_map(|term| expand(term)).flat_map(|text| query_terms(&text)).take(256)
            {
                want(other, EXPANDED);
            }
        }
        (wanted, corrected)
    }

    fn by_words(&self, terms: &[(String, f32)], filter: &Filter<'_>, depth: usize) -> (Vec<Fit>, u64) {
        let documents = self.len();
        let length: u64 = self.segments.iter().map(|segment| segment.total_length).sum();
        let mean = (length as f64 / documents.max(1) as f64).max(1.0) as f32;
        // What the length of a document adds below the fraction; longer ones count as the longest here.
        let norms: Vec<f32> = (0..4096_u32).map(|length| K1 * (1.0 - B + B * length as f32 / mean)).collect();
        let places: Vec<Vec<Option<usize>>> = terms
            .iter()
            .map(|(term, _)| self.segments.iter().map(|segment| segment.find_term(term)).collect())
            .collect();
        let mut best = Best::new(depth);
        let mut total = 0;
        for (number, segment) in self.segments.iter().enumerate() {
            if places.iter().all(|places| places[number].is_none()) {
                continue;
            }
            let mut scores = vec![0.0_f32; segment.len()];
            let lengths = segment.lengths().as_chunks::<4>().0;
            for ((_, weight), places) in terms.iter().zip(&places) {
                let Some(at) = places[number] else { continue };
                let frequency: u64 = self
                    .segments
                    .iter()
                    .zip(places)
                    .filter_map(|(other, at)| at.map(|at| u64::from(other.frequency_at(at))))
                    .sum();
                let rarity = (1.0 + (documents as f64 - frequency as f64 + 0.5) / (frequency as f64 + 0.5))
                    .ln() as f32;
                let factor = weight * rarity * (K1 + 1.0);
                for (document, count) in segment.postings_at(at) {
                    let at = document as usize;
                    let (Some(score), Some(length)) = (scores.get_mut(at), lengths.get(at)) else { break };
                    let norm = norms[(u32::from_le_bytes(*length) as usize).min(norms.len() - 1)];
                    let count = count as f32;
                    *score += factor * count / (count + norm);
                }
            }
            let passes = filter.on(segment);
            for (document, score) in scores.iter().enumerate() {
                if *score > 0.0 && passes.passes(document as u32) {
                    total += 1;
                    if best.may_take(f64::from(*score)) {
                        let time = segment.time(document as u32);
                        best.take(
                            self,
                            Fit {
                                score: f64::from(*score),
                                time,
                                segment: number,
                                document: document as u32,
                            },
                        );
                    }
                }
            }
        }
        (best.sorted(self), total)
    }

    fn newest(&self, filter: &Filter<'_>, limit: usize) -> (Vec<Fit>, u64) {
        let mut best = Best::new(limit);
        let mut total = 0;
        for (number, segment) in self.segments.iter().enumerate() {
            let passes = filter.on(segment);
            for document in (0..segment.len() as u32).filter(|document| passes.passes(*document)) {
                total += 1;
                let time = segment.time(document);
                if best.may_take(time as f64) {
                    best.take(self, Fit { score: time as f64, time, segment: number, document });
                }
            }
        }
        let mut fits = best.sorted(self);
        fits.iter_mut().for_each(|fit| fit.score = 0.0);
        (fits, total)
    }

    fn by_meaning(&self, vector: &[f32], filter: &Filter<'_>, depth: usize) -> Vec<Fit> {
        let (scale, wanted) = quantise(vector);
        let mut best = Best::new(depth);
        for (number, segment) in self.segments.iter().enumerate() {
            let passes = filter.on(segment);
            for document in 0..segment.len() as u32 {
                let bytes = segment.vector_bytes(document);
                let Some((factor, bytes)) = bytes.split_first_chunk::<4>() else { break };
                let factor = f32::from_bits(u32_at(factor, 0));
                if factor == 0.0 || !passes.passes(document) {
                    continue;
                }
                let score = f64::from(product(&wanted, bytes) as f32 * factor * scale);
                if best.may_take(score) {
                    best.take(self, Fit { score, time: segment.time(document), segment: number, document });
                }
            }
        }
        let mut fits = best.sorted(self);
        // What is far from the query, or much farther than the nearest, has nothing to do with it.
        let least = fits.first().map_or(0.0, |nearest| LEAST_ALIKE.max(NEAREST_SHARE * nearest.score));
        fits.retain(|fit| fit.score >= least);
        fits
    }

    fn fused(&self, words: &[Fit], meaning: &[Fit]) -> Vec<Fit> {
        let ranking = |fits: &[Fit]| fits.iter().map(|fit| (fit.segment, fit.document)).collect();
        let scores = fuse(&[ranking(words), ranking(meaning)]);
        let mut fits: Vec<Fit> = scores
            .into_iter()
            .map(|((segment, document), score)| Fit {
                score,
                time: self.segments[segment].time(document),
                segment,
                document,
            })
            .collect();
        self.sort(&mut fits);
        fits
    }

    fn hit(&self, fit: &Fit, words: &[String]) -> Hit {
        let found = super::index::document(&self.segments[fit.segment], fit.document);
        Hit {
            highlights: highlights(&found.text, words),
            id: found.id,
            text: found.text,
            time: found.time,
            score: fit.score,
            fields: found.fields,
        }
    }

    /// Better before worse: by score, then the newer, then by id.
    fn compare(&self, one: &Fit, other: &Fit) -> Ordering {
        let id = |fit: &Fit| self.segments[fit.segment].stored(fit.document).id;
        other.score.total_cmp(&one.score).then(other.time.cmp(&one.time)).then_with(|| id(one).cmp(id(other)))
    }

    fn sort(&self, fits: &mut [Fit]) {
        fits.sort_by(|one, other| self.compare(one, other));
    }
}

/// The best so many.
struct Best {
    limit: usize,
    /// Scores alone, the worst on top, to turn away quickly what cannot be among the best.
    floor: BinaryHeap<std::cmp::Reverse<Ordered>>,
    fits: Vec<Fit>,
}

/// A score that can be ordered.
#[derive(PartialEq)]
struct Ordered(f64);

impl Eq for Ordered {}

impl PartialOrd for Ordered {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Ordered {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl Best {
    fn new(limit: usize) -> Self {
        Self { limit: limit.max(1), floor: BinaryHeap::new(), fits: Vec::new() }
    }

    #[inline]
    fn may_take(&self, score: f64) -> bool {
        self.floor.len() < self.limit || self.floor.peek().is_none_or(|worst| score >= worst.0.0)
    }

    fn take(&mut self, index: &Index, fit: Fit) {
        self.floor.push(std::cmp::Reverse(Ordered(fit.score)));
        if self.floor.len() > self.limit {
            self.floor.pop();
        }
        self.fits.push(fit);
        // Ties at the floor are settled in batches.
        if self.fits.len() >= 4 * self.limit + 1024 {
            index.sort(&mut self.fits);
            self.fits.truncate(self.limit);
        }
    }

    fn sorted(mut self, index: &Index) -> Vec<Fit> {
        index.sort(&mut self.fits);
        self.fits.truncate(self.limit);
        self.fits
    }
}
