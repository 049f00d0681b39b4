//! What a model answered beside what was true: the one thing that every metric reads.

use flywheel_spec::model::Sureness;

use super::sure::calibrated;
use crate::examples::Targets;
use crate::network::Head;
use crate::prepare::{Preparation, TargetCode};

/// Answers with their truths.
#[derive(Debug, Clone, PartialEq)]
pub enum Answers {
    /// Of a model of classes.
    Classes(ClassAnswers),
    /// Of a model of numbers.
    Numbers(NumberAnswers),
}

/// Answers of a model of classes.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassAnswers {
    /// How many classes there are.
    pub classes: usize,
    /// The true class of each row, from 0.
    pub truths: Vec<u32>,
    /// The answered class of each row.
    pub predicted: Vec<u32>,
    /// `rows × classes`, row by row; each row sums to 1.
    pub probabilities: Vec<f32>,
}

/// Answers of a model of numbers, in the target's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct NumberAnswers {
    /// The true number of each row.
    pub truths: Vec<f64>,
    /// The answered number of each row.
    pub predicted: Vec<f64>,
}

impl Answers {
    /// Reads a network's outputs (`rows × outputs`) beside the targets of the same rows; absent when the targets aren't known.
    ///
    /// `threshold` is the probability of the second of two classes from which it is the answer; one half when absent.
    pub fn read(
        preparation: &Preparation,
        head: Head,
        threshold: Option<f64>,
        outputs: &[f32],
        targets: &Targets,
    ) -> Option<Self> {
        match targets {
            Targets::Classes(truths) => {
                let classes = preparation.labels().len();
                let probabilities = probabilities(head, classes, outputs);
                let predicted =
                    probabilities.chunks_exact(classes).map(|row| choose(row, threshold)).collect();
                Some(Self::Classes(ClassAnswers {
                    classes,
                    truths: truths.clone(),
                    predicted,
                    probabilities,
                }))
            }
            Targets::Numbers(truths) => {
                let back = |values: &[f32]| values.iter().map(|&value| preparation.number(value)).collect();
                Some(Self::Numbers(NumberAnswers { truths: back(truths), predicted: back(outputs) }))
            }
            Targets::Unknown => None,
        }
    }

    /// The answers as a deployed model chooses them: where it tells when it is sure, a threshold is held against the
    /// probabilities that it then shows.
    pub fn chosen(mut self, threshold: Option<f64>, sure: Option<Sureness>) -> Self {
        if let (Self::Classes(answers), Some(sure)) = (&mut self, sure) {
            answers.choose_at(threshold, sure.temperature);
        }
        self
    }

    /// What guessing without looking at the row would answer: the training part's most frequent class with its shares
    /// as probabilities, or its mean.
    pub fn baseline(&self, target: &TargetCode) -> Self {
        match (self, target) {
            (Self::Classes(answers), TargetCode::Classes { counts, .. }) => {
                let total = counts.iter().sum::<u64>().max(1) as f32;
                let shares: Vec<f32> = counts.iter().map(|&count| count as f32 / total).collect();
                let rows = answers.truths.len();
                Self::Classes(ClassAnswers {
                    classes: answers.classes,
                    truths: answers.truths.clone(),
                    predicted: vec![most_frequent(counts) as u32; rows],
                    probabilities: shares.repeat(rows),
                })
            }
            (Self::Numbers(answers), TargetCode::Number { mean, .. }) => Self::Numbers(NumberAnswers {
                truths: answers.truths.clone(),
                predicted: vec![*mean; answers.truths.len()],
            }),
            _ => self.clone(),
        }
    }

    /// Rows.
    pub fn len(&self) -> usize {
        match self {
            Self::Classes(answers) => answers.truths.len(),
            Self::Numbers(answers) => answers.truths.len(),
        }
    }

    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl ClassAnswers {
    /// The probabilities of one row.
    pub fn row(&self, row: usize) -> &[f32] {
        &self.probabilities[row * self.classes..(row + 1) * self.classes]
    }

    /// Chooses the answers on probabilities at a temperature; it changes none where there is no threshold.
    pub(super) fn choose_at(&mut self, threshold: Option<f64>, temperature: f64) {
        if threshold.is_some() {
            let rows = self.probabilities.chunks_exact(self.classes);
            self.predicted = rows.map(|row| choose(&calibrated(row, temperature), threshold)).collect();
        }
    }

    /// The probability given to the answer.
    pub fn confidence(&self, row: usize) -> f64 {
        f64::from(self.row(row)[self.predicted[row] as usize])
    }

    /// Rows of a class or rows of the others, whichever are fewer.
    pub(super) fn rarer_rows(&self, class: usize) -> usize {
        let own = self.truths.iter().filter(|&&truth| truth as usize == class).count();
        own.min(self.truths.len() - own)
    }

    /// The probability of one class in every row.
    pub fn scores(&self, class: usize) -> Vec<f64> {
        self.probabilities.iter().skip(class).step_by(self.classes).map(|&score| f64::from(score)).collect()
    }
}

/// The first of the most frequent classes.
pub(crate) fn most_frequent(counts: &[u64]) -> usize {
    (0..counts.len()).max_by_key(|&class| (counts[class], std::cmp::Reverse(class))).unwrap_or(0)
}

/// A network's outputs as probabilities, `rows × classes`.
///
/// Under [`Head::Identity`] (a squared loss on classes) outputs are no probabilities: they are cut at 0 and divided by their sum.
pub(crate) fn probabilities(head: Head, classes: usize, outputs: &[f32]) -> Vec<f32> {
    match head {
        Head::Sigmoid => outputs
            .iter()
            .flat_map(|&logit| {
                let positive = 1.0 / (1.0 + (-logit).exp());
                [1.0 - positive, positive]
            })
            .collect(),
        Head::Softmax => {
            let mut probabilities = outputs.to_vec();
            probabilities.chunks_exact_mut(classes).for_each(softmax);
            probabilities
        }
        Head::Identity => {
            let mut probabilities = outputs.to_vec();
            probabilities.chunks_exact_mut(classes).for_each(normalise);
            probabilities
        }
    }
}

/// The answered class: the likeliest, the first of equals; with two classes and a threshold, the second from there on.
pub(crate) fn choose<P: Copy + PartialOrd + Into<f64>>(row: &[P], threshold: Option<f64>) -> u32 {
    if let ([_, positive], Some(threshold)) = (row, threshold) {
        let positive: f64 = (*positive).into();
        return u32::from(positive >= threshold);
    }
    let mut best = 0;
    for class in 1..row.len() {
        if row[class] > row[best] {
            best = class;
        }
    }
    best as u32
}

fn softmax(row: &mut [f32]) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for value in row.iter_mut() {
        *value = (*value - largest).exp();
        sum += *value;
    }
    row.iter_mut().for_each(|value| *value /= sum);
}

fn normalise(row: &mut [f32]) {
    let best = choose(row, None) as usize;
    row.iter_mut().for_each(|value| *value = value.max(0.0));
    let sum: f32 = row.iter().sum();
    if sum > 0.0 {
        row.iter_mut().for_each(|value| *value /= sum);
    } else {
        // All at or below 0: the largest still wins, by a hair.
        let even = 1.0 / row.len() as f32;
        row.fill(even);
        row[best] += 1e-6;
    }
}
