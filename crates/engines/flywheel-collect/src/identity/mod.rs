//! Who is who: what `$identify`, aliases and merges say, and when it is believed.
//!
//! The rules are PostHog's. `$identify` with `$anon_distinct_id` and `$create_alias` merge somebody nameless into the
//! person of the event; somebody who was identified before is never merged so, because two people who share a computer
//! would become one for good. Only `$merge_dangerously` merges whoever it names.
//! Every belief is a [`Line`] of a log that only grows; an undo is a line too, and the state follows from the lines alone.

mod log;
mod people;

#[cfg(test)]
mod tests;

use flywheel_people::Event;
use flywheel_people::event::text_of;
use flywheel_people::groups::IDENTIFIES;
use flywheel_spec::Phrase;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

pub use log::{Line, preview_undo, steps, undo};
pub use people::People;

/// How the sources of imported events begin.
const IMPORT: &str = "import:";

/// How a merge was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Somebody nameless said who they are.
    Identify,
    /// Two ids were said to be one person.
    Alias,
    /// Two people were said to be one, whoever they are.
    Dangerous,
}

/// Why a merge was not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doubt {
    /// The person who would be merged was identified before.
    Identified,
    /// Many people share one of the ids.
    Shared,
    /// The same merge was undone by hand.
    Undone,
    /// One of the ids is longer than 200 characters, or none that a person can have.
    Impossible,
}

/// What an event says of who is who.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// How.
    pub how: How,
    /// Who is to go into the person; `None` where the person is only identified.
    pub from: Option<String>,
    /// The person.
    pub into: String,
}

/// What would come of a claim or an undo, before anything is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preview {
    /// Why nothing would be done; `None` when it would.
    pub why_not: Option<Doubt>,
    /// The known ids on the one side, in order.
    pub from: Vec<String>,
    /// The known ids on the other side, in order.
    pub into: Vec<String>,
}

impl Claim {
    /// What an event says of who is who, if anything.
    pub fn of(event: &Event) -> Option<Self> {
        let other = |name: &str| match event.properties.get(name) {
            Some(Value::String(text)) => Some(text.trim().to_owned()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let into = event.distinct_id.clone();
        match event.event.as_str() {
            "$create_alias" => Some(Self { how: How::Alias, from: Some(other("alias")?), into }),
            "$merge_dangerously" => Some(Self { how: How::Dangerous, from: Some(other("alias")?), into }),
            "$identify" => Some(Self { how: How::Identify, from: other("$anon_distinct_id"), into }),
            // Segment's clients say both ids in every event, and so do the rows of many exports.
            _ if event.source == crate::segment::SOURCE || event.source.starts_with(IMPORT) => {
                Some(Self { how: How::Identify, from: Some(other("$anon_distinct_id")?), into })
            }
            _ => None,
        }
    }
}

impl Doubt {
    /// What people read.
    pub fn phrase(self, from: &str, into: &str) -> Phrase {
        let key = match self {
            Self::Identified => "collect.merge_identified",
            Self::Shared => "collect.merge_shared",
            Self::Undone => "collect.merge_undone",
            Self::Impossible => "collect.merge_impossible",
        };
        Phrase::new(key)
            .with("from", crate::reason::shortened(from))
            .with("into", crate::reason::shortened(into))
    }
}

/// What an event says of a group: its type, its key and its properties.
pub fn group_facts(event: &Event) -> Option<(String, String, &Map<String, Value>)> {
    if event.event != IDENTIFIES {
        return None;
    }
    let text = |name: &str| event.properties.get(name).and_then(text_of).filter(|text| !text.is_empty());
    let facts = event.properties.get("$group_set").and_then(Value::as_object)?;
    Some((text("$group_type")?, text("$group_key")?, facts))
}
