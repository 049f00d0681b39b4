//! Walks a document beside its schema and writes down everything that does not fit.

use std::ops::Range;

use serde_json::{Map, Value as Json};
use toml_edit::{Item, Table, TableLike, Value};

use super::place;
use super::schema::{Schema, Wanted};
use crate::{Phrase, Problem, phrase};

/// Everything in the document that does not fit the schema.
pub(super) fn walk(document: &Table, schema: Schema, text: &str, file_name: &str) -> Vec<Problem> {
    let mut walker = Walker { schema: &schema, text, file_name, problems: Vec::new() };
    let node = Node { view: View::Table(document), span: 0..0 };
    walker.node(&node, &schema.root, "");
    walker.problems
}

/// Where a setting stands: itself, else the nearest table around it that is there.
pub(super) fn span_of(document: &Table, setting: &str) -> Range<usize> {
    let mut node = Node { view: View::Table(document), span: 0..0 };
    for step in setting.split('.') {
        let next = match &node.view {
            View::Table(table) => table.get(step).map(|item| Node::of_item(item, &node.span)),
            View::List(items) => step.parse().ok().and_then(|index: usize| items.get(index).cloned()),
            _ => None,
        };
        let Some(next) = next else { break };
        node = next;
    }
    node.span
}

/// A value of the document with its place.
#[derive(Clone)]
struct Node<'d> {
    view: View<'d>,
    span: Range<usize>,
}

#[derive(Clone)]
enum View<'d> {
    Text(&'d str),
    Whole(i64),
    Real(f64),
    Bool(bool),
    Moment(String),
    List(Vec<Node<'d>>),
    Table(&'d dyn TableLike),
}

impl<'d> Node<'d> {
    fn of_item(item: &'d Item, around: &Range<usize>) -> Self {
        let span = item.span().unwrap_or_else(|| around.clone());
        let view = match item {
            Item::Value(value) => return Self::of_value(value, around),
            Item::Table(table) => View::Table(table),
            Item::ArrayOfTables(tables) => {
                let node = |table: &'d Table| Node {
                    span: table.span().unwrap_or_else(|| span.clone()),
                    view: View::Table(table),
                };
                View::List(tables.iter().map(node).collect())
            }
            Item::None => View::List(Vec::new()),
        };
        Self { view, span }
    }

    fn of_value(value: &'d Value, around: &Range<usize>) -> Self {
        let span = value.span().unwrap_or_else(|| around.clone());
        let view = match value {
            Value::String(text) => View::Text(text.value()),
            Value::Integer(number) => View::Whole(*number.value()),
            Value::Float(number) => View::Real(*number.value()),
            Value::Boolean(truth) => View::Bool(*truth.value()),
            Value::Datetime(moment) => View::Moment(moment.value().to_string()),
            Value::Array(items) => View::List(items.iter().map(|item| Self::of_value(item, &span)).collect()),
            Value::InlineTable(table) => View::Table(table),
        };
        Self { view, span }
    }

    /// What stands there, as a person would say it.
    fn said(&self) -> Phrase {
        match &self.view {
            View::Text(text) => phrase!("check.found_text", value = shortened(text)),
            View::Whole(number) => phrase!("check.found_number", value = number),
            View::Real(number) => phrase!("check.found_number", value = number),
            View::Bool(truth) => phrase!("check.found_bool", value = truth),
            View::Moment(moment) => phrase!("check.found_moment", value = moment),
            View::List(items) => phrase!("check.found_list", count = items.len()),
            View::Table(_) => phrase!("check.found_table"),
        }
    }
}

struct Walker<'s> {
    schema: &'s Schema,
    text: &'s str,
    file_name: &'s str,
    problems: Vec<Problem>,
}

impl<'s> Walker<'s> {
    fn node(&mut self, node: &Node<'_>, schema: &'s Json, path: &str) {
        match (self.schema.wanted(schema), &node.view) {
            (Wanted::Anything, _) | (Wanted::Text, View::Text(_)) | (Wanted::Bool, View::Bool(_)) => {}
            (Wanted::Settings { properties, required }, View::Table(table)) => {
                self.settings(*table, node, properties, &required, path);
            }
            (Wanted::Kinds(kinds), View::Table(table)) => self.kinds(*table, node, &kinds, path),
            (Wanted::Named(values), View::Table(table)) => {
                for (name, item) in table.iter() {
                    self.node(&Node::of_item(item, &node.span), values, &below(path, name));
                }
            }
            (Wanted::List(form), View::List(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.node(item, form, &below(path, &index.to_string()));
                }
            }
            (Wanted::Words(words), View::Text(found)) => {
                if !words.contains(found) {
                    self.unknown_word(node, found, &words, path);
                }
            }
            (Wanted::Number { whole, low, high }, View::Whole(number)) => {
                self.range(node, *number as f64, whole, low, high, path);
            }
            (Wanted::Number { whole: false, low, high }, View::Real(number)) if number.is_finite() => {
                self.range(node, *number, false, low, high, path);
            }
            (wanted, _) => self.wrong_form(node, &wanted, path),
        }
    }

    fn settings(
        &mut self,
        table: &dyn TableLike,
        node: &Node<'_>,
        properties: &'s Map<String, Json>,
        required: &[&str],
        path: &str,
    ) {
        for (name, item) in table.iter() {
            let Some(schema) = properties.get(name) else {
                self.unknown_setting(table, node, name, properties, path);
                continue;
            };
            self.node(&Node::of_item(item, &key_span(table, name, &node.span)), schema, &below(path, name));
        }
        // A required setting under a misspelt name is one mistake, not two.
        let known: Vec<&str> = properties.keys().map(String::as_str).collect();
        let strangers = table.iter().map(|(name, _)| name).filter(|name| !properties.contains_key(*name));
        let meant: Vec<&str> = strangers.filter_map(|name| nearest(name, &known)).collect();
        for name in required.iter().filter(|name| !table.contains_key(name) && !meant.contains(name)) {
            let wanted = properties.get(*name).map(|schema| self.say_wanted(&self.schema.wanted(schema)));
            let advice = match &wanted {
                Some(wanted) => phrase!("check.missing_advice", name = name).with_phrase("wanted", wanted),
                None => phrase!("check.missing_advice_plain", name = name),
            };
            let problem = if path.is_empty() {
                Problem::error(phrase!("check.missing_root", name = name))
            } else {
                Problem::error(phrase!("check.missing", name = name, path = path))
            };
            self.push(problem.advise(advice), node.span.start, &below(path, name));
        }
    }

    fn kinds(&mut self, table: &dyn TableLike, node: &Node<'_>, kinds: &[(&'s str, &'s Json)], path: &str) {
        let words: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
        let Some(item) = table.get("kind") else {
            let message = match path {
                "" => phrase!("check.missing_kind_root"),
                _ => phrase!("check.missing_kind", path = path),
            };
            let problem = Problem::error(message).advise(phrase!(
                "check.missing_kind_advice",
                words = listed(&words),
                first = words[0]
            ));
            self.push(problem, node.span.start, &below(path, "kind"));
            return;
        };
        let kind = Node::of_item(item, &node.span);
        let View::Text(found) = kind.view else {
            self.wrong_form(&kind, &Wanted::Words(words), &below(path, "kind"));
            return;
        };
        let Some((_, variant)) = kinds.iter().find(|(word, _)| *word == found) else {
            self.unknown_word(&kind, found, &words, &below(path, "kind"));
            return;
        };
        if let Wanted::Settings { properties, required } = self.schema.wanted(variant) {
            self.settings(table, node, properties, &required, path);
        }
    }

    fn range(
        &mut self,
        node: &Node<'_>,
        number: f64,
        whole: bool,
        low: Option<f64>,
        high: Option<f64>,
        path: &str,
    ) {
        if low.is_none_or(|low| number >= low) && high.is_none_or(|high| number <= high) {
            return;
        }
        let problem =
            Problem::error(phrase!("check.out_of_range", path = path).with_phrase("found", &node.said()))
                .advise(phrase!("check.write").with_phrase("wanted", &say_number(whole, low, high)));
        self.push(problem, node.span.start, path);
    }

    fn unknown_setting(
        &mut self,
        table: &dyn TableLike,
        node: &Node<'_>,
        found: &str,
        properties: &Map<String, Json>,
        path: &str,
    ) {
        let known: Vec<&str> = properties.keys().map(String::as_str).collect();
        let start = key_span(table, found, &node.span).start;
        let setting = below(path, found);
        let homes = self.schema.homes(found);
        let problem = if let Some(nearest) = nearest(found, &known) {
            Problem::error(phrase!("check.unknown_key", found = found, nearest = nearest))
                .advise(phrase!("check.unknown_key_advice", nearest = nearest))
        } else if let Some(home) = homes.first() {
            Problem::error(phrase!("check.unknown_here", found = found)).advise(phrase!(
                "check.lives_elsewhere",
                found = found,
                home = home
            ))
        } else {
            Problem::error(phrase!("check.unknown_here", found = found))
                .advise(phrase!("check.known_here", words = listed(&known)))
        };
        self.push(problem, start, &setting);
    }

    fn unknown_word(&mut self, node: &Node<'_>, found: &str, words: &[&str], path: &str) {
        let problem = match nearest(found, words) {
            Some(nearest) => Problem::error(phrase!("check.unknown_word", found = found, path = path))
                .advise(phrase!("check.nearest_word", nearest = nearest, words = listed(words))),
            None => Problem::error(phrase!("check.unknown_word", found = found, path = path))
                .advise(phrase!("check.one_of_words", words = listed(words))),
        };
        self.push(problem, node.span.start, path);
    }

    fn wrong_form(&mut self, node: &Node<'_>, wanted: &Wanted<'_>, path: &str) {
        let problem =
            Problem::error(phrase!("check.wrong_form", path = path).with_phrase("found", &node.said()))
                .advise(phrase!("check.write").with_phrase("wanted", &self.say_better(node, wanted)));
        self.push(problem, node.span.start, path);
    }

    /// What to write, made of what was meant where that can be guessed.
    fn say_better(&self, node: &Node<'_>, wanted: &Wanted<'_>) -> Phrase {
        match (wanted, &node.view) {
            (Wanted::Kinds(kinds), View::Text(found)) => {
                let words: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
                let kind = nearest(found, &words).unwrap_or(words[0]);
                wanted_kind(kind, &words)
            }
            (Wanted::Text, View::Whole(number)) => phrase!("check.wanted_quoted", value = number),
            (Wanted::Number { .. }, View::Text(text))
                if text.trim().parse::<f64>().is_ok_and(f64::is_finite) =>
            {
                phrase!("check.wanted_unquoted", value = text.trim())
            }
            (Wanted::Bool, View::Text(text)) if matches!(text.trim(), "true" | "false") => {
                phrase!("check.wanted_unquoted", value = text.trim())
            }
            _ => self.say_wanted(wanted),
        }
    }

    fn say_wanted(&self, wanted: &Wanted<'_>) -> Phrase {
        match wanted {
            Wanted::Settings { required, .. } if !required.is_empty() => {
                phrase!("check.wanted_settings", words = listed(required))
            }
            Wanted::Settings { .. } | Wanted::Named(_) => phrase!("check.wanted_table"),
            Wanted::Kinds(kinds) => {
                let words: Vec<&str> = kinds.iter().map(|(kind, _)| *kind).collect();
                wanted_kind(words[0], &words)
            }
            Wanted::List(form) => {
                phrase!("check.wanted_list").with_phrase("form", &self.say_wanted(&self.schema.wanted(form)))
            }
            Wanted::Words(words) => phrase!("check.wanted_words", words = listed(words)),
            Wanted::Text => phrase!("check.wanted_text"),
            Wanted::Bool => phrase!("check.wanted_bool"),
            Wanted::Number { whole, low, high } => say_number(*whole, *low, *high),
            Wanted::Anything => phrase!("check.wanted_value"),
        }
    }

    fn push(&mut self, mut problem: Problem, offset: usize, setting: &str) {
        problem.place = place::at(self.text, self.file_name, offset, setting);
        self.problems.push(problem);
    }
}

fn wanted_kind(kind: &str, words: &[&str]) -> Phrase {
    phrase!("check.wanted_kind", example = format!("{{ kind = \"{kind}\" }}"), words = listed(words))
}

fn say_number(whole: bool, low: Option<f64>, high: Option<f64>) -> Phrase {
    let what = phrase!(if whole { "check.whole_number" } else { "check.number" });
    match (low, high) {
        (Some(low), Some(high)) => phrase!("check.between", low = low, high = high),
        (Some(low), None) => phrase!("check.at_least", low = low),
        (None, Some(high)) => phrase!("check.at_most", high = high),
        (None, None) => phrase!("check.any"),
    }
    .with_phrase("what", &what)
}

fn key_span(table: &dyn TableLike, name: &str, around: &Range<usize>) -> Range<usize> {
    table.get_key_value(name).and_then(|(key, _)| key.span()).unwrap_or_else(|| around.clone())
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

/// The word most like the one found, if any is like it.
fn nearest<'w>(found: &str, words: &[&'w str]) -> Option<&'w str> {
    let plain = |word: &str| word.to_lowercase().replace(['-', '_', ' '], "");
    let likeness = |word: &str| strsim::jaro_winkler(&plain(found), &plain(word));
    let best = words.iter().copied().max_by(|left, right| likeness(left).total_cmp(&likeness(right)))?;
    (likeness(best) >= 0.8).then_some(best)
}

fn listed(words: &[&str]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= 40 {
        return text.to_owned();
    }
    text.chars().take(39).chain(['…']).collect()
}
