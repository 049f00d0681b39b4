//! One event between its bytes and its place in the log: read, checked, completed.

use flywheel_people::digits::quote_long_whole_numbers;
use flywheel_people::event::text_of;
use flywheel_people::{Event, IdKind};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::moment::{self, Clock, Written};
use crate::pieces::{self, Piece};
use crate::posthog::truth;
use crate::reason::Reason;
use crate::{Aside, event_id};

/// Levels in which properties may lie in each other.
pub const DEPTH_AT_MOST: u32 = 100;

/// Characters that a name or an id may have, as in PostHog.
pub const LENGTH_AT_MOST: usize = 200;

/// Ids that a program's mistake writes where a person's should stand; compared without case.
const NOBODY: [&str; 12] = [
    "null",
    "undefined",
    "none",
    "nil",
    "nan",
    "[object object]",
    "true",
    "false",
    "0",
    "distinct_id",
    "distinctid",
    "00000000-0000-0000-0000-000000000000",
];

/// What is the same for all events of a request.
#[derive(Debug, Clone, Copy)]
pub struct Request {
    /// Which way it came.
    pub source: &'static str,
    /// When it arrived, microseconds.
    pub now: i64,
    /// A number that no other request has.
    pub id: Uuid,
    /// The client's clock against the server's.
    pub clock: Clock,
}

/// What a protocol makes of an event before it is checked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Draft {
    /// Its name; empty when there is none.
    pub name: String,
    /// Whose it is; `Null` when nobody's.
    pub person: Value,
    /// The identity that the client gave.
    pub uuid: Option<Uuid>,
    /// Its time as written.
    pub time: Option<Value>,
    /// How long before the request's end it happened, microseconds, where no time was written.
    pub ago: i64,
    /// False when the time is to be believed as written.
    pub correct_clock: bool,
    /// Its properties.
    pub properties: Map<String, Value>,
}

impl Draft {
    /// The event, complete, when everything in it can be.
    ///
    /// # Errors
    /// The first reason why it cannot be taken.
    pub fn finish(
        mut self,
        whole: &Map<String, Value>,
        place: usize,
        request: &Request,
    ) -> Result<Event, Reason> {
        if self.name.trim().is_empty() {
            return Err(Reason::NoName);
        }
        let length = self.name.chars().count();
        if length > LENGTH_AT_MOST {
            return Err(Reason::LongName { length });
        }
        let distinct_id = person(&self.person)?;
        for name in ["$set", "$set_once", "$groups", "$group_set"] {
            match self.properties.get(name) {
                None | Some(Value::Object(_)) => {}
                Some(Value::Null) => drop(self.properties.remove(name)),
                Some(other) => {
                    return Err(Reason::NotAnObjectAt { name: name.to_owned(), found: other.to_string() });
                }
            }
        }
        let clock = if self.correct_clock { request.clock } else { Clock { sent_at: None, ..request.clock } };
        let shown = |value: Option<&Value>| value.and_then(text_of).unwrap_or_default();
        let time = match &self.time {
            None if self.ago <= 0 => request.now,
            None => {
                let found = format!("offset {}", shown(whole.get("offset")));
                let wrong = |why| Reason::Time { why, found };
                // However wrong a client's clock is, it tells how long ago something was.
                let clock = Clock { sent_at: None, ..request.clock };
                clock.correct(request.now.saturating_sub(self.ago)).map_err(wrong)?
            }
            Some(written) => {
                let wrong = |why| Reason::Time { why, found: shown(Some(written)) };
                let Written { time, zoned } = moment::read(written).map_err(wrong)?;
                if !zoned {
                    self.properties.insert("$time_zone_assumed".to_owned(), Value::from("UTC"));
                }
                clock.correct(time).map_err(wrong)?
            }
        };
        let (uuid, id_kind) = match self.uuid {
            Some(uuid) => (uuid, IdKind::Sent),
            None => event_id::without_one(whole, self.time.is_some(), request.id, place),
        };
        Ok(Event {
            uuid,
            id_kind,
            event: self.name.replace('\0', "\u{fffd}"),
            distinct_id,
            time,
            received: request.now,
            source: request.source.to_owned(),
            properties: self.properties,
        })
    }
}

/// Keeps an event aside; its time is put right, as whoever reads it again no longer knows when it was sent.
pub fn aside(request: &Request, reason: &Reason, raw: &[u8]) -> Aside {
    // Its id is that of what was sent, which is the same at every try.
    let mut aside = Aside::new(request.now, request.source, reason.phrase(), raw);
    if let Some(time) = put_right(request, raw) {
        let raw = pieces::with_member(raw.trim_ascii(), "timestamp", &time);
        aside.raw = String::from_utf8_lossy(&raw).into_owned();
    }
    aside
}

/// An event's time by the server's clock, where it can be read and the client's clock was wrong.
fn put_right(request: &Request, raw: &[u8]) -> Option<String> {
    request.clock.sent_at?;
    let event: Map<String, Value> = serde_json::from_slice(raw).ok()?;
    let is_believed = [("properties", "$ignore_sent_at"), ("options", "disable_skew_correction")]
        .into_iter()
        .any(|(place, name)| event.get(place).and_then(|inside| truth(inside.get(name)?)) == Some(true));
    if is_believed {
        return None;
    }
    let written = ["timestamp", "originalTimestamp"]
        .into_iter()
        .find_map(|name| event.get(name).filter(|time| !time.is_null() && **time != ""))?;
    let Written { time, zoned } = moment::read(written).ok()?;
    let right = request.clock.correct(time).ok().filter(|right| *right != time)?;
    let right = Timestamp::from_microsecond(right).ok()?;
    Some(if zoned { right.to_string() } else { TimeZone::UTC.to_datetime(right).to_string() })
}

/// Reads one event's text as an object.
///
/// # Errors
/// What is wrong with the text, however the rest of its batch is.
pub fn object(piece: Piece<'_>) -> Result<Map<String, Value>, Reason> {
    // The event itself and its properties are two levels more.
    if piece.depth > DEPTH_AT_MOST + 2 {
        return Err(Reason::TooDeep { depth: piece.depth });
    }
    if std::str::from_utf8(piece.text).is_err() {
        return Err(Reason::NotUtf8);
    }
    let read = if piece.long_number {
        serde_json::from_slice::<Value>(&quote_long_whole_numbers(piece.text))
    } else {
        serde_json::from_slice::<Value>(piece.text)
    };
    let read = match read {
        Err(error) if error.to_string().contains("surrogate") || error.to_string().contains("hex escape") => {
            serde_json::from_slice::<Value>(&quote_long_whole_numbers(&whole_characters(piece.text)))
        }
        read => read,
    };
    match read {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Err(Reason::NotAnObject { found: other.to_string() }),
        Err(error) => Err(not_json(piece.text, &error)),
    }
}

/// An object that belongs at a place, taken out of its event; absent and null are an empty one.
///
/// # Errors
/// When something else stands there.
pub fn take_object(event: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, Reason> {
    match event.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(other) => Err(Reason::NotAnObjectAt { name: name.to_owned(), found: other.to_string() }),
    }
}

/// A text that is there and says something.
pub fn text<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    map.get(name).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

/// True for an id that a program's mistake writes.
pub fn is_nobody(id: &str) -> bool {
    NOBODY.iter().any(|nobody| id.eq_ignore_ascii_case(nobody))
}

/// The id of a person who can be somebody.
fn person(value: &Value) -> Result<String, Reason> {
    let id = match value {
        Value::Null => return Err(Reason::NoPerson),
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        other => return Err(Reason::NobodysId { found: other.to_string() }),
    };
    if id.is_empty() {
        return Err(Reason::NoPerson);
    }
    if is_nobody(&id) {
        return Err(Reason::NobodysId { found: id });
    }
    let length = id.chars().count();
    if length > LENGTH_AT_MOST {
        return Err(Reason::LongId { length });
    }
    Ok(id.replace('\0', "\u{fffd}"))
}

fn not_json(text: &[u8], error: &serde_json::Error) -> Reason {
    let near = error.column().saturating_sub(2);
    let line = text.split(|&byte| byte == b'\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
    let rest = line.get(near..).unwrap_or_default();
    let word = |word: &str| {
        rest.starts_with(word.as_bytes())
            || rest.get(1..).is_some_and(|rest| rest.starts_with(word.as_bytes()))
    };
    if ["NaN", "Infinity", "-Infinity"].into_iter().any(word) {
        return Reason::NotANumber;
    }
    let reason = error.to_string();
    Reason::NotJson {
        reason: reason.rsplit_once(" at line ").map_or(reason.clone(), |(words, _)| words.to_owned()),
    }
}

/// Half characters (`\ud83d` alone), which JavaScript leaves where it cuts a text, become `\ufffd`.
fn whole_characters(text: &[u8]) -> Vec<u8> {
    let unit = |at: usize| -> Option<u32> {
        let escape = text.get(at..at + 6)?;
        let digits = std::str::from_utf8(escape.strip_prefix(b"\\u")?).ok()?;
        u32::from_str_radix(digits, 16).ok()
    };
    let mut whole = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let length = match (text[at], unit(at)) {
            (b'\\', Some(0xd800..=0xdbff)) if matches!(unit(at + 6), Some(0xdc00..=0xdfff)) => 12,
            (b'\\', Some(0xd800..=0xdfff)) => {
                whole.extend_from_slice(b"\\ufffd");
                at += 6;
                continue;
            }
            (b'\\', _) => 2,
            _ => 1,
        };
        let end = (at + length).min(text.len());
        whole.extend_from_slice(&text[at..end]);
        at = end;
    }
    whole
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::pieces::whole;

    fn read(text: &[u8]) -> Result<Value, Reason> {
        object(whole(text).expect("cut")).map(Value::Object)
    }

    #[test]
    fn texts_are_read_or_the_reason_is_said() {
        assert_eq!(
            read(br#"{"a":"\ud83d cut","b":"\ud83d\ude00","c":"\\ud83d"}"#).expect("mended"),
            json!({"a": "\u{fffd} cut", "b": "😀", "c": "\\ud83d"})
        );
        assert_eq!(read(b"{\"a\":\"\xff\"}"), Err(Reason::NotUtf8));
        assert_eq!(read(br#"{"a": NaN}"#), Err(Reason::NotANumber));
        assert_eq!(read(br#"{"a":[1,-Infinity]}"#), Err(Reason::NotANumber));
        assert!(matches!(read(br#"{"a": 1e999}"#), Err(Reason::NotJson { .. })));
        assert!(matches!(read(br#"{"a" 1}"#), Err(Reason::NotJson { .. })));
        assert!(matches!(read(b"[1]"), Err(Reason::NotAnObject { .. })));
        assert_eq!(read(br#"{"a":9007199254740993}"#).expect("read")["a"].to_string(), "9007199254740993");
    }

    #[test]
    fn what_is_kept_aside_has_its_time_by_the_servers_clock() {
        let now = 1_772_357_400_000_000; // 2026-03-01T09:30:00Z
        let sent_at = Some(now + 2 * 3600 * 1_000_000);
        let kept = |sent_at: Option<i64>, raw: &str| {
            let clock = Clock { now, sent_at };
            let request = Request { source: "posthog", now, id: Uuid::from_u128(1), clock };
            aside(&request, &Reason::NoName, raw.as_bytes())
        };
        for (raw, expected) in [
            (r#"{"timestamp":"2026-03-01T11:29:50Z"}"#, Some("2026-03-01T09:29:50Z")),
            (r#"{"timestamp":"2026-03-01T11:29:50"}"#, Some("2026-03-01T09:29:50")),
            (r#"{"originalTimestamp":1772364590000}"#, Some("2026-03-01T09:29:50Z")),
            (r#"{"timestamp":"2026-03-01T11:29:50Z","properties":{"$ignore_sent_at":true}}"#, None),
            (r#"{"timestamp":"2026-03-01T11:29:50Z","options":{"disable_skew_correction":1}}"#, None),
            (r#"{"timestamp":"yesterday"}"#, None),
            (r#"{"event":""}"#, None),
            ("[1]", None),
            ("{", None),
        ] {
            let event = kept(sent_at, raw);
            let read = serde_json::from_str::<Value>(&event.raw).ok();
            match expected {
                Some(time) => assert_eq!(read.map(|read| read["timestamp"] == time), Some(true), "{raw}"),
                None => assert_eq!(event.raw, raw),
            }
            let untold = kept(None, raw);
            assert_eq!((untold.raw.as_str(), untold.id), (raw, event.id));
        }
    }

    #[test]
    fn properties_may_be_a_hundred_levels_deep() {
        let nested = |levels: usize| {
            let text =
                format!("{{\"properties\":{{\"a\":{}1{}}}}}", "{\"a\":".repeat(levels), "}".repeat(levels));
            read(text.as_bytes())
        };
        assert!(nested(100).is_ok());
        assert_eq!(nested(101), Err(Reason::TooDeep { depth: 103 }));
        assert!(matches!(nested(100_000), Err(Reason::TooDeep { .. })));
    }

    #[test]
    fn nobody_is_nobody() {
        for (value, expected) in [
            (json!("ada"), Ok("ada")),
            (json!("  ada "), Ok("ada")),
            (json!(42), Ok("42")),
            (json!("张三"), Ok("张三")),
            (json!(null), Err("collect.no_person")),
            (json!(" "), Err("collect.no_person")),
            (json!("undefined"), Err("collect.nobodys_id")),
            (json!("NULL"), Err("collect.nobodys_id")),
            (json!("[object Object]"), Err("collect.nobodys_id")),
            (json!(0), Err("collect.nobodys_id")),
            (json!(true), Err("collect.nobodys_id")),
            (json!(["a"]), Err("collect.nobodys_id")),
            (json!("x".repeat(200)), Ok("x")),
            (json!("x".repeat(10_240)), Err("collect.long_id")),
        ] {
            match (person(&value), expected) {
                (Ok(id), Ok(expected)) => assert!(id.starts_with(expected), "{value}"),
                (Err(reason), Err(key)) => assert_eq!(reason.phrase().key, key, "{value}"),
                (found, _) => panic!("{value}: {found:?}"),
            }
        }
    }
}
