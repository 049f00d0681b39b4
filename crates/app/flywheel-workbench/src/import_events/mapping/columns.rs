//! The columns that rows have, and what stands in them.

use std::collections::{BTreeMap, HashMap};

use flywheel_people::event::{number_of, text_of};
use flywheel_spec::{Problem, phrase};
use flywheel_tables::infer;
use flywheel_tables::source::rows::Row;
use serde_json::{Map, Value};

/// The value of a column, which may lie inside an object: `properties.time`.
pub fn at<'f>(fields: &'f Map<String, Value>, column: &str) -> Option<&'f Value> {
    if let Some(value) = fields.get(column) {
        return Some(value);
    }
    let (object, rest) = column.split_once('.')?;
    at(fields.get(object)?.as_object()?, rest)
}

/// The columns that rows have, in the order met; those inside objects after the objects.
pub struct Columns {
    names: Vec<String>,
}

impl Columns {
    pub fn of(rows: &[&Row]) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for row in rows {
            for (name, value) in &row.fields {
                if seen.insert(name.clone()) {
                    names.push(name.clone());
                }
                for inner in value.as_object().into_iter().flat_map(Map::keys) {
                    let path = format!("{name}.{inner}");
                    if seen.insert(path.clone()) {
                        names.push(path);
                    }
                }
            }
        }
        Self { names }
    }

    pub fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    pub(super) fn known(&self, column: &str) -> bool {
        self.names.iter().any(|name| name == column)
    }

    pub fn unknown(&self, column: &str) -> Problem {
        let likeness = |name: &&String| (strsim::jaro_winkler(name, column) * 1e6) as u64;
        let nearest = self.names.iter().max_by_key(likeness).cloned().unwrap_or_default();
        Problem::error(phrase!("ask.no_column", column = column)).advise(phrase!(
            "ask.no_column_advice",
            nearest = nearest,
            known = self.listed()
        ))
    }

    pub fn listed(&self) -> String {
        const SHOWN: usize = 24;
        let mut text =
            self.names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if self.names.len() > SHOWN {
            text.push_str(", …");
        }
        text
    }

    /// The column of the likeliest name, whole names before names inside objects.
    pub fn named(&self, names: &[&str], fits: &dyn Fn(&str) -> bool) -> Option<String> {
        let mut ranked: Vec<(bool, usize, usize)> = Vec::new();
        for (place, column) in self.names.iter().enumerate() {
            let inner = column.rsplit('.').next().unwrap_or(column);
            let rank = |text: &str| names.iter().position(|name| *name == plain(text));
            if let Some(rank) = rank(column) {
                ranked.push((false, rank, place));
            } else if let Some(rank) = rank(inner) {
                ranked.push((true, rank, place));
            }
        }
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, _, place)| self.names[place].clone()).find(|column| fits(column))
    }

    /// True where so large a share of the rows has a value that fits.
    pub fn mostly(&self, rows: &[&Row], column: &str, share: f64, fits: impl Fn(&Value) -> bool) -> bool {
        let count = rows.iter().filter(|row| at(&row.fields, column).is_some_and(&fits)).count();
        count > 0 && count as f64 >= share * rows.len() as f64
    }

    /// True where so large a share of the values that are there fits; many may give none.
    pub fn mostly_where_given(
        &self,
        rows: &[&Row],
        column: &str,
        share: f64,
        fits: impl Fn(&Value) -> bool,
    ) -> bool {
        let cells = rows.iter().filter_map(|row| at(&row.fields, column));
        let given: Vec<&Value> = cells.filter(|value| is_given(value)).collect();
        let fitting = given.iter().filter(|&&value| fits(value)).count();
        fitting > 0 && fitting as f64 >= share * given.len() as f64
    }

    /// An example of a column's amounts where it holds nothing but numbers and amounts that no question reads as one.
    pub(super) fn amounts(&self, rows: &[&Row], column: &str) -> Option<String> {
        let is_either = |value: &Value| number_of(value).is_some() || is_amount(value);
        if !self.mostly_where_given(rows, column, 0.9, is_either) {
            return None;
        }
        let found = rows.iter().filter_map(|row| at(&row.fields, column)).find(|value| is_amount(value))?;
        found.as_str().map(str::to_owned)
    }

    /// The column of the likeliest of these names that says who where another one says nobody; `None` where that one always says somebody.
    pub(super) fn instead_of(&self, rows: &[&Row], person: &str, names: &[&str]) -> Option<String> {
        let says = |row: &Row, column: &str| {
            at(&row.fields, column).and_then(text_of).is_some_and(|id| !id.trim().is_empty())
        };
        let nameless: Vec<&Row> = rows.iter().copied().filter(|row| !says(row, person)).collect();
        if nameless.is_empty() {
            return None;
        }
        self.named(names, &|column| {
            column != person && nameless.iter().filter(|row| says(row, column)).count() * 2 >= nameless.len()
        })
    }

    /// True for a column of names that come again and again.
    pub(super) fn repeats(&self, rows: &[&Row], column: &str) -> bool {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for text in rows.iter().filter_map(|row| at(&row.fields, column).and_then(text_of)) {
            *counts.entry(text).or_default() += 1;
        }
        let filled: usize = counts.values().sum();
        filled * 10 >= rows.len() * 9 && (counts.len() <= 20 || counts.len() * 2 <= filled)
    }

    /// True where every row has a value, and rows of one value say the same in these columns: an event that came twice.
    pub fn tells_events_apart(&self, rows: &[&Row], column: &str, said: &[&str]) -> bool {
        let mut known: HashMap<String, Vec<Option<&Value>>> = HashMap::new();
        rows.iter().all(|row| {
            let Some(value) = at(&row.fields, column).and_then(text_of) else { return false };
            let says: Vec<Option<&Value>> = said.iter().map(|column| at(&row.fields, column)).collect();
            *known.entry(value).or_insert_with(|| says.clone()) == says
        })
    }
}

/// Whether a text is an amount such as `1,234.50`, `12,34` or `¥5`.
fn is_amount(value: &Value) -> bool {
    let Some(text) = value.as_str() else { return false };
    let reads = || infer::number(text).is_some() || infer::number(&text.replace(',', ".")).is_some();
    text.contains([',', '$', '€', '£', '¥', '￥']) && number_of(value).is_none() && reads()
}

/// Whether a cell holds anything.
fn is_given(value: &Value) -> bool {
    !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
}

/// Letters and digits only, small, traditional characters simplified.
pub fn plain(name: &str) -> String {
    flywheel_language::fold(name).chars().filter(|letter| letter.is_alphanumeric()).collect()
}
