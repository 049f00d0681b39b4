//! A report compared with what was counted.

use serde_json::{Value, json};

/// Numbers of two ways of computing agree to so much of their size.
const CLOSE: f64 = 1e-6;

/// An estimate with its 95% interval.
pub fn estimate(value: f64, low: f64, high: f64) -> Value {
    json!({"value": value, "low": low, "high": high})
}

/// Compares all that is written here of a report; `null` means that it is absent, and what is not written is not looked at.
#[track_caller]
pub fn holds(found: &Value, expected: &Value) {
    differs("", found, expected, CLOSE);
}

/// The same for numbers that were searched for, which agree to fewer digits.
#[track_caller]
pub fn nearly_holds(found: &Value, expected: &Value, close: f64) {
    differs("", found, expected, close);
}

/// One field of every entry of a list.
pub fn column(rows: &Value, name: &str) -> Value {
    rows.as_array().unwrap_or_else(|| panic!("no rows: {rows}")).iter().map(|row| row[name].clone()).collect()
}

#[track_caller]
fn differs(place: &str, found: &Value, expected: &Value, close: f64) {
    match (found, expected) {
        (Value::Object(_), Value::Object(parts)) => {
            for (name, part) in parts {
                differs(&format!("{place}.{name}"), &found[name], part, close);
            }
        }
        (Value::Array(items), Value::Array(parts)) => {
            assert_eq!(items.len(), parts.len(), "{place}: {found} has another length than {expected}");
            for (at, (item, part)) in items.iter().zip(parts).enumerate() {
                differs(&format!("{place}.{at}"), item, part, close);
            }
        }
        (Value::Number(one), Value::Number(two)) => {
            let (one, two) = (one.as_f64().expect("a number"), two.as_f64().expect("a number"));
            let near = (one - two).abs() <= close * two.abs().max(1.0);
            assert!(near, "{place} is {one}, counted by hand {two}");
        }
        _ => assert_eq!(found, expected, "{place} is not what was counted"),
    }
}
