//! Themes: what a pile of messages is about, whatever the order it came in.
//!
//! Each different text is placed by its words, pairs of words and the subjects that both languages share (and by an
//! encoder's vectors where there are some); distinctive words seed the themes, k-means on the sphere settles them, close
//! ones join, and what lies near none is honestly left as other.
//! All sums run in an order that only the texts decide: the same messages in any order give the same themes.

mod cluster;
mod features;
mod name;
mod space;
mod state;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flywheel_spec::feedback::TextLanguage;
use rayon::prelude::*;

pub use self::state::ThemeState;

use self::cluster::{Positions, dot, merge, nearest, seeds, settle};
use self::features::{CONCEPT, VALUE, features, single};
use self::name::name;
use self::space::Space;
use self::state::{Kept, Layer, Means};
use crate::pile::Pile;
use crate::tokens::Reading;

/// Texts that themes are formed from at most; the others join them. Chosen by the hash of their content.
const FORMED_FROM: usize = 20_000;
/// Themes that are looked for among so many texts, as a share of the root of their number; what holds little joins others.
const THEMES_PER_ROOT: f64 = 0.8;
/// And at most.
const MOST_THEMES: f64 = 100.0;
/// Words that may seed a theme, at most.
const CANDIDATES: usize = 400;
/// A message less like its theme than this (cosine) is in none.
const LEAST_LIKE: f32 = 0.17;
/// Of a later message, the share of its words that must be known, unless it is very like a theme.
const LEAST_KNOWN: f32 = 0.34;
/// How like makes up for unknown words.
const VERY_LIKE: f32 = 0.6;
/// Texts of a language from which its mean vector is taken off.
const ENOUGH_FOR_MEAN: usize = 50;
/// The difference in their shares of Chinese from which two themes are of different languages.
const APART: f64 = 0.25;
/// Texts around which an encoder's vectors may seed a theme, at most, and how near (cosine) a text around them is.
const AROUND: usize = 300;
const NEIGHBOUR: f32 = 0.5;
/// The share of each of two themes of different languages that must speak of one subject for them to be one.
const SAME_SUBJECT: f64 = 0.6;

/// The themes of a pile of messages.
#[derive(Debug, Clone, Default)]
pub struct Themes {
    /// The themes, the one with most voices first.
    pub themes: Vec<Theme>,
    /// For each message its theme, by place in `themes`; none for other and for what was set aside.
    pub of_message: Vec<Option<u32>>,
    /// For each message how like its theme it is (cosine, 0 to 1); 0 where it has none.
    pub like: Vec<f32>,
    /// What to keep for the next messages.
    pub state: ThemeState,
}

/// One theme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Its number, the same from week to week.
    pub id: u32,
    /// What it is called: a phrase of its messages.
    pub name: String,
    /// Its distinctive words and pairs of words, most distinctive first.
    pub words: Vec<String>,
    /// Whether no earlier state knew it.
    pub is_new: bool,
}

/// The themes of all messages at once.
///
/// `aside` tells of each message whether it is left out; `vectors` is an encoder's vector of each message, where there
/// is one; themes that `before` knew keep their numbers.
pub fn themes(
    pile: &Pile,
    aside: &[bool],
    vectors: Option<&[Vec<f32>]>,
    before: Option<&ThemeState>,
) -> Themes {
    let texts = Texts::of(pile, aside, vectors);
    let mut state = ThemeState { next: before.map_or(1, |before| before.next.max(1)), layers: Vec::new() };
    let formed = texts.form(&(0..texts.len()).collect::<Vec<_>>(), before, &mut state.next);
    let known: BTreeSet<u32> = before.map_or_else(BTreeSet::new, |before| {
        before.layers.iter().flat_map(|layer| &layer.themes).map(|kept| kept.id).collect()
    });
    state.layers.extend(formed);
    texts.report(pile, aside, state, 0, &known)
}

/// A day's messages put into the themes that are known; those that fit none may form new ones.
///
/// Costs what the new messages cost. Give the messages that were in no theme so far again with them: that is how a theme
/// that grows slowly is found.
pub fn follow(pile: &Pile, aside: &[bool], vectors: Option<&[Vec<f32>]>, before: &ThemeState) -> Themes {
    let texts = Texts::of(pile, aside, vectors);
    let mut state = before.clone();
    state.next = state.next.max(1);
    let known: BTreeSet<u32> =
        state.layers.iter().flat_map(|layer| &layer.themes).map(|kept| kept.id).collect();
    let strict = state.layers.len();
    let placed = texts.place(&state, strict);
    let loose: Vec<usize> = (0..texts.len()).filter(|text| placed[*text].is_none()).collect();
    let formed = texts.form(&loose, None, &mut state.next);
    state.layers.extend(formed);
    texts.report(pile, aside, state, strict, &known)
}

/// The different texts that themes are made of, in the pile's order.
struct Texts<'a> {
    /// Which texts of the pile.
    texts: Vec<u32>,
    readings: Vec<&'a Reading>,
    rows: Vec<Vec<String>>,
    voices: Vec<u32>,
    /// Messages that count, of each text.
    messages: Vec<u32>,
    vectors: Vec<Option<&'a [f32]>>,
    /// The length of the vectors; 0 without.
    length: usize,
}

impl<'a> Texts<'a> {
    fn of(pile: &'a Pile, aside: &[bool], vectors: Option<&'a [Vec<f32>]>) -> Self {
        let left = |message: &&u32| !aside.get(**message as usize).copied().unwrap_or(false);
        let kept: Vec<u32> = (0..pile.texts.len() as u32)
            .filter(|text| pile.texts[*text as usize].messages.iter().any(|message| left(&message)))
            .collect();
        let of = |text: &u32| &pile.texts[*text as usize];
        let counting: Vec<Vec<u32>> =
            kept.par_iter().map(|text| of(text).messages.iter().filter(left).copied().collect()).collect();
        Self {
            readings: kept.par_iter().map(|text| of(text).reading()).collect(),
            rows: kept.par_iter().map(|text| features(of(text).reading())).collect(),
            voices: counting.par_iter().map(|messages| pile.voices(messages)).collect(),
            messages: counting.iter().map(|messages| messages.len() as u32).collect(),
            vectors: counting.par_iter().map(|messages| vector_of(messages, vectors)).collect(),
            length: vectors.and_then(|vectors| vectors.iter().map(Vec::len).max()).unwrap_or(0),
            texts: kept,
        }
    }

    fn len(&self) -> usize {
        self.texts.len()
    }

    /// Forms themes of some texts; none where nothing holds together.
    fn form(&self, among: &[usize], before: Option<&ThemeState>, next: &mut u32) -> Option<Layer> {
        // The pile's order is that of the hashes: its beginning is a sample.
        let sample = &among[..among.len().min(FORMED_FROM)];
        let rows: Vec<Vec<String>> = sample.iter().map(|text| self.rows[*text].clone()).collect();
        let weights: Vec<f32> =
            sample.iter().map(|text| 1.0 + (self.voices[*text].max(1) as f32).ln()).collect();
        let clauses: Vec<bool> = sample.iter().map(|text| single(self.readings[*text])).collect();
        let space = Space::of(&rows, &weights, &clauses);
        let means = self.means(sample);
        let mut layer = Layer { space, means, themes: Vec::new() };
        let positions = self.positions(&layer, sample);
        if positions.axes == 0 || sample.is_empty() {
            return None;
        }
        let most = (THEMES_PER_ROOT * (sample.len() as f64).sqrt()).round().clamp(3.0, MOST_THEMES) as usize;
        let mut candidates = candidates(&rows, &weights, &layer.space);
        if self.length > 0 {
            candidates.extend(neighbourhoods(&positions));
        }
        let found = seeds(&positions, &weights, &candidates, most);
        if found.is_empty() {
            return None;
        }
        let (labels, centres) = settle(&positions, &weights, found);
        let group = self.joined(sample, &positions, &weights, &labels, centres.len());
        let centres = self.centres(&positions, &weights, &labels, &group, centres.len());
        let centres = self.large_enough(&positions, sample, centres);
        if centres.is_empty() {
            return None;
        }
        let label: Vec<Option<u32>> = nearest_like(&positions, &centres);
        let readings: Vec<&Reading> = sample.iter().map(|text| self.readings[*text]).collect();
        let named = name(&readings, &rows, &label, centres.len());
        let recognised = before.map_or_else(|| vec![None; named.len()], |before| before.recognise(&named));
        for ((named, centre), known) in named.into_iter().zip(centres).zip(recognised) {
            let id = known.unwrap_or_else(|| {
                *next += 1;
                *next - 1
            });
            layer.themes.push(Kept {
                id,
                name: named.name,
                words: named.words,
                centre,
                signature: named.signature,
            });
        }
        Some(layer)
    }

    /// The mean vector of each language.
    fn means(&self, sample: &[usize]) -> Means {
        if self.length == 0 {
            return Means::default();
        }
        let mut sums = vec![(0_usize, vec![0.0_f64; self.length]); 3];
        for text in sample {
            let Some(vector) = self.vectors[*text] else { continue };
            let mut vector = vector.to_vec();
            space::normalise(&mut vector);
            let (count, sum) = &mut sums[slot(self.readings[*text].language)];
            *count += 1;
            sum.iter_mut().zip(vector).for_each(|(sum, value)| *sum += f64::from(value));
        }
        let mean = |(count, sum): (usize, Vec<f64>)| -> Vec<f32> {
            let share = if count >= ENOUGH_FOR_MEAN { 1.0 / count as f64 } else { 0.0 };
            sum.iter().map(|sum| (sum * share) as f32).collect()
        };
        Means(sums.into_iter().map(mean).collect())
    }

    fn position(&self, layer: &Layer, text: usize) -> (Vec<f32>, f32) {
        let position = layer.space.place(&self.rows[text]);
        let language = slot(self.readings[text].language);
        (layer.means.join(&position.axes, self.vectors[text], language), position.known)
    }

    fn positions(&self, layer: &Layer, among: &[usize]) -> Positions {
        let places: Vec<Vec<f32>> = among.par_iter().map(|text| self.position(layer, *text).0).collect();
        let axes = places.first().map_or(0, Vec::len);
        Positions { axes, flat: places.concat() }
    }

    /// Which clusters are one theme: those that lie close, and those that speak of the same subject in two languages.
    fn joined(
        &self,
        sample: &[usize],
        positions: &Positions,
        weights: &[f32],
        labels: &[u32],
        count: usize,
    ) -> Vec<usize> {
        let mut group = merge(positions, weights, labels, count);
        let mut spoken: Vec<Spoken> = vec![Spoken::default(); count];
        for ((text, label), weight) in sample.iter().zip(labels).zip(weights) {
            let weight = f64::from(*weight);
            let own = &mut spoken[group[*label as usize]];
            own.all += weight;
            own.chinese += if self.readings[*text].language == TextLanguage::Zh { weight } else { 0.0 };
            for feature in self.rows[*text].iter().filter(|feature| feature.starts_with(CONCEPT)) {
                *own.subjects.entry(feature).or_default() += weight;
            }
        }
        for one in 0..count {
            for other in one + 1..count {
                if group[one] == one && group[other] == other && spoken[one].is_same(&spoken[other]) {
                    group.iter_mut().filter(|group| **group == other).for_each(|group| *group = one);
                }
            }
        }
        group
    }

    /// The centres of the groups of clusters.
    fn centres(
        &self,
        positions: &Positions,
        weights: &[f32],
        labels: &[u32],
        group: &[usize],
        count: usize,
    ) -> Vec<Vec<f32>> {
        let mut sums = vec![vec![0.0_f64; positions.axes]; count];
        for (row, label) in labels.iter().enumerate() {
            let weight = f64::from(weights[row]);
            for (sum, value) in sums[group[*label as usize]].iter_mut().zip(positions.at(row)) {
                *sum += weight * f64::from(*value);
            }
        }
        let filled = sums.into_iter().filter(|sums| sums.iter().any(|sum| *sum != 0.0));
        filled
            .map(|sums| {
                let mut centre: Vec<f32> = sums.iter().map(|sum| *sum as f32).collect();
                space::normalise(&mut centre);
                centre
            })
            .collect()
    }

    /// The centres whose themes have messages enough; the others' messages go where they fit next best.
    fn large_enough(
        &self,
        positions: &Positions,
        among: &[usize],
        mut centres: Vec<Vec<f32>>,
    ) -> Vec<Vec<f32>> {
        let total: u64 = among.iter().map(|text| u64::from(self.messages[*text])).sum();
        let least = if total < 300 { 2 } else { (total / 500).max(3) };
        loop {
            let mut sizes = vec![0_u64; centres.len()];
            for (theme, text) in nearest_like(positions, &centres).iter().zip(among) {
                if let Some(theme) = theme {
                    sizes[*theme as usize] += u64::from(self.messages[*text]);
                }
            }
            // The smallest first, since its messages may save the next.
            let smallest = (0..centres.len()).min_by_key(|at| sizes[*at]).filter(|at| sizes[*at] < least);
            let Some(smallest) = smallest else { return centres };
            centres.remove(smallest);
        }
    }

    /// For each of some texts the nearest theme, where it is like it enough.
    fn like(
        &self,
        layer: &Layer,
        among: &[usize],
        centres: &[Vec<f32>],
        later: bool,
    ) -> Vec<Option<(u32, f32)>> {
        among
            .par_iter()
            .map(|text| {
                let (axes, known) = self.position(layer, *text);
                let positions = Positions { axes: axes.len(), flat: axes };
                if positions.len() == 0 || centres.is_empty() {
                    return None;
                }
                let theme = nearest(&positions, centres)[0];
                let like = dot(positions.at(0), &centres[theme as usize]);
                let strange = later && known < LEAST_KNOWN && like < VERY_LIKE;
                (like >= LEAST_LIKE && !strange).then_some((theme, like.min(1.0)))
            })
            .collect()
    }

    /// For each text its theme by number and how like it is, over all layers; the older layer wins a tie.
    /// The first `strict` layers were formed of other messages, and want most of a message's words known.
    fn place(&self, state: &ThemeState, strict: usize) -> Vec<Option<(u32, f32)>> {
        let among: Vec<usize> = (0..self.len()).collect();
        let mut best: Vec<Option<(u32, f32)>> = vec![None; self.len()];
        for (at, layer) in state.layers.iter().enumerate() {
            let centres: Vec<Vec<f32>> = layer.themes.iter().map(|theme| theme.centre.clone()).collect();
            for (best, found) in best.iter_mut().zip(self.like(layer, &among, &centres, at < strict)) {
                let Some((theme, like)) = found else { continue };
                if best.is_none_or(|(_, most)| like > most) {
                    *best = Some((layer.themes[theme as usize].id, like));
                }
            }
        }
        best
    }

    fn report(
        &self,
        pile: &Pile,
        aside: &[bool],
        state: ThemeState,
        strict: usize,
        known: &BTreeSet<u32>,
    ) -> Themes {
        let placed = self.place(&state, strict);
        let mut voices: HashMap<u32, u64> = HashMap::new();
        for (placed, count) in placed.iter().zip(&self.voices) {
            if let Some((id, _)) = placed {
                *voices.entry(*id).or_default() += u64::from(*count);
            }
        }
        let all = state.layers.iter().flat_map(|layer| &layer.themes);
        let mut order: Vec<&Kept> = all.filter(|kept| voices.contains_key(&kept.id)).collect();
        order.sort_by(|one, two| {
            voices[&two.id].cmp(&voices[&one.id]).then(one.name.cmp(&two.name)).then(one.id.cmp(&two.id))
        });
        let place: HashMap<u32, u32> =
            order.iter().enumerate().map(|(at, kept)| (kept.id, at as u32)).collect();
        let themes = order
            .iter()
            .map(|kept| Theme {
                id: kept.id,
                name: kept.name.clone(),
                words: kept.words.clone(),
                is_new: !known.contains(&kept.id),
            })
            .collect();
        let of_text: HashMap<u32, (u32, f32)> = self
            .texts
            .iter()
            .zip(&placed)
            .filter_map(|(text, placed)| placed.map(|(id, like)| (*text, (place[&id], like))))
            .collect();
        let of: Vec<Option<(u32, f32)>> = pile
            .text_of
            .iter()
            .enumerate()
            .map(|(message, text)| {
                let left = !aside.get(message).copied().unwrap_or(false);
                of_text.get(text).copied().filter(|_| left)
            })
            .collect();
        Themes {
            themes,
            of_message: of.iter().map(|of| of.map(|(theme, _)| theme)).collect(),
            like: of.iter().map(|of| of.map_or(0.0, |(_, like)| like)).collect(),
            state,
        }
    }
}

/// For each row the nearest centre, where it is like it enough.
fn nearest_like(positions: &Positions, centres: &[Vec<f32>]) -> Vec<Option<u32>> {
    if centres.is_empty() {
        return vec![None; positions.len()];
    }
    let near = nearest(positions, centres);
    let like = |(row, theme): (usize, u32)| {
        (dot(positions.at(row), &centres[theme as usize]) >= LEAST_LIKE).then_some(theme)
    };
    near.into_iter().enumerate().map(like).collect()
}

/// The place of a language among the means.
fn slot(language: TextLanguage) -> usize {
    match language {
        TextLanguage::En => 0,
        TextLanguage::Zh => 1,
        TextLanguage::Other => 2,
    }
}

/// The vector of a text: of its messages' vectors the first by their numbers, whatever the order they came in.
fn vector_of<'a>(messages: &[u32], vectors: Option<&'a [Vec<f32>]>) -> Option<&'a [f32]> {
    let all = messages.iter().filter_map(|message| vectors?.get(*message as usize)).map(Vec::as_slice);
    all.filter(|vector| vector.iter().any(|value| *value != 0.0)).min_by(|one, two| {
        let differ =
            one.iter().zip(two.iter()).map(|(one, two)| one.total_cmp(two)).find(|order| order.is_ne());
        differ.unwrap_or_else(|| one.len().cmp(&two.len()))
    })
}

/// The rows of each word that may seed a theme: those with most weight.
fn candidates(rows: &[Vec<String>], weights: &[f32], space: &Space) -> Vec<Vec<u32>> {
    let mut of: HashMap<&str, Vec<u32>> = HashMap::new();
    for (at, row) in rows.iter().enumerate() {
        for feature in row.iter().filter(|feature| space.knows(feature)) {
            of.entry(feature).or_default().push(at as u32);
        }
    }
    let mut ranked: Vec<(f64, &str, Vec<u32>)> = of
        .into_iter()
        .map(|(feature, rows)| {
            let mass: f64 = rows.iter().map(|row| f64::from(weights[*row as usize])).sum();
            let praise = if feature.starts_with(VALUE) { 0.3 } else { 1.0 };
            (mass * f64::from(space.weight(feature)) * praise, feature, rows)
        })
        .collect();
    ranked.sort_by(|one, two| two.0.total_cmp(&one.0).then(one.1.cmp(two.1)));
    ranked.truncate(CANDIDATES);
    ranked.into_iter().map(|(_, _, rows)| rows).collect()
}

/// The neighbours of some texts, which may seed a theme that no word marks.
fn neighbourhoods(positions: &Positions) -> Vec<Vec<u32>> {
    let near = |from: usize| {
        let rows = (0..positions.len()).filter(|row| dot(positions.at(*row), positions.at(from)) > NEIGHBOUR);
        rows.map(|row| row as u32).collect::<Vec<u32>>()
    };
    let step = positions.len().div_ceil(AROUND).max(1);
    let found: Vec<Vec<u32>> = (0..positions.len()).into_par_iter().step_by(step).map(near).collect();
    found.into_iter().filter(|rows| rows.len() > 1).collect()
}

/// How much of a cluster speaks of each subject, and in which language.
#[derive(Default, Clone)]
struct Spoken<'a> {
    all: f64,
    chinese: f64,
    subjects: BTreeMap<&'a str, f64>,
}

impl Spoken<'_> {
    /// Whether two clusters of different languages share a subject that most of each speaks of.
    fn is_same(&self, other: &Self) -> bool {
        let apart = (self.chinese / self.all - other.chinese / other.all).abs() > APART;
        let shared = self.subjects.iter().any(|(subject, weight)| {
            let theirs = other.subjects.get(subject).copied().unwrap_or(0.0);
            *weight >= SAME_SUBJECT * self.all && theirs >= SAME_SUBJECT * other.all
        });
        self.all > 0.0 && other.all > 0.0 && apart && shared
    }
}

#[cfg(test)]
mod tests;
