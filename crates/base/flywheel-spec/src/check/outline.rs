//! The kinds of a spec with their settings in a few lines, for who writes one down without the documentation at hand.

use std::fmt::Write;

use serde_json::{Map, Value};

use super::schema::{Schema, Wanted};
use crate::Phrase;

/// Each kind with its settings, a line each, then what the names of tables stand for; `*` marks what must be there.
pub(super) fn outline(schema: &Schema, asks: impl Fn(&str) -> Phrase) -> String {
    let mut outline = Outline { schema, tables: Vec::new() };
    let mut text = String::new();
    if let Wanted::Kinds(kinds) = schema.wanted(&schema.root) {
        for (kind, variant) in kinds {
            let _ = writeln!(text, "{kind} ({}) = {}", asks(kind).en, outline.whole(variant));
        }
    }
    let mut told = 0;
    while let Some(name) = outline.tables.get(told).copied() {
        told += 1;
        if let Some(table) = schema.called(name) {
            let _ = writeln!(text, "{name} = {}", outline.whole(table));
        }
    }
    text
}

struct Outline<'s> {
    schema: &'s Schema,
    /// Tables that were named, in the order of their first mention.
    tables: Vec<&'s str>,
}

impl<'s> Outline<'s> {
    /// What a place may hold; a table that has a name by its name.
    fn form(&mut self, place: &'s Value) -> String {
        let table = matches!(self.schema.wanted(place), Wanted::Settings { .. } | Wanted::Kinds(_));
        match name_of(place).filter(|_| table) {
            Some(name) => {
                if !self.tables.contains(&name) {
                    self.tables.push(name);
                }
                name.to_owned()
            }
            None => self.whole(place),
        }
    }

    /// What a place may hold, written out.
    fn whole(&mut self, place: &'s Value) -> String {
        match self.schema.wanted(place) {
            Wanted::Settings { properties, required } => self.settings(properties, &required),
            Wanted::Kinds(kinds) => {
                let forms: Vec<String> = kinds.into_iter().map(|(_, variant)| self.whole(variant)).collect();
                forms.join(" or ")
            }
            Wanted::Named(values) => format!("{{name: {}}}", self.form(values)),
            Wanted::List(items) => format!("[{}]", self.form(items)),
            Wanted::Words(words) => words.join("|"),
            Wanted::Text => "text".to_owned(),
            Wanted::Bool => "true|false".to_owned(),
            Wanted::Number { whole, low, high } => number(whole, low, high),
            Wanted::Anything => "any".to_owned(),
        }
    }

    fn settings(&mut self, properties: &'s Map<String, Value>, required: &[&str]) -> String {
        let mut settings = Vec::with_capacity(properties.len());
        for (name, place) in properties {
            let must = if required.contains(&name.as_str()) { "*" } else { "" };
            settings.push(format!("{name}{must}: {}", self.form(place)));
        }
        format!("{{{}}}", settings.join(", "))
    }
}

/// The name of what a place refers to, `null` set aside.
fn name_of(place: &Value) -> Option<&str> {
    if let Some(path) = place.get("$ref").and_then(Value::as_str) {
        return path.rsplit('/').next();
    }
    let choices = place.get("oneOf")?.as_array()?;
    let mut real = choices.iter().filter(|choice| choice.get("type").and_then(Value::as_str) != Some("null"));
    match (real.next(), real.next()) {
        (Some(only), None) => name_of(only),
        _ => None,
    }
}

fn number(whole: bool, low: Option<f64>, high: Option<f64>) -> String {
    let kind = if whole { "whole" } else { "number" };
    match (low.filter(|low| *low > 0.0), high) {
        (Some(low), Some(high)) => format!("{kind} {low} to {high}"),
        (Some(low), None) => format!("{kind} from {low}"),
        (None, Some(high)) => format!("{kind} to {high}"),
        (None, None) => kind.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use crate::check::question_outline;
    use crate::product::answer::KINDS;

    #[test]
    fn every_kind_is_told_with_its_settings_and_every_table_that_they_name() {
        let text = question_outline();
        for kind in KINDS.iter().chain(&["insights", "search"]) {
            assert!(text.lines().any(|line| line.starts_with(&format!("{kind} ("))), "{kind}: {text}");
            assert!(text.contains(&format!("kind*: {kind}")), "{kind}: {text}");
        }
        for told in [
            "trend (How often, by how many, how much, over time?) = {series*: [TrendSeries], ",
            "measure: total|people|",
            "breakdown: [Property]",
            "compare: Compare",
            "query*: text",
        ] {
            assert!(text.contains(told), "{told}: {text}");
        }
        let tables = ["TrendSeries", "PropertyFilter", "Property", "Period", "FunnelStep", "Window", "Who"];
        for table in tables {
            assert!(text.contains(&format!("\n{table} = {{")), "{table}: {text}");
        }
        assert!(!text.contains("asks_") && text.len() < 9_000, "{}: {text}", text.len());
    }
}
