//! Log loss: the mean of minus the natural logarithm of the probability given to the truth.

use flywheel_stats::Interval;
use flywheel_stats::mean::mean;

use super::answers::ClassAnswers;

pub(super) fn value(answers: &ClassAnswers) -> Option<f64> {
    mean(losses(answers)).map(|(value, _)| value)
}

pub(super) fn interval(answers: &ClassAnswers) -> Option<Interval> {
    mean(losses(answers)).map(|(_, interval)| interval.within(0.0, f64::INFINITY))
}

/// A probability of 0 counts as the smallest step below 1 (2.2e-16), as in scikit-learn, so that the loss stays finite.
fn losses(answers: &ClassAnswers) -> impl Iterator<Item = f64> + Clone {
    answers.truths.iter().enumerate().map(|(row, &truth)| {
        let probability = f64::from(answers.row(row)[truth as usize]);
        -probability.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
    })
}
