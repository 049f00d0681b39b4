//! The product's questions and their reports: what users do, told as numbers.
//!
//! A question is a spec like any other: typed in TOML, sent over HTTP, made by the page's forms.
//! `kind` says which question it is; its report carries the same name.

pub mod activation;
pub mod answer;
pub mod chart;
pub mod command;
pub mod digest;
pub mod experience;
pub mod filter;
pub mod funnel;
pub mod growth;
pub mod lifecycle;
pub mod lifetime_value;
pub mod metric;
pub mod north_star;
pub mod paths;
pub mod period;
pub mod release;
pub mod retention;
pub mod revenue;
pub mod satisfaction;
pub mod segment;
pub mod sheet;
pub mod short;
pub mod shorten;
pub mod stickiness;
pub mod survey;
pub mod trend;
pub mod word_of_mouth;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use chart::{Chart, ChartKind, Series};
pub use filter::{EventFilter, Operator, Owner, Property, PropertyFilter};
pub use period::{Interval, Period};

/// A question about what people do; `kind` says which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum QuestionSpec {
    /// Counts over time: how often, by how many, how much.
    Trend(trend::TrendSpec),
    /// Steps on the way to a goal, and where people leave.
    Funnel(funnel::FunnelSpec),
    /// Who comes back, by when they began.
    Retention(retention::RetentionSpec),
    /// New, returning, resurrecting and dormant people over time.
    Lifecycle(lifecycle::LifecycleSpec),
    /// On how many days of a period people were there.
    Stickiness(stickiness::StickinessSpec),
    /// Which ways people take from event to event.
    Paths(paths::PathsSpec),
    /// Who people are: by properties, by behaviour, by value, by list.
    Segment(segment::SegmentSpec),
    /// Growth accounting: new, retained, resurrected and churned people, and the quick ratio.
    Growth(growth::GrowthSpec),
    /// Which early behaviour goes with staying.
    Activation(activation::ActivationSpec),
    /// The metric that matters most, and the tree of what drives it.
    NorthStar(north_star::NorthStarSpec),
    /// Revenue as movements: new, expansion, contraction, churn; ARPU.
    Revenue(revenue::RevenueSpec),
    /// What a customer is worth: by cohort, and by BG/NBD with Gamma-Gamma.
    LifetimeValue(lifetime_value::LifetimeValueSpec),
    /// NPS, CSAT and CES with intervals, and what they have to do with staying.
    Satisfaction(satisfaction::SatisfactionSpec),
    /// Referral trees, the viral coefficient, its cycle time, and who came by themselves.
    WordOfMouth(word_of_mouth::WordOfMouthSpec),
    /// Task success, time on task, and friction.
    Experience(experience::ExperienceSpec),
    /// Before and after a release.
    Release(release::ReleaseSpec),
    /// What changed this week that matters.
    Digest(digest::DigestSpec),
}

/// The report of a question, of the same `kind`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Answer {
    /// Counts over time: how often, by how many, how much.
    Trend(trend::TrendReport),
    /// Steps on the way to a goal, and where people leave.
    Funnel(funnel::FunnelReport),
    /// Who comes back, by when they began.
    Retention(retention::RetentionReport),
    /// New, returning, resurrecting and dormant people over time.
    Lifecycle(lifecycle::LifecycleReport),
    /// On how many days of a period people were there.
    Stickiness(stickiness::StickinessReport),
    /// Which ways people take from event to event.
    Paths(paths::PathsReport),
    /// Who people are: by properties, by behaviour, by value, by list.
    Segment(segment::SegmentReport),
    /// Growth accounting: new, retained, resurrected and churned people, and the quick ratio.
    Growth(growth::GrowthReport),
    /// Which early behaviour goes with staying.
    Activation(activation::ActivationReport),
    /// The metric that matters most, and the tree of what drives it.
    NorthStar(north_star::NorthStarReport),
    /// Revenue as movements: new, expansion, contraction, churn; ARPU.
    Revenue(revenue::RevenueReport),
    /// What a customer is worth: by cohort, and by BG/NBD with Gamma-Gamma.
    LifetimeValue(lifetime_value::LifetimeValueReport),
    /// NPS, CSAT and CES with intervals, and what they have to do with staying.
    Satisfaction(satisfaction::SatisfactionReport),
    /// Referral trees, the viral coefficient, its cycle time, and who came by themselves.
    WordOfMouth(word_of_mouth::WordOfMouthReport),
    /// Task success, time on task, and friction.
    Experience(experience::ExperienceReport),
    /// Before and after a release.
    Release(release::ReleaseReport),
    /// What changed this week that matters.
    Digest(digest::DigestReport),
}
