//! The messages of a project: every event of what people say, as the engines read it.

use std::collections::{BTreeMap, HashMap};

use flywheel_people::event::{number_of, person_of, text_of};
use flywheel_people::{Event, Identity};
use flywheel_text::Message;
use serde_json::Value;

use super::kept::KeptFolder;
use super::opened::{Opened, events};
use super::said::{ReadAt, speaking};
use crate::data::blocking;
use crate::{Failure, Workbench};

/// The properties that hold what was said, the likelier first.
pub(super) const TEXTS: [&str; 6] = ["text", "message", "comment", "body", "content", "feedback"];

/// The properties that hold stars or points.
pub(super) const RATINGS: [&str; 3] = ["rating", "stars", "score"];

impl Workbench {
    /// Every message, by time.
    pub(super) async fn messages(&self) -> Result<(Vec<Message>, ReadAt), Failure> {
        let shelf = KeptFolder::now(self.folder().feedback());
        let (messages, at, _) = self.messages_with(&shelf).await?;
        Ok((messages, at))
    }

    /// As [`Self::messages`], with how many files of the table were opened for them.
    pub(super) async fn messages_with(
        &self,
        shelf: &KeptFolder,
    ) -> Result<(Vec<Message>, ReadAt, usize), Failure> {
        let now = self.events().await?;
        let (found, files) = self.opened(shelf, &now.snapshot.files, events).await?;
        blocking(move || {
            let names = speaking();
            let waiting = now.tail.iter().filter(|event| names.contains(&event.event));
            let mut opened: Vec<Opened> = found.into_iter().flatten().collect();
            opened.extend(waiting.cloned().map(Opened::of));
            opened.sort_by_key(|event| (event.time, event.uuid));
            let at = ReadAt::of(&now, &opened);
            one_id_each(&mut opened, &now.identity);
            let messages: Vec<Message> = opened.into_iter().filter_map(Opened::message).collect();
            (messages, at, files)
        })
        .await
    }
}

/// Gives all events of one person one distinct id, so that a visitor who became a customer is one voice: that of whom
/// the others went into, where it speaks itself, else the first of those that speak.
fn one_id_each(events: &mut [Opened], identity: &Identity) {
    let mut ids: HashMap<i64, String> = HashMap::new();
    for event in events.iter() {
        let (id, person) = (&event.distinct_id, identity.of_id(&event.distinct_id));
        let chosen = ids.entry(person).or_insert_with(|| id.clone());
        let is_root = |id: &str| person_of(id) == person;
        if *chosen != *id && !is_root(chosen.as_str()) && (is_root(id) || *id < *chosen) {
            chosen.clone_from(id);
        }
    }
    for event in events {
        if let Some(id) = ids.get(&identity.of_id(&event.distinct_id))
            && *id != event.distinct_id
        {
            event.distinct_id.clone_from(id);
        }
    }
}

/// The message of an event; none where nothing was said in words, such as a survey's bare number.
pub(super) fn message(event: Event) -> Option<Message> {
    let Event { uuid, distinct_id, time, mut properties, event: name, source: way, .. } = event;
    let survey = name == "survey sent";
    let (text, mut rating) = if survey {
        let (words, rating) = answers(&properties);
        (Some(words?), rating)
    } else {
        let mut texts = TEXTS.iter().filter_map(|name| text_of(&properties.shift_remove(*name)?));
        (texts.find(|text| !text.trim().is_empty()), None)
    };
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

/// What was answered to a survey in words, each answer once, and the first number among the answers.
fn answers(properties: &serde_json::Map<String, Value>) -> (Option<String>, Option<f64>) {
    let mut words: Vec<String> = Vec::new();
    let mut rating = None;
    for (_, value) in properties.iter().filter(|(key, _)| key.starts_with("$survey_response")) {
        let said = match value {
            Value::String(text) if text.trim().parse::<f64>().is_err() => text.trim().to_owned(),
            // Several were chosen.
            Value::Array(chosen) => {
                let chosen = chosen.iter().filter_map(text_of).map(|choice| choice.trim().to_owned());
                chosen.filter(|choice| !choice.is_empty()).collect::<Vec<_>>().join(", ")
            }
            value => {
                rating = rating.or(number_of(value));
                continue;
            }
        };
        if !said.is_empty() && !words.contains(&said) {
            words.push(said);
        }
    }
    ((!words.is_empty()).then(|| words.join("\n")), rating)
}

#[cfg(test)]
mod tests {
    use flywheel_people::identity::Merge;
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

    #[test]
    fn whatever_was_said_is_read() {
        for (name, properties, text, rating) in [
            ("review", json!({"text": null, "body": "slow"}), "slow", None),
            ("review", json!({"text": " ", "message": "", "content": "慢", "stars": 1}), "慢", Some(1.0)),
            (
                "survey sent",
                json!({"$survey_response": "slow", "$survey_response_1": 2, "$survey_response_2": "dear"}),
                "slow\ndear",
                Some(2.0),
            ),
            (
                "survey sent",
                json!({"$survey_response": "slow", "$survey_response_q7": "slow ", "$survey_response_1": ""}),
                "slow",
                None,
            ),
            ("survey sent", json!({"$survey_response": ["价格", null, "速度"]}), "价格, 速度", None),
        ] {
            let said = message(event(name, properties.clone())).expect("a message");
            assert_eq!((said.text.as_str(), said.rating), (text, rating), "{properties}");
        }
        for nothing in [json!({"$survey_response": []}), json!({"$survey_response": " "}), json!({})] {
            assert!(message(event("survey sent", nothing.clone())).is_none(), "{nothing}");
        }
    }

    #[test]
    fn a_visitor_who_became_a_customer_is_one_voice() {
        let merge = |from: &str, into: &str| Merge { from: person_of(from), into: person_of(into) };
        // Of two visitors of one customer who says nothing, the first stands for both.
        let merges = [merge("visitor", "customer"), merge("v2", "silent"), merge("v1", "silent")];
        let identity = Identity::from_merges(&merges);
        let ids = ["visitor", "customer", "v2", "v1", "other"];
        let by = |id: &&str| Event { distinct_id: (*id).to_owned(), ..event("review", json!({})) };
        let mut events: Vec<Opened> = ids.iter().map(by).map(Opened::of).collect();
        one_id_each(&mut events, &identity);
        let persons = events.into_iter().filter_map(Opened::message).filter_map(|said| said.person);
        assert_eq!(persons.collect::<Vec<_>>(), ["customer", "customer", "v1", "v1", "other"]);
    }
}
