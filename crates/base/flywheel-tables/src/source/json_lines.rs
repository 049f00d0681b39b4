//! JSON Lines: one object a line, nested ones flattened with dots; an array of objects is read the same.

use std::collections::HashMap;

use flywheel_spec::{Phrase, Problem, Problems, phrase};
use serde_json::{Map, Value};

use super::delimited::{typed, unique};
use super::raw::{RawColumn, RawTable};
use super::{Format, ImportOptions, Imported, LISTED, Notes, encoding};
use crate::infer;

/// Objects are flattened so deep; what lies deeper stays JSON text.
const DEPTH: usize = 8;

/// A file in which more than this share of the lines is broken is not JSON Lines, and stops the import.
const MOST_BROKEN: f64 = 0.2;

/// Reads JSON Lines or an array of objects.
pub(super) fn import(name: &str, bytes: &[u8], options: &ImportOptions) -> Result<Imported, Problems> {
    let mut notes = Notes::default();
    let text = encoding::decode(name, bytes, options.encoding.as_deref(), &mut notes)?;
    let mut rows = Rows::new(name);
    let mut broken: Vec<Problem> = Vec::new();
    if text.trim_start().starts_with('[') {
        match serde_json::from_str::<Vec<Value>>(&text) {
            Ok(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    match item {
                        Value::Object(object) => rows.add(object, None),
                        other => broken.push(not_object(&other).in_file(name).at_row(index as u64 + 1)),
                    }
                }
            }
            Err(error) => {
                notes.problems.push(
                    syntax(&error, error.line() as u64, text.lines().nth(error.line().saturating_sub(1)))
                        .in_file(name),
                );
            }
        }
    } else {
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let number = index as u64 + 1;
            match serde_json::from_str::<Value>(line) {
                Ok(Value::Object(object)) => rows.add(object, Some(number)),
                Ok(other) => broken.push(not_object(&other).in_file(name).at_line(number)),
                Err(error) => broken.push(syntax(&error, number, Some(line)).in_file(name)),
            }
        }
    }
    let mut table = rows.finish();
    say_broken(name, table.rows(), broken, &mut notes);
    if table.rows() == 0 && !notes.problems.stop() {
        notes.problems.push(
            Problem::error(Phrase::new("tables.empty_file"))
                .advise(Phrase::new("tables.copy_again"))
                .in_file(name),
        );
    }
    let (frame, kinds) = typed(&mut table, options, &mut notes);
    notes.settle(frame, kinds, Format::JsonLines)
}

/// Rows while they are gathered; a key seen late is missing in the rows before.
struct Rows {
    table: RawTable,
    places: HashMap<String, usize>,
    rows: usize,
}

impl Rows {
    fn new(file: &str) -> Self {
        Self {
            table: RawTable { file: file.to_owned(), ..RawTable::default() },
            places: HashMap::new(),
            rows: 0,
        }
    }

    fn add(&mut self, object: Map<String, Value>, line: Option<u64>) {
        self.put("", object, DEPTH);
        self.rows += 1;
        for column in &mut self.table.columns {
            column.pad(self.rows);
        }
        self.table.lines.extend(line);
    }

    fn put(&mut self, prefix: &str, object: Map<String, Value>, depth: usize) {
        for (key, value) in object {
            let path = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
            match value {
                Value::Object(inner) if depth > 0 && !inner.is_empty() => self.put(&path, inner, depth - 1),
                value => self.cell(path, &value),
            }
        }
    }

    fn cell(&mut self, path: String, value: &Value) {
        let next = self.table.columns.len();
        let index = *self.places.entry(path).or_insert(next);
        if index == next {
            let path = self.places.iter().find(|(_, place)| **place == next).map(|(path, _)| path.clone());
            let taken: Vec<String> = self.table.columns.iter().map(|column| column.name.clone()).collect();
            let mut column = RawColumn::new(unique(path.as_deref().unwrap_or_default(), &taken));
            column.pad(self.rows);
            self.table.columns.push(column);
        }
        let column = &mut self.table.columns[index];
        // `a.b` may come both as a key and through an object; the first one counts.
        if column.len() > self.rows {
            return;
        }
        match value {
            Value::Null => column.push(""),
            Value::String(text) => column.push(text),
            other => column.push(&other.to_string()),
        }
    }

    fn finish(self) -> RawTable {
        self.table
    }
}

fn not_object(found: &Value) -> Problem {
    let text = infer::shortened(&found.to_string());
    Problem::warning(phrase!("tables.json_not_object", found = text))
        .advise(Phrase::new("tables.json_advice"))
}

fn syntax(error: &serde_json::Error, line: u64, found: Option<&str>) -> Problem {
    // The error ends with its own line and column, which the place says better.
    let words = error.to_string();
    let reason = words.split(" at line ").next().unwrap_or(&words).to_owned();
    let found = infer::shortened(found.unwrap_or_default());
    let mut problem = Problem::warning(phrase!("tables.json_syntax", reason = reason, found = found))
        .advise(Phrase::new("tables.json_advice"))
        .at_line(line);
    problem.place.character = Some(error.column() as u64).filter(|&column| column > 0);
    problem
}

fn say_broken(name: &str, rows: usize, broken: Vec<Problem>, notes: &mut Notes) {
    let count = broken.len();
    if count == 0 {
        return;
    }
    let all = rows + count;
    let stop = count as f64 > MOST_BROKEN * all as f64;
    for mut problem in broken.into_iter().take(LISTED) {
        if stop {
            problem.severity = flywheel_spec::Severity::Error;
        }
        notes.problems.push(problem);
    }
    if count > LISTED {
        let more = phrase!("tables.more_lines", count = count - LISTED);
        notes.problems.push(if stop { Problem::error(more) } else { Problem::warning(more) }.in_file(name));
    }
    if !stop {
        notes.actions.push(phrase!("tables.rows_set_aside", count = count));
    }
}
