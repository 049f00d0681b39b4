//! What a column holds, decided from its cells as a sensible analyst would, with every decision said.
//!
//! The rules, in their order:
//! a column whose filled cells are numbers (plain, with thousands separators, currency, percent, `k`/`M`, a trailing `+`) is of numbers;
//! where fewer than one in twenty is something else, those become missing and are listed;
//! a column of dates is of time under the same rule; two words of yes and no are boolean;
//! whole numbers that count through a short list of codes, and texts that repeat, are categories; the rest is text.
//! Codes with leading zeros stay text.
//! Numbers and times lie as numbers in the frame; categories, booleans and texts as text.

mod missing;
mod number;
mod refine;
pub(crate) mod siblings;
mod time;
mod writing;

use std::collections::HashMap;

use flywheel_spec::table::ColumnKind;

use crate::frame::Values;

pub use missing::{is_missing, is_unmeasured};
pub use number::number;
pub(crate) use refine::{Asked, Lines, refine, refine_numbers, shortened};
pub use time::{day_first, moment, moment_day_first};
pub use writing::Writing;

/// A column of something else with at most this share of strays is still a column of numbers or times.
pub const STRAYS: f64 = 0.05;

/// Codes of a category are at most this many.
const MOST_CODES: usize = 31;

/// Texts of a category are at most this many.
const MOST_CATEGORIES: usize = 1000;

/// Pairs of words that mean yes and no.
const TRUTHS: [[&str; 2]; 9] = [
    ["yes", "no"],
    ["true", "false"],
    ["y", "n"],
    ["t", "f"],
    ["on", "off"],
    ["1", "0"],
    ["是", "否"],
    ["有", "没有"],
    ["对", "错"],
];

/// The kind of values that another program stored: numbers that are codes and texts that repeat are categories.
pub fn kind_of(values: &Values) -> ColumnKind {
    match values {
        Values::Number(values) => number_kind(values),
        Values::Time(_) => ColumnKind::Time,
        Values::Image(_) => ColumnKind::Image,
        Values::Text(values) => {
            let mut counts: HashMap<&str, usize> = HashMap::new();
            for value in values.iter().flatten() {
                *counts.entry(value).or_default() += 1;
            }
            text_kind(&counts)
        }
    }
}

/// Number, category or boolean: whole numbers from 0 or 1 without a gap, at most 31 of them, each of a fair share of the rows.
///
/// Counts (children aboard, nights stayed) thin out towards their end or have gaps, so they stay numbers.
fn number_kind(values: &[f64]) -> ColumnKind {
    let mut counts = [0_usize; MOST_CODES + 1];
    let mut filled = 0;
    for &value in values.iter().filter(|value| !value.is_nan()) {
        if value.fract() != 0.0 || !(0.0..=MOST_CODES as f64).contains(&value) {
            return ColumnKind::Number;
        }
        counts[value as usize] += 1;
        filled += 1;
    }
    let Some(first) = counts.iter().position(|&count| count > 0) else { return ColumnKind::Number };
    let last = counts.iter().rposition(|&count| count > 0).unwrap_or(first);
    let codes = &counts[first..=last];
    if last <= 1 {
        return ColumnKind::Boolean;
    }
    let fair = filled as f64 / codes.len() as f64;
    let dense = codes.iter().all(|&count| count > 0);
    let even = codes.len() <= 4 || codes.iter().all(|&count| count as f64 >= 0.1 * fair);
    let seen_often = filled >= 3 * codes.len();
    if first <= 1 && dense && even && seen_often { ColumnKind::Category } else { ColumnKind::Number }
}

fn text_kind(counts: &HashMap<&str, usize>) -> ColumnKind {
    let filled: usize = counts.values().sum();
    let distinct = counts.len();
    if distinct == 0 {
        return ColumnKind::Text;
    }
    if distinct <= 2 && is_truth(counts.keys().copied()) {
        return ColumnKind::Boolean;
    }
    let letters: usize = counts.keys().map(|text| text.chars().count()).sum();
    let is_long = letters / distinct > 60;
    let repeats = distinct * 2 <= filled && (distinct <= 50 || distinct * 20 <= filled);
    let is_category = distinct <= 2 || (repeats && distinct <= MOST_CATEGORIES);
    if is_category && !is_long { ColumnKind::Category } else { ColumnKind::Text }
}

fn is_truth<'a>(words: impl Iterator<Item = &'a str> + Clone) -> bool {
    let fits = |pair: &[&str; 2]| {
        words.clone().all(|word| pair.iter().any(|truth| word.eq_ignore_ascii_case(truth)))
    };
    TRUTHS.iter().any(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spread(counts: &[(f64, usize)]) -> Vec<f64> {
        counts.iter().flat_map(|&(value, count)| std::iter::repeat_n(value, count)).collect()
    }

    #[test]
    fn codes_are_categories_and_counts_are_numbers() {
        let cases: [(&str, Vec<f64>, ColumnKind); 7] = [
            ("passenger class", spread(&[(1.0, 216), (2.0, 184), (3.0, 491)]), ColumnKind::Category),
            ("survived", spread(&[(0.0, 549), (1.0, 342)]), ColumnKind::Boolean),
            (
                "siblings aboard",
                spread(&[(0.0, 608), (1.0, 209), (2.0, 28), (3.0, 16), (4.0, 18), (5.0, 5), (8.0, 7)]),
                ColumnKind::Number,
            ),
            (
                "parents aboard",
                spread(&[(0.0, 678), (1.0, 118), (2.0, 80), (3.0, 5), (4.0, 4), (5.0, 5), (6.0, 1)]),
                ColumnKind::Number,
            ),
            (
                "hour of day",
                spread(&(0..24).map(|hour| (f64::from(hour), 700)).collect::<Vec<_>>()),
                ColumnKind::Category,
            ),
            (
                "weather, rare storms",
                spread(&[(1.0, 11413), (2.0, 4544), (3.0, 1419), (4.0, 3)]),
                ColumnKind::Category,
            ),
            ("year", spread(&[(2015.0, 30), (2016.0, 30)]), ColumnKind::Number),
        ];
        for (name, values, kind) in cases {
            assert_eq!(number_kind(&values), kind, "{name}");
        }
    }

    #[test]
    fn texts_that_repeat_are_categories() {
        let kind = |texts: &[&str]| {
            let mut counts = HashMap::new();
            for text in texts {
                *counts.entry(*text).or_default() += 1;
            }
            text_kind(&counts)
        };
        assert_eq!(kind(&["yes", "No", "yes"]), ColumnKind::Boolean);
        assert_eq!(kind(&["是", "否", "是"]), ColumnKind::Boolean);
        assert_eq!(kind(&["cat", "dog", "cat", "dog", "bird", "bird"]), ColumnKind::Category);
        assert_eq!(
            kind(&["Braund, Mr. Owen", "Cumings, Mrs. John", "Heikkinen, Miss. Laina"]),
            ColumnKind::Text
        );
    }
}
