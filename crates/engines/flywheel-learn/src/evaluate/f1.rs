//! F1: the harmonic mean of precision and recall; of each class, macro and weighted.

use flywheel_spec::evaluation::Estimate;
use flywheel_stats::Interval;
use flywheel_stats::bootstrap::{bootstrap, percentile};
use flywheel_stats::chance::Chance;
use flywheel_stats::interval::mover;
use flywheel_stats::share::wilson;

use super::answers::ClassAnswers;
use super::confusion::Confusion;
use super::macro_mean;

/// How the classes' F1 make one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mean {
    /// Every class counts the same.
    Macro,
    /// Every class counts by its rows.
    Weighted,
}

/// Of one class; absent when it neither occurs nor is answered.
///
/// `F1 = 2J / (1 + J)` with `J = hits / (rows of the class ∪ answered as it)`, a share, whose score interval is put
/// through the same function.
pub(super) fn of_class(confusion: &Confusion, class: usize) -> Option<Estimate> {
    let hits = confusion.hits(class);
    let union = confusion.true_rows[class] + confusion.answered_rows[class] - hits;
    let interval = wilson(hits as f64, union as f64)?.map(of_jaccard);
    Some(Estimate { value: of_jaccard(hits as f64 / union as f64), low: interval.low, high: interval.high })
}

/// Of the second class when there are two, else the macro mean.
pub(super) fn value(confusion: &Confusion) -> Option<f64> {
    macro_mean::value(confusion, of_class)
}

/// Of the second class when there are two, else the macro mean's out of `means`.
pub(super) fn interval(confusion: &Confusion, means: impl FnOnce() -> Option<Means>) -> Option<Interval> {
    match confusion.cells.len() {
        2 => of_class(confusion, 1).map(|estimate| Interval { low: estimate.low, high: estimate.high }),
        _ => means().map(|means| means.unweighted),
    }
}

/// The mean over classes, also when there are two.
pub(super) fn mean_value(confusion: &Confusion, mean: Mean) -> Option<f64> {
    let weights = weights(confusion, mean);
    let weighted =
        |(class, weight): &(usize, f64)| weight * of_class(confusion, *class).map_or(0.0, |one| one.value);
    (!weights.is_empty()).then(|| weights.iter().map(weighted).sum())
}

/// The intervals of both means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Means {
    /// Of the macro mean.
    pub unweighted: Interval,
    /// Of the mean weighted by the classes' rows.
    pub weighted: Interval,
}

/// By the bootstrap, because one mistake lowers two classes' F1 at once; where there is none, by the classes' intervals.
pub(super) fn mean_intervals(
    answers: &ClassAnswers,
    confusion: &Confusion,
    chance: &Chance,
) -> Option<Means> {
    if answers.truths.is_empty() {
        return None;
    }
    if answers.truths == answers.predicted {
        let of = |mean: Mean| {
            let parts: Vec<_> = weights(confusion, mean)
                .into_iter()
                .filter_map(|(class, weight)| {
                    let one = of_class(confusion, class)?;
                    Some((weight, one.value, Interval { low: one.low, high: one.high }))
                })
                .collect();
            mover(&parts).within(0.0, 1.0)
        };
        return Some(Means { unweighted: of(Mean::Macro), weighted: of(Mean::Weighted) });
    }
    let classes = answers.classes;
    let cells: Vec<(u32, u32)> = answers
        .truths
        .iter()
        .zip(&answers.predicted)
        .map(|(&truth, &predicted)| (truth, predicted))
        .collect();
    let mut hits = vec![0_u32; classes];
    let mut truths = vec![0_u32; classes];
    let mut answered = vec![0_u32; classes];
    let [unweighted, weighted] = bootstrap(cells.len(), &chance.stream("f1"), |rows| {
        hits.fill(0);
        truths.fill(0);
        answered.fill(0);
        for &row in rows {
            let (truth, predicted) = cells[row as usize];
            truths[truth as usize] += 1;
            answered[predicted as usize] += 1;
            hits[truth as usize] += u32::from(truth == predicted);
        }
        let (mut sum, mut occurring, mut weighted) = (0.0, 0.0, 0.0);
        for class in (0..classes).filter(|&class| truths[class] + answered[class] > 0) {
            let f1 = 2.0 * f64::from(hits[class]) / f64::from(truths[class] + answered[class]);
            sum += f1;
            occurring += 1.0;
            weighted += f1 * f64::from(truths[class]);
        }
        [sum / occurring, weighted / rows.len() as f64]
    });
    Some(Means { unweighted: percentile(&unweighted)?, weighted: percentile(&weighted)? })
}

fn weights(confusion: &Confusion, mean: Mean) -> Vec<(usize, f64)> {
    let occurring = confusion.occurring();
    let rows = confusion.true_rows.iter().sum::<u64>() as f64;
    let even = 1.0 / occurring.len() as f64;
    let weight = |class: usize| match mean {
        Mean::Macro => even,
        Mean::Weighted => confusion.true_rows[class] as f64 / rows,
    };
    occurring.into_iter().map(|class| (class, weight(class))).collect()
}

fn of_jaccard(jaccard: f64) -> f64 {
    2.0 * jaccard / (1.0 + jaccard)
}
