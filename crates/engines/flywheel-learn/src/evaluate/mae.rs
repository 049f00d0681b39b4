//! MAE: the mean absolute error, in the target's unit.

use flywheel_stats::Interval;
use flywheel_stats::mean::mean;

use super::answers::NumberAnswers;

pub(super) fn value(answers: &NumberAnswers) -> Option<f64> {
    mean(errors(answers)).map(|(value, _)| value)
}

pub(super) fn interval(answers: &NumberAnswers) -> Option<Interval> {
    mean(errors(answers)).map(|(_, interval)| interval.within(0.0, f64::INFINITY))
}

fn errors(answers: &NumberAnswers) -> impl Iterator<Item = f64> + Clone {
    answers.truths.iter().zip(&answers.predicted).map(|(truth, predicted)| (truth - predicted).abs())
}
