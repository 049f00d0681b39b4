//! New, returning, resurrecting and dormant people over time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::retention::twelve;
use super::{Chart, EventFilter, Interval, Period};
use crate::{Phrase, Problem};

/// New, returning, resurrecting and dormant people over time, by PostHog's definitions.
///
/// In every interval each active person is new, returning (active in the interval before) or resurrecting (active before
/// that); who was active in the interval before and is not now is dormant, once.
///
/// ```toml
/// kind = "lifecycle"
/// event = { event = "$pageview" }
/// interval = "week"
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LifecycleSpec {
    /// What makes a person active; any event when absent.
    #[serde(default)]
    pub event: EventFilter,
    /// When a person is new.
    #[serde(default)]
    pub new: NewBy,
    /// How long an interval is.
    #[serde(default)]
    pub interval: Interval,
    /// Which stretch of time is looked at.
    #[serde(default)]
    pub period: Period,
    /// How many intervals up to the period's end where `period.from` is absent.
    #[serde(default = "twelve")]
    pub intervals: u32,
    /// Follows groups of this type, such as `company`, instead of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl Default for LifecycleSpec {
    fn default() -> Self {
        Self {
            event: EventFilter::default(),
            new: NewBy::default(),
            interval: Interval::default(),
            period: Period::default(),
            intervals: twelve(),
            group: None,
        }
    }
}

/// When an active person is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NewBy {
    /// In the interval of their very first event of any kind, as in PostHog.
    #[default]
    FirstEvent,
    /// In the interval of their very first event that fits `event`.
    FirstActivity,
}

/// New, returning, resurrecting and dormant people.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct LifecycleReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// One for each interval, oldest first.
    pub intervals: Vec<LifecycleInterval>,
    /// What is drawn; the dormant below zero.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One interval.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct LifecycleInterval {
    /// The interval's beginning.
    pub label: String,
    /// Everybody active: new, returning and resurrecting.
    pub active: u64,
    /// Active for the first time.
    pub new: u64,
    /// Active, and in the interval before too.
    pub returning: u64,
    /// Active, not in the interval before, but known from earlier.
    pub resurrecting: u64,
    /// Active in the interval before, and not now.
    pub dormant: u64,
    /// False while the interval is not over, or where the period ends within it: the dormant may still come.
    pub complete: bool,
}
