//! A metric of each class made into one number: that of the second class when there are two, else the mean over classes.

use flywheel_spec::evaluation::Estimate;
use flywheel_stats::Interval;
use flywheel_stats::interval::mover;
use flywheel_stats::share::wilson;

use super::confusion::Confusion;

/// A share with its score interval; absent out of nothing.
pub(super) fn share(hits: u64, rows: u64) -> Option<Estimate> {
    let interval = wilson(hits as f64, rows as f64)?;
    Some(Estimate { value: hits as f64 / rows as f64, low: interval.low, high: interval.high })
}

/// Over the classes that occur; one for which the metric is undefined counts 0, as in scikit-learn.
pub(super) fn value(
    confusion: &Confusion,
    of_class: impl Fn(&Confusion, usize) -> Option<Estimate>,
) -> Option<f64> {
    if confusion.cells.len() == 2 {
        return of_class(confusion, 1).map(|estimate| estimate.value);
    }
    let occurring = confusion.occurring();
    let sum: f64 =
        occurring.iter().filter_map(|&class| of_class(confusion, class)).map(|estimate| estimate.value).sum();
    (!occurring.is_empty()).then(|| sum / occurring.len() as f64)
}

/// The classes' intervals put together as of independent estimates.
pub(super) fn interval(
    confusion: &Confusion,
    of_class: impl Fn(&Confusion, usize) -> Option<Estimate>,
) -> Option<Interval> {
    let as_interval = |estimate: Estimate| Interval { low: estimate.low, high: estimate.high };
    if confusion.cells.len() == 2 {
        return of_class(confusion, 1).map(as_interval);
    }
    let occurring = confusion.occurring();
    let unknown = Estimate { value: 0.0, low: 0.0, high: 1.0 };
    let parts: Vec<_> = occurring
        .iter()
        .map(|&class| {
            let estimate = of_class(confusion, class).unwrap_or(unknown);
            (1.0 / occurring.len() as f64, estimate.value, as_interval(estimate))
        })
        .collect();
    (!parts.is_empty()).then(|| mover(&parts).within(0.0, 1.0))
}
