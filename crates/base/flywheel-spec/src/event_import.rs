//! Events brought in from files and databases: which column is what, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::feedback::import::FeedbackColumns;
use crate::{Phrase, Problem};

/// Which column is what; columns inside objects are named with dots, such as `properties.time`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EventMapping {
    /// The column that says who; empty for feedback of which nobody knows who gave it.
    pub person: String,
    /// The columns that say who where `person` says nobody, such as an id of the device; where both say somebody,
    /// the row tells that they are one person.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub person_else: Vec<String>,
    /// The column that says when; empty for feedback of which nobody knows when: it counts from its import on.
    pub time: String,
    /// What the events are called.
    pub event: EventNaming,
    /// The IANA time zone of times that name none.
    pub zone: String,
    /// True when `1/7/2026` is the first of July.
    #[serde(default)]
    pub day_first: bool,
    /// The column that tells one event from another; the whole row does when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The columns that become properties, as far as they were seen.
    pub properties: Vec<String>,
    /// The columns that make a row a message, where feedback is imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<FeedbackColumns>,
}

/// What the events are called.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum EventNaming {
    /// As a column says.
    Column {
        /// The column.
        column: String,
    },
    /// All alike.
    Constant {
        /// The name.
        name: String,
    },
}

/// What an import of events read and did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct EventImportReport {
    /// What it was called: the part after `import:` in the events' source.
    pub source: String,
    /// True when nothing was written, because only the mapping was asked for.
    pub preview: bool,
    /// Which column is what.
    pub mapping: EventMapping,
    /// Which of it was guessed, and from what.
    pub guessed: Vec<Phrase>,
    /// Rows that were read.
    pub rows: u64,
    /// Events that are new.
    pub imported: u64,
    /// Events that were there already.
    pub known: u64,
    /// Rows that were kept aside, for a reason each.
    pub aside: u64,
    /// The first rows that were kept aside.
    pub aside_examples: Vec<AsideRow>,
    /// People in the imported rows, about.
    pub people: u64,
    /// The earliest event, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The latest event, RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The first events as they will be kept, JSON.
    pub examples: Vec<serde_json::Value>,
    /// What was recognised or done, such as the encoding.
    pub actions: Vec<Phrase>,
    /// Doubts.
    pub warnings: Vec<Problem>,
    /// Seconds.
    pub secs: f64,
}

/// A row that was kept aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AsideRow {
    /// The line or row in the source, from 1.
    pub place: u64,
    /// Why.
    pub reason: Phrase,
}
