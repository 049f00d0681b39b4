//! A column is a near copy of another: numbers in a straight line, or categories that only differ in their names.

use flywheel_spec::phrase;
use flywheel_spec::table::{Finding, FindingKind};
use flywheel_stats::correlation::{pearson, product};

use super::Evidence;
use super::codes::{self, Codes};
use crate::frame::Values;

/// Correlation from which two columns of numbers are the same.
const CORRELATION: f64 = 0.995;

/// Agreement beyond chance from which two columns of categories are the same.
const AGREEMENT: f64 = 0.98;

/// Rows of the first look, which leaves few pairs for the second.
const FIRST_LOOK: usize = 1000;

/// Columns beyond which the pairs are not laid against each other.
const MOST_COLUMNS: usize = 1500;

/// Each column that copies an earlier one; the target is left to the search for leaks.
pub(super) fn find(evidence: &Evidence<'_>) -> Vec<Finding> {
    let columns = &evidence.table.frame.columns;
    let rows = codes::sampled(evidence.table.frame.rows(), codes::SAMPLE);
    if rows.len() < 20 || columns.len() > MOST_COLUMNS {
        return Vec::new();
    }
    let mut copies: Vec<(usize, usize)> = Vec::new();
    copies.extend(lines(evidence, &rows));
    copies.extend(renamed(evidence, &rows));
    copies.sort_unstable();
    copies.dedup_by_key(|(copy, _)| *copy);
    copies
        .into_iter()
        .map(|(copy, original)| {
            let (copy, original) = (&columns[copy].name, &columns[original].name);
            let message = phrase!("tables.finding_near_copy", column = copy, original = original);
            let advice = Some(phrase!("tables.finding_near_copy_advice", column = copy));
            Finding { kind: FindingKind::NearCopy, column: Some(copy.clone()), message, advice }
        })
        .collect()
}

/// Pairs of columns of numbers that lie on a line, the later first.
fn lines(evidence: &Evidence<'_>, rows: &[usize]) -> Vec<(usize, usize)> {
    let look: Vec<usize> = codes::sampled(rows.len(), FIRST_LOOK).into_iter().map(|at| rows[at]).collect();
    let standard: Vec<(usize, Vec<f32>)> = numbers(evidence)
        .filter_map(|(index, values)| Some((index, standardised(look.iter().map(|&row| values[row]))?)))
        .collect();
    let mut pairs = Vec::new();
    for (later, (copy, a)) in standard.iter().enumerate() {
        for (original, b) in &standard[..later] {
            if f64::from(product(a, b).abs()) >= CORRELATION - 0.005
                && confirmed(evidence, rows, *copy, *original)
            {
                pairs.push((*copy, *original));
                break;
            }
        }
    }
    pairs
}

fn numbers<'a>(evidence: &Evidence<'a>) -> impl Iterator<Item = (usize, &'a [f64])> {
    let target = evidence.target;
    let columns = evidence.table.frame.columns.iter().enumerate();
    columns.filter(move |(index, _)| Some(*index) != target).filter_map(|(index, column)| {
        match &column.values {
            Values::Number(values) | Values::Time(values) => Some((index, values.as_slice())),
            Values::Text(_) | Values::Image(_) => None,
        }
    })
}

/// Mean 0 and length 1, missing values at the mean; `None` for a column of one value or one that is mostly missing.
fn standardised(values: impl Iterator<Item = f64> + Clone) -> Option<Vec<f32>> {
    let filled = values.clone().filter(|value| value.is_finite());
    let (count, all) = (filled.clone().count(), values.clone().count());
    if count * 2 < all || count < 3 {
        return None;
    }
    let mean = filled.clone().sum::<f64>() / count as f64;
    let length = filled.map(|value| (value - mean).powi(2)).sum::<f64>().sqrt();
    if !length.is_normal() {
        return None;
    }
    Some(values.map(|value| if value.is_finite() { ((value - mean) / length) as f32 } else { 0.0 }).collect())
}

/// The correlation over all sampled rows in which both are there.
fn confirmed(evidence: &Evidence<'_>, rows: &[usize], a: usize, b: usize) -> bool {
    let column = |index: usize| match &evidence.table.frame.columns[index].values {
        Values::Number(values) | Values::Time(values) => Some(values),
        Values::Text(_) | Values::Image(_) => None,
    };
    let (Some(a), Some(b)) = (column(a), column(b)) else { return false };
    let both: Vec<(f64, f64)> =
        rows.iter().map(|&row| (a[row], b[row])).filter(|(a, b)| a.is_finite() && b.is_finite()).collect();
    pearson(&both).is_some_and(|value| value.abs() >= CORRELATION)
}

/// Pairs of columns of categories in which each value of one goes with one value of the other, the later first.
fn renamed(evidence: &Evidence<'_>, rows: &[usize]) -> Vec<(usize, usize)> {
    let target = evidence.target;
    let columns = evidence.table.frame.columns.iter().enumerate();
    let coded: Vec<(usize, Codes)> = columns
        .filter(|(index, column)| Some(*index) != target && matches!(column.values, Values::Text(_)))
        .filter_map(|(index, column)| Some((index, codes::codes(&column.values, rows)?)))
        .collect();
    let mut pairs = Vec::new();
    for (later, (copy, a)) in coded.iter().enumerate() {
        for (original, b) in &coded[..later] {
            // A renamed column has as many values; a few rows may differ.
            let alike = a.width.abs_diff(b.width) * 10 <= a.width.max(b.width);
            if alike && agreement(a, b) >= AGREEMENT && agreement(b, a) >= AGREEMENT {
                pairs.push((*copy, *original));
                break;
            }
        }
    }
    pairs
}

/// How much better than by its most frequent value `b` is told by `a`: 0 not at all, 1 in every row.
fn agreement(a: &Codes, b: &Codes) -> f64 {
    let mut table = vec![0_u32; a.width * b.width];
    let mut totals = vec![0_u32; b.width];
    for (&a_code, &b_code) in a.codes.iter().zip(&b.codes) {
        table[a_code as usize * b.width + b_code as usize] += 1;
        totals[b_code as usize] += 1;
    }
    let told: u32 = table.chunks(b.width).map(|row| row.iter().max().copied().unwrap_or(0)).sum();
    let base = totals.iter().max().copied().unwrap_or(0);
    let all = a.codes.len() as u32;
    if all == base { 0.0 } else { f64::from(told - base) / f64::from(all - base) }
}
