//! Precision: of the rows answered as a class, the share that are of it.

use flywheel_spec::evaluation::Estimate;
use flywheel_stats::Interval;

use super::confusion::Confusion;
use super::macro_mean;

/// Of one class; absent when no row was answered so.
pub(super) fn of_class(confusion: &Confusion, class: usize) -> Option<Estimate> {
    macro_mean::share(confusion.hits(class), confusion.answered_rows[class])
}

/// Of the second class when there are two, else the macro mean.
pub(super) fn value(confusion: &Confusion) -> Option<f64> {
    macro_mean::value(confusion, of_class)
}

pub(super) fn interval(confusion: &Confusion) -> Option<Interval> {
    macro_mean::interval(confusion, of_class)
}
