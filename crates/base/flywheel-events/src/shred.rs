//! Columns that save reading JSON: which properties of a file get one, and how they are filled.
//!
//! Each file chooses the properties that occur most, so that a question rarely opens the `properties` column.
//! The columns stand beside the table's schema; a file's metadata names them under [`KEY`].
//! `p.<name>` is the property as text, `n.<name>` as a number, `s.<name>` and `o.<name>` what `$set` and `$set_once` say,
//! and `has_set` whether they say anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, BooleanBuilder, Float64Builder, RecordBatch, RecordBatchOptions, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow::error::ArrowError;
use flywheel_people::event::{number_of, text_of};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::row;

/// The key of a file's metadata that names its accelerating columns, as JSON of [`Shredded`].
pub const KEY: &str = "flywheel.shredded";

/// The column that says whether an event says something about its person.
pub const HAS_SET: &str = "has_set";

/// Most properties with a text column.
const TEXT_AT_MOST: usize = 32;
/// Most properties with a number column.
const NUMBER_AT_MOST: usize = 16;
/// Most properties of people with columns.
const SET_AT_MOST: usize = 32;
/// A property that fewer than one in so many rows has gets no column.
const RARER_THAN: usize = 100;
/// A property whose texts are longer than this on average gets no column, bytes.
const LONGEST_TEXT: usize = 256;
/// Unfit properties of people that are listed one by one.
const UNFIT_AT_MOST: usize = 256;

/// The accelerating columns of one file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Shredded {
    /// Properties with a column `p.<name>`, the most frequent first.
    pub text: Vec<String>,
    /// Properties with a column `n.<name>`.
    pub number: Vec<String>,
    /// Properties of people with columns `s.<name>` and `o.<name>`:
    /// whatever the file's events say about these is a text or a number, never null, so that the columns tell all.
    pub set: Vec<String>,
    /// Properties of people that get no column because some event sets them to null, a truth value, a list or an object.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unfit: BTreeSet<String>,
    /// True when there are more unfit ones than are listed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more_unfit: bool,
}

#[derive(Default)]
struct Occurrence {
    rows: usize,
    scalars: usize,
    numbers: usize,
    bytes: usize,
}

impl Shredded {
    /// Chooses for a file of these rows.
    pub fn choose<'e>(rows: impl IntoIterator<Item = &'e Map<String, Value>>) -> Self {
        let mut count = 0;
        let mut properties: BTreeMap<&str, Occurrence> = BTreeMap::new();
        let mut people: BTreeMap<&str, Occurrence> = BTreeMap::new();
        let mut unfit: BTreeSet<&str> = BTreeSet::new();
        for row in rows {
            count += 1;
            for (name, value) in row {
                if name == "$set" || name == "$set_once" {
                    for (name, value) in value.as_object().into_iter().flatten() {
                        people.entry(name).or_default().add(value);
                        if !matches!(value, Value::String(_) | Value::Number(_)) {
                            unfit.insert(name);
                        }
                    }
                } else {
                    properties.entry(name).or_default().add(value);
                }
            }
        }
        let text = most(&properties, count, TEXT_AT_MOST, |seen| seen.scalars);
        let number = most(&properties, count, NUMBER_AT_MOST, |seen| seen.numbers);
        people.retain(|name, _| !unfit.contains(name));
        let set = most(&people, count, SET_AT_MOST, |seen| seen.scalars);
        let more_unfit = unfit.len() > UNFIT_AT_MOST;
        let unfit = unfit.into_iter().take(UNFIT_AT_MOST).map(str::to_owned).collect();
        Self { text, number, set, unfit, more_unfit }
    }

    /// Chooses for a file that is merged of others with so many rows.
    pub fn merge<'s>(parts: impl IntoIterator<Item = (u64, &'s Self)> + Clone) -> Self {
        let mut unfit: BTreeSet<String> = BTreeSet::new();
        let mut more_unfit = false;
        for (_, part) in parts.clone() {
            unfit.extend(part.unfit.iter().cloned());
            more_unfit |= part.more_unfit;
        }
        let weigh = |names: fn(&Self) -> &[String], at_most: usize| {
            let mut weights: BTreeMap<&str, u64> = BTreeMap::new();
            for (rows, part) in parts.clone() {
                for (rank, name) in names(part).iter().enumerate() {
                    // The rank only breaks ties between names that the same files list.
                    *weights.entry(name).or_default() += rows * 64 - rank.min(63) as u64;
                }
            }
            let mut names: Vec<(u64, &str)> =
                weights.into_iter().map(|(name, weight)| (weight, name)).collect();
            names.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
            names.into_iter().take(at_most).map(|(_, name)| name.to_owned()).collect::<Vec<_>>()
        };
        let text = weigh(|part| &part.text, TEXT_AT_MOST);
        let number = weigh(|part| &part.number, NUMBER_AT_MOST);
        let mut set = weigh(|part| &part.set, usize::MAX);
        set.retain(|name| !unfit.contains(name));
        if more_unfit {
            // What is not listed cannot be trusted to be fit; only what every part lists can.
            let everywhere =
                |name: &String| parts.clone().into_iter().all(|(_, part)| part.set.contains(name));
            set.retain(everywhere);
        }
        set.truncate(SET_AT_MOST);
        more_unfit |= unfit.len() > UNFIT_AT_MOST;
        let unfit = unfit.into_iter().take(UNFIT_AT_MOST).collect();
        Self { text, number, set, unfit, more_unfit }
    }

    /// The columns of a file that a metadata value under [`KEY`] names; none when it cannot be read.
    pub fn parse(metadata: &str) -> Self {
        serde_json::from_str(metadata).unwrap_or_default()
    }

    /// The metadata value.
    pub fn json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The schema of a file: the base columns and these.
    pub fn schema(&self) -> SchemaRef {
        let mut fields: Vec<Field> =
            row::schema().fields().iter().map(|field| field.as_ref().clone()).collect();
        let mut add = |prefix: &str, name: &str, data_type: DataType| {
            fields.push(Field::new(format!("{prefix}{name}"), data_type, true));
        };
        add("", HAS_SET, DataType::Boolean);
        self.text.iter().for_each(|name| add("p.", name, DataType::Utf8));
        self.number.iter().for_each(|name| add("n.", name, DataType::Float64));
        for name in &self.set {
            add("s.", name, DataType::Utf8);
            add("o.", name, DataType::Utf8);
        }
        Arc::new(Schema::new(fields))
    }

    /// The accelerating columns of these rows, in the order of [`Shredded::schema`].
    pub fn fill<'e>(&self, rows: impl ExactSizeIterator<Item = &'e Map<String, Value>>) -> Vec<ArrayRef> {
        let count = rows.len();
        let texts = |names: usize| -> Vec<StringBuilder> {
            (0..names).map(|_| StringBuilder::with_capacity(count, count * 8)).collect()
        };
        let mut has_set = BooleanBuilder::with_capacity(count);
        let mut text = texts(self.text.len());
        let mut number: Vec<Float64Builder> =
            (0..self.number.len()).map(|_| Float64Builder::with_capacity(count)).collect();
        let (mut set, mut once) = (texts(self.set.len()), texts(self.set.len()));
        for properties in rows {
            has_set.append_value(says_something(properties));
            for (name, column) in self.text.iter().zip(&mut text) {
                append(column, properties.get(name));
            }
            for (name, column) in self.number.iter().zip(&mut number) {
                column.append_option(properties.get(name).and_then(number_of));
            }
            for (key, columns) in [("$set", &mut set), ("$set_once", &mut once)] {
                let said = properties.get(key);
                for (name, column) in self.set.iter().zip(columns) {
                    append(column, said.and_then(|said| said.get(name)));
                }
            }
        }
        let mut columns: Vec<ArrayRef> = vec![Arc::new(has_set.finish())];
        columns.extend(text.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        columns.extend(number.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef));
        for (set, once) in set.iter_mut().zip(&mut once) {
            columns.push(Arc::new(set.finish()));
            columns.push(Arc::new(once.finish()));
        }
        columns
    }

    /// A batch of a file in this form, brought from the form that its own file had; JSON is read only for what that lacked.
    ///
    /// # Errors
    /// When the batch lacks base columns.
    pub fn conform(&self, batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
        let schema = self.schema();
        let lacks = |field: &Arc<Field>| batch.column_by_name(field.name()).is_none();
        let missing = Self {
            text: wanted(&self.text, |name| lacking(batch, "p.", name)),
            number: wanted(&self.number, |name| lacking(batch, "n.", name)),
            set: wanted(&self.set, |name| lacking(batch, "s.", name) || lacking(batch, "o.", name)),
            ..Self::default()
        };
        let filled = if schema.fields().iter().any(lacks) {
            let json = row::texts(batch, row::PROPERTIES)?;
            let rows: Vec<Map<String, Value>> =
                (0..batch.num_rows()).map(|at| row::properties_of(json.value(at))).collect();
            let columns = missing.fill(rows.iter());
            let schema = missing.schema();
            let fields = schema.fields()[row::BASE_COLUMNS..].to_vec();
            Some(RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)?)
        } else {
            None
        };
        let column = |field: &Arc<Field>| {
            let own = batch.column_by_name(field.name());
            let own = own.or_else(|| filled.as_ref()?.column_by_name(field.name()));
            let column = own.filter(|column| column.data_type() == field.data_type()).cloned();
            column.ok_or_else(|| ArrowError::SchemaError(format!("no column `{}`", field.name())))
        };
        let columns = schema.fields().iter().map(column).collect::<Result<Vec<_>, _>>()?;
        let rows = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        RecordBatch::try_new_with_options(schema, columns, &rows)
    }
}

impl Occurrence {
    fn add(&mut self, value: &Value) {
        match value {
            Value::Null => return,
            Value::Array(_) | Value::Object(_) => {}
            Value::Number(_) => {
                self.numbers += 1;
                self.scalars += 1;
            }
            Value::String(text) => {
                self.bytes += text.len();
                self.scalars += 1;
            }
            Value::Bool(_) => self.scalars += 1,
        }
        self.rows += 1;
    }
}

/// The names that occur most by `of`, the most frequent first.
fn most(
    names: &BTreeMap<&str, Occurrence>,
    rows: usize,
    at_most: usize,
    of: fn(&Occurrence) -> usize,
) -> Vec<String> {
    let often = |seen: &Occurrence| {
        let fits = of(seen);
        fits > 0
            && fits * RARER_THAN >= rows
            && fits * 2 >= seen.rows
            && seen.bytes <= LONGEST_TEXT * seen.scalars
    };
    let mut found: Vec<(usize, &str)> =
        names.iter().filter(|(_, seen)| often(seen)).map(|(name, seen)| (of(seen), *name)).collect();
    found.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    found.into_iter().take(at_most).map(|(_, name)| name.to_owned()).collect()
}

/// Whether an event says something about its person.
pub fn says_something(properties: &Map<String, Value>) -> bool {
    ["$set", "$set_once"]
        .iter()
        .any(|key| properties.get(*key).and_then(Value::as_object).is_some_and(|said| !said.is_empty()))
}

fn append(column: &mut StringBuilder, value: Option<&Value>) {
    match value {
        Some(Value::String(text)) => column.append_value(text),
        value => column.append_option(value.and_then(text_of)),
    }
}

fn wanted(names: &[String], keep: impl Fn(&str) -> bool) -> Vec<String> {
    names.iter().filter(|name| keep(name)).cloned().collect()
}

fn lacking(batch: &RecordBatch, prefix: &str, name: &str) -> bool {
    batch.column_by_name(&format!("{prefix}{name}")).is_none()
}

#[cfg(test)]
mod tests {
    use arrow::array::AsArray;
    use arrow::datatypes::Float64Type;
    use serde_json::json;

    use super::*;

    fn map(value: Value) -> Map<String, Value> {
        value.as_object().cloned().unwrap_or_default()
    }

    #[test]
    fn the_most_frequent_scalars_are_chosen() {
        let mut rows: Vec<Map<String, Value>> = (0..400)
            .map(|at| map(json!({"plan": "pro", "amount": at, "tags": ["a"], "text": "x".repeat(300), "none": null})))
            .collect();
        rows[0].insert("rare".to_owned(), json!("once"));
        rows[0].insert("$set".to_owned(), json!({"city": "Bern", "vip": true}));
        for row in rows.iter_mut().take(8) {
            row.insert("$set_once".to_owned(), json!({"from": "ad", "age": 5}));
        }
        let chosen = Shredded::choose(&rows);
        assert_eq!(chosen.text, ["amount", "plan"]);
        assert_eq!(chosen.number, ["amount"]);
        assert_eq!(chosen.set, ["age", "from"]);
        assert_eq!(chosen.unfit, BTreeSet::from(["vip".to_owned()]));
        assert_eq!(Shredded::parse(&chosen.json()), chosen);
        let only_these = json!({"text": ["plan"], "number": [], "set": []}).to_string();
        assert_eq!(Shredded::parse(&only_these).text, ["plan"]);
    }

    #[test]
    fn columns_hold_what_the_properties_say() {
        let rows = [
            map(json!({"plan": "pro", "amount": "2.5", "$set": {"city": "Bern"}})),
            map(json!({"plan": 5.0, "amount": true, "$set_once": {"city": 7}})),
            map(json!({"plan": null, "$set": {}})),
        ];
        let shredded = Shredded {
            text: vec!["plan".to_owned()],
            number: vec!["amount".to_owned()],
            set: vec!["city".to_owned()],
            ..Shredded::default()
        };
        let columns = shredded.fill(rows.iter());
        let text = |at: usize| -> Vec<Option<&str>> { columns[at].as_string::<i32>().iter().collect() };
        let has_set: Vec<bool> = columns[0].as_boolean().iter().flatten().collect();
        assert_eq!(has_set, [true, true, false]);
        assert_eq!(text(1), [Some("pro"), Some("5"), None]);
        let numbers: Vec<Option<f64>> = columns[2].as_primitive::<Float64Type>().iter().collect();
        assert_eq!(numbers, [Some(2.5), Some(1.0), None]);
        assert_eq!(text(3), [Some("Bern"), None, None]);
        assert_eq!(text(4), [None, Some("7"), None]);
    }

    #[test]
    fn what_one_part_finds_unfit_is_unfit_in_the_whole() {
        let of = |rows: &[Value]| Shredded::choose(&rows.iter().cloned().map(map).collect::<Vec<_>>());
        let a = of(&[json!({"$set": {"city": "Bern", "age": 4}, "plan": "a"})]);
        let b = of(&[json!({"$set": {"city": null}, "amount": 4}), json!({"amount": 5})]);
        let both = Shredded::merge([(1, &a), (2, &b)]);
        assert_eq!(both.set, ["age"]);
        assert_eq!(both.text, ["amount", "plan"]);
        assert_eq!(both.unfit, BTreeSet::from(["city".to_owned()]));
    }
}
