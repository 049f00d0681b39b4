//! The wanted ones of an event's properties, taken out of its JSON without reading the rest.

use std::fmt;

use flywheel_people::event::{number_of, text_of};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::wanted::Wanted;

/// What one event's properties say of what is wanted.
#[derive(Debug, Clone, Default)]
pub struct Found {
    /// Properties as text, by place in `Wanted::texts`.
    pub texts: Vec<Option<String>>,
    /// Properties as numbers, by place in `Wanted::numbers`.
    pub numbers: Vec<Option<f64>>,
    /// Groups, by place in `Wanted::groups`.
    pub groups: Vec<Option<String>>,
    /// What it says about its person.
    pub sets: Vec<FoundSet>,
}

/// One word about the person.
#[derive(Debug, Clone)]
pub struct FoundSet {
    /// Place in `Wanted::person`.
    pub property: usize,
    /// True for `$set_once`.
    pub once: bool,
    /// The value as text; absent when it is null.
    pub text: Option<String>,
    /// The value as a number.
    pub number: Option<f64>,
}

/// Reads the wanted ones; of a text that is no JSON object nothing is found.
pub fn find(wanted: &Wanted, json: &str) -> Found {
    let mut reader = serde_json::Deserializer::from_str(json);
    let found = reader.deserialize_map(Search(wanted));
    found.unwrap_or_else(|_| Found::nothing(wanted))
}

/// Finds the wanted ones in properties that are read already.
pub fn find_in(wanted: &Wanted, properties: &serde_json::Map<String, Value>) -> Found {
    let mut found = Found::nothing(wanted);
    for (name, value) in properties {
        if is_wanted(wanted, name) {
            found.take(wanted, name, value);
        }
    }
    found
}

impl Found {
    fn nothing(wanted: &Wanted) -> Self {
        Self {
            texts: vec![None; wanted.texts.len()],
            numbers: vec![None; wanted.numbers.len()],
            groups: vec![None; wanted.groups.len()],
            sets: Vec::new(),
        }
    }

    fn take(&mut self, wanted: &Wanted, name: &str, value: &Value) {
        if let Some(at) = wanted.texts.iter().position(|text| text == name) {
            self.texts[at] = text_of(value);
        }
        if let Some(at) = wanted.numbers.iter().position(|number| number == name) {
            self.numbers[at] = number_of(value);
        }
        if name == "$groups" {
            for (at, group) in wanted.groups.iter().enumerate() {
                self.groups[at] = value.get(group).and_then(text_of);
            }
            for column in &wanted.group_texts {
                self.texts[column.at] = column.value(value).cloned();
            }
            for column in &wanted.group_numbers {
                self.numbers[column.at] = column.value(value).copied();
            }
        }
        if name == "$set" || name == "$set_once" {
            let once = name == "$set_once";
            self.sets.retain(|set| set.once != once);
            for (property, name) in wanted.person.iter().enumerate() {
                if let Some(value) = value.get(name) {
                    let (text, number) = (text_of(value), number_of(value));
                    self.sets.push(FoundSet { property, once, text, number });
                }
            }
        }
    }
}

fn is_wanted(wanted: &Wanted, name: &str) -> bool {
    match name {
        "$groups" if wanted.looks_at_groups() => true,
        "$set" | "$set_once" if !wanted.person.is_empty() => true,
        _ => {
            wanted.texts.iter().any(|text| text == name) || wanted.numbers.iter().any(|number| number == name)
        }
    }
}

struct Search<'w>(&'w Wanted);

impl<'de> Visitor<'de> for Search<'_> {
    type Value = Found;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object of properties")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Found, A::Error> {
        let mut found = Found::nothing(self.0);
        while let Some(name) = map.next_key_seed(Name(self.0))? {
            if let Some(name) = name {
                let value: Value = map.next_value()?;
                found.take(self.0, &name, &value);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

/// A property's name, kept only when it is wanted.
struct Name<'w>(&'w Wanted);

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Option<String>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(is_wanted(self.0, name).then(|| name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use flywheel_people::{Column, Reading, Unit};
    use flywheel_spec::product::{Owner, Property};

    use super::*;

    #[test]
    fn json_and_read_properties_say_the_same() {
        let person = |name: &str| Property { name: name.to_owned(), of: Owner::Person };
        let reading = Reading {
            columns: vec![
                Column::Text { property: Property::of_event("plan") },
                Column::Number { property: Property::of_event("amount") },
                Column::Text { property: person("city") },
            ],
            unit: Unit::Group { group: "company".to_owned() },
            ..Reading::default()
        };
        let wanted = super::super::tests::wanted(&[reading]);
        for json in [
            r#"{"plan":"pro","amount":"12.5","x":{"deep":[1,2,{"plan":"no"}]},"$set":{"city":"Bern"}}"#,
            r#"{"plan":5.0,"amount":true,"$set":{"city":null},"$set_once":{"city":"臺北"},"$groups":{"company":7}}"#,
            r#"{"pl\u0061n":"escaped","$groups":"none","$set":[1]}"#,
            r#"{}"#,
        ] {
            let properties = serde_json::from_str(json).expect("an object");
            assert_eq!(
                format!("{:?}", find(&wanted, json)),
                format!("{:?}", find_in(&wanted, &properties)),
                "{json}"
            );
        }
        assert_eq!(find(&wanted, "[1]").texts, [None]);
        assert_eq!(find(&wanted, r#"{"pl\u0061n":"escaped"}"#).texts, [Some("escaped".to_owned())]);
    }
}
