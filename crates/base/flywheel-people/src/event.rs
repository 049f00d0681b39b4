//! One event as it is kept: who, what, when, with which properties.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

/// One event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// What makes it the same event when it comes twice.
    pub uuid: Uuid,
    /// Where `uuid` comes from.
    #[serde(default)]
    pub id_kind: IdKind,
    /// Its name, such as `$pageview`.
    pub event: String,
    /// Who did it, as the client said.
    pub distinct_id: String,
    /// When it happened: microseconds since 1970-01-01T00:00:00Z, corrected for the client's clock.
    pub time: i64,
    /// When it arrived, microseconds.
    pub received: i64,
    /// Which way it came: `posthog`, `segment`, `import:<name>`, `survey`.
    pub source: String,
    /// Everything else, as sent; `$set` and `$set_once` hold the person's properties, `$groups` the groups.
    #[serde(default)]
    pub properties: Map<String, Value>,
}

/// Where an event's identity comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdKind {
    /// The client sent it (`uuid`, `messageId`, `$insert_id`).
    #[default]
    Sent,
    /// Made of the whole event and its timestamp: the same event sent twice is one.
    Derived,
    /// The client sent neither: each arrival counts.
    Arrival,
}

/// The person that a distinct id is until something merges it with another: 63 bits of its XXH3 hash.
///
/// Two of a million ids share a person with a probability of about 5 × 10⁻⁸.
pub fn person_of(distinct_id: &str) -> i64 {
    (xxhash_rust::xxh3::xxh3_64(distinct_id.as_bytes()) >> 1) as i64
}

/// A property's value as text, as breakdowns and comparisons see it; `None` when absent or null.
///
/// Numbers are written shortest (`5`, `2.5`), lists and objects as JSON.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Bool(value) => Some(value.to_string()),
        Value::Number(number) => Some(match number.as_f64() {
            Some(float)
                if !number.is_i64() && !number.is_u64() && float.fract() == 0.0 && float.abs() < 9e15 =>
            {
                format!("{float:.0}")
            }
            _ => number.to_string(),
        }),
        other => Some(other.to_string()),
    }
}

/// The order of two values that were set at one moment: by text, and of one text by how it is written in JSON.
pub fn by_text(one: &Value, other: &Value) -> Ordering {
    text_of(one).cmp(&text_of(other)).then_with(|| one.to_string().cmp(&other.to_string()))
}

/// A property's value as a number; text that reads as a finite number counts, `true` is 1 and `false` 0.
pub fn number_of(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        Value::Bool(value) => Some(f64::from(u8::from(*value))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_read_as_text_and_numbers() {
        for (value, text, number) in [
            (json!("Gold"), Some("Gold"), None),
            (json!(5), Some("5"), Some(5.0)),
            (json!(5.0), Some("5"), Some(5.0)),
            (json!(2.5), Some("2.5"), Some(2.5)),
            (json!("12.5 "), Some("12.5 "), Some(12.5)),
            (json!("inf"), Some("inf"), None),
            (json!(true), Some("true"), Some(1.0)),
            (json!(null), None, None),
            (json!([1, "a"]), Some("[1,\"a\"]"), None),
        ] {
            assert_eq!(text_of(&value).as_deref(), text, "{value}");
            assert_eq!(number_of(&value), number, "{value}");
        }
    }

    #[test]
    fn values_of_one_moment_have_an_order() {
        let rising = [json!(null), json!(10), json!("5"), json!(5), json!("pro"), json!("true"), json!(true)];
        for (at, one) in rising.iter().enumerate() {
            for (other_at, other) in rising.iter().enumerate() {
                assert_eq!(by_text(one, other), at.cmp(&other_at), "{one} {other}");
            }
        }
    }

    #[test]
    fn a_person_is_the_same_in_every_release() {
        // XXH3 64 of the empty text is 0x2d06800538d394c2 (xxHash's own test vectors).
        assert_eq!(person_of(""), 0x2d06_8005_38d3_94c2_u64.cast_signed() >> 1);
        assert!(person_of("张三") > 0);
    }
}
