//! One column: what is missing, how many values differ, how numbers spread, which categories are frequent.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use flywheel_spec::table::{ColumnKind, ColumnProfile, NumberProfile, ValueCount};
use flywheel_stats::quantile::Sorted;

use super::rows;
use crate::frame::{Column, Values};
use crate::infer;
use crate::stored::StoredTable;

/// Bins of a histogram.
const BINS: usize = 20;

/// Most frequent values shown.
const TOP: usize = 20;

/// Values shown as examples.
const EXAMPLES: usize = 5;

/// Interquartile ranges from the quartiles beyond which a number is an outlier.
const OUTLIER_RANGES: f64 = 3.0;

/// The profiles of all columns, in the table's order; columns are shared out to the processor's threads.
pub(super) fn all(table: &StoredTable) -> Vec<ColumnProfile> {
    let columns: Vec<(&Column, ColumnKind)> =
        table.frame.columns.iter().zip(table.kinds.iter().copied()).collect();
    let threads = std::thread::available_parallelism().map_or(1, usize::from).min(columns.len().max(1));
    let share = columns.len().div_ceil(threads).max(1);
    std::thread::scope(|scope| {
        let workers: Vec<_> = columns
            .chunks(share)
            .map(|chunk| {
                scope.spawn(move || chunk.iter().map(|(column, kind)| one(column, *kind)).collect::<Vec<_>>())
            })
            .collect();
        let joined = workers.into_iter().map(|worker| worker.join());
        joined
            .flat_map(|profiles| profiles.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    })
}

/// How often each text occurs, most frequent first, then by the text.
pub(crate) fn counts(texts: &[Option<Arc<str>>]) -> Vec<(&str, u64)> {
    let mut counts: HashMap<&str, u64> = HashMap::new();
    // Equal texts often stand one below the other, and comparing two is cheaper than hashing one.
    for run in texts.chunk_by(|a, b| a == b) {
        if let Some(text) = &run[0] {
            *counts.entry(text).or_default() += run.len() as u64;
        }
    }
    let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
    counts.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(b.0)));
    counts
}

fn one(column: &Column, kind: ColumnKind) -> ColumnProfile {
    let mut profile = ColumnProfile {
        name: column.name.clone(),
        kind,
        missing: 0,
        distinct: 0,
        outliers: 0,
        examples: examples(&column.values),
        numbers: None,
        top: Vec::new(),
        image: None,
    };
    match &column.values {
        Values::Number(values) | Values::Time(values) => numbers(values, kind, &mut profile),
        Values::Text(values) => {
            profile.missing = values.iter().filter(|value| value.is_none()).count() as u64;
            let counts = counts(values);
            profile.distinct = counts.len() as u64;
            if matches!(kind, ColumnKind::Category | ColumnKind::Boolean) {
                let top = counts.into_iter().take(TOP);
                profile.top =
                    top.map(|(value, count)| ValueCount { value: value.to_owned(), count }).collect();
            }
        }
        Values::Image(images) => {
            let distinct: HashSet<u64> =
                (0..images.len()).map(|row| rows::single(images.image(row))).collect();
            profile.distinct = distinct.len() as u64;
            profile.image = Some(images.shape);
        }
    }
    profile
}

fn numbers(values: &[f64], kind: ColumnKind, profile: &mut ColumnProfile) {
    let sample = Sorted::of_finite(values);
    let sorted = sample.values();
    profile.missing = (values.len() - sorted.len()) as u64;
    let (Some(&min), Some(&max)) = (sorted.first(), sorted.last()) else { return };
    profile.distinct = 1 + sorted.windows(2).filter(|pair| pair[0] != pair[1]).count() as u64;
    let quantile = |share: f64| sample.quantile(share).unwrap_or(f64::NAN);
    let (q1, median, q3) = (quantile(0.25), quantile(0.5), quantile(0.75));
    let range = q3 - q1;
    // Where half of the rows share one value the range is nought, and every other value would count.
    if kind == ColumnKind::Number && range > 0.0 {
        let low = sorted.partition_point(|&value| value < q1 - OUTLIER_RANGES * range);
        let high = sorted.len() - sorted.partition_point(|&value| value <= q3 + OUTLIER_RANGES * range);
        profile.outliers = (low + high) as u64;
    }
    let mean = sorted.iter().sum::<f64>() / sorted.len() as f64;
    let squares: f64 = sorted.iter().map(|value| (value - mean).powi(2)).sum();
    let deviation = (sorted.len() > 1).then(|| (squares / (sorted.len() - 1) as f64).sqrt());
    let edge = |bin: usize| min + (max - min) * bin as f64 / BINS as f64;
    let below: Vec<usize> = (1..BINS).map(|bin| sorted.partition_point(|&value| value < edge(bin))).collect();
    let ends = below.iter().copied().chain([sorted.len()]);
    let starts = [0].into_iter().chain(below.iter().copied());
    let histogram = starts.zip(ends).map(|(start, end)| (end - start) as u64).collect();
    let is_finite = mean.is_finite() && deviation.is_none_or(f64::is_finite);
    profile.numbers =
        is_finite.then_some(NumberProfile { min, q1, median, q3, max, mean, deviation, histogram });
}

/// The first different values as they stand.
fn examples(values: &Values) -> Vec<String> {
    let mut examples: Vec<String> = Vec::new();
    if matches!(values, Values::Image(_)) {
        return examples;
    }
    for row in 0..values.len().min(1000) {
        if let Some(text) = values.text(row) {
            let text = infer::shortened(&text);
            if !examples.contains(&text) {
                examples.push(text);
            }
        }
        if examples.len() == EXAMPLES {
            break;
        }
    }
    examples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_summed_up_as_the_textbook_says() {
        let mut values: Vec<f64> = (1..=9).map(f64::from).collect();
        values.extend([1000.0, f64::NAN]);
        let column = Column { name: "x".to_owned(), values: Values::Number(values) };
        let profile = one(&column, ColumnKind::Number);
        assert_eq!((profile.missing, profile.distinct, profile.outliers), (1, 10, 1));
        let numbers = profile.numbers.unwrap_or_else(|| panic!("ten numbers have a shape"));
        // numpy.percentile([1…9, 1000], [25, 50, 75]) = 3.25, 5.5, 7.75
        assert_eq!((numbers.q1, numbers.median, numbers.q3), (3.25, 5.5, 7.75));
        assert_eq!(numbers.mean, 104.5);
        assert_eq!((numbers.histogram[0], numbers.histogram[19]), (9, 1));
    }
}
