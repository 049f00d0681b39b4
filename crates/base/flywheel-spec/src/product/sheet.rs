//! A report's numbers as plain tables, for files and terminals: one table for each list of the report.
//!
//! A list's entries are rows; what an entry holds becomes columns (an estimate three of them: `x`, `x_low`, `x_high`);
//! a list inside an entry becomes a table of its own, with the entry's own columns before it and its position, from 0.

use serde_json::{Map, Value};

use super::Answer;
use crate::Language;

/// Fields of a report that are no numbers of its own.
const ASIDE: [&str; 4] = ["kind", "findings", "charts", "warnings"];

/// A table of a report.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// The name of the list, `steps` or `overall.cohorts.cells`; `report` for the report's own numbers.
    pub name: String,
    /// The columns' names.
    pub columns: Vec<String>,
    /// The rows: text, numbers, truths, or null.
    pub rows: Vec<Vec<Value>>,
}

/// Every table of an answer, the report's own numbers first when it has any; sentences in English, as files hold them.
pub fn sheets(answer: &Answer) -> Vec<Sheet> {
    sheets_in(answer, Language::En)
}

/// The same with sentences in one language.
pub fn sheets_in(answer: &Answer, language: Language) -> Vec<Sheet> {
    let Ok(Value::Object(mut report)) = serde_json::to_value(answer) else { return Vec::new() };
    for name in ASIDE {
        report.shift_remove(name);
    }
    let mut making = Making { language, ..Making::default() };
    making.sheets.extend(steps(&mut report));
    making.entry("", &report, &[]);
    for sheet in &mut making.sheets {
        if sheet.name.is_empty() {
            sheet.name = "report".to_owned();
        }
    }
    making.sheets
}

/// The table that a file of an answer holds: the one of that name, else the first list, else the report's own numbers.
pub fn main_sheet(answer: &Answer, name: Option<&str>) -> Option<Sheet> {
    let sheets = sheets(answer);
    match name {
        Some(name) => sheets.into_iter().find(|sheet| sheet.name == name),
        None => {
            let list = sheets.iter().position(|sheet| sheet.name != "report").unwrap_or(0);
            sheets.into_iter().nth(list)
        }
    }
}

/// Lines over an axis as one table, a row for each step of time and a column for each line.
fn steps(report: &mut Map<String, Value>) -> Option<Sheet> {
    let axis = report.get("axis")?.as_array()?.clone();
    let lines = report.get_mut("lines")?.as_array_mut()?;
    let mut sheet = Sheet { name: "steps".to_owned(), columns: vec!["step".to_owned()], rows: Vec::new() };
    sheet.rows.extend(axis.into_iter().map(|step| vec![step]));
    for line in lines {
        let line = line.as_object_mut()?;
        let texts = |value: Option<Value>| match value {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        };
        let mut name = line.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        for part in texts(line.shift_remove("values_of")) {
            name = format!("{name} · {}", part.as_str().unwrap_or("–"));
        }
        if line.get("rest") == Some(&Value::Bool(true)) {
            name.push_str(" · …");
        }
        for (part, suffix) in [("values", ""), ("before", " (before)")] {
            let values = texts(line.shift_remove(part));
            if values.is_empty() && part == "before" {
                continue;
            }
            sheet.columns.push(format!("{name}{suffix}"));
            for (at, row) in sheet.rows.iter_mut().enumerate() {
                row.push(values.get(at).cloned().unwrap_or_default());
            }
        }
        line.insert("name".to_owned(), name.into());
    }
    report.shift_remove("axis");
    report.shift_remove("axis_before");
    Some(sheet)
}

#[derive(Default)]
struct Making {
    language: Language,
    sheets: Vec<Sheet>,
}

impl Making {
    /// Adds an entry of the list `name`; `before` are the columns of the entries around it.
    fn entry(&mut self, name: &str, entry: &Map<String, Value>, before: &[(String, Value)]) {
        let mut row = before.to_vec();
        let mut lists = Vec::new();
        spread(self.language, "", entry, &mut row, &mut lists);
        if row.len() > before.len() {
            self.sheet(name).add(&row);
        }
        let top = name.is_empty();
        for (list, items) in lists {
            let name = if top { list.clone() } else { format!("{name}.{list}") };
            // The list is there, also when it has no entries.
            self.sheet(&name);
            for (place, item) in items.iter().enumerate() {
                let mut before = if top { Vec::new() } else { row.clone() };
                if !top || !item.is_object() {
                    before.push((last(&list).to_owned(), place.into()));
                }
                match item {
                    Value::Object(item) => self.entry(&name, item, &before),
                    other => {
                        before.push(("value".to_owned(), other.clone()));
                        self.sheet(&name).add(&before);
                    }
                }
            }
        }
    }

    fn sheet(&mut self, name: &str) -> &mut Sheet {
        let at = self.sheets.iter().position(|sheet| sheet.name == name).unwrap_or_else(|| {
            self.sheets.push(Sheet { name: name.to_owned(), ..Sheet::default() });
            self.sheets.len() - 1
        });
        &mut self.sheets[at]
    }
}

impl Sheet {
    fn add(&mut self, row: &[(String, Value)]) {
        let mut cells = vec![Value::Null; self.columns.len()];
        for (name, value) in row {
            match self.columns.iter().position(|column| column == name) {
                Some(at) => cells[at] = value.clone(),
                None => {
                    self.columns.push(name.clone());
                    self.rows.iter_mut().for_each(|row| row.push(Value::Null));
                    cells.push(value.clone());
                }
            }
        }
        self.rows.push(cells);
    }
}

/// An entry's values as columns, and its lists.
fn spread<'v>(
    language: Language,
    prefix: &str,
    entry: &'v Map<String, Value>,
    row: &mut Vec<(String, Value)>,
    lists: &mut Vec<(String, &'v Vec<Value>)>,
) {
    let sentence = match language {
        Language::En => "en",
        Language::Zh => "zh",
    };
    for (name, value) in entry {
        let column = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            Value::Array(items) => lists.push((column, items)),
            Value::Object(object) => match object.get(sentence).or_else(|| object.get("name")) {
                // A sentence, and a property with its owner.
                Some(Value::String(text)) if object.contains_key("zh") || object.len() <= 2 => {
                    row.push((column, text.clone().into()));
                }
                _ if is_estimate(object) => {
                    for (part, suffix) in [("value", ""), ("low", "_low"), ("high", "_high")] {
                        row.push((format!("{column}{suffix}"), object[part].clone()));
                    }
                }
                _ => spread(language, &column, object, row, lists),
            },
            _ => row.push((column, value.clone())),
        }
    }
}

fn is_estimate(object: &Map<String, Value>) -> bool {
    object.len() == 3 && ["value", "low", "high"].iter().all(|part| object.contains_key(*part))
}

fn last(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::product::segment::{RfmGroup, RfmRow, SegmentReport};

    fn made(report: Value) -> Vec<Sheet> {
        let mut making = Making::default();
        making.entry("", report.as_object().expect("an object"), &[]);
        making.sheets
    }

    #[test]
    fn lines_over_an_axis_are_one_table() {
        let report = json!({
            "axis": ["mon", "tue"],
            "lines": [
                {"name": "pay", "values_of": ["pro"], "values": [1, null], "before": [2, 3], "whole": 1},
                {"name": "pay", "values_of": [], "values": [4, 5], "before": [], "whole": 9},
            ],
        });
        let mut report = report.as_object().cloned().expect("an object");
        let sheet = steps(&mut report).expect("steps");
        assert_eq!(sheet.columns, ["step", "pay · pro", "pay · pro (before)", "pay"]);
        assert_eq!(sheet.rows[1], [json!("tue"), json!(null), json!(3), json!(5)]);
        assert!(!report.contains_key("axis"));
    }

    #[test]
    fn sentences_are_told_in_one_language() {
        let title = crate::phrase!("following.rfm_champions");
        let row = RfmRow {
            group: RfmGroup::Champions,
            title,
            people: 3,
            share: 1.0,
            mean_days_since: None,
            mean_events: None,
            mean_value: None,
        };
        let answer = Answer::Segment(SegmentReport { rfm: vec![row], ..SegmentReport::default() });
        for (language, expected) in [(Language::En, "champions"), (Language::Zh, "冠军用户")] {
            let sheets = sheets_in(&answer, language);
            let rfm = sheets.iter().find(|sheet| sheet.name == "rfm").expect("the groups");
            let title = rfm.columns.iter().position(|column| column == "title").expect("a title");
            assert_eq!(rfm.rows[0][title], json!(expected));
        }
    }

    #[test]
    fn lists_are_tables_and_lists_inside_them_too() {
        let sheets = made(json!({
            "people": 5,
            "steps": [
                {"label": "a", "rate": {"value": 0.5, "low": 0.4, "high": 0.6}},
                {"label": "b", "rate": null},
            ],
            "overall": {"cohorts": [{"label": "w1", "size": 2, "cells": [{"people": 2}, {"people": 1}]}]},
        }));
        let find =
            |name: &str| sheets.iter().find(|sheet| sheet.name == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(find("").columns, ["people"]);
        assert_eq!(find("steps").columns, ["label", "rate", "rate_low", "rate_high"]);
        assert_eq!(find("steps").rows[1], [json!("b"), json!(null), json!(null), json!(null)]);
        let cells = find("overall.cohorts.cells");
        assert_eq!(cells.columns, ["label", "size", "cells", "people"]);
        assert_eq!(
            cells.rows,
            [
                vec![json!("w1"), json!(2), json!(0), json!(2)],
                vec![json!("w1"), json!(2), json!(1), json!(1)]
            ]
        );
    }
}
