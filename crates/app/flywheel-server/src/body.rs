//! Request bodies: how large they may be, and what is wrong with one that cannot be read.

use axum::body::Body;
use axum::http::{HeaderMap, header};
use flywheel_spec::{Problem, phrase};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::failure::Failure;

/// Bytes that a body of JSON or tensors may have, unpacked.
pub const LIMIT: usize = 32 * 1024 * 1024;

/// Bytes that an uploaded table may have.
pub const UPLOAD_LIMIT: u64 = 4 * 1024 * 1024 * 1024;

/// Characters of a wrong value that an error shows.
const SHOWN: usize = 60;

/// Collects a body of at most [`LIMIT`] bytes.
pub async fn bytes(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Failure> {
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LIMIT as u64) {
        return Err(Failure::too_large(LIMIT as u64));
    }
    match Limited::new(body, LIMIT).collect().await {
        Ok(collected) => Ok(collected.to_bytes().into()),
        Err(error) if error.is::<LengthLimitError>() => Err(Failure::too_large(LIMIT as u64)),
        Err(error) => Err(Failure::bad_request(Problem::error(phrase!("server.body_broke", reason = error)))),
    }
}

/// Collects a body and reads it as JSON of one type.
pub async fn json<T: DeserializeOwned>(headers: &HeaderMap, body: Body) -> Result<T, Failure> {
    read(&bytes(headers, body).await?).map_err(Failure::from)
}

/// Reads JSON of one type; the error says the line and character, and where in the document it stands.
///
/// Every body here is an object; serde would take a list for one as well, field by field.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Unread> {
    if !bytes.trim_ascii_start().starts_with(b"{") {
        return Err(match serde_json::from_slice::<Value>(bytes) {
            Ok(value) => Unread::Shape(wrong_kind("", "{…}", &value)),
            Err(error) => Unread::NotJson(not_json(bytes, &error)),
        });
    }
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let setting = error.path().to_string();
        let error = error.into_inner();
        if error.is_data() {
            Unread::Shape(wrong_shape(&error, &setting))
        } else {
            Unread::NotJson(not_json(bytes, &error))
        }
    })?;
    deserializer.end().map_err(|error| Unread::NotJson(not_json(bytes, &error)))?;
    Ok(value)
}

/// Why a body was not read.
#[derive(Debug, Clone, PartialEq)]
pub enum Unread {
    /// It is not JSON.
    NotJson(Problem),
    /// It is JSON of another shape.
    Shape(Problem),
}

impl From<Unread> for Failure {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::NotJson(problem) => Self::bad_request(problem),
            Unread::Shape(problem) => Self::invalid(problem),
        }
    }
}

/// What is wrong with a body that is not JSON, with its line and character.
pub fn not_json(bytes: &[u8], error: &serde_json::Error) -> Problem {
    let (line, column) = (error.line() as u64, error.column() as u64);
    let mut problem = match undefined_number(bytes, error) {
        Some(word) => Problem::error(phrase!("server.not_a_number", found = word))
            .advise(phrase!("server.missing_advice")),
        None if bytes.is_empty() => Problem::error(phrase!("server.empty_body")),
        None => Problem::error(phrase!("server.not_json", reason = reason(error))),
    };
    problem.place.line = Some(line.max(1));
    problem.place.character = Some(column.max(1));
    problem
}

/// A value of the wrong kind at a place, such as `inputs.0.name`; `wanted` shows what belongs there.
pub fn wrong_kind(place: &str, wanted: &str, found: &Value) -> Problem {
    let found = shortened(&found.to_string());
    let problem = Problem::error(phrase!("server.wrong_kind", found = found, wanted = wanted));
    if place.is_empty() { problem } else { problem.at_setting(place) }
}

/// Something at a place that has to be there and is not.
pub fn absent(place: &str) -> Problem {
    let name = place.rsplit('.').next().unwrap_or(place);
    Problem::error(phrase!("server.absent", name = name)).at_setting(place)
}

/// A value as an error shows it.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn wrong_shape(error: &serde_json::Error, setting: &str) -> Problem {
    let mut problem = Problem::error(phrase!("server.wrong_shape", reason = reason(error)));
    problem.place.line = Some(error.line() as u64);
    problem.place.character = Some(error.column() as u64);
    if setting == "." { problem } else { problem.at_setting(setting) }
}

/// The parser's words without the place, which stands beside them.
fn reason(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(reason, _)| reason.to_owned())
}

/// `NaN` or `Infinity` where the parser stopped: Python and JavaScript libraries write them, and JSON has no such words.
fn undefined_number(bytes: &[u8], error: &serde_json::Error) -> Option<&'static str> {
    let line = bytes.split(|&byte| byte == b'\n').nth(error.line().checked_sub(1)?)?;
    let rest = line.get(error.column().saturating_sub(1)..)?;
    let before = line.get(error.column().saturating_sub(2)..)?;
    ["NaN", "Infinity", "-Infinity"]
        .into_iter()
        .find(|word| [rest, before].iter().any(|text| text.starts_with(word.as_bytes())))
}

#[cfg(test)]
mod tests {
    use flywheel_spec::model::DeployRequest;

    use super::*;

    fn unread(text: &str) -> Unread {
        read::<DeployRequest>(text.as_bytes()).expect_err(text)
    }

    #[test]
    fn what_is_not_json_says_where() {
        for (text, line, character, code) in [
            ("", 1, 1, "server.empty_body"),
            ("{\"version\": 1", 1, 13, "server.not_json"),
            ("{\n \"version\" 1}", 2, 12, "server.not_json"),
            ("{\"version\": NaN}", 1, 13, "server.not_a_number"),
            ("{\"version\": -Infinity}", 1, 14, "server.not_a_number"),
            ("{\"version\": 1} {}", 1, 16, "server.not_json"),
            ("\u{feff}{}", 1, 1, "server.not_json"),
        ] {
            let Unread::NotJson(problem) = unread(text) else { panic!("{text} is read") };
            assert_eq!(
                (problem.place.line, problem.place.character),
                (Some(line), Some(character)),
                "{text}"
            );
            assert_eq!(problem.code, code, "{text}");
        }
    }

    #[test]
    fn another_shape_says_which_setting() {
        let Unread::Shape(problem) = unread("{\"version\": \"three\"}") else { panic!("read") };
        assert_eq!(problem.place.setting.as_deref(), Some("version"));
        assert!(problem.message.en.contains("invalid type: string"), "{}", problem.message);
        let Unread::Shape(problem) = unread("{\"verison\": 3}") else { panic!("read") };
        assert!(problem.message.en.contains("expected `version`"), "{}", problem.message);
        assert!(matches!(unread("[1]"), Unread::Shape(_)));
    }

    #[test]
    fn long_values_are_shown_short() {
        assert_eq!(shortened("七八"), "七八");
        assert_eq!(shortened(&"七".repeat(100)).chars().count(), SHOWN + 1);
    }
}
