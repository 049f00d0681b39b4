//! How an improvement went: before and after, with its numbers and its caveats.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::behaviour::Compared;
use super::opportunity::EvidenceQuote;
use crate::evaluation::Estimate;
use crate::product::Chart;
use crate::{Phrase, Problem};

/// What a case is about.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct CaseSubject {
    /// The case's id.
    pub id: String,
    /// The opportunity's name.
    pub name: String,
    /// The theme's id.
    pub theme: String,
    /// The version that brought the change.
    #[serde(default)]
    pub version: String,
    /// When, RFC 3339 or a date.
    #[serde(default)]
    pub released: String,
    /// What was done, in the team's own words.
    #[serde(default)]
    pub what: String,
    /// By what cases are found to be alike.
    #[serde(default)]
    pub traits: CaseTraits,
}

/// By what cases are found to be alike.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct CaseTraits {
    /// The terms of the name, folded.
    #[serde(default)]
    pub terms: Vec<String>,
    /// What was blamed.
    #[serde(default)]
    pub aspects: Vec<String>,
    /// The step of the funnel concerned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funnel_step: Option<String>,
    /// Messages of each kind.
    #[serde(default)]
    pub kinds: BTreeMap<String, u64>,
}

/// One side of a case: so many days before the release, or after it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct CaseSide {
    /// Its first day.
    pub from: String,
    /// Its last day.
    pub to: String,
    /// Days.
    pub days: f64,
    /// Messages of the theme, a person's repetitions counted once.
    pub voices: u64,
    /// People who spoke of it.
    pub people: u64,
    /// People who were active.
    pub active_people: u64,
    /// People who spoke of anything else; absent where it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_people: Option<u64>,
    /// The mood of its messages, −1 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Estimate>,
    /// The share that came back, beside comparable people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returning: Option<Compared>,
    /// The share that paid, beside comparable people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paying: Option<Compared>,
    /// What people said, personal data masked.
    #[serde(default)]
    pub quotes: Vec<EvidenceQuote>,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CaseVerdict)]
pub enum Verdict {
    /// The theme shrank or the behaviour came back, and nothing speaks against it.
    Worked,
    /// Too little to tell.
    #[default]
    Unclear,
    /// The theme stayed or grew, or the behaviour got worse.
    DidNot,
}

/// How an improvement went.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct CaseReport {
    /// What it is about.
    pub subject: CaseSubject,
    /// How it went.
    pub verdict: Verdict,
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// Before the release.
    pub before: CaseSide,
    /// After it.
    pub after: CaseSide,
    /// People who spoke for each 1,000 active people and 30 days, before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_before: Option<Estimate>,
    /// The same, after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_after: Option<Estimate>,
    /// The rate after over the rate before, with its exact 95% interval; the upper end is absent where nobody spoke before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_ratio: Option<RateRatio>,
    /// The rate ratio over that of everything else people spoke of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub against_others: Option<Estimate>,
    /// How much of the difference in coming back was made good: the difference after minus the difference before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returning: Option<Estimate>,
    /// The same for paying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paying: Option<Estimate>,
    /// The mood after minus the mood before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Estimate>,
    /// What must be kept in mind.
    pub caveats: Vec<Phrase>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// An improvement that shall be looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseRequest {
    /// The opportunity: its record's id, or its theme's number or name.
    pub opportunity: String,
    /// Days before the release, and as many after it; 28 when absent.
    #[serde(default = "days")]
    pub days: u32,
}

fn days() -> u32 {
    28
}

/// A case with where it was written, and the past cases most like it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct WrittenCase {
    /// The report.
    pub report: CaseReport,
    /// The Markdown file, from the project's folder.
    pub path: String,
    /// The past cases most like it.
    pub alike: Vec<AlikeCase>,
}

/// A ratio of two rates.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct RateRatio {
    /// The estimate; absent where nobody spoke before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Lower end.
    pub low: f64,
    /// Upper end; absent where it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub high: Option<f64>,
    /// The probability of such counts were the rates the same, exact.
    pub p: f64,
}

/// A past case that is like an opportunity.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct AlikeCase {
    /// The case's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it went.
    pub verdict: Verdict,
    /// How alike, 0 to 1.
    pub likeness: f64,
    /// Terms of the name that both have.
    pub shared_terms: Vec<String>,
    /// Aspects that both have.
    pub shared_aspects: Vec<String>,
    /// The same step of the funnel.
    pub same_step: bool,
    /// What came of it.
    pub says: Phrase,
}
