//! Accuracy: the share of right answers.

use flywheel_stats::Interval;
use flywheel_stats::share::wilson;

use super::answers::ClassAnswers;

pub(super) fn value(answers: &ClassAnswers) -> Option<f64> {
    let rows = answers.truths.len();
    (rows > 0).then(|| hits(answers) as f64 / rows as f64)
}

pub(super) fn interval(answers: &ClassAnswers) -> Option<Interval> {
    wilson(hits(answers) as f64, answers.truths.len() as f64)
}

fn hits(answers: &ClassAnswers) -> usize {
    answers.truths.iter().zip(&answers.predicted).filter(|(truth, predicted)| truth == predicted).count()
}
