//! Rows as JSON become the columns that the preparation reads.

use std::borrow::Cow;
use std::sync::Arc;

use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::frame::{Column, Frame, Values};
use flywheel_tables::infer;
use serde_json::{Map, Value};

use crate::prepare::{Code, ColumnCode, Preparation, read_number_as, read_time_as, time_of_number};

/// Names listed in a message.
const SHOWN: usize = 12;

/// The frame of these rows, its columns in the preparation's order; every value that can't be read is a problem.
pub(super) fn frame(preparation: &Preparation, rows: &[Map<String, Value>]) -> Result<Frame, Problems> {
    let mut problems = Problems::default();
    let columns = preparation
        .columns
        .iter()
        .map(|column| Column { name: column.name.clone(), values: of_column(column, rows, &mut problems) })
        .collect();
    for (row, values) in rows.iter().enumerate() {
        let found = of_another_kind(preparation, values);
        problems.problems.extend(found.map(|found| found.at_row(row as u64 + 1)));
    }
    problems.problems.sort_by_key(|problem| problem.place.row);
    problems.settle(Frame { columns }).map(|(frame, _)| frame)
}

/// What is wrong with a row that names columns and none that the model reads: its answer would be a guess at nothing.
fn of_another_kind(preparation: &Preparation, row: &Map<String, Value>) -> Option<Problem> {
    let is_read = |name: &String| preparation.columns.iter().any(|column| column.name == *name);
    if row.is_empty() || row.keys().any(is_read) {
        return None;
    }
    let found = listed(row.keys().map(String::as_str));
    let columns = listed(preparation.columns.iter().map(|column| column.name.as_str()));
    let problem = Problem::error(phrase!("models.no_known_column", found = found));
    Some(problem.advise(phrase!("models.reads_rows_advice", columns = columns)))
}

fn listed<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.take(SHOWN).collect::<Vec<_>>().join("`, `")
}

/// One row of a frame as JSON, for the log: the columns that the model reads.
pub(super) fn values(preparation: &Preparation, frame: &Frame, row: usize) -> Map<String, Value> {
    let mut values = Map::new();
    for column in &preparation.columns {
        let Some(found) = frame.column(&column.name) else { continue };
        let value = match &found.values {
            Values::Number(numbers) => {
                serde_json::Number::from_f64(numbers[row]).map_or(Value::Null, Value::Number)
            }
            other => other.text(row).map_or(Value::Null, Value::String),
        };
        values.insert(column.name.clone(), value);
    }
    values
}

/// A category as the table would hold it: numbers without idle zeros, booleans as `true` and `false`; absent when missing.
pub(crate) fn category_text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(Cow::Borrowed(text.trim())),
        Value::Number(number) => Some(Cow::Owned(number.as_f64()?.to_string())),
        Value::Bool(flag) => Some(Cow::Borrowed(if *flag { "true" } else { "false" })),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn of_column(column: &ColumnCode, rows: &[Map<String, Value>], problems: &mut Problems) -> Values {
    let mut refuse = |row: usize, message: Phrase| {
        problems.push(
            Problem::error(message)
                .advise(phrase!("models.value_advice"))
                .in_column(&column.name)
                .at_row(row as u64 + 1),
        );
    };
    let cells = rows.iter().map(|row| row.get(&column.name).unwrap_or(&Value::Null)).enumerate();
    match &column.code {
        Code::Number(code) => Values::Number(
            cells
                .map(|(row, cell)| {
                    number(cell, |text| read_number_as(text, code.writing)).unwrap_or_else(|| {
                        refuse(row, phrase!("models.value_number", found = shown(cell)));
                        f64::NAN
                    })
                })
                .collect(),
        ),
        Code::Time(code) => Values::Time(
            cells
                .map(|(row, cell)| {
                    let read = number(cell, |text| read_time_as(text, code.writing));
                    let read = if cell.is_number() { read.map(time_of_number) } else { read };
                    read.unwrap_or_else(|| {
                        refuse(row, phrase!("models.value_time", found = shown(cell)));
                        f64::NAN
                    })
                })
                .collect(),
        ),
        code => Values::Text(
            cells
                .map(|(row, cell)| {
                    let text = category_text(cell).filter(|text| !column.is_missing(text));
                    match (code, &text) {
                        (_, None) if cell.is_array() || cell.is_object() => {
                            refuse(row, phrase!("models.value_nested"));
                        }
                        (Code::Boolean(code), Some(text)) if code.read(text).is_none() => {
                            refuse(
                                row,
                                phrase!("models.value_boolean", found = text, yes = code.yes, no = code.no),
                            );
                        }
                        _ => {}
                    }
                    text.map(Arc::from)
                })
                .collect(),
        ),
    }
}

/// A number, NaN where it is missing; absent when the value is no number.
fn number(cell: &Value, read: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    match cell {
        Value::Null => Some(f64::NAN),
        Value::String(text) if infer::is_unmeasured(text) => Some(f64::NAN),
        Value::String(text) => read(text),
        Value::Number(number) => number.as_f64().filter(|number| number.is_finite()),
        Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

fn shown(cell: &Value) -> String {
    let text = cell.as_str().map_or_else(|| cell.to_string(), str::to_owned);
    if text.chars().count() > 40 { text.chars().take(40).chain(['…']).collect() } else { text }
}
