//! Balanced accuracy: the mean of the recalls of the classes that occur (Brodersen et al. 2010).

use flywheel_stats::Interval;
use flywheel_stats::interval::mover;
use flywheel_stats::share::wilson;

use super::confusion::Confusion;

pub(super) fn value(confusion: &Confusion) -> Option<f64> {
    let present = present(confusion);
    let recall = |&class: &usize| confusion.hits(class) as f64 / confusion.true_rows[class] as f64;
    (!present.is_empty()).then(|| present.iter().map(recall).sum::<f64>() / present.len() as f64)
}

/// The classes' score intervals put together; the classes are independent once their rows are given.
pub(super) fn interval(confusion: &Confusion) -> Option<Interval> {
    let present = present(confusion);
    let parts: Option<Vec<_>> = present
        .iter()
        .map(|&class| {
            let (hits, rows) = (confusion.hits(class) as f64, confusion.true_rows[class] as f64);
            Some((1.0 / present.len() as f64, hits / rows, wilson(hits, rows)?))
        })
        .collect();
    parts.filter(|parts| !parts.is_empty()).map(|parts| mover(&parts).within(0.0, 1.0))
}

fn present(confusion: &Confusion) -> Vec<usize> {
    (0..confusion.cells.len()).filter(|&class| confusion.true_rows[class] > 0).collect()
}
