//! Steps on the way to a goal, and where people leave.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Interval, Period, Property, PropertyFilter};
use crate::{Phrase, Problem};

/// Steps on the way to a goal, and where people leave; steps count from 1.
///
/// ```toml
/// kind = "funnel"
/// period = { from = "-30d" }
/// window = { count = 14, unit = "day" }
/// [[steps]]
/// event = "sign up"
/// [[steps]]
/// event = "buy"
/// where = [{ property = "plan", value = "pro" }]
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FunnelSpec {
    /// The steps, at least two.
    pub steps: Vec<FunnelStep>,
    /// Whether, and how strictly, the steps follow each other.
    #[serde(default)]
    pub order: FunnelOrder,
    /// How long after the first step the last one still counts, to the microsecond, inclusive.
    #[serde(default)]
    pub window: Window,
    /// Events that must not happen on the way: whoever does one is removed from the funnel.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclusions: Vec<Exclusion>,
    /// Events before or after it are not seen.
    #[serde(default)]
    pub period: Period,
    /// Conditions that every event of the funnel must meet, exclusions included.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<PropertyFilter>,
    /// Counts groups of this type, such as `company`, in place of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// The funnel for each value of a property.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breakdown: Option<FunnelBreakdown>,
    /// Conversion by when people began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over_time: Option<OverTime>,
    /// Between which steps the time to convert is told, and in how many columns.
    #[serde(default)]
    pub time_to_convert: TimeToConvert,
    /// Names the people at a step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub people: Option<PeopleAt>,
    /// A distinct id: tells why this person is counted where they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explain: Option<String>,
    /// Which properties separate those who go on from those who leave.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub separate: Option<Separate>,
}

/// One step: an event that meets every condition, or one of the alternatives.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FunnelStep {
    /// The event's name; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Conditions that must all hold.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<PropertyFilter>,
    /// What reports call it; the event's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Whoever skips it still goes on; neither the first nor the last step.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    /// Other events that do as well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub or: Vec<EventFilter>,
}

impl FunnelStep {
    /// A step that is one event.
    pub fn named(event: impl Into<String>) -> Self {
        Self { event: Some(event.into()), ..Self::default() }
    }

    /// What reports call it.
    pub fn label(&self) -> &str {
        self.label.as_deref().or(self.event.as_deref()).unwrap_or("*")
    }
}

/// Whether, and how strictly, the steps follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FunnelOrder {
    /// One after the other; other events may come in between.
    #[default]
    Ordered,
    /// One right after the other: no other event in between, except the step just done once more.
    Strict,
    /// In any order: what counts is how many are done within the window.
    Unordered,
}

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Window {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: WindowUnit,
}

impl Default for Window {
    fn default() -> Self {
        Self { count: 14, unit: WindowUnit::Day }
    }
}

impl Window {
    /// In microseconds.
    pub fn micros(self) -> i64 {
        let seconds: i64 = match self.unit {
            WindowUnit::Second => 1,
            WindowUnit::Minute => 60,
            WindowUnit::Hour => 3_600,
            WindowUnit::Day => 86_400,
            WindowUnit::Week => 7 * 86_400,
            WindowUnit::Month => 30 * 86_400,
        };
        i64::from(self.count).saturating_mul(seconds).saturating_mul(1_000_000)
    }
}

/// A unit of time as long as it always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WindowUnit {
    /// A second.
    Second,
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
    /// 24 hours.
    Day,
    /// 7 days.
    Week,
    /// 30 days.
    Month,
}

/// Events that must not happen between two steps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Exclusion {
    /// The event's name; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Conditions that must all hold.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<PropertyFilter>,
    /// The step after which it must not happen, from 1; the first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
    /// The step before which it must not happen; the last when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
}

/// The funnel for each value of a property.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FunnelBreakdown {
    /// Which property.
    pub property: Property,
    /// Which of a person's values they are counted under.
    #[serde(default)]
    pub attribution: Attribution,
    /// How many values are told apart, those with most people; the rest together.
    #[serde(default = "top_by_default")]
    pub top: u32,
}

fn top_by_default() -> u32 {
    25
}

/// Which of a person's values they are counted under.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Attribution {
    /// The first value among the events of the steps that have one.
    #[default]
    First,
    /// The last value among them.
    Last,
    /// Every value, each with the events that have it and no others.
    Every,
    /// Every value that the events of this step have, each with only these events for the step;
    /// who never did the step is in no part.
    Step {
        /// Which step, from 1.
        step: u32,
    },
}

/// Conversion by when people began: who did a step that began in an interval, and how many of them went on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OverTime {
    /// The intervals.
    #[serde(default)]
    pub interval: Interval,
    /// Of whom, the step they reached, from 1; the first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
    /// Who went on to this step; the last when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
}

/// Between which steps the time to convert is told.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TimeToConvert {
    /// From this step, from 1; the first when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
    /// To this step; the last when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<u32>,
    /// Columns of the histogram; the cube root of the number of people when absent, at most 60.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bins: Option<u32>,
}

/// Names the people at a step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleAt {
    /// The step, from 1.
    pub step: u32,
    /// Those who did it, or those who left right before it.
    #[serde(default)]
    pub outcome: StepOutcome,
    /// How many at most.
    #[serde(default = "people_by_default")]
    pub limit: u32,
}

fn people_by_default() -> u32 {
    100
}

/// What became of someone at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepOutcome {
    /// Did the step before, and not this one.
    #[default]
    Dropped,
    /// Did it.
    Did,
}

/// Which properties separate those who go on from those who leave.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Separate {
    /// The step that one part does and the other doesn't, from 2; the last when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u32>,
    /// The properties: the event's as it was at the step before, the person's as last set.
    pub properties: Vec<Property>,
}

/// How people got through the steps.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct FunnelReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// Every step with everyone.
    pub steps: Vec<StepCount>,
    /// People (or groups) whom an exclusion removed.
    pub removed: u64,
    /// Who has not done the last step and whose window is still open when the period ends.
    pub open: u64,
    /// The same for each value of the breakdown, most people first, the rest last.
    #[serde(default)]
    pub parts: Vec<FunnelPart>,
    /// The time from one step to another.
    #[serde(default)]
    pub times: Option<ConversionTimes>,
    /// Conversion by when people began.
    #[serde(default)]
    pub over_time: Vec<ConversionAt>,
    /// The people asked for, by the number of the person.
    #[serde(default)]
    pub people: Vec<PersonAtStep>,
    /// Why one person is counted where they are.
    #[serde(default)]
    pub explained: Option<ExplainedPerson>,
    /// What separates those who go on, the clearest first.
    #[serde(default)]
    pub separating: Vec<Separating>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// How many did a step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct StepCount {
    /// What it is called; for steps in any order, how many are done.
    pub label: String,
    /// Whether it may be skipped.
    pub optional: bool,
    /// How many did it.
    pub people: u64,
    /// Their share of those who did the first step.
    pub of_first: Option<f64>,
    /// Their share of those who did the step before that may not be skipped.
    pub of_previous: Option<f64>,
    /// Lower end of the 95% interval of `of_previous` (Wilson).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Seconds since the step before that may not be skipped, on average.
    pub average_seconds: Option<f64>,
    /// The median of them.
    pub median_seconds: Option<f64>,
}

/// The funnel of one value.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct FunnelPart {
    /// The value; absent for those without one, and for the rest.
    pub value: Option<String>,
    /// True for all values that are not told apart; who has several of them is counted under each.
    pub rest: bool,
    /// Its steps.
    pub steps: Vec<StepCount>,
    /// Whom an exclusion removed.
    pub removed: u64,
}

/// The time from one step to another.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ConversionTimes {
    /// From this step, from 1.
    pub from: u32,
    /// To this one.
    pub to: u32,
    /// How many got there.
    pub people: u64,
    /// Seconds, on average.
    pub average_seconds: Option<f64>,
    /// The median.
    pub median_seconds: Option<f64>,
    /// Nine in ten took no longer.
    pub p90_seconds: Option<f64>,
    /// The columns: from how many seconds, and how many people; the last holds the longest.
    pub bins: Vec<TimeBin>,
}

/// One column of the histogram.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct TimeBin {
    /// From how many seconds.
    pub from_seconds: i64,
    /// How many people.
    pub people: u64,
}

/// Conversion of those who began in one interval.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ConversionAt {
    /// The interval.
    pub label: String,
    /// How many reached the step it is counted from.
    pub from: u64,
    /// How many of them went on to the other.
    pub to: u64,
    /// Their share.
    pub rate: Option<f64>,
    /// Lower end of its 95% interval (Wilson).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// True when some of them still have time: the number may grow.
    pub open: bool,
}

/// Someone at a step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PersonAtStep {
    /// The person's (or group's) number, as decimal digits: more than a number of JSON may hold.
    pub person: String,
    /// Their distinct ids among the events of the funnel, at most five.
    pub distinct_ids: Vec<String>,
    /// The last step they did, from 1.
    pub reached: u32,
    /// When, RFC 3339.
    pub at: String,
}

/// Why one person is counted where they are.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ExplainedPerson {
    /// The distinct id asked for.
    pub distinct_id: String,
    /// What they are counted as; absent when none of their events has to do with the funnel.
    pub summary: Option<Phrase>,
    /// The last step they are counted at, from 1; 0 when they are not counted.
    pub reached: u32,
    /// Their events that have to do with the funnel, in time, with what each did; at most 500.
    pub events: Vec<ExplainedEvent>,
}

/// What one event did.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ExplainedEvent {
    /// When, RFC 3339.
    pub time: String,
    /// Its name.
    pub event: String,
    /// Its uuid.
    pub uuid: String,
    /// What it did.
    pub did: Phrase,
}

/// How well one property separates those who go on from those who leave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Separating {
    /// The property.
    pub property: Property,
    /// The probability of so large a difference by chance alone (G test), corrected for the number of properties
    /// (Benjamini and Hochberg).
    pub p: Option<f64>,
    /// How strongly it goes with going on, 0 to 1: Cramér's V.
    pub effect: Option<f64>,
    /// Each value with its conversion, most people first, at most 20; the rarest are pooled in the test.
    pub values: Vec<SeparatingValue>,
    /// In plain words.
    pub words: Phrase,
}

/// One value of a property that separates.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SeparatingValue {
    /// The value; absent for those without one.
    pub value: Option<String>,
    /// How many did the step before.
    pub people: u64,
    /// How many of them went on.
    pub did: u64,
    /// Their share.
    pub rate: Option<f64>,
    /// Lower end of its 95% interval (Wilson).
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
}
