//! PostHog's protocols, as its clients speak them (`rust/capture` in PostHog/posthog is their other end).

pub mod start;
pub mod v0;
pub mod v1;

use serde_json::{Map, Value};

use crate::draft::{self, Draft};
use crate::event_id;
use crate::reason::Reason;

/// The way on which these events come.
pub const SOURCE: &str = "posthog";

/// The part of an event that both versions write alike: its properties, and what stands beside them for the person.
///
/// What a client unsets is set to null here, which reads as absent everywhere.
fn properties(event: &mut Map<String, Value>) -> Result<Map<String, Value>, Reason> {
    let mut properties = draft::take_object(event, "properties")?;
    for name in ["$set", "$set_once"] {
        let beside = draft::take_object(event, name)?;
        if beside.is_empty() {
            continue;
        }
        let mut inside = draft::take_object(&mut properties, name)?;
        inside.extend(beside);
        properties.insert(name.to_owned(), Value::Object(inside));
    }
    let unset: Vec<String> =
        [event.remove("$unset"), properties.remove("$unset")].into_iter().flatten().flat_map(names).collect();
    if !unset.is_empty() {
        let mut set = draft::take_object(&mut properties, "$set")?;
        // As in PostHog, what one event both sets and unsets is gone afterwards.
        set.extend(unset.into_iter().map(|name| (name, Value::Null)));
        properties.insert("$set".to_owned(), Value::Object(set));
    }
    // The key is no property of what happened.
    properties.remove("token");
    properties.remove("api_key");
    Ok(properties)
}

/// The names that `$unset` holds: a list of them, or an object's keys.
fn names(unset: Value) -> Vec<String> {
    match unset {
        Value::Array(names) => {
            names.into_iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
        }
        Value::Object(names) => names.into_iter().map(|(name, _)| name).collect(),
        _ => Vec::new(),
    }
}

/// The identity that a client gave an event: `uuid`, else `$insert_id`.
fn sent_id(event: &Map<String, Value>, draft: &Draft) -> Option<uuid::Uuid> {
    match draft::text(event, "uuid") {
        Some(text) => Some(event_id::of_text("uuid", text)),
        None => draft::text(&draft.properties, "$insert_id").map(|text| event_id::of_text("insert", text)),
    }
}

/// A value that may be written as a truth, a number or a text.
pub(crate) fn truth(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(value) => Some(*value),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}
