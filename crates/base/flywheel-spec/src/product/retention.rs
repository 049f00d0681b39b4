//! Who comes back, by when they began.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Interval, Period, Property};
use crate::{Phrase, Problem};

/// Who comes back, by when they began: people who did `start`, and in which later interval they did `returning`.
///
/// ```toml
/// kind = "retention"
/// start = { event = "signup" }
/// returning = { event = "order" }
/// begins = "first_time"
/// interval = "week"
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RetentionSpec {
    /// What people begin with; any event when absent.
    #[serde(default)]
    pub start: EventFilter,
    /// What counts as coming back; the same as `start` when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returning: Option<EventFilter>,
    /// Which of a person's `start` events begin a cohort.
    #[serde(default)]
    pub begins: Begins,
    /// How long a cohort's interval, and a column, is.
    #[serde(default)]
    pub interval: Interval,
    /// When an interval ends: with the calendar's, or so many hours after a person's own beginning.
    #[serde(default)]
    pub clock: Clock,
    /// Which stretch of time is looked at; its end is also the end of coming back.
    #[serde(default)]
    pub period: Period,
    /// How many intervals up to the period's end where `period.from` is absent.
    #[serde(default = "twelve")]
    pub intervals: u32,
    /// At most so many intervals after the beginning are shown; all that fit when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<u32>,
    /// How often `returning` has to happen in an interval to count.
    #[serde(default = "once")]
    pub at_least: u32,
    /// Counts who came back in that interval or later, not only in it.
    #[serde(default)]
    pub or_later: bool,
    /// Tells cohorts apart by a property: an event's, as the `start` event that begins the cohort has it, or the person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<Property>,
    /// How many values of the breakdown are shown, those with most people; the rest become one.
    #[serde(default = "ten")]
    pub breakdown_most: u32,
    /// Follows groups of this type, such as `company`, instead of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

impl Default for RetentionSpec {
    fn default() -> Self {
        Self {
            start: EventFilter::default(),
            returning: None,
            begins: Begins::default(),
            interval: Interval::default(),
            clock: Clock::default(),
            period: Period::default(),
            intervals: twelve(),
            columns: None,
            at_least: once(),
            or_later: false,
            breakdown: None,
            breakdown_most: ten(),
            group: None,
        }
    }
}

pub(super) fn twelve() -> u32 {
    12
}

pub(super) fn once() -> u32 {
    1
}

pub(super) fn ten() -> u32 {
    10
}

/// Which of a person's `start` events begin a cohort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Begins {
    /// Each interval with one: a person stands in many cohorts.
    #[default]
    Recurring,
    /// Only the very first of the person's whole history, if it lies in the period.
    FirstTime,
    /// The first in the period.
    FirstInPeriod,
}

/// When an interval ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Clock {
    /// With the calendar's hour, day, week or month, in the project's time zone.
    #[default]
    Calendar,
    /// So long after a person's own first `start` event in the cohort's interval:
    /// an hour, 24 hours, 7 × 24 hours, or 30 × 24 hours.
    Rolling,
}

/// Who came back, by when they began.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RetentionReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// All people together.
    pub overall: RetentionGrid,
    /// By the breakdown's values, most people first; the rest, if any, last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub by_value: Vec<RetentionGrid>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// Cohorts under each other, and their average.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RetentionGrid {
    /// The breakdown's value; absent for all people together, and for people without one.
    pub value: Option<String>,
    /// True where this is what is left of the values.
    #[serde(default)]
    pub rest: bool,
    /// One for each interval, oldest first.
    pub cohorts: Vec<RetentionCohort>,
    /// The average over cohorts, by intervals since the beginning; complete cells only.
    pub average: Vec<RetentionAverage>,
}

/// The people who began in one interval.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RetentionCohort {
    /// The interval's beginning.
    pub label: String,
    /// How many began.
    pub size: u64,
    /// By intervals since the beginning; the first is the beginning itself, so everybody.
    pub cells: Vec<RetentionCell>,
}

/// How many of a cohort came back so many intervals later.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RetentionCell {
    /// How many.
    pub people: u64,
    /// Their share of the cohort; absent where nobody began.
    pub share: Option<f64>,
    /// Lower end of the share's 95% interval (Wilson).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// False while some of the cohort can still come back in this interval.
    pub complete: bool,
}

/// The average of one column.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RetentionAverage {
    /// Intervals since the beginning.
    pub after: u32,
    /// How many cohorts with people have a complete cell here.
    pub cohorts: u32,
    /// How many people began in them.
    pub size: u64,
    /// How many of those came back.
    pub people: u64,
    /// `people` of `size`: large cohorts weigh more.
    pub share: Option<f64>,
    /// Lower end of the share's 95% interval (Wilson).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// The plain mean of the cohorts' shares: each weighs the same.
    pub mean: Option<f64>,
}
