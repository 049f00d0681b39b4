//! What makes an event the same event when it arrives twice.

use flywheel_people::IdKind;
use serde_json::{Map, Value};
use uuid::Uuid;

/// The name space of every identity made here; it must never change, or old events would arrive anew.
const NAMESPACE: Uuid = Uuid::from_u128(0x0f1b_7c3e_5a94_4d28_9e6d_2b8c_41f0_a7d5);

/// What may differ when a client sends the same event again.
const CHANGING: [&str; 7] = ["api_key", "token", "$token", "writeKey", "offset", "sentAt", "sent_at"];

/// The identity that a client gave as text: a UUID as it stands, any other text by its hash.
pub fn of_text(kind: &str, text: &str) -> Uuid {
    match (kind, Uuid::try_parse(text)) {
        ("uuid", Ok(uuid)) => uuid,
        _ => of_parts(kind, &[text.as_bytes()]),
    }
}

/// The identity of a whole event whose client sent a time and no identity.
pub fn derived(event: &Map<String, Value>) -> Uuid {
    let mut text = String::new();
    object(event, true, &mut text);
    of_parts("event", &[text.as_bytes()])
}

/// The identity of an event that counts each time it arrives: the request's, and its place in it.
pub fn of_arrival(request: Uuid, place: usize) -> Uuid {
    of_parts("arrival", &[request.as_bytes(), &(place as u64).to_le_bytes()])
}

/// The identity of an event without one from its client, and which kind that is.
pub fn without_one(
    event: &Map<String, Value>,
    has_time: bool,
    request: Uuid,
    place: usize,
) -> (Uuid, IdKind) {
    if has_time { (derived(event), IdKind::Derived) } else { (of_arrival(request, place), IdKind::Arrival) }
}

/// A hash of several parts, none of which can run into its neighbour.
pub fn of_parts(kind: &str, parts: &[&[u8]]) -> Uuid {
    let mut name = kind.as_bytes().to_vec();
    for part in parts {
        name.push(0);
        name.extend_from_slice(&(part.len() as u64).to_le_bytes());
        name.extend_from_slice(part);
    }
    Uuid::new_v5(&NAMESPACE, &name)
}

/// JSON whose keys are in order, so that the order in which a client writes them does not matter.
fn canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => object(map, false, text),
        Value::Array(values) => {
            text.push('[');
            for value in values {
                canonical(value, text);
                text.push(',');
            }
            text.push(']');
        }
        plain => text.push_str(&plain.to_string()),
    }
}

fn object(map: &Map<String, Value>, outermost: bool, text: &mut String) {
    let mut names: Vec<&String> = map.keys().collect();
    names.sort_unstable();
    text.push('{');
    for name in names.into_iter().filter(|name| !outermost || !CHANGING.contains(&name.as_str())) {
        text.push_str(&Value::String(name.clone()).to_string());
        text.push(':');
        canonical(&map[name], text);
        text.push(',');
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn id(value: Value) -> Uuid {
        let Value::Object(event) = value else { panic!("an object") };
        derived(&event)
    }

    #[test]
    fn the_same_event_is_the_same_however_it_is_written() {
        let first =
            id(json!({"event": "a", "properties": {"x": 1, "y": {"b": 1, "a": [2]}}, "api_key": "k"}));
        let again = id(
            json!({"properties": {"y": {"a": [2], "b": 1}, "x": 1}, "event": "a", "api_key": "other", "offset": 5}),
        );
        assert_eq!(first, again);
        for beside in ["sentAt", "sent_at", "writeKey"] {
            let mut event = json!({"event": "a", "properties": {"x": 1, "y": {"b": 1, "a": [2]}}});
            event[beside] = json!("2026-03-01T09:30:07Z");
            assert_eq!(first, id(event), "{beside}");
        }
        for other in [
            json!({"event": "a", "properties": {"x": 1, "y": {"b": 1, "a": [2]}, "offset": 5}}),
            json!({"event": "b", "properties": {"x": 1, "y": {"b": 1, "a": [2]}}}),
            json!({"event": "a", "properties": {"x": "1", "y": {"b": 1, "a": [2]}}}),
        ] {
            assert_ne!(first, id(other.clone()), "{other}");
        }
    }

    #[test]
    fn identities_are_the_same_in_every_release() {
        assert_eq!(
            of_text("uuid", "0190A6C2-1d8e-7f21-8b1e-3a9c5d7e9f01").to_string(),
            "0190a6c2-1d8e-7f21-8b1e-3a9c5d7e9f01"
        );
        assert_eq!(of_text("message", "m-1"), of_text("message", "m-1"));
        assert_ne!(of_text("message", "m-1"), of_text("insert", "m-1"));
        assert_eq!(of_text("message", "m-1").get_version_num(), 5);
        let request = Uuid::from_u128(7);
        assert_ne!(of_arrival(request, 0), of_arrival(request, 1));
        assert_ne!(of_parts("k", &[b"ab", b"c"]), of_parts("k", &[b"a", b"bc"]));
    }
}
