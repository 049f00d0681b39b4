//! The target: a class as its position, a number standardised while learning and put back in its unit when answering.

use std::collections::HashMap;

use flywheel_spec::{Problem, Problems, phrase};
use flywheel_tables::frame::Column;
use serde::{Deserialize, Serialize};

use super::number::{as_numbers, mean_and_deviation};
use crate::examples::Targets;

/// Problems shown before the rest are only counted.
const SHOWN: usize = 20;

/// How the target becomes what a network should answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TargetCode {
    /// Classes in the order of the outputs, with their rows in the training part.
    Classes {
        /// The classes.
        labels: Vec<String>,
        /// Rows of each in the training part.
        counts: Vec<u64>,
    },
    /// A number; the network's answer is `(y - mean) / deviation`.
    Number {
        /// The training part's mean.
        mean: f64,
        /// The training part's population deviation; never 0.
        deviation: f64,
    },
}

impl TargetCode {
    /// Standardises the training part's numbers.
    pub(super) fn fit_number(values: &[f64]) -> Self {
        let (mean, deviation) = mean_and_deviation(values);
        Self::Number { mean, deviation: if deviation > 0.0 { deviation } else { 1.0 } }
    }

    /// The classes in the order of the outputs; empty in regression.
    pub fn labels(&self) -> &[String] {
        match self {
            Self::Classes { labels, .. } => labels,
            Self::Number { .. } => &[],
        }
    }

    /// What the network should answer in these rows; every row whose target is missing or unknown is a problem.
    pub(super) fn encode(&self, column: &Column, rows: &[usize]) -> Result<Targets, Problems> {
        let mut problems = Problems::default();
        let mut bad = 0;
        let mut refuse = |row: usize, found: Option<String>| {
            bad += 1;
            if bad <= SHOWN {
                let message = match found {
                    Some(found) => phrase!("prepare.unknown_target", found = found),
                    None => phrase!("prepare.missing_target"),
                };
                problems.push(Problem::error(message).in_column(&column.name).at_row(row as u64 + 1));
            }
        };
        let targets = match self {
            Self::Classes { labels, .. } => {
                let places: HashMap<&str, u32> =
                    labels.iter().enumerate().map(|(place, label)| (label.as_str(), place as u32)).collect();
                let class = |&row: &usize| {
                    let text = column.values.text(row).filter(|text| !text.is_empty());
                    let place = text.as_deref().and_then(|text| places.get(text).copied());
                    if place.is_none() {
                        refuse(row, text);
                    }
                    place.unwrap_or(0)
                };
                Targets::Classes(rows.iter().map(class).collect())
            }
            Self::Number { mean, deviation } => {
                let numbers = as_numbers(&column.values);
                let number = |&row: &usize| {
                    if !numbers[row].is_finite() {
                        refuse(row, column.values.text(row));
                    }
                    ((numbers[row] - mean) / deviation) as f32
                };
                Targets::Numbers(rows.iter().map(number).collect())
            }
        };
        if bad > SHOWN {
            problems.push(
                Problem::error(phrase!("prepare.more_such", count = bad - SHOWN)).in_column(&column.name),
            );
        }
        problems.settle(targets).map(|(targets, _)| targets)
    }
}
