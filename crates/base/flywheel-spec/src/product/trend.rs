//! Counts over time: how often, by how many, how much.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, Interval, Period, Property, PropertyFilter};
use crate::{Phrase, Problem};

/// Counts over time: how often, by how many, how much.
///
/// ```toml
/// kind = "trend"
/// period = { from = "-12w" }
/// interval = "week"
/// formulas = [{ formula = "B / A * 100", label = "share of buyers" }]
/// [[series]]
/// event = "$pageview"
/// measure = "people"
/// [[series]]
/// event = "buy"
/// measure = "people"
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrendSpec {
    /// What is counted, at most 26; formulas call them A, B, C and so on.
    pub series: Vec<TrendSeries>,
    /// Numbers made of the series' numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formulas: Vec<TrendFormula>,
    /// Events before or after it are not counted; the last 30 days when it has no beginning.
    #[serde(default)]
    pub period: Period,
    /// The steps of time.
    #[serde(default)]
    pub interval: Interval,
    /// Conditions that every event must meet.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<PropertyFilter>,
    /// Counts groups of this type, such as `company`, in place of people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// One line for each combination of these properties' values, at most 3 properties.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breakdown: Vec<Property>,
    /// How many combinations are told apart, those with most events; the rest together.
    #[serde(default = "top_by_default")]
    pub top: u32,
    /// The same numbers of an earlier stretch of time beside them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compare: Option<Compare>,
    /// Every step shows the sum so far; for people, how many different ones so far.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cumulative: bool,
    /// Every step shows the average of so many steps up to it; 1 changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rolling: Option<u32>,
    /// Exponential smoothing: the weight of the newest step, above 0 and at most 1, which changes nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub smoothing: Option<f64>,
}

fn top_by_default() -> u32 {
    25
}

/// One thing that is counted.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrendSeries {
    /// The event's name; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Conditions that must all hold.
    #[serde(default, rename = "where", skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<PropertyFilter>,
    /// What reports call it; the event's name when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// What is counted of its events.
    #[serde(default)]
    pub measure: Measure,
    /// For `value`: the property whose numbers are taken together; events without a number are left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub property: Option<Property>,
    /// For `value` and `per_person`: how they are taken together; the sum for `value`, the average for `per_person`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aggregate: Option<Aggregate>,
}

impl TrendSeries {
    /// All events of a name.
    pub fn named(event: impl Into<String>) -> Self {
        Self { event: Some(event.into()), ..Self::default() }
    }

    /// What reports call it.
    pub fn label(&self) -> &str {
        self.label.as_deref().or(self.event.as_deref()).unwrap_or("*")
    }
}

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// Events.
    #[default]
    Total,
    /// Different people.
    People,
    /// Different people in the 7 days that end with the step.
    WeeklyPeople,
    /// Different people in the 30 days that end with the step.
    MonthlyPeople,
    /// How many events each person who has one has.
    PerPerson,
    /// The numbers of a property.
    Value,
}

/// How numbers are taken together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// Their sum.
    #[default]
    Sum,
    /// Their average.
    Average,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The middle one; between two, half-way.
    Median,
    /// Three in four are no greater (exact, linear between neighbours).
    P75,
    /// Nine in ten are no greater.
    P90,
    /// 95 in 100 are no greater.
    P95,
    /// 99 in 100 are no greater.
    P99,
}

/// A number made of the series' numbers, step by step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrendFormula {
    /// Letters of series, numbers, `+ - * /` and brackets, such as `A / B * 100`;
    /// dividing by 0, or by a series without a value, has no value.
    pub formula: String,
    /// What reports call it; the formula itself when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

/// What the period is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Compare {
    /// As many steps right before it.
    #[default]
    Previous,
    /// The same stretch so much earlier.
    Back {
        /// How many.
        count: u32,
        /// Of what.
        unit: BackUnit,
    },
}

/// A unit of the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BackUnit {
    /// Days.
    Day,
    /// Weeks.
    Week,
    /// Calendar months.
    Month,
    /// Years.
    Year,
}

/// Counts over time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct TrendReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The steps of time.
    pub axis: Vec<String>,
    /// The steps that it is compared with, in the same order.
    #[serde(default)]
    pub axis_before: Vec<String>,
    /// True when the last step is not over yet.
    pub unfinished: bool,
    /// The numbers: of each series and then each formula, all together first, then by the breakdown, the largest first.
    pub lines: Vec<TrendLine>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// The numbers of one series or formula, for everyone or one combination of the breakdown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct TrendLine {
    /// What it is called.
    pub name: String,
    /// The series' letter; absent for a formula.
    #[serde(default)]
    pub letter: Option<String>,
    /// The combination: one value for each property of the breakdown, absent for those without one; empty for everyone.
    #[serde(default)]
    pub values_of: Vec<Option<String>>,
    /// True for all combinations that are not told apart.
    #[serde(default)]
    pub rest: bool,
    /// One number for each step; absent where there is none.
    pub values: Vec<Option<f64>>,
    /// The number of the whole period, such as how many different people over all of it.
    pub whole: Option<f64>,
    /// The same of the stretch that it is compared with.
    #[serde(default)]
    pub before: Vec<Option<f64>>,
    /// The number of all of it.
    #[serde(default)]
    pub whole_before: Option<f64>,
}
