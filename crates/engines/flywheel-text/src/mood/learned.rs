//! Moods learned from the project's own ratings: a linear model of word pairs and of the lexicon's reading.
//!
//! Ratings are weak labels: the lowest mean displeased, the highest pleased, the middle nothing.
//! The model is logistic regression with a quadratic penalty, fitted by coordinate descent in the dual
//! (Yu, Huang and Lin, "Dual coordinate descent methods for logistic regression and maximum entropy models",
//! Machine Learning 85, 2011): without a learning rate, and the same for the same messages in any order.

use flywheel_spec::feedback::Mood;
use flywheel_stats::chance::Chance;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::{Reader, label};
use crate::reading::{Reading, Sort};

/// How many weights there are; words share one by chance.
const WIDTH: usize = 1 << 18;
/// What a wrong message may cost: the inverse of the penalty.
const COST: f64 = 4.0;
/// Passes over the messages.
const PASSES: usize = 12;
/// Parts of the cross-validation.
const FOLDS: usize = 5;
/// How many of a side's labels make half the model's say.
const HALF: f64 = 200.0;
/// The fewest labels of a side that a model is tried with.
const FEWEST: usize = 20;
/// Rated messages that are learned from, at most; of more, those whose hashes are least, so that the same ones stay.
pub(crate) const LEARNED_FROM: usize = 20_000;
/// And that what was learned is tried on, at most.
const TRIED_ON: usize = 10_000;
/// How many words and characters of a message are looked at.
const LONGEST: usize = 2_000;

/// What was learned from the ratings of a project.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Learned {
    /// The weights that are not 0, by their place.
    pub(super) weights: Vec<(u32, f32)>,
    /// What the model says of a message without a known word.
    pub(super) bias: f32,
    /// How much it says beside the lexicon, 0 to 1.
    pub share: f64,
    /// How it did on messages that it had not seen.
    pub trial: Trial,
}

/// How a model did on rated messages that it had not seen, beside the lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trial {
    /// How many rated messages were pleased.
    pub pleased: u64,
    /// How many were displeased.
    pub displeased: u64,
    /// Share that model and lexicon together had right, 0 to 1.
    pub accuracy: f64,
    /// Share that the lexicon alone had right; where it has no side, half of one.
    pub lexicon_accuracy: f64,
    /// The mean of the shares had right among the pleased and among the displeased.
    pub balanced: f64,
    /// The same of the lexicon alone.
    pub lexicon_balanced: f64,
}

impl Trial {
    /// Whether what was learned is better than the lexicon: in all, and not by always saying what most say.
    pub fn is_better(&self) -> bool {
        self.accuracy > self.lexicon_accuracy && self.balanced > self.lexicon_balanced
    }
}

/// The weak label of a rating: displeased in the lowest two fifths of its scale, pleased in the highest two.
///
/// Nothing for the middle, for a rating outside the scale and for a scale without length.
pub fn weak_label(rating: f64, lowest: f64, highest: f64) -> Option<bool> {
    let place = (rating - lowest) / (highest - lowest);
    if !(0.0..=1.0).contains(&place) {
        return None;
    }
    if place <= 0.3 {
        Some(false)
    } else if place >= 0.7 {
        Some(true)
    } else {
        None
    }
}

/// Learns from messages with their weak labels, and tries what was learned on parts that were held back.
///
/// Nothing where a side has fewer than 20 labels. Use what comes only where its
/// [trial is better](Trial::is_better); [`Learner::read`] does.
/// The order of the messages doesn't matter; equal messages count once a label.
pub fn learn(reader: &Reader, rated: &[(&str, bool)], seed: u64) -> Option<Learned> {
    let heard: Vec<(Spoken, Mood)> = rated
        .par_iter()
        .map(|(text, _)| {
            let reading = Reading::new(text);
            (Spoken::of(&reading), reader.mood(&reading))
        })
        .collect();
    let rated = rated.iter().zip(&heard);
    learn_heard(
        rated
            .map(|((text, pleased), (spoken, mood))| Rated { text, spoken, mood, pleased: *pleased })
            .collect(),
        seed,
    )
}

/// A message with its weak label, read already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rated<'a> {
    pub text: &'a str,
    pub spoken: &'a Spoken,
    /// The lexicon's mood.
    pub mood: &'a Mood,
    pub pleased: bool,
}

/// As [`learn`], of messages that are read already.
pub(crate) fn learn_heard(rated: Vec<Rated<'_>>, seed: u64) -> Option<Learned> {
    learn_from(&sampled(rated, LEARNED_FROM), seed)
}

/// The rated messages that are learned from, at most so many, in an order that only they decide: each text once a label.
pub(super) fn sampled(mut rated: Vec<Rated<'_>>, most: usize) -> Vec<Rated<'_>> {
    if rated.len() > most {
        let mut hashed: Vec<(u64, Rated<'_>)> =
            rated.into_par_iter().map(|rated| (xxh3_64(rated.text.as_bytes()), rated)).collect();
        hashed.par_sort_unstable_by_key(|(hash, rated)| (*hash, rated.pleased));
        hashed.dedup_by_key(|(hash, rated)| (*hash, rated.pleased));
        hashed.truncate(most);
        rated = hashed.into_iter().map(|(_, rated)| rated).collect();
    }
    rated.sort_unstable_by_key(|rated| (rated.text, rated.pleased));
    rated.dedup_by_key(|rated| (rated.text, rated.pleased));
    rated
}

/// Learns from messages that were [`sampled`].
pub(super) fn learn_from(rated: &[Rated<'_>], seed: u64) -> Option<Learned> {
    let pleased = rated.iter().filter(|rated| rated.pleased).count();
    let fewer = pleased.min(rated.len() - pleased);
    if fewer < FEWEST {
        return None;
    }
    let examples: Vec<Example> = rated.iter().map(Example::new).collect();
    let chance = Chance::new(seed).stream("mood");
    let order = shuffled(examples.len(), &mut chance.stream("folds"));
    let share = |fewer: f64| fewer / (fewer + HALF);
    let tried = &order[..order.len().min(TRIED_ON)];
    let sides = |pleased: bool| tried.iter().filter(|place| examples[**place].pleased == pleased).count();
    let (tried_pleased, tried_displeased) = (sides(true), sides(false));
    let scores = (0..FOLDS).into_par_iter().map(|fold| {
        let mut scores = Scores::default();
        let of = |held: bool| tried.iter().enumerate().filter(move |(at, _)| (at % FOLDS == fold) == held);
        let seen: Vec<&Example> = of(false).map(|(_, place)| &examples[*place]).collect();
        let fitted = fit(&seen, &chance.stream(fold as u64));
        let fewer = tried_pleased.min(tried_displeased);
        let part = share(fewer as f64 * (FOLDS - 1) as f64 / FOLDS as f64);
        for example in of(true).map(|(_, place)| &examples[*place]) {
            let learned = fitted.score(&example.features);
            scores.count(example, part * learned + (1.0 - part) * example.lexicon);
        }
        scores
    });
    let all: Vec<&Example> = order.iter().map(|place| &examples[*place]).collect();
    let (fitted, trial) =
        rayon::join(|| fit(&all, &chance.stream("all")), || scores.reduce(Scores::default, Scores::and));
    let weights = fitted.weights.iter().enumerate().filter(|(_, weight)| weight.abs() > 1e-6);
    Some(Learned {
        weights: weights.map(|(place, weight)| (place as u32, *weight)).collect(),
        bias: fitted.bias,
        share: share(fewer as f64),
        trial: trial.trial(tried_pleased, tried_displeased),
    })
}

/// Reads moods with what was learned, where that is better than the lexicon; the lexicon's moods else.
#[derive(Debug)]
pub struct Learner<'a> {
    reader: &'a Reader,
    fitted: Option<(Fitted, f64)>,
}

impl<'a> Learner<'a> {
    /// Takes what was learned to the reader that it was learned with.
    pub fn new(reader: &'a Reader, learned: Option<&Learned>) -> Self {
        let better = learned.filter(|learned| learned.trial.is_better());
        let fitted = better.map(|learned| {
            let mut weights = vec![0.0; WIDTH];
            for (place, weight) in &learned.weights {
                if let Some(slot) = weights.get_mut(*place as usize) {
                    *slot = *weight;
                }
            }
            (Fitted { weights, bias: learned.bias }, learned.share.clamp(0.0, 1.0))
        });
        Self { reader, fitted }
    }

    /// The mood of a text.
    pub fn read(&self, text: &str) -> Mood {
        self.mood(&Reading::new(text))
    }

    /// The mood of a message that was made ready.
    pub fn mood(&self, reading: &Reading<'_>) -> Mood {
        self.mood_of(&Spoken::of(reading), self.reader.mood(reading))
    }

    /// The mood of a message that was read already; `lexicon` is the reader's own.
    pub(crate) fn mood_of(&self, spoken: &Spoken, lexicon: Mood) -> Mood {
        let Some((fitted, share)) = self.fitted.as_ref().filter(|_| !spoken.silent) else {
            return lexicon;
        };
        let learned = fitted.score(&spoken.features(&lexicon));
        let score = (share * learned + (1.0 - share) * lexicon.score).clamp(-1.0, 1.0);
        let doubt = if lexicon.sarcastic { 0.4 } else { 1.0 };
        let certainty = (share * learned.abs() * doubt + (1.0 - share) * lexicon.certainty).clamp(0.0, 1.0);
        Mood { score, certainty, label: label(score), sarcastic: lexicon.sarcastic }
    }
}

struct Example {
    features: Vec<(u32, f32)>,
    pleased: bool,
    /// The lexicon's score.
    lexicon: f64,
}

impl Example {
    fn new(rated: &Rated<'_>) -> Self {
        let features = rated.spoken.features(rated.mood);
        Self { features, pleased: rated.pleased, lexicon: rated.mood.score }
    }
}

/// What of a message a model learns from: words, pairs of neighbours and triples of Chinese characters.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Spoken {
    /// The places of their weights, rising, each once.
    pub places: Vec<u32>,
    /// Whether nothing at all was said.
    pub silent: bool,
}

impl Spoken {
    pub fn of(reading: &Reading<'_>) -> Self {
        Self { places: places(reading), silent: reading.tokens.is_empty() }
    }

    /// The places at a length of 1; beside them the lexicon's reading.
    fn features(&self, mood: &Mood) -> Vec<(u32, f32)> {
        let each = 1.0 / (self.places.len().max(1) as f32).sqrt();
        let mut features: Vec<(u32, f32)> = self.places.iter().map(|place| (*place, each)).collect();
        features.push((0, mood.score as f32));
        features.push((1, (mood.score * mood.certainty) as f32));
        features
    }
}

fn places(reading: &Reading<'_>) -> Vec<u32> {
    let spoken: Vec<(&str, bool)> = reading
        .tokens
        .iter()
        .filter(|token| !matches!(token.sort, Sort::Name | Sort::Number))
        .take(LONGEST)
        .map(|token| (reading.word(token), token.sort == Sort::Han))
        .collect();
    let mut found = Vec::with_capacity(spoken.len() * 2 + 2);
    let mut key = String::with_capacity(48);
    for at in 0..spoken.len() {
        key.clear();
        let longest = if spoken[at].1 { 3 } else { 2 };
        for (word, _) in spoken[at..].iter().take(longest) {
            key.push_str(word);
            found.push((xxh3_64(key.as_bytes()) % (WIDTH as u64 - 2)) as u32 + 2);
            key.push('\u{1f}');
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

#[derive(Debug)]
struct Fitted {
    weights: Vec<f32>,
    bias: f32,
}

impl Fitted {
    fn margin(&self, features: &[(u32, f32)]) -> f64 {
        let weights = &self.weights[..];
        let mut sum = 0.0;
        for (place, value) in features {
            sum += weights[*place as usize] * value;
        }
        f64::from(sum + self.bias)
    }

    /// From −1 to 1: twice the probability of pleased, less 1.
    fn score(&self, features: &[(u32, f32)]) -> f64 {
        (self.margin(features) / 2.0).tanh()
    }
}

/// Logistic regression by coordinate descent in the dual; each side weighs the same in all.
fn fit(examples: &[&Example], chance: &Chance) -> Fitted {
    let mut fitted = Fitted { weights: vec![0.0; WIDTH], bias: 0.0 };
    let pleased = examples.iter().filter(|example| example.pleased).count().max(1) as f64;
    let displeased = (examples.len() as f64 - pleased).max(1.0);
    // Half way to equal weight: the rarer side is heard, the commoner one not drowned.
    let cost = |side: bool| {
        let ratio = if side { displeased / pleased } else { pleased / displeased };
        COST * ratio.powf(0.25).min(3.0)
    };
    let mut alphas: Vec<f64> = Vec::with_capacity(examples.len());
    for example in examples {
        let cost = cost(example.pleased);
        let alpha = (0.001 * cost).min(1e-3);
        step(&mut fitted, example, alpha);
        alphas.push(alpha);
    }
    let squares: Vec<f64> = examples
        .iter()
        .map(|example| 1.0 + example.features.iter().map(|(_, value)| f64::from(value * value)).sum::<f64>())
        .collect();
    for pass in 0..PASSES {
        for place in shuffled(examples.len(), &mut chance.stream(pass as u64)) {
            let example = examples[place];
            let cost = cost(example.pleased);
            let side = if example.pleased { 1.0 } else { -1.0 };
            let slope = side * fitted.margin(&example.features);
            let alpha = solved(alphas[place], cost, squares[place], slope);
            // Most soon lie where they stay.
            if alpha != alphas[place] {
                step(&mut fitted, example, alpha - alphas[place]);
                alphas[place] = alpha;
            }
        }
    }
    fitted
}

/// The α in (0, cost) that makes ½·square·(α − old)² + slope·(α − old) + α·ln α + (cost − α)·ln(cost − α) least.
fn solved(old: f64, cost: f64, square: f64, slope: f64) -> f64 {
    let (mut low, mut high) = (0.0, cost);
    let mut alpha = old;
    for _ in 0..20 {
        let gradient = square * (alpha - old) + slope + (alpha / (cost - alpha)).ln();
        if gradient.abs() < 1e-4 {
            break;
        }
        if gradient > 0.0 {
            high = alpha
        } else {
            low = alpha
        }
        let next = alpha - gradient / (square + cost / (alpha * (cost - alpha)));
        // Newton's step where it stays inside, half way to the border else.
        alpha = if next > low && next < high { next } else { f64::midpoint(low, high) };
        alpha = alpha.clamp(1e-12 * cost, cost * (1.0 - 1e-12));
    }
    alpha
}

fn step(fitted: &mut Fitted, example: &Example, change: f64) {
    let change = if example.pleased { change } else { -change } as f32;
    let weights = &mut fitted.weights[..];
    for (place, value) in &example.features {
        weights[*place as usize] += change * value;
    }
    fitted.bias += change;
}

fn shuffled(count: usize, chance: &mut Chance) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        order.swap(at, (chance.u64() % (at as u64 + 1)) as usize);
    }
    order
}

/// Hits of both ways to read, by side.
#[derive(Default)]
struct Scores {
    hits: [f64; 2],
    lexicon: [f64; 2],
}

impl Scores {
    fn count(&mut self, example: &Example, score: f64) {
        let side = usize::from(example.pleased);
        let hit = |score: f64| {
            if score == 0.0 { 0.5 } else { f64::from(u8::from((score > 0.0) == example.pleased)) }
        };
        self.hits[side] += hit(score);
        self.lexicon[side] += hit(example.lexicon);
    }

    fn and(mut self, other: Self) -> Self {
        for side in 0..2 {
            self.hits[side] += other.hits[side];
            self.lexicon[side] += other.lexicon[side];
        }
        self
    }

    fn trial(&self, pleased: usize, displeased: usize) -> Trial {
        let (one, other) = (pleased.max(1) as f64, displeased.max(1) as f64);
        let accuracy = |hits: &[f64; 2]| (hits[0] + hits[1]) / (one + other);
        let balanced = |hits: &[f64; 2]| f64::midpoint(hits[0] / other, hits[1] / one);
        Trial {
            pleased: pleased as u64,
            displeased: displeased as u64,
            accuracy: accuracy(&self.hits),
            lexicon_accuracy: accuracy(&self.lexicon),
            balanced: balanced(&self.hits),
            lexicon_balanced: balanced(&self.lexicon),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Messages whose words only this project rates: the lexicon has no side.
    fn rated() -> Vec<(String, bool)> {
        let chance = &mut Chance::new(5);
        (0..300)
            .map(|at| {
                let pleased = at % 3 == 0;
                let word = if pleased { "zorbly" } else { "quargy" };
                let other = ["table", "window", "garden", "river"][(chance.u64() % 4) as usize];
                (format!("{word} {other} number {}", chance.u64() % 1_000), pleased)
            })
            .collect()
    }

    #[test]
    fn a_word_of_the_project_is_learned_from_its_ratings() {
        let reader = Reader::new();
        let rated = rated();
        let rated: Vec<(&str, bool)> =
            rated.iter().map(|(text, pleased)| (text.as_str(), *pleased)).collect();
        let learned = learn(&reader, &rated, 1).expect("enough labels");
        assert!(learned.trial.is_better() && learned.trial.accuracy > 0.95, "{:?}", learned.trial);
        let learner = Learner::new(&reader, Some(&learned));
        assert!(learner.read("zorbly table").score > 0.1);
        assert!(learner.read("quargy table").score < -0.1);
        assert_eq!(learner.read(""), Mood::NONE);

        let mut turned = rated.clone();
        turned.reverse();
        assert_eq!(learn(&reader, &turned, 1).as_ref(), Some(&learned));

        let written = serde_json::to_string(&learned).expect("plain data");
        let read: Learned = serde_json::from_str(&written).expect("plain data");
        assert_eq!(Learner::new(&reader, Some(&read)).read("zorbly"), learner.read("zorbly"));
    }

    #[test]
    fn what_is_no_better_than_the_lexicon_is_not_used() {
        let reader = Reader::new();
        let rated: Vec<(String, bool)> = (0..120)
            .map(|at| (format!("{} thing {at}", if at % 2 == 0 { "great" } else { "terrible" }), at % 2 == 0))
            .collect();
        let rated: Vec<(&str, bool)> =
            rated.iter().map(|(text, pleased)| (text.as_str(), *pleased)).collect();
        let learned = learn(&reader, &rated, 1).expect("enough labels");
        assert!(!learned.trial.is_better());
        let text = "great thing";
        assert_eq!(Learner::new(&reader, Some(&learned)).read(text), reader.read(text));
        assert_eq!(learn(&reader, &rated[..30], 1), None);
    }

    #[test]
    fn the_middle_of_a_scale_says_nothing() {
        let labels: Vec<_> =
            [1.0, 2.0, 3.0, 4.0, 5.0, 0.0, 6.0].iter().map(|stars| weak_label(*stars, 1.0, 5.0)).collect();
        assert_eq!(labels, [Some(false), Some(false), None, Some(true), Some(true), None, None]);
        assert_eq!(weak_label(1.0, 1.0, 1.0), None);
        assert_eq!(weak_label(f64::NAN, 1.0, 5.0), None);
    }
}
