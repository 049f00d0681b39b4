//! What the people of a theme did before and after they spoke, beside comparable people who did not.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::evaluation::Estimate;
use crate::product::{Chart, EventFilter, Property};
use crate::{Phrase, Problem};

/// Who spoke of what, and when for the first time.
pub type Cohorts = BTreeMap<String, Vec<Spoke>>;

/// One person's first word on a theme.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Spoke {
    /// Any distinct id of the person.
    pub distinct_id: String,
    /// When, microseconds since 1970.
    pub time: i64,
}

/// How behaviour before and after speaking is looked at.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BehaviourSpec {
    /// What coming back means; any event but the speaking itself when absent.
    #[serde(default)]
    pub returning: EventFilter,
    /// What paying means; paying and revenue are not told when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paying: Option<EventFilter>,
    /// The amount paid, in the project's currency; revenue is not told when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Property>,
    /// What leaving means; when absent, no return in the second half of the days after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaving: Option<EventFilter>,
    /// Events by which people speak; they are never a return, nor activity.
    #[serde(default = "speaking")]
    pub speaking: Vec<String>,
    /// Days before the day of speaking, that day included, in which activity is compared; 1 to 365.
    #[serde(default = "days")]
    pub before_days: u32,
    /// Days after the day of speaking; 2 to 365.
    #[serde(default = "days")]
    pub after_days: u32,
    /// Properties of events whose last value up to that day must be the same, such as the plan; at most 3.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub same: Vec<Property>,
    /// Whom the people of a theme are compared with.
    #[serde(default)]
    pub comparison: Comparison,
    /// What themes are called in sentences, by id; their ids when absent.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
    /// What the days of comparable people are drawn with.
    #[serde(default)]
    pub seed: u64,
}

impl Default for BehaviourSpec {
    fn default() -> Self {
        Self {
            returning: EventFilter::default(),
            paying: None,
            value: None,
            leaving: None,
            speaking: speaking(),
            before_days: days(),
            after_days: days(),
            same: Vec::new(),
            comparison: Comparison::default(),
            names: BTreeMap::new(),
            seed: 0,
        }
    }
}

fn speaking() -> Vec<String> {
    vec!["feedback".to_owned(), "survey sent".to_owned()]
}

fn days() -> u32 {
    28
}

/// Whom the people of a theme are compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// People of no theme at all.
    #[default]
    Silent,
    /// People of no theme, and those who spoke of other themes only.
    NotOfTheme,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct BehaviourReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The themes, by id.
    pub themes: Vec<ThemeBehaviour>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// The behaviour of one theme's people.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ThemeBehaviour {
    /// The theme's id.
    pub theme: String,
    /// What it is called.
    pub name: String,
    /// Distinct ids that spoke.
    pub spoke: u64,
    /// People of theirs who are known from events.
    pub people: u64,
    /// Of them, those who spoke too recently for the days after to be over.
    pub too_recent: u64,
    /// Of the others, those for whom no comparable person was found; they are left out of every comparison.
    pub unmatched: u64,
    /// Those compared: `people − too_recent − unmatched`.
    pub matched: u64,
    /// Of those compared, the ones for whom only coarser groups held a comparable person.
    pub matched_coarsely: u64,
    /// Comparable people.
    pub comparable: u64,
    /// As how many equally weighted people the comparable ones count (Kish's effective sample size).
    pub comparable_effective: f64,
    /// The share that came back in the days after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returning: Option<Compared>,
    /// Active days a week in the days after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active: Option<Compared>,
    /// The share that left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leaving: Option<Compared>,
    /// The share that paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paying: Option<Compared>,
    /// Revenue for each person in the days after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue: Option<Compared>,
    /// Active days a week: after minus before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<ActivityChange>,
}

/// One thing, among the people of a theme and among comparable people.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Compared {
    /// Among the people of the theme.
    pub theme: f64,
    /// Among comparable people, weighted to be alike.
    pub comparable: f64,
    /// The theme's minus the comparable's, with its 95% interval.
    pub difference: Estimate,
    /// The probability of such a difference were there none; absent where it is undefined.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// The same, corrected for all themes and all things looked at (Benjamini and Hochberg).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub q: Option<f64>,
}

/// How often people were there before and after.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ActivityChange {
    /// Active days a week before, people of the theme.
    pub theme_before: f64,
    /// Active days a week after, people of the theme.
    pub theme_after: f64,
    /// Active days a week before, comparable people.
    pub comparable_before: f64,
    /// Active days a week after, comparable people.
    pub comparable_after: f64,
    /// The theme's change minus the comparable's change, with its 95% interval.
    pub difference: Estimate,
}
