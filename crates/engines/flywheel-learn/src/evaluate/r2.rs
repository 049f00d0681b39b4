//! R²: the share of the target's variance that the answers explain; below 0 when the part's own mean would do better.

use flywheel_stats::Interval;
use flywheel_stats::bootstrap::{bootstrap, percentile};
use flywheel_stats::chance::Chance;

use super::answers::NumberAnswers;

/// Absent when all truths are the same.
pub(super) fn value(answers: &NumberAnswers) -> Option<f64> {
    // Not by their spread: the mean of equal numbers may be off by a last digit, and all of them with it.
    if answers.truths.windows(2).all(|pair| pair[0] == pair[1]) {
        return None;
    }
    let rows = answers.truths.len() as f64;
    let mean = answers.truths.iter().sum::<f64>() / rows;
    let spread: f64 = answers.truths.iter().map(|truth| (truth - mean).powi(2)).sum();
    let left: f64 = answers
        .truths
        .iter()
        .zip(&answers.predicted)
        .map(|(truth, predicted)| (truth - predicted).powi(2))
        .sum();
    (spread > 0.0).then(|| 1.0 - left / spread)
}

pub(super) fn interval(answers: &NumberAnswers, chance: &Chance) -> Option<Interval> {
    value(answers)?;
    // Around the mean of all, so that sums of squares lose no digits to a large offset.
    let centre = answers.truths.iter().sum::<f64>() / answers.truths.len() as f64;
    let sums: Vec<[f64; 3]> = answers
        .truths
        .iter()
        .zip(&answers.predicted)
        .map(|(truth, predicted)| [(truth - predicted).powi(2), truth - centre, (truth - centre).powi(2)])
        .collect();
    let rows_count = sums.len() as f64;
    let [replicates] = bootstrap(sums.len(), &chance.stream("r2"), |rows| {
        let (mut left, mut first, mut second) = (0.0, 0.0, 0.0);
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for &row in rows {
            let [error, value, square] = sums[row as usize];
            left += error;
            first += value;
            second += square;
            (low, high) = (low.min(value), high.max(value));
        }
        let spread = second - first * first / rows_count;
        [if low < high && spread > 0.0 { 1.0 - left / spread } else { f64::NAN }]
    });
    percentile(&replicates)
}
