//! Referral trees, the viral coefficient, its cycle time, and who came by themselves.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Interval, Period, Property};
use crate::evaluation::Estimate;
use crate::{Phrase, Problem};

/// Referral trees, the viral coefficient, its cycle time, and who came by themselves.
///
/// A person's first `joined` event makes them a newcomer; the property `referrer` on it is the distinct id of who brought them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordOfMouthSpec {
    /// What joining means, such as `signup`.
    pub joined: EventFilter,
    /// The property that holds the distinct id of who brought them.
    #[serde(default = "referrer")]
    pub referrer: Property,
    /// An invitation sent, if that is an event.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invited: Option<EventFilter>,
    /// When; the last twelve steps when it has no beginning.
    #[serde(default)]
    pub period: Period,
    /// The steps of time.
    #[serde(default = "week")]
    pub interval: Interval,
    /// How many days after joining somebody's referrals count for the viral coefficient.
    #[serde(default = "within")]
    pub within_days: u32,
    /// Feedback that may name the product unasked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<Mentions>,
}

/// Feedback that may name the product unasked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mentions {
    /// The feedback.
    pub event: EventFilter,
    /// Its text.
    pub text: Property,
    /// The product's names, whatever the case.
    pub names: Vec<String>,
}

fn referrer() -> Property {
    Property::of_event("referrer")
}

fn week() -> Interval {
    Interval::Week
}

fn within() -> u32 {
    30
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct WordOfMouthReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// People who joined in the period.
    pub newcomers: u64,
    /// Of them, those whom somebody brought.
    pub referred: u64,
    /// Share of newcomers who came by themselves, with its score interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organic: Option<Estimate>,
    /// How many newcomers a newcomer brings within `within_days`; above 1 the product spreads by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viral_coefficient: Option<Estimate>,
    /// Newcomers whose time to bring others was over, of whom the coefficient is made.
    pub ripe: u64,
    /// Half of the referrals came within so many days of their referrer's joining; the interval is of order statistics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle_days: Option<Estimate>,
    /// Invitations, where they are events.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitations: Option<Invitations>,
    /// Newcomers by generation: first those who came by themselves, then those whom these brought, and so on.
    pub generations: Vec<u64>,
    /// Those who brought most newcomers, with everybody whom these brought in turn; at most 20.
    pub referrers: Vec<Referrer>,
    /// Newcomers step by step.
    pub steps: Vec<NewcomerStep>,
    /// How many of those who wrote feedback named the product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mentions: Option<MentionsReport>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// Invitations and what came of them.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Invitations {
    /// Invitations sent in the period.
    pub sent: u64,
    /// People who sent them.
    pub people: u64,
    /// Newcomers of the period brought by somebody, for each invitation; more than one when people also come without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub joined_per_invitation: Option<f64>,
}

/// Somebody who brought others.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Referrer {
    /// The distinct id, as the referrals name it (the first in order where they name several).
    pub distinct_id: String,
    /// Newcomers whom they brought.
    pub brought: u64,
    /// With those whom these brought in turn.
    pub tree: u64,
}

/// The newcomers of one step.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct NewcomerStep {
    /// Its name.
    pub step: String,
    /// Who came by themselves.
    pub organic: u64,
    /// Whom somebody brought.
    pub referred: u64,
}

/// Unaided mentions.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct MentionsReport {
    /// Texts written.
    pub texts: u64,
    /// Of them, those that name the product.
    pub mentions: u64,
    /// People who wrote.
    pub people: u64,
    /// Of them, those who named the product.
    pub people_who_mention: u64,
    /// The share of people, with its score interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share: Option<Estimate>,
}
