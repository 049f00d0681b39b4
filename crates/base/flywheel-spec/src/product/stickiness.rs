//! On how many days of a period people were there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::retention::once;
use super::{Chart, EventFilter, Interval, Period};
use crate::{Phrase, Problem};

/// On how many days (hours, weeks, months) of a period people were there, and how many of a month's people a day has.
///
/// ```toml
/// kind = "stickiness"
/// event = { event = "$pageview" }
/// period = { from = "-30d" }
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StickinessSpec {
    /// What makes a person active; any event when absent.
    #[serde(default)]
    pub event: EventFilter,
    /// How long an interval is.
    #[serde(default)]
    pub interval: Interval,
    /// Which stretch of time is looked at.
    #[serde(default)]
    pub period: Period,
    /// How many intervals up to the period's end where `period.from` is absent.
    #[serde(default = "thirty")]
    pub intervals: u32,
    /// How many events in an interval make a person active in it.
    #[serde(default = "once")]
    pub at_least: u32,
    /// Follows groups of this type, such as `company`, instead of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl Default for StickinessSpec {
    fn default() -> Self {
        Self {
            event: EventFilter::default(),
            interval: Interval::default(),
            period: Period::default(),
            intervals: thirty(),
            at_least: once(),
            group: None,
        }
    }
}

fn thirty() -> u32 {
    30
}

/// How often people were there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct StickinessReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// People active in at least one interval.
    pub people: u64,
    /// In how many intervals a person is active, on average; absent without people.
    pub mean_intervals: Option<f64>,
    /// By the number of intervals, from 1 to all of them.
    pub frequency: Vec<StickinessFrequency>,
    /// How many people each calendar day of the period, and the 7 and 30 days that end with it, had.
    pub days: Vec<ActiveDay>,
    /// People of a day as a share of the people of its 30 days, averaged over the period's days that are over.
    pub day_of_month: Option<f64>,
    /// People of a day as a share of the people of its 7 days, averaged likewise.
    pub day_of_week: Option<f64>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// People by the number of intervals that they were active in.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct StickinessFrequency {
    /// In how many intervals.
    pub intervals: u32,
    /// People active in exactly so many.
    pub people: u64,
    /// Their share of all active people.
    pub share: Option<f64>,
    /// Lower end of the share's 95% interval (Wilson).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// People active in so many or more.
    pub or_more: u64,
}

/// How many people a day had.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ActiveDay {
    /// The date.
    pub label: String,
    /// People active that day.
    pub day: u64,
    /// People active in the 7 days that end with it.
    pub week: u64,
    /// People active in the 30 days that end with it.
    pub month: u64,
    /// False while the day is not over.
    pub complete: bool,
}
