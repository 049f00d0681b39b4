//! Version 0: `/batch`, `/i/v0/e`, `/e`, `/capture`, `/track`, `/engage`; one event, a list, or an envelope.

use std::borrow::Cow;

use flywheel_spec::Language;
use serde_json::{Map, Value, json};

use super::{SOURCE, properties, sent_id, truth};
use crate::arrival::{Answer, Arrived, Delivery};
use crate::draft::{self, Draft, Request};
use crate::moment::{self, Clock};
use crate::pieces::{self, Piece};
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::unpack::{by_content, by_header, of_form};

/// What an event without a name is where something is told of a person.
const IDENTIFY: &str = "$identify";

/// What the address is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Events; each has a name.
    Events,
    /// `/engage`: what is known of a person; an event without a name is `$identify`.
    Engage,
}

/// Reads a request.
///
/// # Errors
/// A request that is no batch of events at all, or carries no key; a single event that is wrong is kept aside instead.
pub fn read(door: Door, delivery: &Delivery<'_>) -> Result<Arrived, Refusal> {
    let body = if delivery.body.trim_ascii().is_empty() {
        of_form(delivery.query.as_bytes(), "data").ok_or(Refusal::Empty)?.into()
    } else {
        by_header(delivery.encoding, delivery.body)?
    };
    let text = by_content(body)?;
    let envelope = Envelope::open(&text)?;
    let sent_at = envelope.sent_at.or_else(|| query_time(delivery.query));
    let clock = Clock { now: delivery.now, sent_at: sent_at.filter(|_| !envelope.historical) };
    let request = Request { source: SOURCE, now: delivery.now, id: delivery.id, clock };

    let read: Vec<Result<Map<String, Value>, Reason>> =
        envelope.events.iter().map(|piece| draft::object(*piece)).collect();
    let keys: Vec<Option<String>> =
        read.iter().zip(&envelope.events).map(|(event, piece)| own_key(event, *piece)).collect();
    let key = match envelope.key.clone().or_else(|| keys.iter().flatten().next().cloned()) {
        Some(key) => key,
        None => query_key(delivery.query).ok_or(Refusal::NoKey)?,
    };
    let mut arrived = Arrived { key, ..Arrived::default() };
    for (place, (event, piece)) in read.into_iter().zip(&envelope.events).enumerate() {
        let nameless = event.as_ref().is_ok_and(|event| event.get("event").is_none_or(Value::is_null));
        let foreign = envelope.key.is_none() && keys[place].as_ref().is_some_and(|key| *key != arrived.key);
        let taken = if foreign {
            Err(Reason::OtherKey)
        } else {
            event.and_then(|event| draft_of(door, event.clone())?.finish(&event, place, &request))
        };
        match taken {
            Ok(event) => arrived.events.push(event),
            Err(reason) => {
                // What the address said must stand in it too, or it could not be read again.
                let raw = match door {
                    Door::Engage if nameless => pieces::with_member(piece.text, "event", IDENTIFY),
                    _ => Cow::Borrowed(piece.text),
                };
                arrived.aside.push(draft::aside(&request, &reason, &raw));
            }
        }
    }
    Ok(arrived)
}

/// The answer when everything is on the disk: exactly this, because posthog-js sends again on any other success.
pub fn taken(delivery_query: &str) -> Answer {
    if of_form(delivery_query.as_bytes(), "beacon").as_deref() == Some(b"1") {
        return Answer { status: 204, media: "application/json", body: Vec::new(), retry_after_secs: None };
    }
    Answer::json(200, &json!({"status": 1}))
}

/// The answer when nothing was taken.
pub fn refused(refusal: &Refusal, language: Language) -> Answer {
    let kind = match refusal.status() {
        401 => "authentication_error",
        503 => "server_error",
        _ => "validation_error",
    };
    let detail = refusal.phrase();
    let body = json!({"type": kind, "code": refusal.tag(), "detail": detail.text(language), "attr": null});
    Answer { retry_after_secs: refusal.retry_after_secs(), ..Answer::json(refusal.status(), &body) }
}

struct Envelope<'t> {
    key: Option<String>,
    sent_at: Option<i64>,
    historical: bool,
    events: Vec<Piece<'t>>,
}

impl<'t> Envelope<'t> {
    fn open(text: &'t Cow<'_, [u8]>) -> Result<Self, Refusal> {
        let whole = pieces::whole(text)?;
        if whole.text.starts_with(b"[") {
            let events = pieces::items(whole.text)?;
            return Self { key: None, sent_at: None, historical: false, events }.filled();
        }
        let members = pieces::members(whole.text)?;
        let value = |name: &str| {
            let piece = members.iter().find(|(member, _)| member == name).map(|(_, piece)| piece)?;
            serde_json::from_slice::<Value>(piece.text).ok()
        };
        let Some((_, batch)) = members.iter().find(|(name, _)| name == "batch") else {
            return Ok(Self {
                key: None,
                sent_at: value("sent_at").and_then(|at| time(&at)),
                historical: false,
                events: vec![whole],
            });
        };
        if !batch.text.starts_with(b"[") {
            return Err(Refusal::Shape { name: "batch".to_owned() });
        }
        Self {
            key: ["api_key", "token", "$token"].into_iter().find_map(|name| key_text(&value(name)?)),
            sent_at: value("sent_at").and_then(|at| time(&at)),
            historical: value("historical_migration").as_ref().and_then(truth).unwrap_or(false),
            events: pieces::items(batch.text)?,
        }
        .filled()
    }

    fn filled(self) -> Result<Self, Refusal> {
        if self.events.is_empty() { Err(Refusal::EmptyBatch) } else { Ok(self) }
    }
}

fn draft_of(door: Door, mut event: Map<String, Value>) -> Result<Draft, Reason> {
    let properties = properties(&mut event)?;
    let name = match event.get("event") {
        Some(Value::String(name)) => name.clone(),
        None | Some(Value::Null) if door == Door::Engage => IDENTIFY.to_owned(),
        _ => String::new(),
    };
    let mut draft = Draft {
        name,
        time: event.get("timestamp").filter(|time| !time.is_null() && **time != "").cloned(),
        ago: event.get("offset").and_then(Value::as_f64).map_or(0, |millis| (millis * 1000.0) as i64),
        correct_clock: properties.get("$ignore_sent_at").and_then(truth) != Some(true),
        properties,
        ..Draft::default()
    };
    draft.uuid = sent_id(&event, &draft);
    let inside = ["distinct_id", "$distinct_id"].map(|name| draft.properties.remove(name));
    let beside = ["distinct_id", "$distinct_id"].map(|name| event.remove(name));
    draft.person = beside.into_iter().chain(inside).flatten().find(|id| !id.is_null()).unwrap_or_default();
    Ok(draft)
}

/// The key that an event carries itself, even one that cannot be read otherwise.
fn own_key(event: &Result<Map<String, Value>, Reason>, piece: Piece<'_>) -> Option<String> {
    const NAMES: [&str; 3] = ["api_key", "token", "$token"];
    match event {
        Ok(event) => {
            let inside = event.get("properties").and_then(Value::as_object);
            let of = |map: &Map<String, Value>| NAMES.into_iter().find_map(|name| key_text(map.get(name)?));
            of(event).or_else(|| inside.and_then(of))
        }
        Err(_) => {
            let members = pieces::members(piece.text).ok()?;
            let named = members.iter().find(|(name, _)| NAMES.contains(&name.as_str()));
            named.and_then(|(_, piece)| key_text(&serde_json::from_slice(piece.text).ok()?))
        }
    }
}

fn key_text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned)
}

fn query_key(query: &str) -> Option<String> {
    ["api_key", "token"].into_iter().find_map(|name| {
        String::from_utf8(of_form(query.as_bytes(), name)?).ok().filter(|key| !key.trim().is_empty())
    })
}

/// posthog-js writes the moment of sending as `_`, in milliseconds.
fn query_time(query: &str) -> Option<i64> {
    let text = String::from_utf8(of_form(query.as_bytes(), "_")?).ok()?;
    let millis: i64 = text.parse().ok()?;
    // Less than 2020 in milliseconds is a number of seconds, or no time at all.
    (millis > 1_577_836_800_000).then(|| millis.saturating_mul(1000))
}

fn time(value: &Value) -> Option<i64> {
    moment::read(value).ok().map(|written| written.time)
}

#[cfg(test)]
mod tests {
    use flywheel_people::{Event, IdKind};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_772_357_400_000_000; // 2026-03-01T09:30:00Z

    fn delivery<'r>(query: &'r str, body: &'r [u8]) -> Delivery<'r> {
        Delivery { encoding: "", query, body, now: NOW, id: Uuid::from_u128(1) }
    }

    fn take(body: &Value) -> Arrived {
        read(Door::Events, &delivery("", body.to_string().as_bytes())).expect("taken")
    }

    fn one(event: Value) -> Event {
        let mut arrived = take(&json!({"api_key": "k", "batch": [event]}));
        assert!(arrived.aside.is_empty(), "{:?}", arrived.aside);
        arrived.events.remove(0)
    }

    #[test]
    fn one_event_a_list_and_an_envelope_are_taken() {
        let event = json!({"event": "a", "distinct_id": "ada", "properties": {"x": 1}});
        let with_key = |name: &str| {
            let mut event = event.clone();
            event[name] = json!(" k ");
            event
        };
        let mut inside = event.clone();
        inside["properties"]["token"] = json!("k");
        for body in [
            with_key("api_key"),
            with_key("token"),
            with_key("$token"),
            inside.clone(),
            json!([with_key("api_key"), event]),
            json!([inside]),
            json!({"api_key": "k", "batch": [event], "sent_at": "2026-03-01T09:30:00Z"}),
            json!({"token": "k", "historical_migration": false, "batch": [event]}),
        ] {
            let arrived = take(&body);
            assert_eq!(arrived.key, "k", "{body}");
            assert_eq!(arrived.events[0].distinct_id, "ada");
            assert_eq!(arrived.events[0].event, "a");
            assert_eq!(Value::Object(arrived.events[0].properties.clone()), json!({"x": 1}), "{body}");
            assert_eq!(arrived.events[0].time, NOW);
            assert!(arrived.aside.is_empty());
        }
        let query = "data=eyJldmVudCI6ImEiLCJkaXN0aW5jdF9pZCI6ImFkYSIsImFwaV9rZXkiOiJrIn0%3D&ip=1";
        let arrived = read(Door::Events, &delivery(query, b"")).expect("taken");
        assert_eq!((arrived.key.as_str(), arrived.events.len()), ("k", 1));
    }

    #[test]
    fn one_wrong_event_spoils_no_other() {
        let body = b"{\"api_key\":\"k\",\"batch\":[\
            {\"event\":\"good\",\"distinct_id\":\"a\"},\
            {\"event\":\"bad\",\"distinct_id\":\"\xff\"},\
            {\"event\":\"bad\",\"distinct_id\":\"a\",\"properties\":{\"x\":NaN}},\
            {\"event\":\"bad\",\"distinct_id\":\"a\",\"properties\":[1]},\
            {\"event\":\"bad\",\"distinct_id\":\"a\",\"$set\":[1]},\
            {\"event\":\"bad\",\"distinct_id\":\"a\",\"properties\":{\"$groups\":[\"x\"]}},\
            {\"event\":\"bad\",\"distinct_id\":null},{\"event\":\"bad\",\"distinct_id\":\"undefined\"},\
            {\"event\":\"\",\"distinct_id\":\"a\"},{\"distinct_id\":\"a\"},{\"event\":7,\"distinct_id\":\"a\"},\
            {\"event\":\"bad\",\"distinct_id\":\"a\",\"timestamp\":\"yesterday\"},\
            {\"event\":\"bad\",\"distinct_id\":\"a\",\"timestamp\":\"1970-01-01T00:00:00Z\"},\
            {\"event\":\"bad\",\"distinct_id\":\"a\",\"timestamp\":\"3000-01-01T00:00:00Z\"},\
            null,7,\"x\",[],{\"event\" \"bad\"},\
            {\"event\":\"good too\",\"distinct_id\":\"a\",\"timestamp\":\"2026-02-01T00:00:00\"}]}";
        let arrived = read(Door::Events, &delivery("", body)).expect("taken");
        let names: Vec<&str> = arrived.events.iter().map(|event| event.event.as_str()).collect();
        assert_eq!(names, ["good", "good too"]);
        assert_eq!(arrived.events[1].properties["$time_zone_assumed"], "UTC");
        let reasons: Vec<&str> = arrived.aside.iter().map(|aside| aside.reason.key.as_str()).collect();
        assert_eq!(
            reasons,
            [
                "collect.not_utf8",
                "collect.not_a_number",
                "collect.not_an_object_at",
                "collect.not_an_object_at",
                "collect.not_an_object_at",
                "collect.no_person",
                "collect.nobodys_id",
                "collect.no_name",
                "collect.no_name",
                "collect.no_name",
                "collect.time_unreadable",
                "collect.time_too_early",
                "collect.time_ahead",
                "collect.not_an_object",
                "collect.not_an_object",
                "collect.not_an_object",
                "collect.not_an_object",
                "collect.not_json",
            ]
        );
        assert!(arrived.aside[1].raw.contains("NaN"));
        let again = read(Door::Events, &Delivery { now: NOW + 1, ..delivery("", body) }).expect("taken");
        assert_eq!(arrived.aside[1].id, again.aside[1].id, "the same event is kept aside once");
    }

    #[test]
    fn a_wrong_request_is_refused() {
        for (body, refusal) in [
            ("", Refusal::Empty),
            ("  ", Refusal::Empty),
            ("{\"api_key\":\"k\",\"batch\":[", Refusal::NotJson { at: 24 }),
            ("hello", Refusal::NotJson { at: 0 }),
            ("[]", Refusal::EmptyBatch),
            ("{\"api_key\":\"k\",\"batch\":[]}", Refusal::EmptyBatch),
            ("{\"api_key\":\"k\",\"batch\":{}}", Refusal::Shape { name: "batch".to_owned() }),
            ("{\"batch\":[{\"event\":\"a\",\"distinct_id\":\"b\"}]}", Refusal::NoKey),
            ("{\"api_key\":\"\",\"event\":\"a\",\"distinct_id\":\"b\"}", Refusal::NoKey),
        ] {
            assert_eq!(read(Door::Events, &delivery("", body.as_bytes())), Err(refusal), "{body}");
        }
    }

    #[test]
    fn another_key_in_a_list_is_kept_aside() {
        let event = |key: &str| json!({"event": "a", "distinct_id": "b", "token": key});
        let arrived = take(&json!([event("k"), event("other")]));
        assert_eq!((arrived.key.as_str(), arrived.events.len()), ("k", 1));
        assert_eq!(arrived.aside[0].reason.key, "collect.other_key");
    }

    #[test]
    fn the_identity_is_the_clients_or_made_of_the_event() {
        let uuid = "0190a6c2-1d8e-7f21-8b1e-3a9c5d7e9f01";
        let sent = one(json!({"event": "a", "distinct_id": "b", "uuid": uuid}));
        assert_eq!((sent.uuid.to_string().as_str(), sent.id_kind), (uuid, IdKind::Sent));
        let insert = json!({"event": "a", "distinct_id": "b", "properties": {"$insert_id": "i-1"}});
        assert_eq!(one(insert.clone()).uuid, one(insert).uuid);
        let odd = one(json!({"event": "a", "distinct_id": "b", "uuid": "no uuid"}));
        assert_eq!(odd.id_kind, IdKind::Sent);
        let timed = json!({"event": "a", "distinct_id": "b", "timestamp": "2026-02-01T00:00:00Z"});
        let (first, second) = (one(timed.clone()), one(timed));
        assert_eq!((first.uuid, first.id_kind), (second.uuid, IdKind::Derived));
        let untimed = json!({"event": "a", "distinct_id": "b"});
        let arrived = take(&json!({"api_key": "k", "batch": [untimed, untimed]}));
        assert_eq!(arrived.events[0].id_kind, IdKind::Arrival);
        assert_ne!(arrived.events[0].uuid, arrived.events[1].uuid, "each arrival counts");
    }

    #[test]
    fn clocks_are_put_right() {
        let event = json!({"event": "a", "distinct_id": "b", "timestamp": "2026-02-28T09:29:50Z"});
        let ten_before = NOW - 10 * moment::SECOND;
        let envelope = |extra: Value| {
            let mut body = json!({"api_key": "k", "batch": [event], "sent_at": "2026-02-28T09:30:00Z"});
            body.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
            take(&body).events[0].time
        };
        assert_eq!(envelope(json!({})), ten_before, "a day behind");
        let written = ten_before - 86_400 * moment::SECOND;
        assert_eq!(envelope(json!({"historical_migration": true})), written, "history is believed");
        let millis = (NOW / 1000 - 86_400_000).to_string();
        let query = format!("_={millis}&compression=gzip-js");
        let mut keyed = event.clone();
        keyed["token"] = json!("k");
        let body = json!([keyed]).to_string();
        assert_eq!(
            read(Door::Events, &delivery(&query, body.as_bytes())).expect("taken").events[0].time,
            ten_before
        );
        keyed["properties"] = json!({"$ignore_sent_at": true});
        let body = json!([keyed]).to_string();
        assert_eq!(
            read(Door::Events, &delivery(&query, body.as_bytes())).expect("taken").events[0].time,
            written
        );
        assert_eq!(one(json!({"event": "a", "distinct_id": "b", "offset": 2500})).time, NOW - 2_500_000);
        for offset in [1e18, 1.8e12] {
            let event = json!({"event": "a", "distinct_id": "b", "offset": offset});
            let arrived = take(&json!({"api_key": "k", "batch": [event]}));
            assert_eq!(arrived.aside[0].reason.key, "collect.time_too_early", "{offset}");
        }
    }

    #[test]
    fn what_is_set_moves_into_the_properties() {
        let event = one(json!({
            "event": "$set", "distinct_id": "b",
            "$set": {"plan": "pro"}, "$set_once": {"first": 1},
            "properties": {"$set": {"plan": "free", "age": 3}, "distinct_id": "b"},
        }));
        let expected = json!({"$set": {"plan": "pro", "age": 3}, "$set_once": {"first": 1}});
        assert_eq!(Value::Object(event.properties), expected);
        let body = json!({"token": "k", "$distinct_id": "b", "$set": {"a": 1}}).to_string();
        let engaged = read(Door::Engage, &delivery("", body.as_bytes())).expect("taken").events.remove(0);
        assert_eq!((engaged.event.as_str(), engaged.distinct_id.as_str()), ("$identify", "b"));
        assert_eq!(Value::Object(engaged.properties), json!({"$set": {"a": 1}}));
        let wrong = b"{\"token\":\"k\",\"$set\":{\"a\":1}}";
        let kept = read(Door::Engage, &delivery("", wrong)).expect("taken").aside.remove(0);
        assert_eq!(kept.raw, "{\"token\":\"k\",\"$set\":{\"a\":1},\"event\":\"$identify\"}");
    }

    #[test]
    fn what_is_unset_is_set_to_nothing() {
        for (event, expected) in [
            (json!({"properties": {"$unset": ["email"]}}), json!({"$set": {"email": null}})),
            (
                json!({"$unset": ["email"], "properties": {"$unset": ["age", 7], "x": 1}}),
                json!({"x": 1, "$set": {"email": null, "age": null}}),
            ),
            (
                json!({"$set": {"plan": "pro", "age": 3}, "properties": {"$unset": {"age": ""}}}),
                json!({"$set": {"plan": "pro", "age": null}}),
            ),
            (json!({"$unset": [], "properties": {"x": 1, "$unset": null}}), json!({"x": 1})),
        ] {
            let mut sent = json!({"event": "a", "distinct_id": "b"});
            sent.as_object_mut().expect("an object").extend(event.as_object().expect("an object").clone());
            assert_eq!(Value::Object(one(sent).properties), expected, "{event}");
        }
    }

    #[test]
    fn answers_are_those_that_the_clients_know() {
        assert_eq!(taken("").body, b"{\"status\":1}");
        assert_eq!((taken("").status, taken("ip=1&beacon=1").status), (200, 204));
        let full = refused(&Refusal::Full, Language::En);
        assert_eq!((full.status, full.retry_after_secs), (503, Some(5)));
        let unknown: Value =
            serde_json::from_slice(&refused(&Refusal::UnknownKey, Language::Zh).body).expect("JSON");
        assert_eq!(
            (unknown["type"].as_str(), unknown["code"].as_str()),
            (Some("authentication_error"), Some("invalid_api_key"))
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300), query in ".{0,40}") {
            let _ = read(Door::Events, &delivery(&query, &bytes));
        }

        #[test]
        fn nothing_of_a_batch_is_lost(events in proptest::collection::vec((proptest::option::of(".{0,8}"), proptest::option::of(".{0,8}"), any::<i64>()), 1..20)) {
            let batch: Vec<Value> = events.iter().map(|(name, id, time)| json!({"event": name, "distinct_id": id, "timestamp": time})).collect();
            let arrived = take(&json!({"api_key": "k", "batch": batch}));
            prop_assert_eq!(arrived.events.len() + arrived.aside.len(), events.len());
            prop_assert!(arrived.events.iter().all(|event| event.time > 0 && event.time <= NOW + 23 * 3600 * moment::SECOND));
        }
    }
}
