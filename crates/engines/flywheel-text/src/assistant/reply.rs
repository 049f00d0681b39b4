//! An answer's bytes read: what was said, what it cost, or why it is nonsense.

use flywheel_spec::Phrase;
use serde_json::{Map, Value};

/// An answer as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// What was said, or why nothing was.
    pub content: Result<String, Nonsense>,
    /// Tokens of the question and of the answer; absent where the endpoint does not say.
    pub tokens: Option<(u64, u64)>,
}

/// Why an answer is of no use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Nonsense {
    /// It is no JSON: a page of a proxy, half a body.
    NotJson,
    /// It is JSON without a message.
    NoChoices,
    /// The message breaks off.
    CutOff,
    /// The message is whole, and not what was asked for.
    NotAsAsked,
}

impl Nonsense {
    /// The reason in words.
    pub fn says(self) -> Phrase {
        Phrase::new(match self {
            Self::NotJson => "assistant.not_json",
            Self::NoChoices => "assistant.no_choices",
            Self::CutOff => "assistant.cut_off",
            Self::NotAsAsked => "assistant.not_as_asked",
        })
    }
}

/// Reads the body of a chat completion; any bytes will do.
pub fn reply(body: &[u8]) -> Reply {
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return Reply { content: Err(Nonsense::NotJson), tokens: None };
    };
    let count = |name: &str| value.pointer(&format!("/usage/{name}")).and_then(Value::as_u64);
    let tokens = count("prompt_tokens").zip(count("completion_tokens"));
    let content = value.pointer("/choices/0/message/content").and_then(text_of);
    let content = content.filter(|content| !content.trim().is_empty()).ok_or(Nonsense::NoChoices);
    Reply { content, tokens }
}

/// A message's text: a text, or the texts of its parts.
fn text_of(content: &Value) -> Option<String> {
    match content {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => {
            Some(parts.iter().filter_map(|part| part.get("text")?.as_str()).collect::<String>())
        }
        _ => None,
    }
}

/// The first JSON object of a message, whatever stands around it: thoughts, a fence, a polite sentence.
///
/// # Errors
/// When there is none, or it breaks off.
pub(super) fn object(content: &str) -> Result<Map<String, Value>, Nonsense> {
    let said = content.rsplit_once("</think>").map_or(content, |(_, said)| said);
    let Some(start) = said.find('{') else { return Err(Nonsense::NotAsAsked) };
    let mut values = serde_json::Deserializer::from_str(&said[start..]).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::Object(object))) => Ok(object),
        Some(Err(error)) if error.is_eof() => Err(Nonsense::CutOff),
        _ => Err(Nonsense::NotAsAsked),
    }
}

/// The objects of a list in an answer; what is no object counts as one without settings.
///
/// # Errors
/// When the message holds no such list.
pub(super) fn listed(content: &str, name: &str) -> Result<Vec<Map<String, Value>>, Nonsense> {
    match object(content)?.remove(name) {
        Some(Value::Array(items)) => {
            let object = |item| if let Value::Object(object) = item { object } else { Map::new() };
            Ok(items.into_iter().map(object).collect())
        }
        _ => Err(Nonsense::NotAsAsked),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_answer_is_read_or_its_nonsense_named() {
        let said = |text: &str| Ok(text.to_owned());
        for (body, content, tokens) in [
            (
                r#"{"choices":[{"message":{"content":"{}"}}],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#,
                said("{}"),
                Some((3, 1)),
            ),
            (
                r#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"text":"b"}]}}]}"#,
                said("ab"),
                None,
            ),
            (r#"{"choices":[]}"#, Err(Nonsense::NoChoices), None),
            (r#"{"choices":[{"message":{"content":null}}]}"#, Err(Nonsense::NoChoices), None),
            (r#"{"choices":[{"message":{"content":"  "}}]}"#, Err(Nonsense::NoChoices), None),
            ("{\"choices\":[{\"mess", Err(Nonsense::NotJson), None),
            ("<html>502</html>", Err(Nonsense::NotJson), None),
            ("", Err(Nonsense::NotJson), None),
        ] {
            assert_eq!(reply(body.as_bytes()), Reply { content, tokens }, "{body}");
        }
    }

    #[test]
    fn the_object_is_found_whatever_stands_around_it() {
        for (content, expected) in [
            (r#"{"a":[]}"#, Ok(0)),
            ("Sure!\n```json\n{\"a\":[{}]}\n```\nAnything else?", Ok(1)),
            ("<think>{\"a\": maybe}</think>{\"a\":[1,{}]}", Ok(2)),
            (r#"{"a":[{"text":"half"#, Err(Nonsense::CutOff)),
            (r#"{"b":[]}"#, Err(Nonsense::NotAsAsked)),
            (r#"{"a":"no list"}"#, Err(Nonsense::NotAsAsked)),
            ("I cannot do that.", Err(Nonsense::NotAsAsked)),
            ("{not json}", Err(Nonsense::NotAsAsked)),
            ("", Err(Nonsense::NotAsAsked)),
        ] {
            assert_eq!(listed(content, "a").map(|items| items.len()), expected, "{content}");
        }
        let deep = format!("{}{}", "{\"a\":".repeat(5_000), "}".repeat(5_000));
        assert!(object(&deep).is_err(), "depth is no way to break in");
    }

    proptest! {
        #[test]
        fn any_bytes_are_answered(body in prop::collection::vec(any::<u8>(), 0..200), text in "\\PC{0,60}") {
            let _ = reply(&body);
            let _ = listed(&text, "a");
        }
    }
}
