//! Whose a row is, and whom nobody can name.

use flywheel_people::event::text_of;
use flywheel_spec::{Phrase, phrase};
use serde_json::Value;

use super::LONGEST;

/// Ids that a program's mistake writes where a person's should stand.
const NOBODY: [&str; 13] = [
    "null",
    "undefined",
    "none",
    "nil",
    "nan",
    "n/a",
    "[object object]",
    "0",
    "true",
    "false",
    "distinct_id",
    "distinctid",
    "00000000-0000-0000-0000-000000000000",
];

/// What stores write for people who do not say their names: each of these messages is a person's of its own.
const UNNAMED: [&str; 7] =
    ["a google user", "amazon customer", "anonymous", "guest", "匿名", "匿名用户", "匿名买家"];

/// How the ids of those begin whom nobody can name.
pub(crate) const NAMELESS: &str = "anonymous:";

fn is_nobody(id: &str) -> bool {
    NOBODY.iter().any(|nobody| id.eq_ignore_ascii_case(nobody))
}

pub(super) fn is_nameless(id: &str) -> bool {
    let id = id.trim();
    id.is_empty() || is_nobody(id) || UNNAMED.iter().any(|unnamed| id.eq_ignore_ascii_case(unnamed))
}

pub(super) fn person(value: Option<&Value>) -> Result<String, Phrase> {
    let id = value.and_then(text_of).unwrap_or_default();
    let id = id.trim();
    if matches!(value, Some(Value::Bool(_) | Value::Array(_) | Value::Object(_))) {
        let found: String = id.chars().take(60).collect();
        return Err(phrase!("collect.nobodys_id", found = found));
    }
    if id.is_empty() {
        return Err(phrase!("collect.no_person"));
    }
    if is_nobody(id) {
        return Err(phrase!("collect.nobodys_id", found = id));
    }
    if id.chars().count() > LONGEST {
        return Err(phrase!("collect.long_id", length = id.chars().count()));
    }
    Ok(id.replace('\0', "\u{fffd}"))
}
