//! Revenue as movements: new, expansion, contraction, churn; ARPU.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Interval, Period, Property};
use crate::evaluation::Estimate;
use crate::{Phrase, Problem};

/// Revenue as movements: new, expansion, contraction, churn, reactivation; ARPU.
///
/// What a person pays in a step of time is their recurring revenue of that step; a payment that covers several steps counts in equal parts
/// in each of them. Payments that fit `one_off` are revenue, and never recurring.
/// Where refunds exceed payments, the person's recurring revenue is nothing.
/// `mrr = mrr before + new + reactivation + expansion − contraction − churn`, which is checked before anything is shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevenueSpec {
    /// The payment.
    pub event: EventFilter,
    /// What was paid; refunds are negative.
    #[serde(default = "amount")]
    pub amount: Property,
    /// A property that says how many steps the payment covers: a number, or with months `month`, `quarter`, `year`
    /// (also `monthly`, `quarterly`, `yearly`, `annual`). One step when it is absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Property>,
    /// Payments that are revenue, and never recurring.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_off: Option<EventFilter>,
    /// Who revenue is divided by for ARPU: people who did this. Without it, only revenue for each paying person is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<EventFilter>,
    /// The steps of time.
    #[serde(default = "month")]
    pub interval: Interval,
    /// When; the last twelve steps when it has no beginning.
    #[serde(default)]
    pub period: Period,
    /// Count groups of this type, such as `company`, rather than people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
}

fn amount() -> Property {
    Property::of_event("amount")
}

fn month() -> Interval {
    Interval::Month
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RevenueReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The steps, in order.
    pub steps: Vec<RevenueStep>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One step of time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RevenueStep {
    /// Its name.
    pub step: String,
    /// True when it was over at the moment of asking.
    pub complete: bool,
    /// All that was paid in it, recurring or not, by when it was paid.
    pub revenue: f64,
    /// Recurring revenue.
    pub mrr: f64,
    /// Of people who never had any before.
    pub new: f64,
    /// Of people who had some before, and none in the step before.
    pub reactivation: f64,
    /// What others pay more than in the step before.
    pub expansion: f64,
    /// What others pay less.
    pub contraction: f64,
    /// What those paid in the step before who no longer pay.
    pub churn: f64,
    /// People with recurring revenue.
    pub payers: u64,
    /// People who began.
    pub new_payers: u64,
    /// People who began again.
    pub reactivated_payers: u64,
    /// People who stopped.
    pub churned_payers: u64,
    /// Of those who paid in the step before, the share that stopped, with its score interval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payer_churn: Option<Estimate>,
    /// `(expansion − contraction − churn) / mrr before + 1`: net revenue retention; its interval treats people as the sample.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub net_retention: Option<Estimate>,
    /// Recurring revenue for each person who pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_payer: Option<Estimate>,
    /// People who were active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<u64>,
    /// All revenue for each person who was active or paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arpu: Option<Estimate>,
}
