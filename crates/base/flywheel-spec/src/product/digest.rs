//! What changed this week that matters.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Chart;
use crate::{Phrase, Problem};

/// What changed this week that matters, most important first; quiet when nothing did.
///
/// Every event's count and people, and ratios between them, are compared with a line through the weeks before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DigestSpec {
    /// A date in the week to tell of; the last whole week when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub week_of: Option<String>,
    /// How many weeks before it are compared with, 5 to 52.
    #[serde(default = "weeks")]
    pub weeks: u32,
    /// Changes smaller than this share are not told, however sure.
    #[serde(default = "at_least")]
    pub at_least: f64,
    /// How many of the changes told may be false alarms on average (false discovery rate).
    #[serde(default = "false_alarms")]
    pub false_alarms: f64,
    /// Events that fewer people than this do in a usual week are not looked at.
    #[serde(default = "least_people")]
    pub least_people: u32,
    /// How many changes are told at most.
    #[serde(default = "most")]
    pub most: u32,
}

impl Default for DigestSpec {
    fn default() -> Self {
        Self {
            week_of: None,
            weeks: weeks(),
            at_least: at_least(),
            false_alarms: false_alarms(),
            least_people: least_people(),
            most: most(),
        }
    }
}

fn weeks() -> u32 {
    8
}

fn at_least() -> f64 {
    0.05
}

fn false_alarms() -> f64 {
    0.05
}

fn least_people() -> u32 {
    20
}

fn most() -> u32 {
    10
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct DigestReport {
    /// What it means, most important first; one sentence when nothing changed.
    pub findings: Vec<Phrase>,
    /// The first day of the week told of.
    pub week: String,
    /// How many numbers were looked at.
    pub looked_at: u64,
    /// What changed, most important first.
    pub changes: Vec<Change>,
    /// What is drawn: a line for each change.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One number that changed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Change {
    /// What the number is.
    pub what: Measured,
    /// The event, where it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// This week.
    pub value: f64,
    /// What the weeks before led to expect.
    pub expected: f64,
    /// The lower end of what they led to expect, 95%.
    pub expected_low: f64,
    /// The upper end.
    pub expected_high: f64,
    /// `value / expected − 1`.
    pub relative: f64,
    /// The smallest change that the uncertainty leaves, as a share: towards 0 from `relative`.
    pub at_least: f64,
    /// The probability of such a week were nothing new, corrected for all that was looked at.
    pub q: f64,
    /// What the list is ordered by: how large, and how many people it touches.
    pub importance: f64,
    /// The weeks before, then this one.
    pub weeks: Vec<f64>,
}

/// What a number of the digest is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measured {
    /// People who did anything.
    ActivePeople,
    /// People seen for the first time in these weeks or ever.
    NewPeople,
    /// Share of last week's people who came back.
    CameBack,
    /// People who did the event.
    People,
    /// Share of the active people who did the event.
    Share,
    /// The event, for each person who did it.
    PerPerson,
}
