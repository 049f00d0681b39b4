//! NPS, CSAT and CES with intervals, and what they have to do with staying.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Interval, Period, Property};
use crate::evaluation::Estimate;
use crate::{Phrase, Problem};

/// NPS, CSAT and CES with intervals, and what they have to do with staying.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SatisfactionSpec {
    /// Which question was asked.
    #[serde(default)]
    pub score: Score,
    /// The answer; `survey sent` when absent, of which those count whose `$survey_kind` is this score's or absent,
    /// unless a condition on the survey chooses.
    #[serde(default = "survey")]
    pub event: EventFilter,
    /// The number that was answered.
    #[serde(default = "response")]
    pub answer: Property,
    /// The lowest and the highest answer: 0 and 10 for NPS, 1 and 5 for CSAT, 1 and 7 for CES when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// When; the last twelve steps when it has no beginning.
    #[serde(default)]
    pub period: Period,
    /// The steps of time.
    #[serde(default = "month")]
    pub interval: Interval,
    /// Whether those who answered well stay more than those who answered badly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staying: Option<Staying>,
}

impl Default for SatisfactionSpec {
    fn default() -> Self {
        Self {
            score: Score::default(),
            event: survey(),
            answer: response(),
            scale: None,
            period: Period::default(),
            interval: month(),
            staying: None,
        }
    }
}

fn survey() -> EventFilter {
    EventFilter::named("survey sent")
}

fn response() -> Property {
    Property::of_event("$survey_response")
}

fn month() -> Interval {
    Interval::Month
}

/// Which question was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Score {
    /// Would you recommend us? Share of promoters (the upper two of eleven) minus share of detractors (the lower seven), −100 to 100.
    #[default]
    Nps,
    /// How satisfied are you? Share of the upper two answers of five.
    Csat,
    /// How easy was it? The mean answer.
    Ces,
}

impl Score {
    /// Its name, as `$survey_kind` carries it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nps => "nps",
            Self::Csat => "csat",
            Self::Ces => "ces",
        }
    }
}

/// The lowest and the highest answer.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scale {
    /// The lowest.
    pub from: f64,
    /// The highest.
    pub to: f64,
}

/// Who stayed: people who did the event again so many days after their first answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Staying {
    /// What staying means; any event when absent.
    #[serde(default)]
    pub event: EventFilter,
    /// Days after the answer from which it counts.
    #[serde(default = "after")]
    pub after_days: u32,
    /// How many days from then on.
    #[serde(default = "within")]
    pub within_days: u32,
}

impl Default for Staying {
    fn default() -> Self {
        Self { event: EventFilter::default(), after_days: after(), within_days: within() }
    }
}

fn after() -> u32 {
    7
}

fn within() -> u32 {
    28
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SatisfactionReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The whole period.
    pub total: SatisfactionStep,
    /// Step by step.
    pub steps: Vec<SatisfactionStep>,
    /// How often each answer was given, from the lowest; answers between whole numbers count with the lower.
    pub answers: Vec<u64>,
    /// Whether those who answered well stay more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub staying: Option<StayingReport>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// The answers of one step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SatisfactionStep {
    /// Its name; empty for the whole period.
    pub step: String,
    /// Answers on the scale.
    pub answers: u64,
    /// People who gave them.
    pub people: u64,
    /// Good answers: promoters, or satisfied; for CES the upper half of the scale.
    pub good: u64,
    /// Bad answers: detractors; for CSAT and CES the lower half of the scale.
    pub bad: u64,
    /// NPS from −100 to 100, CSAT as a share, CES as a mean; the interval counts people, not answers, as the sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Estimate>,
}

/// Whether those who answered well stay more than those who answered badly.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct StayingReport {
    /// People whose first answer was good, and long enough ago.
    pub good: u64,
    /// Of them, those who stayed.
    pub good_stayed: u64,
    /// People whose first answer was bad, and long enough ago.
    pub bad: u64,
    /// Of them, those who stayed.
    pub bad_stayed: u64,
    /// The share that stayed among the good minus that among the bad, with Newcombe's interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Estimate>,
    /// The probability of such a difference were there none (Fisher's exact test).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
}
