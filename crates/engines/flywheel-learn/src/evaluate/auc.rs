//! AUC: how often a row of the class gets a higher probability of it than a row that isn't; one against the rest, macro.

use flywheel_stats::Interval;
use flywheel_stats::auc::{Auc, auc};
use flywheel_stats::normal::Z95;
use flywheel_stats::share::wilson;

use super::answers::ClassAnswers;

pub(super) fn value(answers: &ClassAnswers) -> Option<f64> {
    let areas = areas(answers);
    (!areas.is_empty()).then(|| areas.iter().map(|area| area.value).sum::<f64>() / areas.len() as f64)
}

/// DeLong's; for the mean over classes each row's influences are added before they are squared, so that classes may depend.
///
/// Where the classes are told apart without a mistake DeLong's variance is 0, however few the rows; the interval is then
/// Wilson's of as many rows as the rarest kind has, all of them right (or all wrong).
pub(super) fn interval(answers: &ClassAnswers) -> Option<Interval> {
    let areas = areas(answers);
    if areas.is_empty() {
        return None;
    }
    let mean = areas.iter().map(|area| area.value).sum::<f64>() / areas.len() as f64;
    let influence =
        |row: usize| areas.iter().map(|area| area.influence[row]).sum::<f64>() / areas.len() as f64;
    let variance: f64 = (0..answers.truths.len()).map(|row| influence(row).powi(2)).sum();
    if variance <= 0.0 {
        let rarest = rarest(answers) as f64;
        return wilson(mean * rarest, rarest);
    }
    let reach = Z95 * variance.sqrt();
    Some(Interval { low: mean - reach, high: mean + reach }.within(0.0, 1.0))
}

/// Rows of the rarest kind among the classes that an area is of: those of the class, or those that are not.
fn rarest(answers: &ClassAnswers) -> usize {
    let rows = answers.truths.len();
    let of = |class: usize| answers.truths.iter().filter(|&&truth| truth as usize == class).count();
    let kinds = (0..answers.classes).map(of).map(|own| own.min(rows - own));
    kinds.filter(|&kind| kind > 0).min().unwrap_or(0)
}

/// Of the second class when there are two, else of every class that some rows are of and some are not.
fn areas(answers: &ClassAnswers) -> Vec<Auc> {
    let classes = if answers.classes == 2 { 1..2 } else { 0..answers.classes };
    classes
        .filter_map(|class| auc(&answers.scores(class), |row| answers.truths[row] as usize == class))
        .collect()
}
