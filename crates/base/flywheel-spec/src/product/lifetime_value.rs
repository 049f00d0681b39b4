//! What a customer is worth: by cohort, and by BG/NBD with Gamma-Gamma.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Chart, EventFilter, Interval, Period, Property};
use crate::evaluation::Estimate;
use crate::{Phrase, Problem};

/// What a customer is worth: by cohort, and by BG/NBD with Gamma-Gamma.
///
/// A customer is a person with a purchase; their cohort is the step of their very first one.
/// The model counts days in the project's time zone: purchases of one day are one, and time runs from the first day to the last day of the period.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LifetimeValueSpec {
    /// The purchase.
    pub event: EventFilter,
    /// What was paid; without it purchases are counted and not valued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Property>,
    /// The steps of cohorts and ages.
    #[serde(default = "month")]
    pub interval: Interval,
    /// When: cohorts whose first purchase lies in it. The last twelve steps when it has no beginning.
    #[serde(default)]
    pub period: Period,
    /// The model's unit of time, which its parameters are in.
    #[serde(default)]
    pub unit: ModelUnit,
    /// How many days ahead purchases and value are expected.
    #[serde(default = "horizon")]
    pub horizon_days: u32,
    /// A date or moment: the model is also fitted on what came before it alone, and checked on what came after.
    /// Two thirds into the period when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout_from: Option<String>,
}

/// The model's unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ModelUnit {
    /// Days.
    Day,
    /// Weeks of seven days.
    #[default]
    Week,
}

fn month() -> Interval {
    Interval::Month
}

fn horizon() -> u32 {
    364
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct LifetimeValueReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// Customers whose first purchase lies in the period.
    pub customers: u64,
    /// By the step of the first purchase.
    pub cohorts: Vec<Cohort>,
    /// The model of everything up to the period's end; absent when it could not be fitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<Box<PurchaseModel>>,
    /// What is expected of the customers within the horizon.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlook: Option<Box<Outlook>>,
    /// The model of the time before the holdout, checked on the time after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Box<HoldoutCheck>>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// The customers of one step.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Cohort {
    /// The step of their first purchase.
    pub step: String,
    /// How many.
    pub customers: u64,
    /// What a customer had paid until the end of each age, with the interval of the mean; an age counts steps from the first purchase's own.
    /// Without a value: purchases. Ages that are not over are left out.
    pub value_by_age: Vec<Estimate>,
}

/// BG/NBD, and Gamma-Gamma where there are values.
///
/// Fader, Hardie and Lee, "Counting your customers the easy way" (Marketing Science 24, 2005);
/// Fader and Hardie, "The Gamma-Gamma model of monetary value" (note 25, 2013).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct PurchaseModel {
    /// Customers it was fitted on.
    pub customers: u64,
    /// Those who came back.
    pub repeaters: u64,
    /// Shape of the purchase rates.
    pub r: Estimate,
    /// Scale of the purchase rates, in the model's unit of time.
    pub alpha: Estimate,
    /// First shape of the chance to drop out after a purchase.
    pub a: Estimate,
    /// Second shape of it.
    pub b: Estimate,
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// The model of what is paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<SpendModel>,
}

/// Gamma-Gamma: what is paid at a purchase.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SpendModel {
    /// Customers it was fitted on: those who came back and paid more than nothing.
    pub customers: u64,
    /// Shape within a customer.
    pub p: Estimate,
    /// Shape between customers.
    pub q: Estimate,
    /// Scale.
    pub v: Estimate,
    /// Log-likelihood.
    pub log_likelihood: f64,
    /// Mean over customers of what they pay at a purchase, `p v / (q − 1)`; absent when `q ≤ 1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<f64>,
    /// Correlation between how often and how much, which the model takes to be none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
}

/// What is expected within the horizon; intervals are those of the expectation, by the observed information.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Outlook {
    /// Days ahead.
    pub horizon_days: u32,
    /// Share of the customers expected to be customers still.
    pub alive: f64,
    /// Purchases expected of all.
    pub purchases: Estimate,
    /// For each customer.
    pub purchases_per_customer: Estimate,
    /// Value expected of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Estimate>,
    /// For each customer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value_per_customer: Option<Estimate>,
    /// By how often customers had come back.
    pub by_repeats: Vec<OutlookOfRepeats>,
}

/// Customers who came back so often.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct OutlookOfRepeats {
    /// How often they had come back; the last entry holds all that came oftener too.
    pub repeats: u32,
    /// How many they are.
    pub customers: u64,
    /// Purchases expected of each.
    pub purchases: f64,
    /// Value expected of each.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
}

/// Predicted against what then happened.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct HoldoutCheck {
    /// The first day that the model did not see.
    pub from: String,
    /// How many days were predicted.
    pub days: u32,
    /// The model of the time before.
    pub model: PurchaseModel,
    /// Purchases predicted.
    pub predicted: f64,
    /// Purchases that happened.
    pub actual: f64,
    /// Mean distance between prediction and truth over customers.
    pub mean_absolute_error: f64,
    /// Correlation between prediction and truth over customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f64>,
    /// By how often customers had come back before.
    pub by_repeats: Vec<CheckOfRepeats>,
}

/// Customers who had come back so often.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct CheckOfRepeats {
    /// How often; the last entry holds all that came oftener too.
    pub repeats: u32,
    /// How many customers.
    pub customers: u64,
    /// Purchases predicted for each.
    pub predicted: f64,
    /// Purchases of each.
    pub actual: f64,
}
