//! Suspicious columns: an id, a constant, a column that gives the target away.

use std::collections::{HashMap, HashSet};

use flywheel_spec::table::ColumnKind;
use flywheel_spec::{Phrase, phrase};
use flywheel_stats::quantile::Sorted;
use flywheel_tables::frame::{Column, Values};

use super::category::category_at;
use super::number::as_numbers;
use super::{Selection, TargetCode};
use crate::figure;
use crate::table::Table;

/// Fewer rows say nothing about ids.
const FEWEST_ROWS: usize = 30;

/// Rows looked at for leaks; an even sample of more.
const MOST_ROWS: usize = 50_000;

/// Words that the texts of a column have on average where it says something.
const SEVERAL_WORDS: f64 = 5.0;

/// Bins of a number.
const BINS: usize = 50;

/// A single honest column rarely removes so much of the errors.
const SUSPICIOUS_CLASSES: f64 = 0.90;

/// A single honest column rarely explains so much of a number's variance.
const SUSPICIOUS_NUMBERS: f64 = 0.93;

/// When a single value gives a rare class away.
struct Telling {
    /// Values that the column may have.
    most_values: usize,
    /// Rows that must hold the value.
    fewest_rows: usize,
    /// Share of all rows below which a class is rare.
    rare: f64,
    /// Share of the value's rows that are of the class.
    sure: f64,
}

const TELLING: Telling = Telling { most_values: 20, fewest_rows: 10, rare: 0.2, sure: 0.97 };

/// How many different values the training rows of a column hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Distinct {
    /// Different values, the missing not counted.
    pub count: usize,
    /// Whether some are missing.
    pub some_missing: bool,
    /// The first value.
    pub first: String,
}

impl Distinct {
    pub(super) fn of(values: &Values, train: &[usize]) -> Self {
        let first = train.iter().find_map(|&row| category_at(values, row)).map(|first| first.into_owned());
        let mut some_missing = false;
        let count = match values {
            Values::Number(numbers) | Values::Time(numbers) => {
                let present = train.iter().map(|&row| numbers[row]).filter(|number| {
                    some_missing |= number.is_nan();
                    !number.is_nan()
                });
                present.map(f64::to_bits).collect::<HashSet<u64>>().len()
            }
            _ => {
                let mut seen = HashSet::new();
                for &row in train {
                    match category_at(values, row) {
                        Some(value) => seen.insert(value),
                        None => {
                            some_missing = true;
                            continue;
                        }
                    };
                }
                seen.len()
            }
        };
        Self { count, some_missing, first: first.unwrap_or_default() }
    }
}

/// True for a different category or a different single word in (almost) every row, and for whole numbers that count the rows one by one.
pub(super) fn is_identifier(column: &Column, kind: ColumnKind, train: &[usize], distinct: &Distinct) -> bool {
    if train.len() < FEWEST_ROWS {
        return false;
    }
    match (kind, &column.values) {
        (ColumnKind::Category | ColumnKind::Boolean, _) => distinct.count * 100 >= train.len() * 95,
        (ColumnKind::Text, Values::Text(texts)) => {
            let is_word = |row: &&usize| texts[**row].as_deref().is_some_and(|text| words_in(text) <= 1.0);
            let words = train.iter().filter(is_word).count();
            distinct.count * 100 >= train.len() * 95 && words * 100 >= train.len() * 95
        }
        (ColumnKind::Number, Values::Number(numbers)) => {
            let whole = train.iter().all(|&row| numbers[row].fract() == 0.0);
            let all_differ = distinct.count == train.len();
            if !whole || !all_differ {
                return false;
            }
            let ascending = train.windows(2).all(|pair| numbers[pair[0]] < numbers[pair[1]]);
            let sorted = Sorted::of(train.iter().map(|&row| numbers[row]));
            let spread = sorted.quantile(1.0).unwrap_or(0.0) - sorted.quantile(0.0).unwrap_or(0.0);
            // Training rows are a part of the table, so the numbers of the others lie between.
            let dense = spread < 4.0 * train.len() as f64;
            ascending || dense
        }
        _ => false,
    }
}

/// True where texts have several words each, as a message does and a name or a code does not.
pub(super) fn says_something(column: &Column, train: &[usize]) -> bool {
    let step = train.len().div_ceil(MOST_ROWS).max(1);
    let words: Vec<f64> = train
        .iter()
        .step_by(step)
        .map(|&row| words_in(&super::text::text_at(&column.values, row)))
        .filter(|words| *words > 0.0)
        .collect();
    words.iter().sum::<f64>() >= SEVERAL_WORDS * words.len().max(1) as f64
}

/// Words of a text, roughly: what stands between spaces, and six Chinese characters say as much as five words.
fn words_in(text: &str) -> f64 {
    let han = text.chars().filter(|character| flywheel_language::is_han(*character)).count();
    let other = text
        .split(|character: char| character.is_whitespace() || flywheel_language::is_han(character))
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .count();
    other as f64 + han as f64 * 5.0 / 6.0
}

/// What to say of a column that alone tells the target nearly always; absent for honest ones.
///
/// Each row is judged by the other rows with the same value (a number's in fifty bins of equal counts), so that
/// a column of many values gains nothing from their number.
pub(super) fn leak(
    column: &Column,
    kind: ColumnKind,
    table: &Table,
    selection: &Selection,
    train: &[usize],
) -> Option<Phrase> {
    let step = train.len().div_ceil(MOST_ROWS).max(1);
    let rows: Vec<usize> = train.iter().copied().step_by(step).collect();
    let bins = bins(column, kind, &rows);
    if selection.classes.is_empty() {
        let targets = selection.numbers(table).ok()?;
        let targets: Vec<f64> = rows.iter().map(|&row| targets[row]).collect();
        let explained = variance_explained(&bins, &targets);
        return (explained > SUSPICIOUS_NUMBERS).then(|| {
            phrase!(
                "prepare.leak_number",
                column = column.name,
                target = selection.target,
                share = figure::percent(explained)
            )
        });
    }
    let classes: Vec<usize> = rows.iter().filter_map(|&row| selection.class_of(row)).collect();
    let removed = errors_removed(&bins, &classes, selection.classes.len());
    if removed > SUSPICIOUS_CLASSES {
        return Some(phrase!(
            "prepare.leak_class",
            column = column.name,
            target = selection.target,
            share = figure::percent(removed)
        ));
    }
    let (row, class) = telling_value(&bins, &classes, selection.classes.len())?;
    Some(phrase!(
        "prepare.leak_value",
        column = column.name,
        value = column.values.text(rows[row]).unwrap_or_default(),
        target = selection.target,
        class = selection.classes[class]
    ))
}

/// A value that (almost) always goes with a class that is rare otherwise, as the name of a fault does with the fault:
/// a row that holds it, and the class. Only columns of few values are looked at.
fn telling_value(bins: &[usize], classes: &[usize], class_count: usize) -> Option<(usize, usize)> {
    let mut counts: HashMap<usize, (usize, Vec<usize>)> = HashMap::new();
    let mut totals = vec![0_usize; class_count];
    for (row, (&bin, &class)) in bins.iter().zip(classes).enumerate() {
        counts.entry(bin).or_insert_with(|| (row, vec![0; class_count])).1[class] += 1;
        totals[class] += 1;
    }
    if counts.len() > TELLING.most_values {
        return None;
    }
    let is_rare = |class: usize| (totals[class] as f64) < TELLING.rare * classes.len() as f64;
    let telling = counts.values().filter_map(|(row, in_bin)| {
        let rows: usize = in_bin.iter().sum();
        let sure = |&class: &usize| is_rare(class) && in_bin[class] as f64 >= TELLING.sure * rows as f64;
        let class = (0..class_count).find(sure).filter(|_| rows >= TELLING.fewest_rows)?;
        Some((*row, class))
    });
    telling.min()
}

/// A bin for each row: the value of a category, the fiftieth of a number; the missing have one of their own.
fn bins(column: &Column, kind: ColumnKind, rows: &[usize]) -> Vec<usize> {
    if matches!(kind, ColumnKind::Number | ColumnKind::Time) {
        let numbers = as_numbers(&column.values);
        let sorted = Sorted::of(rows.iter().map(|&row| numbers[row]));
        let mut edges: Vec<f64> =
            (1..BINS).filter_map(|bin| sorted.quantile(bin as f64 / BINS as f64)).collect();
        edges.dedup();
        return rows
            .iter()
            .map(|&row| match numbers[row] {
                number if number.is_nan() => BINS + 1,
                number => edges.partition_point(|edge| *edge < number),
            })
            .collect();
    }
    let mut places = HashMap::new();
    rows.iter()
        .map(|&row| {
            let value = category_at(&column.values, row);
            let next = places.len();
            *places.entry(value).or_insert(next)
        })
        .collect()
}

/// Share of the errors of always answering the most frequent class that knowing the bin removes (Goodman and Kruskal's λ, leaving the row itself out).
fn errors_removed(bins: &[usize], classes: &[usize], class_count: usize) -> f64 {
    let mut counts: HashMap<usize, Vec<u64>> = HashMap::new();
    let mut totals = vec![0_u64; class_count];
    for (&bin, &class) in bins.iter().zip(classes) {
        counts.entry(bin).or_insert_with(|| vec![0; class_count])[class] += 1;
        totals[class] += 1;
    }
    let rows = classes.len() as f64;
    let right: u64 = counts
        .values()
        .flat_map(|in_bin| {
            in_bin.iter().enumerate().map(move |(class, &count)| {
                let others = in_bin.iter().enumerate().filter(|(other, _)| *other != class);
                let strongest = others.map(|(_, &count)| count).max().unwrap_or(0);
                if count > 0 && count - 1 > strongest { count } else { 0 }
            })
        })
        .sum();
    let always_most = totals.iter().max().copied().unwrap_or(0) as f64 / rows;
    if always_most >= 1.0 { 0.0 } else { 1.0 - (1.0 - right as f64 / rows) / (1.0 - always_most) }
}

/// R² of answering each row with the mean of the other rows in its bin.
fn variance_explained(bins: &[usize], targets: &[f64]) -> f64 {
    let mut sums: HashMap<usize, (f64, f64)> = HashMap::new();
    for (&bin, &target) in bins.iter().zip(targets) {
        let entry = sums.entry(bin).or_default();
        entry.0 += target;
        entry.1 += 1.0;
    }
    let TargetCode::Number { mean, deviation } = TargetCode::fit_number(targets) else { return 0.0 };
    let left: f64 = bins
        .iter()
        .zip(targets)
        .map(|(bin, &target)| {
            let (sum, count) = sums[bin];
            let others = if count > 1.0 { (sum - target) / (count - 1.0) } else { mean };
            (target - others).powi(2)
        })
        .sum();
    1.0 - left / (deviation * deviation * targets.len() as f64)
}
