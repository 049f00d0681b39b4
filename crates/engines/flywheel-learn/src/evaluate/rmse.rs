//! RMSE: the root of the mean squared error, in the target's unit.

use flywheel_stats::Interval;
use flywheel_stats::bootstrap::{bootstrap, percentile};
use flywheel_stats::chance::Chance;

use super::answers::NumberAnswers;

pub(super) fn value(answers: &NumberAnswers) -> Option<f64> {
    let squares = squares(answers);
    (!squares.is_empty()).then(|| (squares.iter().sum::<f64>() / squares.len() as f64).sqrt())
}

pub(super) fn interval(answers: &NumberAnswers, chance: &Chance) -> Option<Interval> {
    let squares = squares(answers);
    let [replicates] = bootstrap(squares.len(), &chance.stream("rmse"), |rows| {
        [(rows.iter().map(|&row| squares[row as usize]).sum::<f64>() / squares.len() as f64).sqrt()]
    });
    percentile(&replicates)
}

fn squares(answers: &NumberAnswers) -> Vec<f64> {
    answers
        .truths
        .iter()
        .zip(&answers.predicted)
        .map(|(truth, predicted)| (truth - predicted).powi(2))
        .collect()
}
