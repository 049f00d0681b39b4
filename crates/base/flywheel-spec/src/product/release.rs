//! Before and after a release.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::metric::Metric;
use super::{Chart, EventFilter, Interval, Period};
use crate::evaluation::Estimate;
use crate::{Phrase, Problem};

/// Before and after a release: metrics as rates of equal stretches of time on either side.
///
/// Totals are told for each step; people are counted anew in each step. The step in which the release lies counts on neither side,
/// unless it lies at its very beginning.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseSpec {
    /// What is compared; at most 12.
    pub metrics: Vec<Metric>,
    /// The moment of the release: a date or a moment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Or the event that marks it: its first occurrence in the period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marker: Option<EventFilter>,
    /// Steps on each side.
    #[serde(default = "steps")]
    pub steps: u32,
    /// The steps of time.
    #[serde(default)]
    pub interval: Interval,
    /// Where the marker is looked for; the last 60 days when it has no beginning. Not used with `at`.
    #[serde(default)]
    pub period: Period,
}

fn steps() -> u32 {
    14
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ReleaseReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The moment of the release, in the project's time zone; absent when the marker was never met.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Whole steps compared before it.
    pub steps_before: u32,
    /// Whole steps compared after it.
    pub steps_after: u32,
    /// The metrics, as asked.
    pub metrics: Vec<ReleaseMetric>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One metric before and after.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ReleaseMetric {
    /// Its name.
    pub name: String,
    /// Before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Estimate>,
    /// After.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Estimate>,
    /// After minus before; the interval counts people as the sample and knows that many of them are on both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Estimate>,
    /// The difference divided by before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative: Option<f64>,
    /// The probability of such a difference were there none, corrected for the number of metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<f64>,
    /// The second half of the time before minus its first half: what moved without the release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub earlier: Option<Estimate>,
}
