//! A column gives the target away: it tells by itself what nothing known beforehand could.
//!
//! Four signs, each on its own enough:
//! the column leaves almost nothing of the target's uncertainty (measured on rows that were not used to learn the link);
//! one of its values goes with one rare class nearly always;
//! its pure values cover most of a class;
//! the target is the sum, the difference or the product of the column and another.

use std::collections::HashMap;
use std::sync::Arc;

use flywheel_spec::table::{ColumnKind, Finding, FindingKind};
use flywheel_spec::{Phrase, phrase};
use flywheel_stats::correlation::pearson;

use super::codes::{self, Codes};
use super::{Evidence, percent};
use crate::frame::Values;

/// Share of the target's uncertainty that one honest column does not take away.
const CERTAINTY: f64 = 0.9;

/// Correlation with a target of numbers, or share of its spread explained, that one honest column does not reach.
const EXPLAINED: f64 = 0.98;

/// A value is pure when at least this share of its rows is of one class.
const PURE: f64 = 0.98;

/// Rows that a pure value needs, lest it be chance.
const FEWEST: u32 = 10;

/// A class is rare below this share.
const RARE: f64 = 0.25;

/// A class whose rows are to this share told by pure values is given away.
const COVERED: f64 = 0.5;

/// Categories of a column whose values are looked at one by one.
const MOST_VALUES: usize = 50;

/// Columns of numbers that are added and multiplied with each other.
const MOST_ADDED: usize = 60;

/// Columns that give the target away.
pub(super) fn find(evidence: &Evidence<'_>) -> Vec<Finding> {
    let Some(target) = evidence.target else { return Vec::new() };
    let rows = codes::sampled(evidence.table.frame.rows(), codes::SAMPLE);
    if rows.len() < 40 {
        return Vec::new();
    }
    match (evidence.columns[target].kind, &evidence.table.frame.columns[target].values) {
        (ColumnKind::Category | ColumnKind::Boolean, values @ Values::Text(_)) => {
            let Some(classes) = codes::codes(values, &rows) else { return Vec::new() };
            classification(evidence, target, &rows, &classes)
        }
        (ColumnKind::Number, Values::Number(values)) => regression(evidence, target, &rows, values),
        _ => Vec::new(),
    }
}

fn classification(evidence: &Evidence<'_>, target: usize, rows: &[usize], classes: &Codes) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, column) in evidence.table.frame.columns.iter().enumerate() {
        if index == target || column.name == "part" {
            continue;
        }
        let told = codes::codes(&column.values, rows).map(|codes| certainty(&codes, classes)).unwrap_or(0.0);
        let message = if told >= CERTAINTY {
            Some(phrase!(
                "tables.finding_leak_told",
                column = column.name,
                target = evidence.columns[target].name,
                share = format!("{:.0}%", 100.0 * told)
            ))
        } else {
            pure_values(evidence, index, target)
        };
        findings.extend(message.map(|message| finding(&column.name, message)));
    }
    findings
}

/// Theil's uncertainty coefficient on the odd rows, with the link learned on the even ones and smoothed towards the base rate.
fn certainty(codes: &Codes, classes: &Codes) -> f64 {
    let mut joint = vec![0.0_f64; codes.width * classes.width];
    let mut base = vec![0.0_f64; classes.width];
    let pairs =
        || codes.codes.iter().zip(&classes.codes).map(|(&code, &class)| (code as usize, class as usize));
    for (code, class) in pairs().step_by(2) {
        joint[code * classes.width + class] += 1.0;
        base[class] += 1.0;
    }
    let all: f64 = base.iter().sum::<f64>() + classes.width as f64;
    let rate = |class: usize| (base[class] + 1.0) / all;
    let (mut with, mut without) = (0.0, 0.0);
    for (code, class) in pairs().skip(1).step_by(2) {
        let row = &joint[code * classes.width..(code + 1) * classes.width];
        let seen: f64 = row.iter().sum();
        with -= ((row[class] + rate(class)) / (seen + 1.0)).ln();
        without -= rate(class).ln();
    }
    if without > 0.0 { 1.0 - with / without } else { 0.0 }
}

/// Values of a column of few categories that go with one class, counted over all rows.
fn pure_values(evidence: &Evidence<'_>, index: usize, target: usize) -> Option<flywheel_spec::Phrase> {
    let columns = &evidence.table.frame.columns;
    let (Values::Text(values), Values::Text(classes)) = (&columns[index].values, &columns[target].values)
    else {
        return None;
    };
    if evidence.columns[index].distinct > MOST_VALUES as u64
        || evidence.columns[target].distinct > MOST_VALUES as u64
    {
        return None;
    }
    let (values, value_names) = numbered(values)?;
    let (classes, class_names) = numbered(classes)?;
    let width = class_names.len() + 1;
    let mut joint = vec![0_u32; (value_names.len() + 1) * width];
    for (&value, &class) in values.iter().zip(&classes) {
        joint[value as usize * width + class as usize] += 1;
    }
    let by_class: Vec<u32> = (0..width).map(|class| joint.iter().skip(class).step_by(width).sum()).collect();
    let all: u32 = by_class[1..].iter().sum();
    let mut pure: Vec<(&str, usize, u32, u32)> = Vec::new();
    for (row, value) in joint.chunks(width).skip(1).zip(&value_names) {
        let of: u32 = row[1..].iter().sum();
        let is_pure = |count: u32| of >= FEWEST && f64::from(count) >= PURE * f64::from(of);
        let classes = row.iter().enumerate().skip(1).filter(|(_, count)| is_pure(**count));
        pure.extend(classes.map(|(class, &count)| (*value, class, count, of)));
    }
    pure.sort_unstable_by(|a, b| b.2.cmp(&a.2).then_with(|| a.0.cmp(b.0)));
    let share = |class: usize| f64::from(by_class[class]) / f64::from(all);
    let covered = |class: usize| {
        let rows: u32 =
            pure.iter().filter(|(_, other, ..)| *other == class).map(|(_, _, count, _)| count).sum();
        f64::from(rows) / f64::from(by_class[class])
    };
    // A class that nearly every row is of is covered by any column.
    let tells = |class: usize| share(class) <= RARE || (share(class) <= 0.9 && covered(class) >= COVERED);
    let (value, class, count, of) = pure.iter().copied().find(|(_, class, ..)| tells(*class))?;
    Some(phrase!(
        "tables.finding_leak_pure",
        column = columns[index].name,
        value = value,
        target = columns[target].name,
        class = class_names[class - 1],
        count = count,
        of = of,
        share = percent(u64::from(by_class[class]), u64::from(all))
    ))
}

/// Texts as numbers from 1 in the order of their first rows, 0 the missing, with their names; absent where too many differ.
fn numbered(texts: &[Option<Arc<str>>]) -> Option<(Vec<u32>, Vec<&str>)> {
    let mut names: Vec<&str> = Vec::new();
    let mut known: HashMap<&str, u32> = HashMap::new();
    let mut numbers = Vec::with_capacity(texts.len());
    for run in texts.chunk_by(|a, b| a == b) {
        let number = match run[0].as_deref() {
            None => 0,
            Some(text) => *known.entry(text).or_insert_with(|| {
                names.push(text);
                names.len() as u32
            }),
        };
        if names.len() > MOST_VALUES {
            return None;
        }
        numbers.extend(std::iter::repeat_n(number, run.len()));
    }
    Some((numbers, names))
}

fn regression(evidence: &Evidence<'_>, target: usize, rows: &[usize], values: &[f64]) -> Vec<Finding> {
    let columns = &evidence.table.frame.columns;
    let mut findings = Vec::new();
    let mut numbers: Vec<(usize, &[f64])> = Vec::new();
    for (index, column) in columns.iter().enumerate().filter(|(index, _)| *index != target) {
        let explained = match &column.values {
            Values::Number(others) => {
                numbers.push((index, others));
                let pairs: Vec<(f64, f64)> = rows
                    .iter()
                    .map(|&row| (others[row], values[row]))
                    .filter(|(a, b)| a.is_finite() && b.is_finite())
                    .collect();
                pearson(&pairs).map_or(0.0, |value| value * value)
            }
            other => codes::codes(other, rows).map_or(0.0, |codes| explained(&codes, rows, values)),
        };
        if explained >= EXPLAINED {
            let share = format!("{:.0}%", 100.0 * explained);
            let message = phrase!(
                "tables.finding_leak_told",
                column = column.name,
                target = columns[target].name,
                share = share
            );
            findings.push(finding(&column.name, message));
        }
    }
    let made = if numbers.len() <= MOST_ADDED {
        made_of(evidence, target, rows, values, &numbers)
    } else {
        Vec::new()
    };
    // The formula says more than the share that one of its columns explains.
    findings.retain(|finding| made.iter().all(|other| other.column != finding.column));
    made.into_iter().chain(findings).collect()
}

/// Share of the target's spread on the odd rows that the means by code of the even rows explain.
fn explained(codes: &Codes, rows: &[usize], values: &[f64]) -> f64 {
    let mut sums = vec![(0.0, 0.0); codes.width];
    let pairs = || {
        let both = codes.codes.iter().zip(rows).map(|(&code, &row)| (code as usize, values[row]));
        both.filter(|(_, value)| value.is_finite())
    };
    for (code, value) in pairs().step_by(2) {
        sums[code].0 += value;
        sums[code].1 += 1.0;
    }
    let seen: f64 = sums.iter().map(|sum| sum.1).sum();
    let mean = sums.iter().map(|sum| sum.0).sum::<f64>() / seen;
    let (mut left, mut all) = (0.0, 0.0);
    for (code, value) in pairs().skip(1).step_by(2) {
        let guess = if sums[code].1 > 0.0 { sums[code].0 / sums[code].1 } else { mean };
        left += (value - guess).powi(2);
        all += (value - mean).powi(2);
    }
    if all > 0.0 { 1.0 - left / all } else { 0.0 }
}

/// The two columns of which the target is made.
fn made_of(
    evidence: &Evidence<'_>,
    target: usize,
    rows: &[usize],
    values: &[f64],
    numbers: &[(usize, &[f64])],
) -> Vec<Finding> {
    let rows: Vec<usize> = codes::sampled(rows.len(), 500).into_iter().map(|at| rows[at]).collect();
    let operations: [(&str, fn(f64, f64) -> f64); 4] =
        [("+", |a, b| a + b), ("−", |a, b| a - b), ("−", |a, b| b - a), ("×", |a, b| a * b)];
    let name = |index: usize| evidence.table.frame.columns[index].name.as_str();
    for (later, (b_index, b)) in numbers.iter().enumerate() {
        for (a_index, a) in &numbers[..later] {
            for (place, (sign, operation)) in operations.iter().enumerate() {
                let misses = rows.iter().filter(|&&row| {
                    let (made, value) = (operation(a[row], b[row]), values[row]);
                    // Written so that a missing value counts as a miss.
                    !((made - value).abs() <= 1e-6 * value.abs().max(1.0))
                });
                // A column of noughts beside the target itself makes nothing.
                let trivial = |column: &[f64]| rows.iter().all(|&row| column[row] == column[rows[0]]);
                if misses.take(rows.len() / 100 + 1).count() <= rows.len() / 100 && !trivial(a) && !trivial(b)
                {
                    let (left, right) = if place == 2 { (*b_index, *a_index) } else { (*a_index, *b_index) };
                    let formula = format!("{} {sign} {}", name(left), name(right));
                    return [*a_index, *b_index]
                        .map(|index| {
                            let message = phrase!(
                                "tables.finding_leak_made",
                                column = name(index),
                                target = name(target),
                                formula = formula
                            );
                            finding(name(index), message)
                        })
                        .into();
                }
            }
        }
    }
    Vec::new()
}

fn finding(column: &str, message: Phrase) -> Finding {
    let advice = Some(phrase!("tables.finding_leak_advice", column = column));
    Finding { kind: FindingKind::Leak, column: Some(column.to_owned()), message, advice }
}
