//! Columns as small whole numbers, so that any two can be laid against each other: categories by value, numbers by their rank.

use std::collections::HashMap;

use crate::frame::Values;

/// Bins of a column of numbers.
const BINS: usize = 32;

/// Categories beyond this many stand for themselves alone and say nothing of others.
const MOST: usize = 1000;

/// Rows looked at, spread evenly over the table.
pub(super) const SAMPLE: usize = 20_000;

/// A column's codes in the sampled rows.
#[derive(Debug)]
pub(super) struct Codes {
    /// The code of each sampled row; 0 is missing.
    pub(super) codes: Vec<u32>,
    /// One more than the largest code.
    pub(super) width: usize,
}

/// The rows to look at: all, or evenly spread ones.
pub(super) fn sampled(rows: usize, most: usize) -> Vec<usize> {
    let count = rows.min(most);
    (0..count).map(|at| at * rows / count).collect()
}

/// The codes of a column; `None` for images, for texts that hardly repeat, and for a column of one value.
pub(super) fn codes(values: &Values, rows: &[usize]) -> Option<Codes> {
    let (codes, width) = match values {
        Values::Text(texts) => {
            let mut known: HashMap<&str, u32> = HashMap::new();
            let mut codes = Vec::with_capacity(rows.len());
            let mut last: Option<(&str, u32)> = None;
            for &row in rows {
                codes.push(match (texts[row].as_deref(), last) {
                    (None, _) => 0,
                    (Some(text), Some((known, code))) if known == text => code,
                    (Some(text), _) => {
                        let next = known.len() as u32 + 1;
                        let code = *known.entry(text).or_insert(next);
                        last = Some((text, code));
                        code
                    }
                });
                if known.len() > MOST {
                    return None;
                }
            }
            (codes, known.len() + 1)
        }
        Values::Number(values) | Values::Time(values) => {
            let mut sorted: Vec<f64> =
                rows.iter().map(|&row| values[row]).filter(|value| value.is_finite()).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            let mut bounds: Vec<f64> = distinct(&sorted);
            if bounds.len() > BINS {
                bounds = (1..BINS).map(|bin| sorted[bin * sorted.len() / BINS]).collect();
                bounds.dedup();
                let code = |value: f64| bounds.partition_point(|&bound| bound <= value) as u32 + 1;
                let codes =
                    rows.iter().map(|&row| if values[row].is_finite() { code(values[row]) } else { 0 });
                (codes.collect(), bounds.len() + 2)
            } else {
                let code = |value: f64| bounds.partition_point(|&bound| bound < value) as u32 + 1;
                let codes =
                    rows.iter().map(|&row| if values[row].is_finite() { code(values[row]) } else { 0 });
                (codes.collect(), bounds.len() + 1)
            }
        }
        Values::Image(_) => return None,
    };
    let first = codes.first().copied()?;
    codes.iter().any(|&code| code != first).then_some(Codes { codes, width })
}

fn distinct(sorted: &[f64]) -> Vec<f64> {
    let mut distinct: Vec<f64> = Vec::new();
    for &value in sorted {
        if distinct.last() != Some(&value) {
            distinct.push(value);
            if distinct.len() > BINS {
                break;
            }
        }
    }
    distinct
}
