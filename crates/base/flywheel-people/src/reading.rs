//! What a question wants to see of each person.

use flywheel_spec::product::{EventFilter, Property};
use serde::{Deserialize, Serialize};

/// Most filters that one reading may have: one bit each.
pub const FILTERS_AT_MOST: usize = 64;

/// What a question wants to see: which events, which of their values, when, and of whom.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// An event is shown when it fits one of these; which ones, its mark says bit by bit. At most 64.
    pub filters: Vec<EventFilter>,
    /// The values shown beside each event.
    pub columns: Vec<Column>,
    /// Events before this moment are not shown, microseconds, inclusive.
    pub from: Option<i64>,
    /// Events from this moment on are not shown, microseconds, exclusive.
    pub to: Option<i64>,
    /// Who is followed.
    pub unit: Unit,
}

/// A value shown beside each event.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Column {
    /// A property as text.
    Text {
        /// Which.
        property: Property,
    },
    /// A property as a number.
    Number {
        /// Which.
        property: Property,
    },
    /// The event's name, as text.
    Event,
    /// The distinct id that the client sent, as text.
    DistinctId,
    /// The event's uuid, as text.
    Uuid,
}

/// Who is followed through their events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Unit {
    /// A person, with everything merged into them.
    #[default]
    Person,
    /// A group of that type, such as `company`, by the event's `$groups`; events without one are not shown.
    Group {
        /// The type.
        group: String,
    },
}
