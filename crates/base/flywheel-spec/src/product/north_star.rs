//! The metric that matters most, and the tree of what drives it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::metric::Metric;
use super::{Chart, Interval, Period};
use crate::evaluation::Estimate;
use crate::{Phrase, Problem};

/// The metric that matters most, and the tree of what drives it: how it changed from the period before, and what each input did to it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NorthStarSpec {
    /// The metric that matters most.
    pub metric: Metric,
    /// How its inputs make it.
    #[serde(default)]
    pub combine: Combine,
    /// What drives it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inputs: Vec<Input>,
    /// The later of the two periods; the last 28 days when it has no beginning. The earlier is as long and ends where it begins.
    #[serde(default)]
    pub period: Period,
    /// The steps of the chart.
    #[serde(default)]
    pub interval: Interval,
}

/// A driver of a metric, with drivers of its own.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// What is measured.
    pub metric: Metric,
    /// How its own inputs make it.
    #[serde(default)]
    pub combine: Combine,
    /// What drives it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(no_recursion)]
    pub inputs: Vec<Input>,
}

/// How inputs make a metric.
///
/// What an input contributed to a change is, for sums, its own change; for products, Shapley's value: its effect with the others
/// at their old or new values, averaged over every order in which they might have changed
/// (Shapley, "A value for n-person games", 1953). The contributions add up to the product's change;
/// where the metric is not quite the sum or product of its inputs, the rest is told as such.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// Multiplied: people × visits each × share that buys.
    #[default]
    Product,
    /// Added up: new + returning.
    Sum,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct NorthStarReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The earlier period's first and last day.
    pub before: String,
    /// The later period's first and last day.
    pub after: String,
    /// The metric, then its inputs, each after the one it drives.
    pub nodes: Vec<NorthStarNode>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// A metric of the tree.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct NorthStarNode {
    /// Its name.
    pub name: String,
    /// The position of the metric that it drives; absent for the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drives: Option<u32>,
    /// In the earlier period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Estimate>,
    /// In the later period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Estimate>,
    /// Later minus earlier; people are the sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub change: Option<Estimate>,
    /// What it contributed to the change of the metric that it drives, in that metric's unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contribution: Option<Estimate>,
    /// The change that its own inputs do not explain; absent without inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unexplained: Option<f64>,
}
