//! The names that a question's settings hold, each looked up among those that the project knows.

use std::collections::BTreeSet;

use flywheel_spec::product::{Owner, Property};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_text::wording::Vocabulary;
use serde_json::{Map, Value};

use crate::Failure;

/// The names that a question may use.
pub(super) struct KnownNames {
    events: Vec<String>,
    properties: BTreeSet<Property>,
    segments: Vec<String>,
}

impl KnownNames {
    pub fn new(vocabulary: &Vocabulary, segments: Vec<String>) -> Self {
        Self {
            events: vocabulary.events.iter().map(|(event, _)| event.clone()).collect(),
            properties: vocabulary.properties.iter().map(|known| known.property.clone()).collect(),
            segments,
        }
    }

    /// The kept segments.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// Every name that is not known, with the nearest that is; people are those that the question's own words name.
    pub fn check(&self, settings: &Map<String, Value>, words: &str) -> Problems {
        let mut problems = Problems::default();
        for (place, named) in names(settings) {
            let has = |known: &[String], name: &str| known.iter().any(|known| known == name);
            let unknown = match named {
                Named::Event(name) if has(&self.events, name) => None,
                Named::Event(name) => missing(phrase!("ask.unknown_event", event = name), &self.events, name),
                Named::Property(name, Owner::Segment) if has(&self.segments, name) => None,
                Named::Property(name, Owner::Segment) => {
                    missing(phrase!("ask.no_segment", name = name), &self.segments, name)
                }
                Named::Property(name, of) => self.unknown_property(name, of),
                Named::Person(id) if words.contains(id) => None,
                Named::Person(id) => Some(Problem::error(phrase!("assistant.unasked_person", found = id))),
            };
            problems.problems.extend(unknown.map(|problem| problem.at_setting(place)));
        }
        problems
    }

    fn unknown_property(&self, name: &str, of: Owner) -> Option<Problem> {
        let has = |of| self.properties.contains(&Property { name: name.to_owned(), of });
        if has(of) {
            return None;
        }
        let message = phrase!("assistant.no_property", name = name).with_phrase("whose", &whose(of));
        let owners = [(Owner::Event, "event"), (Owner::Person, "person"), (Owner::Group, "group")];
        if let Some((other, word)) = owners.into_iter().find(|(other, _)| has(*other)) {
            let advice = phrase!("assistant.other_owner", of = word).with_phrase("whose", &whose(other));
            return Some(Problem::error(message).advise(advice));
        }
        let known = self.properties.iter().filter(|known| known.of == of);
        let known: Vec<String> = known.map(|known| known.name.clone()).collect();
        missing(message, &known, name)
    }
}

/// The events that a question's settings name, in their order.
pub(super) fn events(settings: &Map<String, Value>) -> Vec<&str> {
    let mut events = Vec::new();
    for (_, named) in names(settings) {
        if let Named::Event(name) = named
            && !events.contains(&name)
        {
            events.push(name);
        }
    }
    events
}

/// A name, as a setting holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named<'v> {
    Event(&'v str),
    /// A kept segment is a property too, that of belonging to it.
    Property(&'v str, Owner),
    /// A person's id.
    Person(&'v str),
}

/// Every name in a question's settings, with its place.
fn names(settings: &Map<String, Value>) -> Vec<(String, Named<'_>)> {
    let mut found = Vec::new();
    // The steps of paths are called by their events, unless they are called by something else.
    let by = settings.get("by").and_then(|by| by.get("kind")?.as_str()).unwrap_or("event");
    if settings.get("kind").and_then(Value::as_str) == Some("paths") && by == "event" {
        for key in ["from", "to"] {
            let step = settings.get(key).and_then(Value::as_str);
            found.extend(step.map(|name| (key.to_owned(), Named::Event(name))));
        }
        let without = settings.get("without").and_then(Value::as_array).into_iter().flatten();
        for (index, step) in without.enumerate() {
            found.extend(step.as_str().map(|name| (format!("without.{index}"), Named::Event(name))));
        }
    }
    collect_table(settings, "", &mut found);
    found
}

fn collect<'v>(value: &'v Value, path: &str, found: &mut Vec<(String, Named<'v>)>) {
    match value {
        Value::Object(settings) => collect_table(settings, path, found),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &below(path, &index.to_string()), found);
            }
        }
        _ => {}
    }
}

fn collect_table<'v>(settings: &'v Map<String, Value>, path: &str, found: &mut Vec<(String, Named<'v>)>) {
    let text = |key: &str| settings.get(key).and_then(Value::as_str);
    // A condition says `property = "plan"`; one on people alone need not say `of`.
    let condition = text("property");
    if let Some(name) = condition {
        let of = match text("of") {
            None if text("kind") == Some("property") => Owner::Person,
            of => owner(of),
        };
        found.push((below(path, "property"), Named::Property(name, of)));
    }
    let property = settings.keys().all(|key| key == "name" || key == "of");
    if let Some(name) = text("name").filter(|_| property) {
        found.push((below(path, "name"), Named::Property(name, owner(text("of")))));
    }
    for (key, inner) in settings {
        let place = below(path, key);
        match (key.as_str(), inner) {
            ("event", Value::String(name)) => found.push((place, Named::Event(name))),
            ("explain", Value::String(id)) => found.push((place, Named::Person(id))),
            ("distinct_ids" | "persons", Value::Array(ids)) => {
                let ids = ids.iter().filter_map(Value::as_str);
                found.extend(ids.map(|id| (place.clone(), Named::Person(id))));
            }
            // A condition's value may be called anything.
            ("value", _) if condition.is_some() => {}
            _ => collect(inner, &place, found),
        }
    }
}

fn owner(of: Option<&str>) -> Owner {
    match of {
        Some("person") => Owner::Person,
        Some("segment") => Owner::Segment,
        Some("group") => Owner::Group,
        _ => Owner::Event,
    }
}

fn whose(of: Owner) -> Phrase {
    match of {
        Owner::Event => Phrase::new("assistant.of_events"),
        Owner::Person | Owner::Segment => Phrase::new("assistant.of_people"),
        Owner::Group => Phrase::new("assistant.of_groups"),
    }
}

/// A name that is not there, with the nearest that is.
fn missing(message: Phrase, known: &[String], found: &str) -> Option<Problem> {
    Failure::not_found(message, known, found).problems().problems.into_iter().next()
}

fn below(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

#[cfg(test)]
mod tests {
    use flywheel_text::wording::KnownProperty;
    use serde_json::json;

    use super::*;

    fn known() -> KnownNames {
        let property = |property| KnownProperty { events: Vec::new(), property, values: Vec::new() };
        let vocabulary = Vocabulary {
            events: vec![("signup".to_owned(), 9), ("payment failed".to_owned(), 3)],
            properties: vec![
                property(Property::of_event("plan")),
                property(Property::of_person("country")),
                property(Property::of_group("company.size")),
            ],
            themes: Vec::new(),
        };
        KnownNames::new(&vocabulary, vec!["vips".to_owned()])
    }

    #[test]
    fn every_name_is_looked_up_wherever_it_stands() {
        for (settings, expected) in [
            (json!({"kind": "trend", "series": [{"event": "signup"}]}), vec![]),
            (
                json!({"kind": "trend", "series": [{"event": "payment_failed"}, {"event": "bought"}]}),
                vec![("series.0.event", "ask.unknown_event"), ("series.1.event", "ask.unknown_event")],
            ),
            (
                json!({"kind": "trend", "where": [{"property": "paln", "value": {"event": "anything"}}]}),
                vec![("where.0.property", "assistant.no_property")],
            ),
            (json!({"breakdown": [{"name": "plan"}, {"name": "country", "of": "person"}]}), vec![]),
            (
                json!({"breakdown": [{"name": "country"}]}),
                vec![("breakdown.0.name", "assistant.no_property")],
            ),
            (json!({"breakdown": [{"name": "company.size", "of": "group"}]}), vec![]),
            (json!({"where": [{"property": "vips", "of": "segment", "value": "in"}]}), vec![]),
            (
                json!({"where": [{"property": "vip", "of": "segment"}]}),
                vec![("where.0.property", "ask.no_segment")],
            ),
            (json!({"who": {"kind": "property", "property": "country", "value": "DE"}}), vec![]),
            (
                json!({"who": {"kind": "property", "property": "plan"}}),
                vec![("who.property", "assistant.no_property")],
            ),
            (
                json!({"who": {"kind": "property", "property": "vips", "of": "segment", "value": "in"}}),
                vec![],
            ),
            (
                json!({"who": {"kind": "property", "property": "vip", "of": "segment", "value": "in"}}),
                vec![("who.property", "ask.no_segment")],
            ),
            (json!({"tasks": [{"name": "checkout", "start": {"event": "signup"}}]}), vec![]),
            (
                json!({"kind": "paths", "from": "sign up", "without": ["signup", "x"]}),
                vec![("from", "ask.unknown_event"), ("without.1", "ask.unknown_event")],
            ),
            (json!({"kind": "paths", "by": {"kind": "page"}, "from": "/pricing"}), vec![]),
            (json!({"explain": "ann"}), vec![]),
            (
                json!({"who": {"kind": "listed", "distinct_ids": ["ann", "zoe"]}}),
                vec![("who.distinct_ids", "assistant.unasked_person")],
            ),
        ] {
            let problems = known().check(settings.as_object().expect("settings"), "what did ann do?");
            let found: Vec<(&str, &str)> = problems
                .problems
                .iter()
                .map(|problem| (problem.place.setting.as_deref().unwrap_or(""), problem.code.as_str()))
                .collect();
            assert_eq!(found, expected, "{settings}");
        }
    }

    #[test]
    fn the_nearest_name_is_told() {
        for (settings, advice) in [
            (json!({"event": "payment_failed"}), "payment failed"),
            (json!({"by": {"name": "plna"}}), "plan"),
            (json!({"by": {"name": "country"}}), "of = \"person\""),
            (json!({"by": {"name": "vipss", "of": "segment"}}), "vips"),
        ] {
            let problems = known().check(settings.as_object().expect("settings"), "").problems;
            let said = problems[0].advice.as_ref().map(|advice| advice.en.clone()).unwrap_or_default();
            assert!(said.contains(advice), "{settings}: {said}");
        }
    }

    #[test]
    fn events_are_named_once() {
        let settings = json!({"steps": [{"event": "a", "or": [{"event": "b"}]}, {"event": "a"}]});
        assert_eq!(events(settings.as_object().expect("settings")), ["a", "b"]);
    }
}
