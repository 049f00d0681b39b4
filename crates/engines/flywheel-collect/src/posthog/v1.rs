//! Version 1: `POST /i/v1/analytics/events`, a bearer's key, and a result for each uuid.

use std::collections::HashSet;

use flywheel_spec::Language;
use serde_json::{Map, Value, json};

use super::{SOURCE, properties, truth};
use crate::arrival::{Answer, Arrived, Delivery};
use crate::draft::{self, Draft, Request};
use crate::event_id;
use crate::moment::{self, Clock};
use crate::pieces;
use crate::reason::Reason;
use crate::refusal::Refusal;
use crate::unpack::by_header;

/// The headers that the protocol adds to a delivery; empty where the request has none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Headers<'h> {
    /// `Authorization`.
    pub authorization: &'h str,
    /// `Content-Type`.
    pub media: &'h str,
    /// `PostHog-Request-Timestamp`: the client's clock as it sends.
    pub request_timestamp: &'h str,
    /// `PostHog-Sdk-Info`: the client's name and version, such as `posthog-python/7.91.1`.
    pub sdk_info: &'h str,
}

/// What becomes of one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept.
    Ok,
    /// It is kept, and something about it is doubtful.
    Warning,
    /// It is kept aside; sending it again changes nothing.
    Drop,
    /// It is not kept; it may be sent again.
    Retry,
}

/// One event's result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The event's uuid as the client wrote it.
    pub uuid: String,
    /// What becomes of it.
    pub verdict: Verdict,
    /// Why, in PostHog's words.
    pub details: Option<&'static str>,
}

/// Choices that an event may carry in `options`, and the properties that they stand for.
const OPTIONS: [(&str, &str); 3] = [
    ("cookieless_mode", "$cookieless_mode"),
    ("disable_skew_correction", "$ignore_sent_at"),
    ("process_person_profile", "$process_person_profile"),
];

/// The longest `PostHog-Sdk-Info` that is believed.
const LONGEST_SDK_INFO: usize = 200;

/// True when an event, wherever it is read again, is one that only this version can read whole.
pub fn is_one(event: &Value) -> bool {
    ["options", "session_id", "window_id"].iter().any(|name| event.get(name).is_some())
}

/// The key of a bearer.
///
/// # Errors
/// When there is none, or another scheme is used.
pub fn key(authorization: &str) -> Result<String, Refusal> {
    let (scheme, key) = authorization.trim().split_once(' ').ok_or(Refusal::NoKey)?;
    let key = key.trim();
    if !scheme.eq_ignore_ascii_case("bearer") || key.is_empty() {
        return Err(Refusal::NoKey);
    }
    Ok(key.to_owned())
}

/// Reads a request.
///
/// # Errors
/// A request that is no batch of events at all, or carries no key; a single event that is wrong is kept aside instead.
pub fn read(headers: &Headers<'_>, delivery: &Delivery<'_>) -> Result<(Arrived, Vec<Outcome>), Refusal> {
    let key = key(headers.authorization)?;
    let media = headers.media.split(';').next().unwrap_or_default().trim();
    if !media.is_empty() && !media.eq_ignore_ascii_case("application/json") {
        return Err(Refusal::Media { found: media.to_owned() });
    }
    let sent_at =
        match headers.request_timestamp {
            "" => None,
            written => Some(moment::read_text(written).map_err(|_| Refusal::Header {
                name: "PostHog-Request-Timestamp",
                found: written.to_owned(),
            })?),
        };
    let body = by_header(delivery.encoding, delivery.body)?;
    if body.trim_ascii().is_empty() {
        return Err(Refusal::Empty);
    }
    let members = pieces::members(body.trim_ascii())?;
    let value = |name: &str| {
        let piece = members.iter().find(|(member, _)| member == name).map(|(_, piece)| piece)?;
        serde_json::from_slice::<Value>(piece.text).ok()
    };
    if value("created_at").is_some_and(|at| moment::read(&at).is_err()) {
        return Err(Refusal::Shape { name: "created_at".to_owned() });
    }
    let batch = members.iter().find(|(name, _)| name == "batch").map(|(_, piece)| piece.text);
    let batch =
        batch.filter(|text| text.starts_with(b"[")).ok_or(Refusal::Shape { name: "batch".to_owned() })?;
    let events = pieces::items(batch)?;
    if events.is_empty() {
        return Err(Refusal::EmptyBatch);
    }
    let historical = value("historical_migration").as_ref().and_then(truth).unwrap_or(false);
    let sent_at = sent_at.filter(|_| !historical).map(|written| written.time);
    let clock = Clock { now: delivery.now, sent_at };
    let request = Request { source: SOURCE, now: delivery.now, id: delivery.id, clock };
    let library = library(headers.sdk_info);

    let mut arrived = Arrived { key, ..Arrived::default() };
    let mut outcomes = Vec::with_capacity(events.len());
    let mut seen = HashSet::new();
    for (place, piece) in events.iter().enumerate() {
        let event = draft::object(*piece);
        let uuid = match &event {
            Ok(event) => draft::text(event, "uuid").unwrap_or_default().to_owned(),
            Err(_) => named(piece.text, "uuid").unwrap_or_default(),
        };
        if !uuid.is_empty() && !seen.insert(uuid.clone()) {
            // The same identity twice in one batch is the same event.
            continue;
        }
        let taken = event.and_then(|event| draft_of(event.clone(), library)?.finish(&event, place, &request));
        let (verdict, details) = match taken {
            Ok(event) => {
                let assumed = event.properties.contains_key("$time_zone_assumed");
                arrived.events.push(event);
                if assumed { (Verdict::Warning, Some("time_zone_assumed")) } else { (Verdict::Ok, None) }
            }
            Err(reason) => {
                arrived.aside.push(draft::aside(&request, &reason, piece.text));
                (Verdict::Drop, Some(reason.tag()))
            }
        };
        if !uuid.is_empty() {
            outcomes.push(Outcome { uuid, verdict, details });
        }
    }
    Ok((arrived, outcomes))
}

/// The answer: a result for each uuid; `Retry-After` only when some are to be sent again.
pub fn taken(outcomes: &[Outcome]) -> Answer {
    let results: Map<String, Value> = outcomes
        .iter()
        .map(|outcome| {
            let result = match outcome.verdict {
                Verdict::Ok => "ok",
                Verdict::Warning => "warning",
                Verdict::Drop => "drop",
                Verdict::Retry => "retry",
            };
            let result = match outcome.details {
                Some(details) => json!({"result": result, "details": details}),
                None => json!({"result": result}),
            };
            (outcome.uuid.clone(), result)
        })
        .collect();
    let again = outcomes.iter().any(|outcome| outcome.verdict == Verdict::Retry);
    Answer { retry_after_secs: again.then_some(1), ..Answer::json(200, &json!({"results": results})) }
}

/// The outcomes when nothing could be written just now.
pub fn not_persisted(outcomes: Vec<Outcome>) -> Vec<Outcome> {
    let again =
        |outcome: Outcome| Outcome { verdict: Verdict::Retry, details: Some("not_persisted"), ..outcome };
    outcomes.into_iter().map(again).collect()
}

/// The answer when nothing was taken.
pub fn refused(refusal: &Refusal, language: Language) -> Answer {
    let body = json!({
        "error": if refusal.status() == 401 { "invalid_api_token" } else { refusal.tag() },
        "error_description": refusal.phrase().text(language),
        "error_uri": "",
    });
    Answer { retry_after_secs: refusal.retry_after_secs(), ..Answer::json(refusal.status(), &body) }
}

fn draft_of(mut event: Map<String, Value>, library: Option<(&str, &str)>) -> Result<Draft, Reason> {
    let mut properties = properties(&mut event)?;
    for (beside, inside) in [("session_id", "$session_id"), ("window_id", "$window_id")] {
        if let Some(text) = draft::text(&event, beside) {
            properties.insert(inside.to_owned(), Value::from(text));
        }
    }
    let options = match event.remove("options") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(options)) => options,
        Some(_) => return Err(Reason::Option { name: "options".to_owned() }),
    };
    for (name, inside) in OPTIONS {
        match options.get(name) {
            None | Some(Value::Null) => {}
            Some(value) => {
                let chosen = truth(value).ok_or(Reason::Option { name: name.to_owned() })?;
                properties.insert(inside.to_owned(), Value::Bool(chosen));
            }
        }
    }
    match options.get("product_tour_id") {
        None | Some(Value::Null) => {}
        Some(Value::String(id)) => {
            drop(properties.insert("$product_tour_id".to_owned(), Value::from(id.as_str())))
        }
        Some(Value::Number(id)) => {
            drop(properties.insert("$product_tour_id".to_owned(), Value::from(id.to_string())))
        }
        Some(_) => return Err(Reason::Option { name: "product_tour_id".to_owned() }),
    }
    if let Some((name, version)) = library {
        properties.insert("$lib".to_owned(), Value::from(name));
        properties.insert("$lib_version".to_owned(), Value::from(version));
    }
    let uuid = draft::text(&event, "uuid").ok_or(Reason::NoUuid)?;
    Ok(Draft {
        name: event.get("event").and_then(Value::as_str).unwrap_or_default().to_owned(),
        uuid: Some(event_id::of_text("uuid", uuid)),
        person: event.get("distinct_id").cloned().unwrap_or_default(),
        time: event.get("timestamp").filter(|time| !time.is_null() && **time != "").cloned(),
        ago: 0,
        correct_clock: properties.get("$ignore_sent_at").and_then(truth) != Some(true),
        properties,
    })
}

/// Name and version of the client.
fn library(info: &str) -> Option<(&str, &str)> {
    let (name, version) = info.rsplit_once('/')?;
    let (name, version) = (name.trim(), version.trim());
    (info.len() <= LONGEST_SDK_INFO && !name.is_empty() && !version.is_empty()).then_some((name, version))
}

/// A text member of an object that cannot be read otherwise.
fn named(text: &[u8], name: &str) -> Option<String> {
    let members = pieces::members(text).ok()?;
    let (_, piece) = members.iter().find(|(member, _)| member == name)?;
    serde_json::from_slice::<String>(piece.text).ok().map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const NOW: i64 = 1_772_357_400_000_000; // 2026-03-01T09:30:00Z
    const FIRST: &str = "0190a6c2-1d8e-7f21-8b1e-3a9c5d7e9f01";
    const SECOND: &str = "0190a6c2-1d8e-7f21-8b1e-3a9c5d7e9f02";

    fn headers() -> Headers<'static> {
        Headers {
            authorization: "Bearer k",
            media: "application/json",
            request_timestamp: "2026-02-28T09:30:00Z",
            sdk_info: "posthog-python/7.91.1",
        }
    }

    fn take(headers: &Headers<'_>, body: &[u8]) -> Result<(Arrived, Vec<Outcome>), Refusal> {
        read(headers, &Delivery { encoding: "", query: "", body, now: NOW, id: Uuid::from_u128(1) })
    }

    fn event(uuid: &str) -> Value {
        json!({"event": "a", "uuid": uuid, "distinct_id": "ada", "timestamp": "2026-02-28T09:29:50Z", "options": {}, "properties": {"x": 1}})
    }

    fn batch(events: Value) -> Vec<u8> {
        json!({"created_at": "2026-02-28T09:30:00.5Z", "batch": events}).to_string().into_bytes()
    }

    #[test]
    fn a_batch_is_taken_with_a_result_for_each_uuid() {
        let mut chosen = event(SECOND);
        chosen["session_id"] = json!("s");
        chosen["options"] = json!({"process_person_profile": "false", "disable_skew_correction": 1, "product_tour_id": 7, "later": 1});
        let (arrived, outcomes) =
            take(&headers(), &batch(json!([event(FIRST), chosen, event(FIRST)]))).expect("taken");
        assert_eq!(arrived.key, "k");
        assert_eq!(arrived.events[0].time, NOW - 10 * moment::SECOND, "its clock is a day behind");
        assert_eq!(arrived.events[1].time, NOW - 86_410 * moment::SECOND, "it is not to be corrected");
        let expected = json!({"x": 1, "$session_id": "s", "$ignore_sent_at": true, "$process_person_profile": false,
            "$product_tour_id": "7", "$lib": "posthog-python", "$lib_version": "7.91.1"});
        assert_eq!(Value::Object(arrived.events[1].properties.clone()), expected);
        assert_eq!(arrived.events[0].uuid.to_string(), FIRST);
        assert_eq!(arrived.events.len(), 2, "the same uuid twice is one event");
        let answer = taken(&outcomes);
        assert_eq!(answer.status, 200);
        assert_eq!(answer.retry_after_secs, None);
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(body, json!({"results": {FIRST: {"result": "ok"}, SECOND: {"result": "ok"}}}));
        let again = taken(&not_persisted(outcomes));
        assert_eq!(again.retry_after_secs, Some(1));
        assert!(
            String::from_utf8_lossy(&again.body)
                .contains("\"result\":\"retry\",\"details\":\"not_persisted\"")
        );
    }

    #[test]
    fn one_wrong_event_is_dropped_with_the_reason() {
        let with = |name: &str, value: Value| {
            let mut wrong = event(SECOND);
            wrong[name] = value;
            wrong
        };
        for (wrong, details) in [
            (with("event", json!("")), "missing_event_name"),
            (with("event", json!("x".repeat(201))), "event_name_too_long"),
            (with("distinct_id", json!(null)), "missing_distinct_id"),
            (with("distinct_id", json!("undefined")), "malformed_distinct_id"),
            (with("distinct_id", json!("x".repeat(201))), "distinct_id_too_large"),
            (with("timestamp", json!("3000-01-01T00:00:00Z")), "invalid_event_timestamp"),
            (with("properties", json!([1])), "malformed_event_properties"),
            (with("options", json!({"cookieless_mode": "perhaps"})), "invalid_options"),
            (with("options", json!([])), "invalid_options"),
        ] {
            let (arrived, outcomes) = take(&headers(), &batch(json!([wrong, event(FIRST)]))).expect("taken");
            assert_eq!((arrived.events.len(), arrived.aside.len()), (1, 1), "{wrong}");
            assert_eq!(
                outcomes[0],
                Outcome { uuid: SECOND.to_owned(), verdict: Verdict::Drop, details: Some(details) }
            );
            assert_eq!(outcomes[1].verdict, Verdict::Ok);
        }
        let (_, outcomes) =
            take(&headers(), &batch(json!([with("timestamp", json!("2026-02-28T09:29:50"))])))
                .expect("taken");
        assert_eq!((outcomes[0].verdict, outcomes[0].details), (Verdict::Warning, Some("time_zone_assumed")));
        let mut none = event(FIRST);
        none.as_object_mut().expect("an object").remove("uuid");
        let (arrived, outcomes) = take(&headers(), &batch(json!([none]))).expect("taken");
        assert_eq!((arrived.aside[0].reason.key.as_str(), outcomes.len()), ("collect.no_uuid", 0));
    }

    #[test]
    fn a_wrong_request_is_refused() {
        let good = batch(json!([event(FIRST)]));
        for (headers, body, status, tag) in [
            (Headers { authorization: "", ..headers() }, good.clone(), 401, "missing_api_key"),
            (Headers { authorization: "Basic azo=", ..headers() }, good.clone(), 401, "missing_api_key"),
            (Headers { media: "text/plain", ..headers() }, good.clone(), 415, "unsupported_content_type"),
            (Headers { request_timestamp: "now", ..headers() }, good, 400, "invalid_header_value"),
            (headers(), b"".to_vec(), 400, "empty_body"),
            (headers(), b"[]".to_vec(), 400, "request_parsing_error"),
            (headers(), batch(json!([])), 400, "empty_batch"),
            (headers(), batch(json!({})), 400, "request_parsing_error"),
            (headers(), b"{\"created_at\":\"x\",\"batch\":[{}]}".to_vec(), 400, "request_parsing_error"),
        ] {
            let refusal = take(&headers, &body).expect_err(tag);
            assert_eq!((refusal.status(), refusal.tag()), (status, tag));
            let body: Value = serde_json::from_slice(&refused(&refusal, Language::En).body).expect("JSON");
            assert!(body["error_description"].as_str().is_some_and(|text| text.len() > 5), "{body}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_taken_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = take(&headers(), &bytes);
        }
    }
}
