//! What is known of collected events: the catalogue, its plan, what was kept aside, who is whom, and what was erased.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::product::Owner;
use crate::{Phrase, Problem};

/// Every event that was seen, most frequent first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Catalogue {
    /// Events in all.
    pub total: u64,
    /// Of these, how many have an id made of their content, because the client sent none.
    pub derived_ids: u64,
    /// Of these, how many have neither an id nor a time of the client's: each arrival counts.
    pub without_ids: u64,
    /// Arrivals kept aside because something is wrong with them.
    pub aside: u64,
    /// The events by name.
    pub events: Vec<EventSummary>,
    /// Doubts: stretches of the spool that cannot be read, a plan that is wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Problem>,
}

/// One event of the catalogue.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct EventSummary {
    /// Its name.
    pub event: String,
    /// How often it was seen.
    pub count: u64,
    /// The earliest time that one carries, RFC 3339, UTC.
    pub first_seen: String,
    /// The latest time that one carries, RFC 3339, UTC.
    pub last_seen: String,
    /// Of these, how many have an id made of their content.
    pub derived_ids: u64,
    /// Of these, how many have neither an id nor a time of the client's.
    pub without_ids: u64,
    /// How often one did not keep to the plan.
    pub violations: u64,
    /// How many on each of the last days that have any, UTC, oldest first.
    pub days: Vec<DayCount>,
    /// Who sends it, most first.
    pub senders: Vec<Sender>,
    /// What the plan says it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// How many on one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DayCount {
    /// `2026-03-01`, UTC.
    pub day: String,
    /// How many.
    pub count: u64,
}

/// Who sends an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Sender {
    /// The way it came, such as `posthog`, `segment`, `import:orders`.
    pub source: String,
    /// The client's library (`$lib`), where it says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// How many.
    pub count: u64,
}

/// One event in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventDetail {
    /// As in the catalogue.
    pub summary: EventSummary,
    /// Its properties, most frequent first.
    pub properties: Vec<PropertySummary>,
    /// How it does not keep to the plan.
    pub violations: Vec<Violation>,
    /// The newest that have not been brought into the table yet, newest first.
    pub newest: Vec<SeenEvent>,
}

/// A property, of one event or of all.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PropertySummary {
    /// Its name; a group's with the type of the group before it, such as `company.plan`.
    pub name: String,
    /// Whose it is: the event's, the person's (from `$set` and `$set_once`), or the group's (from `$group_set`).
    pub of: Owner,
    /// How many events carry it.
    pub count: u64,
    /// What kinds of values it holds, most first: `text`, `number`, `boolean`, `list`, `object`, `null`.
    pub kinds: Vec<KindCount>,
    /// Some of its values.
    pub examples: Vec<String>,
    /// The earliest time of an event that carries it, RFC 3339, UTC.
    pub first_seen: String,
    /// The latest.
    pub last_seen: String,
    /// The events that carry it, most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub events: Vec<String>,
}

/// How many values are of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KindCount {
    /// The kind.
    pub kind: ValueKind,
    /// How many.
    pub count: u64,
}

/// What a property's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Text.
    Text,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// A list.
    List,
    /// An object.
    Object,
    /// Null.
    Null,
}

impl ValueKind {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Text, Self::Number, Self::Boolean, Self::List, Self::Object, Self::Null];

    /// What a value is.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::Text,
            Value::Array(_) => Self::List,
            Value::Object(_) => Self::Object,
        }
    }

    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::List => "list",
            Self::Object => "object",
            Self::Null => "null",
        }
    }
}

/// An event as a person looks at it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeenEvent {
    /// What makes it the same event when it comes twice.
    pub uuid: String,
    /// Its name.
    pub event: String,
    /// Who did it, as the client said.
    pub distinct_id: String,
    /// When it happened, RFC 3339, UTC.
    pub time: String,
    /// When it arrived, RFC 3339, UTC.
    pub received: String,
    /// The way it came.
    pub source: String,
    /// Everything else.
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
}

/// `recipes/plan.toml`: what events are expected to carry.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrackingPlan {
    /// The planned events; others may come and are not judged.
    #[serde(default)]
    pub events: Vec<PlannedEvent>,
}

/// What one event is expected to carry.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedEvent {
    /// The event's name.
    pub name: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its properties; others may come and are not judged.
    #[serde(default)]
    pub properties: Vec<PlannedProperty>,
}

/// What a property is expected to be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedProperty {
    /// Its name.
    pub name: String,
    /// What its value must be; anything when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<ValueKind>,
    /// The event must carry it.
    #[serde(default)]
    pub required: bool,
    /// Its value must be one of these, compared as text; anything when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
}

/// A rule of the plan that events broke.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Violation {
    /// The event.
    pub event: String,
    /// The property.
    pub property: String,
    /// What the plan asks.
    pub rule: Phrase,
    /// How often it was broken.
    pub count: u64,
    /// When first, RFC 3339, UTC.
    pub first_seen: String,
    /// When last.
    pub last_seen: String,
    /// Some of the values that broke it; absent values show as `–`.
    pub examples: Vec<String>,
}

/// An arrival that was kept aside.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AsideReport {
    /// By which it is named.
    pub id: String,
    /// When it arrived, RFC 3339, UTC.
    pub at: String,
    /// The way it came.
    pub source: String,
    /// What is wrong with it.
    pub reason: Phrase,
    /// As it arrived.
    pub raw: String,
    /// When it was sent again, mended, if it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resent_at: Option<String>,
}

/// What is changed in an arrival that was kept aside before it is sent again.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResendRequest {
    /// Values by path, such as `"properties.amount": 12.5`; null takes what is there away.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub set: Map<String, Value>,
}

/// One line of the merge log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MergeLine {
    /// By which it is named, from 0.
    pub id: u64,
    /// Whether it made two people one, or took that back.
    pub kind: MergeKind,
    /// Who went into another person, as a distinct id.
    pub from: String,
    /// Whom they went into, as a distinct id.
    pub into: String,
    /// What asked for it: `$identify`, `$create_alias`, `$merge_dangerously`, or `person`.
    pub cause: String,
    /// When, RFC 3339, UTC.
    pub at: String,
    /// The line that took this one back, or the line that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<u64>,
}

/// What a line of the merge log did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MergeKind {
    /// Two people are one.
    Merge,
    /// They are two again.
    Undo,
    /// A merge that was asked for and refused, because both are known people.
    Refused,
}

/// The merge log, newest first.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct MergeLog {
    /// The lines.
    pub lines: Vec<MergeLine>,
    /// Merges that were asked for and refused, newest first.
    pub refused: Vec<MergeLine>,
}

/// What a merge, or taking one back, would do; nothing is done by looking.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MergePreview {
    /// In plain words.
    pub findings: Vec<Phrase>,
    /// The people as they would be, each with its distinct ids that the log names.
    pub after: Vec<PersonParts>,
    /// The people as they are.
    pub before: Vec<PersonParts>,
}

/// A person with the distinct ids that the merge log names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PersonParts {
    /// Distinct ids.
    pub distinct_ids: Vec<String>,
    /// Events of these.
    pub events: u64,
}

/// Two people that shall be one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeRequest {
    /// Who goes into another person: a distinct id.
    pub from: String,
    /// Whom they go into: a distinct id.
    pub into: String,
    /// Only show what it would do.
    #[serde(default)]
    pub preview: bool,
}

/// A merge that shall be taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoRequest {
    /// Only show what it would do.
    #[serde(default)]
    pub preview: bool,
}

/// A person who shall be erased.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseRequest {
    /// One of the person's distinct ids.
    pub distinct_id: String,
}

/// What was erased of a person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct EraseReport {
    /// How many distinct ids the person had.
    pub distinct_ids: u64,
    /// Events removed from the table.
    pub events: u64,
    /// Data files written anew without them, and versions of tables removed.
    pub files: u64,
    /// Arrivals kept aside that quoted them.
    pub aside: u64,
    /// Logged predictions that quoted them.
    pub predictions: u64,
    /// Rows of other tables that named them.
    pub rows: u64,
    /// Files of runs, models, recipes, cases and conversations in which they were quoted; one more where events of others
    /// named them.
    pub quoting: u64,
    /// What a person should know: runs whose data is gone, models to train anew.
    pub findings: Vec<Phrase>,
}
