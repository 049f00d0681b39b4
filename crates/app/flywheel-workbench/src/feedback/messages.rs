//! The messages of a project: every event of what people say, as the engines read it.

use std::collections::{BTreeMap, HashSet};

use flywheel_people::Event;
use flywheel_people::event::{number_of, text_of};
use flywheel_text::Message;
use serde_json::Value;

use super::SPEAKING;
use crate::{Failure, Workbench};

/// The properties that hold what was said, the likelier first.
const TEXTS: [&str; 6] = ["text", "message", "comment", "body", "content", "feedback"];

/// The properties that hold stars or points.
const RATINGS: [&str; 3] = ["rating", "stars", "score"];

/// The moment that messages were read at: the same as long as nothing arrives.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct ReadAt {
    pub version: Option<u64>,
    pub waiting: usize,
    /// The newest event that waits.
    pub last: Option<String>,
}

impl Workbench {
    /// Every message, by time.
    pub(super) async fn messages(&self) -> Result<(Vec<Message>, ReadAt), Failure> {
        let now = self.events().await?;
        let names: HashSet<String> = SPEAKING.iter().map(|name| (*name).to_owned()).collect();
        let mut events = self.event_store()?.events_named(&now.snapshot, &names).await?;
        events.extend(now.tail.iter().filter(|event| names.contains(&event.event)).cloned());
        events.sort_by_key(|event| (event.time, event.uuid));
        let last = now.tail.last().map(|event| event.uuid.to_string());
        let at = ReadAt { version: now.snapshot.version, waiting: now.tail.len(), last };
        Ok((events.into_iter().filter_map(message).collect(), at))
    }

    /// The moment that messages would be read at now.
    pub(super) async fn read_at(&self) -> Result<ReadAt, Failure> {
        let now = self.events().await?;
        let last = now.tail.last().map(|event| event.uuid.to_string());
        Ok(ReadAt { version: now.snapshot.version, waiting: now.tail.len(), last })
    }
}

/// The message of an event; none where nothing was said in words, such as a survey's bare number.
pub(super) fn message(event: Event) -> Option<Message> {
    let Event { uuid, distinct_id, time, mut properties, event: name, source: way, .. } = event;
    let survey = name == "survey sent";
    let (mut text, mut rating) = (None, None);
    if survey {
        for (_, value) in properties.iter().filter(|(key, _)| key.starts_with("$survey_response")) {
            match value {
                Value::String(words) if words.trim().parse::<f64>().is_err() => {
                    text = text.or(Some(words.clone()));
                }
                value => rating = rating.or(number_of(value)),
            }
        }
        text.as_ref()?;
    } else {
        text = TEXTS.iter().find_map(|name| properties.shift_remove(*name)).and_then(|value| text_of(&value));
    }
    for name in RATINGS {
        rating = rating.or_else(|| properties.shift_remove(name).as_ref().and_then(number_of));
    }
    let mut take = |name: &str| properties.shift_remove(name).as_ref().and_then(text_of);
    let source = take("source").or_else(|| survey.then(|| "survey".to_owned())).or(Some(way));
    let version = take("version").or_else(|| take("$app_version"));
    let more: BTreeMap<String, String> = properties
        .iter()
        .filter(|(name, _)| !name.starts_with('$'))
        .filter_map(|(name, value)| Some((name.clone(), text_of(value)?)))
        .filter(|(_, value)| value.chars().count() <= 60)
        .collect();
    let nameless = distinct_id.starts_with(crate::import_events::NAMELESS);
    Some(Message {
        id: uuid.to_string(),
        text: text.unwrap_or_default(),
        time,
        person: (!nameless).then_some(distinct_id),
        rating,
        source,
        version,
        more,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(name: &str, properties: Value) -> Event {
        Event {
            uuid: uuid::Uuid::from_u128(7),
            id_kind: Default::default(),
            event: name.to_owned(),
            distinct_id: "ann".to_owned(),
            time: 1_767_225_600_000_000,
            received: 1_767_225_600_000_000,
            source: "posthog".to_owned(),
            properties: properties.as_object().cloned().unwrap_or_default(),
        }
    }

    #[test]
    fn whatever_carries_words_is_a_message() {
        let said =
            message(event("feedback", json!({"text": "慢", "rating": 2, "version": "3.1", "plan": "pro"})));
        let said = said.expect("a message");
        assert_eq!(
            (said.text.as_str(), said.rating, said.version.as_deref()),
            ("慢", Some(2.0), Some("3.1"))
        );
        assert_eq!(said.more.get("plan").map(String::as_str), Some("pro"));
        let answer =
            message(event("survey sent", json!({"$survey_response": 3, "$survey_response_1": "too slow"})));
        let answer = answer.expect("a message");
        assert_eq!((answer.text.as_str(), answer.rating), ("too slow", Some(3.0)));
        assert!(message(event("survey sent", json!({"$survey_response": 9}))).is_none());
        assert_eq!(message(event("review", json!({}))).expect("set aside when read").text, "");
    }
}
