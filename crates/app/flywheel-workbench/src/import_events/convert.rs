//! From a row to an event, or to the reason why it is none.

use std::collections::HashMap;

use flywheel_people::event::{number_of, text_of};
use flywheel_people::{Event, IdKind};
use flywheel_spec::event_import::{EventMapping, EventNaming};
use flywheel_spec::feedback::import::{FEEDBACK_EVENT, FeedbackColumns};
use flywheel_spec::{Phrase, phrase};
use flywheel_tables::source::rows::Row;
use jiff::tz::TimeZone;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{feedback, mapping, moment};

/// The name space of the identities made here; it must never change, or a file imported again would arrive anew.
const NAMESPACE: Uuid = Uuid::from_u128(0x8d1f_52a6_3c0e_4b79_a4d8_6e91_07b3_c2f5);

/// Microseconds of a year; moments of the first are a clock that was never set.
const YEAR: i64 = 365 * 86_400 * 1_000_000;

/// How far ahead of now a moment may be.
const AHEAD: i64 = 23 * 3600 * 1_000_000;

/// Characters that a name or an id may have.
const LONGEST: usize = 200;

/// Ids that a program's mistake writes where a person's should stand.
const NOBODY: [&str; 8] = ["null", "undefined", "none", "nil", "nan", "n/a", "[object object]", "0"];

/// What stores write for people who do not say their names: each of these messages is a person's of its own.
const UNNAMED: [&str; 7] =
    ["a google user", "amazon customer", "anonymous", "guest", "匿名", "匿名用户", "匿名买家"];

/// Properties that are objects.
const OBJECTS: [&str; 3] = ["$set", "$set_once", "$groups"];

/// Makes events of rows.
pub(super) struct Converter {
    mapping: EventMapping,
    zone: TimeZone,
    /// Whether the key is the event's own id rather than that of an order or a user.
    own_key: bool,
    /// What the events' source is.
    source: String,
    now: i64,
    /// How often each row's content has come, by its hash: the second of two equal rows is an event of its own.
    seen: HashMap<u64, u32>,
    /// How many rows were equal to one before them.
    pub repeated: u64,
}

impl Converter {
    /// Makes events of a source's rows.
    pub fn new(mapping: EventMapping, source: &str, now: i64) -> Self {
        let zone = TimeZone::get(&mapping.zone).unwrap_or(TimeZone::UTC);
        let own_key = mapping.key.as_deref().is_some_and(mapping::is_events_own);
        let source = format!("import:{source}");
        Self { mapping, zone, own_key, source, now, seen: HashMap::new(), repeated: 0 }
    }

    /// The events' source.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The event of a row.
    ///
    /// # Errors
    /// The reason why the row is none.
    pub fn event(&mut self, mut row: Row) -> Result<Event, Phrase> {
        let (uuid, id_kind) = self.identity(&row.fields)?;
        if let Some(columns) = self.mapping.feedback.clone() {
            return self.message(row, &columns, uuid, id_kind);
        }
        let distinct_id = person(mapping::at(&row.fields, &self.mapping.person))?;
        let name = match &self.mapping.event {
            EventNaming::Constant { name } => name.clone(),
            EventNaming::Column { column } => {
                mapping::at(&row.fields, column).and_then(text_of).unwrap_or_default().trim().to_owned()
            }
        };
        if name.is_empty() {
            return Err(phrase!("collect.no_name"));
        }
        if name.chars().count() > LONGEST {
            return Err(phrase!("collect.long_name", length = name.chars().count()));
        }
        let time = self.time(mapping::at(&row.fields, &self.mapping.time))?;
        for column in self.used() {
            remove(&mut row.fields, column);
        }
        // Version 2.10 is not 2.1.
        row.as_written(feedback::is_version);
        Ok(Event {
            uuid,
            id_kind,
            event: name,
            distinct_id,
            time,
            received: self.now,
            source: self.source.clone(),
            properties: properties(row.fields)?,
        })
    }

    /// A row of which no event could be made, in an event's form: so it can be mended and sent again.
    pub fn kept(&self, mut row: Row) -> Value {
        let EventMapping { person, time, event, feedback: columns, .. } = &self.mapping;
        let text = |column: &String| mapping::at(&row.fields, column).and_then(text_of);
        let uuid = match &self.mapping.key {
            Some(column) => self.keyed(column, &row.fields).ok(),
            None => Some(self.hashed(&[b"row", &content(&row.fields)])),
        };
        let mut who = text(person);
        let when = match self.time(mapping::at(&row.fields, time)) {
            // Whoever reads it again knows neither the zone nor how days are written here.
            Ok(time) => jiff::Timestamp::from_microsecond(time).ok().map(|time| time.to_string()),
            Err(_) => text(time),
        };
        let name = match (columns, event) {
            (Some(_), _) => Some(FEEDBACK_EVENT.to_owned()),
            (None, EventNaming::Constant { name }) => Some(name.clone()),
            (None, EventNaming::Column { column }) => text(column),
        };
        let mut known = Map::new();
        match columns {
            None => row.as_written(feedback::is_version),
            Some(columns) => {
                row.as_written(|column| columns.rating.as_deref() != Some(column));
                known = said(&row.fields, columns);
                if who.as_deref().is_none_or(is_nameless) {
                    who = uuid.map(|uuid| format!("{NAMELESS}{uuid}"));
                    known.insert("$process_person_profile".to_owned(), Value::Bool(false));
                }
            }
        }
        for column in self.used() {
            remove(&mut row.fields, column);
        }
        for (name, value) in gathered(row.fields) {
            known.entry(name).or_insert(value);
        }
        json!({ "event": name, "distinct_id": who, "timestamp": when, "uuid": uuid, "properties": known })
    }

    /// The columns that are no properties, as they say something else.
    fn used(&self) -> Vec<&str> {
        let EventMapping { person, time, event, feedback, .. } = &self.mapping;
        let mut used = vec![person.as_str(), time.as_str()];
        match (feedback, event) {
            (Some(columns), _) => {
                let FeedbackColumns { rating, source, version, .. } = columns;
                used.extend(columns.texts());
                used.extend([rating, source, version].into_iter().flatten().map(String::as_str));
            }
            (None, EventNaming::Column { column }) => used.push(column),
            (None, EventNaming::Constant { .. }) => {}
        }
        used
    }

    /// The event of a message: its columns under the names that messages have, the others as they are.
    fn message(
        &self,
        mut row: Row,
        columns: &FeedbackColumns,
        uuid: Uuid,
        id_kind: IdKind,
    ) -> Result<Event, Phrase> {
        let EventMapping { person: person_column, time: time_column, .. } = &self.mapping;
        let who = mapping::at(&row.fields, person_column).and_then(text_of).unwrap_or_default();
        // A message is worth reading whoever gave it: one without a name is a person of its own.
        let nameless = person_column.is_empty() || is_nameless(&who);
        let distinct_id = if nameless { format!("{NAMELESS}{uuid}") } else { person(Some(&who.into()))? };
        let time = mapping::at(&row.fields, time_column);
        let is_empty = time.and_then(text_of).is_none_or(|time| time.trim().is_empty());
        let time = if is_empty { self.now } else { self.time(time)? };
        row.as_written(|column| columns.rating.as_deref() != Some(column));
        let mut said = said(&row.fields, columns);
        if nameless {
            said.insert("$process_person_profile".to_owned(), Value::Bool(false));
        }
        for column in self.used() {
            remove(&mut row.fields, column);
        }
        for (name, value) in properties(row.fields)? {
            said.entry(name).or_insert(value);
        }
        Ok(Event {
            uuid,
            id_kind,
            event: FEEDBACK_EVENT.to_owned(),
            distinct_id,
            time,
            received: self.now,
            source: self.source.clone(),
            properties: said,
        })
    }

    fn time(&self, value: Option<&Value>) -> Result<i64, Phrase> {
        let found = value.and_then(text_of).unwrap_or_default();
        let written = value.and_then(|value| moment::read_as(value, self.mapping.day_first));
        let time = written.and_then(|written| moment::in_zone(written, &self.zone));
        match time {
            None => Err(phrase!("collect.time_unreadable", found = found)),
            Some(time) if time < YEAR => Err(phrase!("collect.time_too_early", found = found)),
            Some(time) if time > self.now.saturating_add(AHEAD) => {
                Err(phrase!("collect.time_ahead", found = found))
            }
            Some(time) => Ok(time),
        }
    }

    /// What the key column says, else a hash of the whole row and how often it came.
    fn identity(&mut self, fields: &Map<String, Value>) -> Result<(Uuid, IdKind), Phrase> {
        if let Some(column) = &self.mapping.key {
            return Ok((self.keyed(column, fields)?, IdKind::Sent));
        }
        let content = content(fields);
        let uuid = self.hashed(&[b"row", &content]);
        let hash = uuid.as_u64_pair().0;
        let times = self.seen.entry(hash).or_default();
        *times += 1;
        if *times == 1 {
            return Ok((uuid, IdKind::Derived));
        }
        self.repeated += 1;
        let place = times.to_le_bytes();
        Ok((self.hashed(&[b"row", &content, &place]), IdKind::Derived))
    }

    /// A UUID that is the event's own as it stands; any other key, which may be an order's or a user's, by its hash.
    fn keyed(&self, column: &str, fields: &Map<String, Value>) -> Result<Uuid, Phrase> {
        let key = mapping::at(fields, column).and_then(text_of).unwrap_or_default();
        let key = key.trim();
        if key.is_empty() {
            return Err(phrase!("ask.no_key", column = column));
        }
        let uuid = if self.own_key { Uuid::try_parse(key).ok() } else { None };
        let uuid = uuid.filter(|uuid| !uuid.is_nil());
        Ok(uuid.unwrap_or_else(|| self.hashed(&[b"key", key.as_bytes()])))
    }

    fn hashed(&self, parts: &[&[u8]]) -> Uuid {
        let mut name = self.source.as_bytes().to_vec();
        for part in parts {
            name.push(0);
            name.extend_from_slice(&(part.len() as u64).to_le_bytes());
            name.extend_from_slice(part);
        }
        Uuid::new_v5(&NAMESPACE, &name)
    }
}

/// What a row's hash is made of: its columns in order.
fn content(fields: &Map<String, Value>) -> Vec<u8> {
    let mut columns: Vec<(&String, &Value)> = fields.iter().collect();
    columns.sort_by_key(|(name, _)| *name);
    let mut content = Vec::new();
    for (name, value) in columns {
        // A number reads the same from a file of texts and from one of numbers.
        let text = text_of(value).unwrap_or_default();
        for part in [name.as_bytes(), text.as_bytes()] {
            content.extend_from_slice(&(part.len() as u64).to_le_bytes());
            content.extend_from_slice(part);
        }
    }
    content
}

/// What a row says where it is a message, under the names that messages have.
fn said(fields: &Map<String, Value>, columns: &FeedbackColumns) -> Map<String, Value> {
    let mut texts: Vec<String> = Vec::new();
    for text in columns.texts().filter_map(|column| mapping::at(fields, column).and_then(text_of)) {
        // Who speaks in numbers speaks too: what is read as text is text.
        if !text.trim().is_empty() && !texts.contains(&text) {
            texts.push(text);
        }
    }
    let mut said = Map::new();
    said.insert("text".to_owned(), Value::from(texts.join("\n")));
    for (name, column) in [
        ("rating", columns.rating.as_ref()),
        ("source", columns.source.as_ref()),
        ("version", columns.version.as_ref()),
    ] {
        let Some(column) = column else { continue };
        let value = mapping::at(fields, column).cloned().unwrap_or(Value::Null);
        let value = match name {
            "rating" => Some(&value).and_then(number_of).map_or(value, Value::from),
            _ => text_of(&value).map_or(Value::Null, Value::from),
        };
        if !value.is_null() {
            said.insert(name.to_owned(), value);
        }
    }
    said
}

/// How the ids of those begin whom nobody can name.
pub(crate) const NAMELESS: &str = "anonymous:";

fn is_nobody(id: &str) -> bool {
    NOBODY.iter().any(|nobody| id.eq_ignore_ascii_case(nobody))
}

fn is_nameless(id: &str) -> bool {
    let id = id.trim();
    id.is_empty() || is_nobody(id) || UNNAMED.iter().any(|unnamed| id.eq_ignore_ascii_case(unnamed))
}

fn person(value: Option<&Value>) -> Result<String, Phrase> {
    let id = value.and_then(text_of).unwrap_or_default();
    let id = id.trim();
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

/// Takes a column out, also from inside an object.
fn remove(fields: &mut Map<String, Value>, column: &str) {
    if fields.shift_remove(column).is_some() {
        return;
    }
    if let Some((object, rest)) = column.split_once('.')
        && let Some(Value::Object(inner)) = fields.get_mut(object)
    {
        remove(inner, rest);
    }
}

/// The properties; `$set` and its kin must be objects.
fn properties(fields: Map<String, Value>) -> Result<Map<String, Value>, Phrase> {
    let properties = gathered(fields);
    for name in OBJECTS {
        if let Some(found) = properties.get(name).filter(|value| !value.is_object()) {
            let found: String = found.to_string().chars().take(60).collect();
            return Err(phrase!("collect.not_an_object_at", name = name, found = found));
        }
    }
    Ok(properties)
}

/// What stands in an object `properties` beside the other columns; `$set` and its kin as objects where they can be.
fn gathered(mut fields: Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    let inner = fields.shift_remove("properties").map(object);
    match inner {
        Some(Ok(inner)) => properties.extend(inner),
        Some(Err(text)) => drop(properties.insert("properties".to_owned(), text)),
        None => {}
    }
    for (name, value) in fields {
        if value.is_null() {
            continue;
        }
        properties.insert(name, value);
    }
    for name in OBJECTS {
        if let Some(value) = properties.shift_remove(name) {
            let value = object(value).map_or_else(|other| other, Value::Object);
            properties.insert(name.to_owned(), value);
        }
    }
    properties
}

/// An object, also where it is written as text.
fn object(value: Value) -> Result<Map<String, Value>, Value> {
    match value {
        Value::Object(object) => Ok(object),
        Value::String(text) if text.trim_start().starts_with('{') => match serde_json::from_str(&text) {
            Ok(Value::Object(object)) => Ok(object),
            _ => Err(Value::String(text)),
        },
        other => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mapping() -> EventMapping {
        EventMapping {
            person: "user".to_owned(),
            time: "time".to_owned(),
            event: EventNaming::Column { column: "event".to_owned() },
            zone: "UTC".to_owned(),
            day_first: false,
            key: None,
            properties: Vec::new(),
            feedback: None,
        }
    }

    fn convert(mapping: &EventMapping, rows: &[Value]) -> Vec<Result<Event, String>> {
        let mut converter = Converter::new(mapping.clone(), "x.csv", 1_800_000_000_000_000);
        let row = |value: &Value| Row::new(1, value.as_object().cloned().unwrap_or_default());
        rows.iter().map(|value| converter.event(row(value)).map_err(|reason| reason.key)).collect()
    }

    #[test]
    fn a_row_becomes_an_event_with_the_rest_as_properties() {
        let row = json!({
            "user": 7, "time": "2026-03-01", "event": "pay", "amount": 5.5, "$set": "{\"plan\": \"pro\"}",
            "properties": {"coupon": "X"}, "empty": null,
        });
        let event = convert(&mapping(), &[row]).remove(0).expect("an event");
        assert_eq!((event.distinct_id.as_str(), event.event.as_str()), ("7", "pay"));
        assert_eq!(event.time, 1_772_323_200_000_000);
        assert_eq!(event.source, "import:x.csv");
        assert_eq!(
            Value::Object(event.properties),
            json!({"coupon": "X", "amount": 5.5, "$set": {"plan": "pro"}})
        );
    }

    #[test]
    fn a_row_of_feedback_becomes_a_message_whoever_gave_it() {
        let columns = FeedbackColumns {
            text: "Review".to_owned(),
            rating: Some("Stars".to_owned()),
            version: Some("App".to_owned()),
            ..FeedbackColumns::default()
        };
        let named = EventMapping { feedback: Some(columns), ..mapping() };
        let row = json!({"user": "u1", "time": "2026-03-01", "Review": "慢", "Stars": "2", "App": 3.1, "device": "x"});
        let nameless = json!({"user": null, "time": "2026-03-01", "Review": null, "Stars": "two"});
        let events = convert(&named, &[row.clone(), nameless]);
        let event = events[0].as_ref().expect("a message");
        assert_eq!((event.event.as_str(), event.distinct_id.as_str()), ("feedback", "u1"));
        assert_eq!(
            Value::Object(event.properties.clone()),
            json!({"text": "慢", "rating": 2.0, "version": "3.1", "device": "x"})
        );
        let event = events[1].as_ref().expect("a message");
        assert!(event.distinct_id.starts_with(NAMELESS));
        assert_eq!(
            Value::Object(event.properties.clone()),
            json!({"rating": "two", "text": "", "$process_person_profile": false})
        );
        let timeless = EventMapping { time: String::new(), person: String::new(), ..named };
        let events = convert(&timeless, &[row.clone(), row]);
        let (first, second) = (events[0].as_ref().expect("one"), events[1].as_ref().expect("two"));
        assert_eq!(first.time, 1_800_000_000_000_000);
        assert_ne!(first.distinct_id, second.distinct_id);
    }

    #[test]
    fn several_columns_of_a_message_are_read_line_by_line() {
        let columns = FeedbackColumns {
            text: "like".to_owned(),
            more_texts: vec!["improve".to_owned(), "else".to_owned()],
            ..FeedbackColumns::default()
        };
        let mapping = EventMapping { feedback: Some(columns), ..mapping() };
        for (like, improve, other, expected) in [
            (json!("the board"), json!("the speed"), json!("the speed"), "the board\nthe speed"),
            (json!(null), json!(" "), json!("dear"), "dear"),
            (json!(null), json!(null), json!(""), ""),
        ] {
            let time = "2026-03-01";
            let row = json!({"user": "u1", "time": time, "like": like, "improve": improve, "else": other});
            let event = convert(&mapping, &[row]).remove(0).expect("a message");
            assert_eq!(Value::Object(event.properties), json!({"text": expected}));
        }
    }

    #[test]
    fn a_message_without_a_time_or_a_name_counts_from_its_import_on_and_for_itself() {
        let columns = FeedbackColumns { text: "Review".to_owned(), ..FeedbackColumns::default() };
        let named = EventMapping { feedback: Some(columns), ..mapping() };
        for (user, time, nameless, expected) in [
            ("u1", json!("2026-03-01"), false, Ok(1_772_323_200_000_000)),
            ("u1", json!(null), false, Ok(1_800_000_000_000_000)),
            ("u1", json!(" "), false, Ok(1_800_000_000_000_000)),
            ("A Google user", json!("2026-03-01"), true, Ok(1_772_323_200_000_000)),
            ("匿名用户", json!("2026-03-01"), true, Ok(1_772_323_200_000_000)),
            ("u1", json!("soon"), false, Err("collect.time_unreadable".to_owned())),
        ] {
            let row = json!({"user": user, "time": time, "Review": "slow"});
            let event = convert(&named, &[row]).remove(0);
            let found = event.as_ref().map(|event| event.time).map_err(Clone::clone);
            assert_eq!(found, expected, "{user} {time}");
            let is_nameless = event.is_ok_and(|event| event.distinct_id.starts_with(NAMELESS));
            assert_eq!(is_nameless, nameless, "{user}");
        }
    }

    #[test]
    fn what_is_no_amount_is_handed_on_as_written() {
        let row = || {
            let fields = json!({"user": "u1", "time": "2026-03-01", "event": "pay", "say": 2.5,
                "app_version": 2.1, "amount": 2.5, "paid": true});
            let mut row = Row::new(1, fields.as_object().cloned().unwrap_or_default());
            for (column, text) in
                [("say", "2.50"), ("app_version", "2.10"), ("amount", "2.50"), ("paid", "TRUE")]
            {
                row.written.insert(column.to_owned(), text.to_owned());
            }
            row
        };
        let columns = FeedbackColumns {
            text: "say".to_owned(),
            rating: Some("amount".to_owned()),
            version: Some("app_version".to_owned()),
            ..FeedbackColumns::default()
        };
        let messages = EventMapping { feedback: Some(columns), ..mapping() };
        for (mapping, expected) in [
            (mapping(), json!({"say": 2.5, "app_version": "2.10", "amount": 2.5, "paid": true})),
            (
                messages,
                json!({"text": "2.50", "rating": 2.5, "version": "2.10", "event": "pay", "paid": "TRUE"}),
            ),
        ] {
            let mut converter = Converter::new(mapping, "x.csv", 1_800_000_000_000_000);
            let event = converter.event(row()).expect("an event");
            assert_eq!(Value::Object(event.properties), expected);
        }
    }

    #[test]
    fn rows_that_are_none_say_why() {
        let row =
            |user: Value, time: Value, event: Value| json!({"user": user, "time": time, "event": event});
        let rows = [
            (row(json!(null), json!("2026-03-01"), json!("pay")), "collect.no_person"),
            (row(json!("undefined"), json!("2026-03-01"), json!("pay")), "collect.nobodys_id"),
            (row(json!("a"), json!("soon"), json!("pay")), "collect.time_unreadable"),
            (row(json!("a"), json!("1970-01-01"), json!("pay")), "collect.time_too_early"),
            (row(json!("a"), json!("3000-01-01"), json!("pay")), "collect.time_ahead"),
            (row(json!("a"), json!("2026-03-01"), json!("")), "collect.no_name"),
            (row(json!("a".repeat(10_000)), json!("2026-03-01"), json!("pay")), "collect.long_id"),
        ];
        for (row, reason) in rows {
            assert_eq!(convert(&mapping(), &[row]).remove(0), Err(reason.to_owned()));
        }
    }

    #[test]
    fn a_row_that_is_none_is_kept_as_an_event_that_can_be_mended() {
        let kept = |mapping: &EventMapping, row: Value| {
            let mut converter = Converter::new(mapping.clone(), "x.csv", 1_800_000_000_000_000);
            let row = Row::new(1, row.as_object().cloned().unwrap_or_default());
            converter.event(row.clone()).expect_err("no event");
            converter.kept(row)
        };
        let keyed = EventMapping {
            zone: "Europe/Berlin".to_owned(),
            day_first: true,
            key: Some("event_id".to_owned()),
            ..mapping()
        };
        let id = "0190e0a0-0000-7000-8000-000000000001";
        let row = json!({"user": "null", "time": "1/3/2026 09:00", "event": "pay", "event_id": id, "amount": 5,
            "$set": "{\"plan\": \"pro\"}"});
        assert_eq!(
            kept(&keyed, row),
            json!({"event": "pay", "distinct_id": "null", "timestamp": "2026-03-01T08:00:00Z", "uuid": id,
                "properties": {"event_id": id, "amount": 5, "$set": {"plan": "pro"}}})
        );
        let columns = FeedbackColumns {
            text: "Review".to_owned(),
            rating: Some("Stars".to_owned()),
            ..FeedbackColumns::default()
        };
        let message = EventMapping { feedback: Some(columns), ..mapping() };
        let row = json!({"user": null, "time": "soon", "Review": "慢", "Stars": "2", "os": "x"});
        let found = kept(&message, row);
        assert_eq!(
            found["properties"],
            json!({"text": "慢", "rating": 2.0, "$process_person_profile": false, "os": "x"})
        );
        assert_eq!((&found["event"], &found["timestamp"]), (&json!("feedback"), &json!("soon")));
        assert_eq!(found["distinct_id"], format!("{NAMELESS}{}", found["uuid"].as_str().unwrap_or_default()));
    }

    #[test]
    fn a_source_read_again_gives_the_same_events_and_equal_rows_count_each() {
        let row = json!({"user": "a", "time": "2026-03-01", "event": "pay", "amount": 5});
        let as_text = json!({"amount": "5", "event": "pay", "user": "a", "time": "2026-03-01"});
        let uuids = |rows: &[Value]| -> Vec<Uuid> {
            convert(&mapping(), rows).into_iter().map(|event| event.expect("an event").uuid).collect()
        };
        let first = uuids(&[row.clone(), row.clone()]);
        assert_ne!(first[0], first[1]);
        assert_eq!(first, uuids(&[as_text.clone(), as_text]));

        let keyed = EventMapping { key: Some("id".to_owned()), ..mapping() };
        let with = |id: Value| json!({"user": "a", "time": "2026-03-01", "event": "pay", "id": id});
        let own = "0190e0a0-0000-7000-8000-000000000001";
        let events =
            convert(&keyed, &[with(json!(1)), with(json!("1")), with(json!(own)), with(json!(null))]);
        let uuid = |at: usize| events[at].as_ref().expect("an event").uuid.to_string();
        assert_eq!(uuid(0), uuid(1));
        assert_ne!(uuid(2), own);
        assert_eq!(events[3].as_ref().err().map(String::as_str), Some("ask.no_key"));
    }

    #[test]
    fn only_an_events_own_uuid_is_the_same_from_every_source() {
        let own = "0190e0a0-0000-7000-8000-000000000001";
        let uuid = |column: &str, source: &str| {
            let keyed = EventMapping { key: Some(column.to_owned()), ..mapping() };
            let row = json!({"user": "a", "time": "2026-03-01", "event": "pay", column: own,
                "properties": {"uuid": own}});
            let row = Row::new(1, row.as_object().cloned().unwrap_or_default());
            let mut converter = Converter::new(keyed, source, 1_800_000_000_000_000);
            converter.event(row).expect("an event").uuid.to_string()
        };
        for column in ["uuid", "event_uuid", "Event ID", "$insert_id", "messageId", "properties.uuid"] {
            assert_eq!((uuid(column, "orders"), uuid(column, "shipped")), (own.to_owned(), own.to_owned()));
        }
        for column in ["id", "order_id", "user_uuid"] {
            let (ordered, shipped) = (uuid(column, "orders"), uuid(column, "shipped"));
            assert!(ordered != own && shipped != own && ordered != shipped, "{column}");
        }
    }
}
