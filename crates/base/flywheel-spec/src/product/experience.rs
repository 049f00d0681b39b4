//! Task success, time on task, and friction.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Period, Property};
use crate::evaluation::Estimate;
use crate::{Phrase, Problem};

/// Task success, time on task, and friction.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExperienceSpec {
    /// The tasks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tasks: Vec<TaskSpec>,
    /// A click in anger.
    #[serde(default = "rage")]
    pub rage_click: EventFilter,
    /// A click that does nothing.
    #[serde(default = "dead")]
    pub dead_click: EventFilter,
    /// An error that the person met.
    #[serde(default = "exception")]
    pub error: EventFilter,
    /// The property that says where friction was met.
    #[serde(default = "path")]
    pub place: Property,
    /// When; the last 28 days when it has no beginning.
    #[serde(default)]
    pub period: Period,
}

/// A task: begun, gone through, and ended well or not.
///
/// The first `start` begins an attempt. It ends with the first of `success`, `abandon`, `fail`, or without any of them after `within_minutes`.
/// A `start` while one is under way, or so soon after one that failed, is a retry.
/// Among events of one moment the order is start, step, error, success, fail, abandon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TaskSpec {
    /// What reports call it.
    pub name: String,
    /// It begins.
    pub start: EventFilter,
    /// Steps on the way, by which errors and dead ends are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<EventFilter>,
    /// It is done.
    pub success: EventFilter,
    /// The person gave up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abandon: Option<EventFilter>,
    /// It went wrong for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fail: Option<EventFilter>,
    /// After so long without an end the attempt is a dead end.
    #[serde(default = "within")]
    pub within_minutes: u32,
}

fn rage() -> EventFilter {
    EventFilter::named("$rageclick")
}

fn dead() -> EventFilter {
    EventFilter::named("$dead_click")
}

fn exception() -> EventFilter {
    EventFilter::named("$exception")
}

fn path() -> Property {
    Property::of_event("$pathname")
}

fn within() -> u32 {
    30
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ExperienceReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The tasks, as asked.
    pub tasks: Vec<TaskReport>,
    /// Friction anywhere: rage clicks, dead clicks, errors.
    pub friction: Vec<Friction>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct TaskReport {
    /// Its name.
    pub name: String,
    /// People who tried.
    pub people: u64,
    /// Attempts whose end is known; the following four are its parts.
    pub attempts: u64,
    /// Ended with success.
    pub succeeded: u64,
    /// Given up.
    pub abandoned: u64,
    /// Went wrong.
    pub failed: u64,
    /// Ended nowhere in time.
    pub dead_ends: u64,
    /// Attempts still under way at the end of the period, which count nowhere else.
    pub open: u64,
    /// Share of attempts that succeeded; the interval counts people, not attempts, as the sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub success: Option<Estimate>,
    /// Half of the successes took at most so many seconds (interval of order statistics).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub median_secs: Option<Estimate>,
    /// Nine in ten took at most so many seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90_secs: Option<Estimate>,
    /// Starts again, during an attempt or soon after one that did not succeed.
    pub retries: u64,
    /// Share of attempts with a rage click, a dead click or an error in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub with_friction: Option<Estimate>,
    /// The start, then the steps.
    pub steps: Vec<TaskStep>,
}

/// One step of a task.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct TaskStep {
    /// Its name.
    pub step: String,
    /// Attempts that reached it.
    pub reached: u64,
    /// Of them, those that met an error at it: after it and before the next step.
    pub with_error: u64,
    /// The share, with its score interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_rate: Option<Estimate>,
    /// Rage clicks at it.
    pub rage_clicks: u64,
    /// Attempts that ended nowhere, at it.
    pub dead_ends: u64,
}

/// One kind of friction.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Friction {
    /// The event.
    pub event: String,
    /// How often.
    pub events: u64,
    /// By how many people.
    pub people: u64,
    /// Where most, at most ten.
    pub places: Vec<FrictionPlace>,
}

/// Where friction was met.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct FrictionPlace {
    /// The place.
    pub place: String,
    /// How often.
    pub events: u64,
    /// By how many people.
    pub people: u64,
}
