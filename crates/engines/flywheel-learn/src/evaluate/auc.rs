//! AUC: how often a row of the class gets a higher probability of it than a row that isn't; one against the rest, macro.

use flywheel_stats::Interval;
use flywheel_stats::auc::{Auc, auc};
use flywheel_stats::normal::Z95;
use flywheel_stats::share::wilson;

use super::answers::ClassAnswers;

pub(super) fn value(answers: &ClassAnswers) -> Option<f64> {
    let areas = areas(answers);
    (!areas.is_empty()).then(|| areas.iter().map(|area| area.auc.value).sum::<f64>() / areas.len() as f64)
}

/// DeLong's; for the mean over classes each row's influences are added before they are squared, so that classes may depend.
///
/// Where the classes are told apart without a mistake DeLong's variance is 0, however few the rows; the interval is then
/// Wilson's of as many rows as the rarest kind has, all of them right (or all wrong). A kind of a single row adds nothing
/// to DeLong's variance either: Wilson's reach of one row is added on each side, as squares (Zou and Donner 2008).
pub(super) fn interval(answers: &ClassAnswers) -> Option<Interval> {
    let areas = areas(answers);
    if areas.is_empty() {
        return None;
    }
    let count = areas.len() as f64;
    let mean = areas.iter().map(|area| area.auc.value).sum::<f64>() / count;
    let influence = |row: usize| areas.iter().map(|area| area.auc.influence[row]).sum::<f64>() / count;
    let variance: f64 = (0..answers.truths.len()).map(|row| influence(row).powi(2)).sum();
    if variance <= 0.0 {
        let rarest = areas.iter().map(|area| area.rarer).fold(f64::INFINITY, f64::min);
        return wilson(mean * rarest, rarest);
    }
    let [mut below, mut above] = [Z95 * Z95 * variance; 2];
    for Area { auc, .. } in areas.iter().filter(|area| area.rarer <= 1.0) {
        let alone = wilson(auc.value, 1.0)?;
        below += ((auc.value - alone.low) / count).powi(2);
        above += ((alone.high - auc.value) / count).powi(2);
    }
    Some(Interval { low: mean - below.sqrt(), high: mean + above.sqrt() }.within(0.0, 1.0))
}

/// The area of one class against the rest.
struct Area {
    auc: Auc,
    /// Rows of the rarer kind: those of the class, or those that are not.
    rarer: f64,
}

/// Of the second class when there are two, else of every class that some rows are of and some are not.
fn areas(answers: &ClassAnswers) -> Vec<Area> {
    let classes = if answers.classes == 2 { 1..2 } else { 0..answers.classes };
    classes
        .filter_map(|class| {
            let auc = auc(&answers.scores(class), |row| answers.truths[row] as usize == class)?;
            Some(Area { auc, rarer: answers.rarer_rows(class) as f64 })
        })
        .collect()
}
