//! How sure a candidate is: signals of the match, turned into a probability that is learned from the file itself.

use serde::{Deserialize, Serialize};

use super::matcher::{Nearness, Query};

/// How many signals there are.
const COUNT: usize = 10;

/// What tells whether the first candidate is right, each about −1 to 1.
pub(super) type Signals = [f64; COUNT];

/// The candidates of a question.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Ranked {
    /// Entries and their scores, best first, at most six.
    pub best: Vec<(u32, f32)>,
    /// The signals of the first one.
    pub signals: Signals,
}

/// From here on two texts are the same but for their marks; the rest is rounding.
const SAME: f64 = 0.999;

impl Ranked {
    /// Whether the question is a wording of the first candidate, word for word, and of no other.
    pub(super) fn is_own_wording(&self) -> bool {
        let [_, _, _, likeness, _, known, _, _, lead, _] = self.signals;
        likeness > SAME && known > SAME && lead > 0.0
    }
}

/// Ranks the entries, the linear model weighing `share` and the nearest example the rest; `except` is passed over.
pub(super) fn rank(query: &Query, near: &Nearness, share: f32, except: Option<u32>) -> Ranked {
    let scores = near.margins.iter().zip(&near.likeness).enumerate();
    let mut best: Vec<(u32, f32)> = scores
        .map(|(entry, (margin, alike))| (entry as u32, share * (margin + 1.0) / 2.0 + (1.0 - share) * alike))
        .filter(|(entry, _)| Some(*entry) != except)
        .collect();
    let by_score = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if best.len() > MOST {
        best.select_nth_unstable_by(MOST, by_score);
        best.truncate(MOST);
    }
    best.sort_unstable_by(by_score);
    let Some((top, score)) = best.first().copied() else { return Ranked::default() };
    let second = best.get(1).map_or(0.0, |(_, score)| *score);
    let top = top as usize;
    let others = |values: &[f32]| {
        let rest = values.iter().enumerate().filter(|(at, _)| *at != top && Some(*at as u32) != except);
        rest.map(|(_, value)| *value).fold(f32::MIN, f32::max)
    };
    let (other_margin, other_alike) = (others(&near.margins), others(&near.likeness).max(0.0));
    // Beside the entries stands "nothing of the file", at the margin of what surely is not.
    let nothing = ((-1.0 - near.margins[top]) / TEMPERATURE).exp();
    let powers: f32 = near
        .margins
        .iter()
        .enumerate()
        .filter(|(at, _)| Some(*at as u32) != except)
        .map(|(_, margin)| ((margin - near.margins[top]) / TEMPERATURE).exp())
        .sum();
    let agree = near.margins[top] >= other_margin && near.likeness[top] >= other_alike;
    let signals = [
        1.0,
        f64::from(score),
        f64::from(score - second),
        f64::from(near.likeness[top]),
        f64::from(near.margins[top]),
        f64::from(query.known),
        f64::from(u8::from(agree)),
        f64::from(1.0 / (powers + nothing).max(1e-6)).min(1.0),
        f64::from((near.likeness[top] - other_alike).clamp(-1.0, 1.0)),
        (query.words as f64).ln_1p() / 4.0,
    ];
    Ranked { best, signals }
}

const MOST: usize = 6;
const TEMPERATURE: f32 = 0.2;

/// A logistic curve over the signals.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Curve {
    weights: Signals,
}

impl Curve {
    /// What holds before the file has said anything: reasoned, not fitted.
    /// An exact wording is sure, half of one in known words likely, a message of mostly unknown words unlikely.
    pub(super) fn before_data() -> Self {
        Self { weights: [-5.0, 5.0, 4.0, 3.0, 1.0, 2.0, 0.7, 1.5, 1.0, 0.0] }
    }

    /// The same for "one of the first three is right".
    pub(super) fn before_data_for_three() -> Self {
        Self { weights: [-3.5, 6.0, 0.0, 4.0, 1.0, 2.5, 0.3, 0.5, 0.0, 0.0] }
    }

    /// The probability, above 0 and below 1.
    pub(super) fn probability(&self, signals: &Signals) -> f64 {
        let sum: f64 = self.weights.iter().zip(signals).map(|(weight, signal)| weight * signal).sum();
        1.0 / (1.0 + (-sum.clamp(-30.0, 30.0)).exp())
    }

    /// The curve most likely after outcomes (signals, right or not, weight), where `self` was believed before with a
    /// standard deviation of [`DOUBT`] in each weight: penalised logistic regression by Newton's method.
    pub(super) fn fitted(&self, outcomes: &[(Signals, bool, f64)]) -> Self {
        let mut curve = self.clone();
        for _ in 0..25 {
            let mut gradient = [0.0; COUNT];
            let mut curvature = [[0.0; COUNT]; COUNT];
            for (signals, right, weight) in outcomes {
                let probability = curve.probability(signals);
                let error = weight * (f64::from(u8::from(*right)) - probability);
                let spread = weight * probability * (1.0 - probability);
                for row in 0..COUNT {
                    gradient[row] += error * signals[row];
                    for column in 0..=row {
                        curvature[row][column] += spread * signals[row] * signals[column];
                    }
                }
            }
            for row in 0..COUNT {
                gradient[row] -= (curve.weights[row] - self.weights[row]) / (DOUBT * DOUBT);
                curvature[row][row] += 1.0 / (DOUBT * DOUBT);
                for column in row + 1..COUNT {
                    curvature[row][column] = curvature[column][row];
                }
            }
            let step = solve(curvature, gradient);
            // The step is shortened where the curve is flat, so that it can't overshoot.
            let longest = step.iter().fold(0.0_f64, |longest, part| longest.max(part.abs()));
            let factor = if longest > 3.0 { 3.0 / longest } else { 1.0 };
            for (weight, part) in curve.weights.iter_mut().zip(step) {
                *weight += factor * part;
            }
            if longest < 1e-6 {
                break;
            }
        }
        curve
    }
}

/// How far the file may move a weight before it takes many outcomes to do so.
const DOUBT: f64 = 2.0;

/// Gaussian elimination with the largest pivot; the matrix is positive definite by its penalty.
fn solve(mut matrix: [[f64; COUNT]; COUNT], mut right: [f64; COUNT]) -> [f64; COUNT] {
    for column in 0..COUNT {
        let mut pivot = column;
        for row in column + 1..COUNT {
            if matrix[row][column].abs() > matrix[pivot][column].abs() {
                pivot = row;
            }
        }
        matrix.swap(column, pivot);
        right.swap(column, pivot);
        for row in column + 1..COUNT {
            let factor = matrix[row][column] / matrix[column][column];
            for other in column..COUNT {
                matrix[row][other] -= factor * matrix[column][other];
            }
            right[row] -= factor * right[column];
        }
    }
    for column in (0..COUNT).rev() {
        for other in column + 1..COUNT {
            right[column] -= matrix[column][other] * right[other];
        }
        right[column] /= matrix[column][column];
    }
    right
}

/// The lowest confidence at which answers (confidence, how likely right, weight) reach an accuracy; absent where
/// none does.
pub(super) fn threshold(outcomes: &[(f64, f64, f64)], accuracy: f64) -> Option<f64> {
    let mut sorted: Vec<&(f64, f64, f64)> = outcomes.iter().collect();
    sorted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.total_cmp(&b.1)));
    let (mut given, mut right) = (0.0, 0.0);
    let mut lowest = None;
    for (place, (confidence, likely, weight)) in sorted.iter().enumerate() {
        given += weight;
        right += likely * weight;
        let last_of_equals = sorted.get(place + 1).is_none_or(|next| next.0 < *confidence);
        if last_of_equals && right >= accuracy * given {
            lowest = Some(*confidence);
        }
    }
    lowest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_learns_the_share_of_right_answers() {
        let mut outcomes = Vec::new();
        for step in 0..2000 {
            let score = f64::from(step % 10) / 10.0;
            let mut signals = [0.0; COUNT];
            signals[0] = 1.0;
            signals[1] = score;
            // Right in a share of cases that equals the score.
            outcomes.push((signals, (step / 10) % 10 < step % 10, 1.0));
        }
        let curve = Curve::before_data().fitted(&outcomes);
        for step in 1..9 {
            let score = f64::from(step) / 10.0;
            let mut signals = [0.0; COUNT];
            signals[0] = 1.0;
            signals[1] = score;
            assert!((curve.probability(&signals) - score).abs() < 0.08, "{score}");
        }
        assert_eq!(Curve::before_data().fitted(&[]), Curve::before_data());
    }

    #[test]
    fn the_threshold_is_the_lowest_that_keeps_the_wish() {
        let outcomes: Vec<(f64, f64, f64)> =
            (0..100).map(|step| (f64::from(step) / 100.0, f64::from(u8::from(step >= 50)), 1.0)).collect();
        let found = threshold(&outcomes, 0.9).unwrap();
        assert!((0.44..0.5).contains(&found), "{found}");
        assert_eq!(threshold(&[(0.9, 0.0, 1.0)], 0.9), None);
        assert_eq!(threshold(&[], 0.9), None);
    }
}
