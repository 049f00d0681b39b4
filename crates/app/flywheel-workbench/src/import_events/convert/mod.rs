//! From a row to an event, or to the reason why it is none.

mod person;
mod properties;

#[cfg(test)]
mod tests;

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
use person::{is_nameless, person};
use properties::{gathered, properties, remove};

pub(crate) use person::NAMELESS;
pub(super) use properties::{OF_EVENT, OF_PERSON, object};

/// The name space of the identities made here; it must never change, or a file imported again would arrive anew.
const NAMESPACE: Uuid = Uuid::from_u128(0x8d1f_52a6_3c0e_4b79_a4d8_6e91_07b3_c2f5);

/// Microseconds of a year; moments of the first are a clock that was never set.
const YEAR: i64 = 365 * 86_400 * 1_000_000;

/// How far ahead of now a moment may be.
const AHEAD: i64 = 23 * 3600 * 1_000_000;

/// Characters that a name or an id may have.
const LONGEST: usize = 200;

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
        let (distinct_id, nameless) = self.who(&row.fields)?;
        let name = match &self.mapping.event {
            EventNaming::Constant { name } => name.clone(),
            EventNaming::Column { column } => {
                // A list or an object is no name.
                let named =
                    mapping::at(&row.fields, column).filter(|name| !name.is_array() && !name.is_object());
                named.and_then(text_of).unwrap_or_default().trim().to_owned()
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
        let mut properties = properties(row.fields)?;
        if let Some(nameless) = nameless {
            properties.entry("$anon_distinct_id").or_insert(Value::String(nameless));
        }
        Ok(Event {
            uuid,
            id_kind,
            event: name,
            distinct_id,
            time,
            received: self.now,
            source: self.source.clone(),
            properties,
        })
    }

    /// Who did it, and the id by which the same row knows them while they have not said who they are.
    fn who(&self, fields: &Map<String, Value>) -> Result<(String, Option<String>), Phrase> {
        let EventMapping { person: column, person_else, .. } = &self.mapping;
        let first = person(mapping::at(fields, column));
        let mut others = person_else.iter().filter_map(|column| person(mapping::at(fields, column)).ok());
        match first {
            Ok(id) => {
                let other = others.find(|other| *other != id);
                Ok((id, other))
            }
            Err(reason) => others.next().map(|id| (id, None)).ok_or(reason),
        }
    }

    /// A row of which no event could be made, in an event's form: so it can be mended and sent again.
    pub fn kept(&self, mut row: Row) -> Value {
        let EventMapping { person, time, event, feedback: columns, .. } = &self.mapping;
        let text = |column: &String| mapping::at(&row.fields, column).and_then(text_of);
        let uuid = match &self.mapping.key {
            Some(column) => self.keyed(column, &row.fields).ok(),
            None => Some(self.hashed(&[b"row", &content(&row.fields)])),
        };
        let mut who = self.who(&row.fields).map_or_else(|_| text(person), |(id, _)| Some(id));
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
