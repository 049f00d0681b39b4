//! Average precision: the area under the precision–recall curve; one against the rest, macro.

use flywheel_stats::Interval;
use flywheel_stats::auc::average_precision;
use flywheel_stats::share::{logit_of_variance, wilson};

use super::answers::ClassAnswers;

/// A sum of shares that make 1 comes so near to it.
const ROUNDING: f64 = 1e-12;

pub(super) fn value(answers: &ClassAnswers) -> Option<f64> {
    let areas = areas(answers);
    (!areas.is_empty()).then(|| areas.iter().map(|(area, _)| area).sum::<f64>() / areas.len() as f64)
}

/// The logit interval of Boyd, Eng and Page (2013); for a mean over classes, their variances put together.
///
/// At 1 the logit has none: the interval is then Wilson's of as many rows as the rarest kind has, all of them right.
pub(super) fn interval(answers: &ClassAnswers) -> Option<Interval> {
    let areas = areas(answers);
    let mean = value(answers)?;
    let count = areas.len() as f64;
    let variance: f64 =
        areas.iter().map(|(area, rows)| area * (1.0 - area) / rows).sum::<f64>() / (count * count);
    let all_right = || {
        let classes = if answers.classes == 2 { 1..2 } else { 0..answers.classes };
        let rarest = classes.map(|class| answers.rarer_rows(class)).filter(|&rows| rows > 0).min()? as f64;
        wilson(rarest, rarest)
    };
    let interval = if 1.0 - mean > ROUNDING { logit_of_variance(mean, variance) } else { all_right() };
    Some(interval.unwrap_or(Interval { low: mean, high: mean }))
}

/// Each class's area with its rows.
fn areas(answers: &ClassAnswers) -> Vec<(f64, f64)> {
    let classes = if answers.classes == 2 { 1..2 } else { 0..answers.classes };
    classes
        .filter_map(|class| {
            let is_class = |row: usize| answers.truths[row] as usize == class;
            let rows = (0..answers.truths.len()).filter(|&row| is_class(row)).count() as f64;
            Some((average_precision(&answers.scores(class), is_class)?, rows))
        })
        .collect()
}
