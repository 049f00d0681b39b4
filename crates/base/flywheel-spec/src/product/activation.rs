//! Which early behaviour goes with staying.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Period};
use crate::evaluation::Estimate;
use crate::{Phrase, Problem};

/// Which early behaviour goes with staying: what people did so often in their first days, and whether they were there weeks later.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivationSpec {
    /// What a person begins with; their first event when absent.
    #[serde(default)]
    pub start: EventFilter,
    /// Behaviours to try; every event that people do in their first days when empty (the 50 that most people do).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub behaviours: Vec<EventFilter>,
    /// How often at least; each is tried.
    #[serde(default = "times")]
    pub times: Vec<u32>,
    /// How many days from the beginning the behaviour counts.
    #[serde(default = "within")]
    pub within_days: u32,
    /// What staying means; any event when absent.
    #[serde(default)]
    pub stay: EventFilter,
    /// The week in which they must be there: week 1 begins seven days after the beginning.
    #[serde(default = "week")]
    pub week: u32,
    /// When people began; the last 90 days when it has no beginning.
    #[serde(default)]
    pub period: Period,
}

impl Default for ActivationSpec {
    fn default() -> Self {
        Self {
            start: EventFilter::default(),
            behaviours: Vec::new(),
            times: times(),
            within_days: within(),
            stay: EventFilter::default(),
            week: week(),
            period: Period::default(),
        }
    }
}

fn times() -> Vec<u32> {
    vec![1, 3, 5]
}

fn within() -> u32 {
    7
}

fn week() -> u32 {
    4
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ActivationReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// People who began in the period, long enough ago.
    pub people: u64,
    /// Of them, those who stayed.
    pub stayed: u64,
    /// Behaviours, the strongest first.
    pub behaviours: Vec<Behaviour>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One early behaviour against staying.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Behaviour {
    /// The event.
    pub event: String,
    /// How often at least.
    pub times: u32,
    /// People who did it so often.
    pub did: u64,
    /// Of them, those who stayed.
    pub did_stayed: u64,
    /// People who did not.
    pub others: u64,
    /// Of them, those who stayed.
    pub others_stayed: u64,
    /// The share that stayed among those who did, minus that among the others (Newcombe's interval).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Estimate>,
    /// The one share divided by the other (Katz's interval).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lift: Option<Estimate>,
    /// How well the behaviour tells who stays, from −1 to 1: Matthews' correlation, by which the list is ordered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strength: Option<f64>,
    /// Fisher's exact probability, corrected for all that was tried (Benjamini and Hochberg).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<f64>,
}
