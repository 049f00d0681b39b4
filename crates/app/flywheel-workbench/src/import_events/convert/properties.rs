//! The properties of an event: what of a row says nothing else.

use flywheel_spec::{Phrase, phrase};
use serde_json::{Map, Value};

/// Properties that are objects.
const OBJECTS: [&str; 3] = ["$set", "$set_once", "$groups"];

/// Columns whose fields are the event's properties: PostHog's and Mixpanel's name, Amplitude's, and that of Google Analytics.
pub(in super::super) const OF_EVENT: [&str; 3] = ["properties", "event_properties", "event_params"];

/// Columns whose fields say what is known of the person, and what they are here, the stronger last:
/// PostHog's, then those of Amplitude and Google Analytics.
pub(in super::super) const OF_PERSON: [(&str, &str); 4] =
    [("person_properties", "$set"), ("user_properties", "$set"), ("set", "$set"), ("set_once", "$set_once")];

/// Takes a column out, also from inside an object.
pub(super) fn remove(fields: &mut Map<String, Value>, column: &str) {
    if fields.shift_remove(column).is_some() {
        return;
    }
    if let Some((object, rest)) = column.split_once('.')
        && let Some(Value::Object(inner)) = fields.get_mut(object)
    {
        remove(inner, rest);
    }
}

/// The properties; `$set` and its kin must be objects.
pub(super) fn properties(fields: Map<String, Value>) -> Result<Map<String, Value>, Phrase> {
    let properties = gathered(fields);
    for name in OBJECTS {
        if let Some(found) = properties.get(name).filter(|value| !value.is_object()) {
            let found: String = found.to_string().chars().take(60).collect();
            return Err(phrase!("collect.not_an_object_at", name = name, found = found));
        }
    }
    Ok(properties)
}

/// What stands in objects such as `properties` beside the other columns; `$set` and its kin as objects where they can be.
pub(super) fn gathered(mut fields: Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    for column in OF_EVENT {
        match fields.shift_remove(column).map(object) {
            Some(Ok(inner)) => properties.extend(inner),
            Some(Err(Value::Null)) | None => {}
            Some(Err(other)) => drop(properties.insert(column.to_owned(), other)),
        }
    }
    let mut known: Map<String, Value> = Map::new();
    for (column, name) in OF_PERSON {
        let Some(value) = fields.shift_remove(column) else { continue };
        match object(value) {
            Ok(inner) if inner.is_empty() => {}
            Ok(inner) => {
                if let Value::Object(set) = known.entry(name).or_insert_with(|| Value::Object(Map::new())) {
                    set.extend(inner);
                }
            }
            Err(value) => drop(fields.insert(column.to_owned(), value)),
        }
    }
    for (name, value) in fields {
        if value.is_null() {
            continue;
        }
        properties.insert(name, value);
    }
    for name in OBJECTS {
        let said = properties.shift_remove(name).filter(|value| !value.is_null()).map(object);
        match (said, known.shift_remove(name)) {
            (Some(Err(value)), _) => drop(properties.insert(name.to_owned(), value)),
            // What an event itself sets stands above what was known of the person then.
            (Some(Ok(said)), Some(Value::Object(mut set))) => {
                set.extend(said);
                properties.insert(name.to_owned(), Value::Object(set));
            }
            (Some(Ok(said)), _) => drop(properties.insert(name.to_owned(), Value::Object(said))),
            (None, Some(set)) => drop(properties.insert(name.to_owned(), set)),
            (None, None) => {}
        }
    }
    properties
}

/// An object, also where it is written as text, or as Google Analytics writes it: a list of keys and values.
pub(in super::super) fn object(value: Value) -> Result<Map<String, Value>, Value> {
    match value {
        Value::Object(object) => Ok(object),
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            match serde_json::from_str(&text) {
                Ok(Value::Object(object)) => Ok(object),
                Ok(Value::Array(pairs)) => of_pairs(&pairs).ok_or(Value::String(text)),
                _ => Err(Value::String(text)),
            }
        }
        Value::Array(pairs) => of_pairs(&pairs).ok_or(Value::Array(pairs)),
        other => Err(other),
    }
}

/// `[{"key": "page", "value": {"string_value": "/"}}]` as `{"page": "/"}`; `None` for any other list.
fn of_pairs(pairs: &[Value]) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    for pair in pairs {
        let (key, value) = (pair.get("key")?.as_str()?, pair.get("value")?.as_object()?);
        let mut given = value.iter().filter(|(kind, value)| kind.ends_with("_value") && !value.is_null());
        let Some((kind, value)) = given.next() else { continue };
        // JSON as BigQuery writes it has whole numbers as texts.
        let whole = || value.as_str()?.parse::<i64>().ok();
        let whole = if kind == "int_value" { whole() } else { None };
        fields.insert(key.to_owned(), whole.map_or_else(|| value.clone(), Value::from));
    }
    Some(fields)
}
