//! AUC: how often a row of the class gets a higher probability of it than a row that isn't; one against the rest, macro.

use flywheel_stats::Interval;
use flywheel_stats::auc::{Auc, auc};
use flywheel_stats::normal::Z95;

use super::answers::ClassAnswers;

pub(super) fn value(answers: &ClassAnswers) -> Option<f64> {
    let areas = areas(answers);
    (!areas.is_empty()).then(|| areas.iter().map(|area| area.value).sum::<f64>() / areas.len() as f64)
}

/// DeLong's; for the mean over classes each row's influences are added before they are squared, so that classes may depend.
pub(super) fn interval(answers: &ClassAnswers) -> Option<Interval> {
    let areas = areas(answers);
    if areas.is_empty() {
        return None;
    }
    let mean = areas.iter().map(|area| area.value).sum::<f64>() / areas.len() as f64;
    let influence =
        |row: usize| areas.iter().map(|area| area.influence[row]).sum::<f64>() / areas.len() as f64;
    let variance: f64 = (0..answers.truths.len()).map(|row| influence(row).powi(2)).sum();
    let reach = Z95 * variance.sqrt();
    Some(Interval { low: mean - reach, high: mean + reach }.within(0.0, 1.0))
}

/// Of the second class when there are two, else of every class that some rows are of and some are not.
fn areas(answers: &ClassAnswers) -> Vec<Auc> {
    let classes = if answers.classes == 2 { 1..2 } else { 0..answers.classes };
    classes
        .filter_map(|class| auc(&answers.scores(class), |row| answers.truths[row] as usize == class))
        .collect()
}
