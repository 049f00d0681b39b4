//! What to improve, ranked: the evidence of each theme, the settings, and the list with its reasons.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::behaviour::ThemeBehaviour;
use super::case::AlikeCase;
use super::opportunity_record::{OpportunityLink, OpportunityRecord, OpportunityState};
use crate::evaluation::Estimate;
use crate::product::Chart;
use crate::{Phrase, Problem};

/// Everything that is known of one theme when it is ranked.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ThemeEvidence {
    /// The theme's id.
    pub theme: String,
    /// Its name.
    pub name: String,
    /// Messages of each kind: `bug`, `request`, `question`, `praise`, or any other name.
    #[serde(default)]
    pub kinds: BTreeMap<String, u64>,
    /// Messages, a person's repetitions counted once.
    pub voices: u64,
    /// People who spoke of it.
    pub people: u64,
    /// Their share of all active people, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of_people: Option<Estimate>,
    /// Their share of all revenue, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub share_of_revenue: Option<Estimate>,
    /// Mean mood, −1 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<Estimate>,
    /// Share of negative messages, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub negative_share: Option<Estimate>,
    /// What its people gave, where they rated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<EvidenceRating>,
    /// Where it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trend: Option<EvidenceTrend>,
    /// What its people did after they spoke.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behaviour: Option<ThemeBehaviour>,
    /// The step of a funnel at which its people drop out more than others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub funnel_step: Option<FunnelConcern>,
    /// What is blamed.
    #[serde(default)]
    pub aspects: Vec<String>,
    /// What people said, personal data masked.
    #[serde(default)]
    pub quotes: Vec<EvidenceQuote>,
    /// The versions concerned.
    #[serde(default)]
    pub versions: Vec<String>,
    /// Person-weeks to mend it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<f64>,
}

/// What the people of a theme gave.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct EvidenceRating {
    /// On average, 1 to 5; points of another scale are brought to it.
    pub stars: f64,
    /// What everybody gave on average, 1 to 5.
    pub usual: f64,
    /// Messages of the theme that were rated.
    pub rated: u64,
}

/// Where a theme goes.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct EvidenceTrend {
    /// In a word.
    pub label: Going,
    /// Recent rate over the earlier one, above 0; absent where there was none before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The probability of such a change were there none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
}

/// Where a theme goes, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Going {
    /// Was not there before.
    New,
    /// More and more.
    Growing,
    /// As before.
    #[default]
    Steady,
    /// Less and less.
    Fading,
    /// Many at once, in a short time.
    Burst,
}

/// A step at which the people of a theme drop out more than others.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct FunnelConcern {
    /// The step's name.
    pub step: String,
    /// Their share that drops out there over that of the others, above 0.
    pub lift: f64,
    /// The probability of such a difference were there none.
    pub p: f64,
}

/// A message's own words.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct EvidenceQuote {
    /// The message's id.
    pub id: String,
    /// Its text, personal data masked.
    pub text: String,
}

/// How opportunities are ranked and shown.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunitySpec {
    /// The exponent of each factor.
    #[serde(default)]
    pub weights: OpportunityWeights,
    /// Person-weeks by theme id; they go before what the evidence says.
    #[serde(default)]
    pub efforts: BTreeMap<String, f64>,
    /// How the list is shown.
    #[serde(default)]
    pub view: OpportunityView,
    /// The weight of revenue within reach, 0 to 1; that of people is the rest.
    #[serde(default = "half")]
    pub revenue_weight: f64,
    /// The share of behaviour that a theme of angry people is taken to lose before behaviour is seen, 0 to 1.
    #[serde(default = "mood_worth")]
    pub mood_worth: f64,
    /// How much efforts are doubted, as a share of them, 0 to 2.
    #[serde(default = "effort_doubt")]
    pub effort_doubt: f64,
    /// The outcome that the tree begins with; coming back and paying when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The tree's groups by theme id; the funnel step or the kind when absent.
    #[serde(default)]
    pub groups: BTreeMap<String, String>,
    /// Most opportunities told; 1 to 500.
    #[serde(default = "most")]
    pub most: u32,
    /// What the draws behind the rank intervals begin with.
    #[serde(default)]
    pub seed: u64,
}

impl Default for OpportunitySpec {
    fn default() -> Self {
        Self {
            weights: OpportunityWeights::default(),
            efforts: BTreeMap::new(),
            view: OpportunityView::default(),
            revenue_weight: half(),
            mood_worth: mood_worth(),
            effort_doubt: effort_doubt(),
            outcome: None,
            groups: BTreeMap::new(),
            most: most(),
            seed: 0,
        }
    }
}

fn half() -> f64 {
    0.5
}

fn mood_worth() -> f64 {
    0.3
}

fn effort_doubt() -> f64 {
    0.3
}

fn most() -> u32 {
    50
}

fn one() -> f64 {
    1.0
}

/// The exponent of each factor: 0 leaves it out, 1 counts it as it is; 0 to 3.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OpportunityWeights {
    /// Of reach; a half by default, because how readily people speak differs between problems.
    #[serde(default = "half")]
    pub reach: f64,
    /// Of pain.
    #[serde(default = "one")]
    pub pain: f64,
    /// Of the trend; a half by default, because whom a problem drives away no longer speaks, so that the costliest seem to fade.
    #[serde(default = "half")]
    pub trend: f64,
    /// Of confidence.
    #[serde(default = "one")]
    pub confidence: f64,
    /// Of effort, which divides.
    #[serde(default = "one")]
    pub effort: f64,
}

impl Default for OpportunityWeights {
    fn default() -> Self {
        Self { reach: half(), pain: one(), trend: half(), confidence: one(), effort: one() }
    }
}

/// How the list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityView {
    /// By score, with its factors.
    #[default]
    List,
    /// By reach × impact × confidence ÷ effort.
    Rice,
    /// From the outcome to opportunities, solutions and experiments.
    Tree,
}

/// The factors of a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityFactor {
    /// Whom it concerns.
    Reach,
    /// What it costs them.
    Pain,
    /// Where it goes.
    Trend,
    /// How sure it is.
    Confidence,
    /// What it takes to mend.
    Effort,
}

/// What to improve.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct OpportunityReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// How it is shown.
    pub view: OpportunityView,
    /// The opportunities; by score, in the RICE view by RICE.
    pub opportunities: Vec<Opportunity>,
    /// Opportunities that fell off the end of the list.
    pub left_out: u64,
    /// Themes that are no opportunity, and why.
    pub set_aside: Vec<SetAside>,
    /// Records whose theme is none of the opportunities: it has another number by now, is set aside, or is gone.
    #[serde(default)]
    pub without_theme: Vec<OpportunityRecord>,
    /// Outcome, opportunities, solutions, experiments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tree: Option<OpportunityTree>,
    /// How far apart the themes' losses are, as a standard deviation; what few people's losses are drawn in with.
    pub loss_spread: f64,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One thing to improve.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Opportunity {
    /// Its place in the list, from 1.
    pub rank: u32,
    /// Reach × pain × trend × confidence ÷ effort, each to the power of its weight.
    pub score: f64,
    /// The score as a share of the best, 0 to 100.
    pub points: f64,
    /// What the score is made of.
    pub factors: ScoreFactors,
    /// The same as RICE.
    pub rice: Rice,
    /// Places that it takes in nine of ten draws of what is uncertain.
    pub rank_low: u32,
    /// The other end.
    pub rank_high: u32,
    /// The share of draws in which it is first.
    pub first: f64,
    /// What would change its place.
    pub changes: Vec<RankChange>,
    /// In a sentence or two.
    pub reasons: Vec<Phrase>,
    /// What it rests on.
    pub evidence: ThemeEvidence,
    /// Where it stands in its life.
    pub state: OpportunityState,
    /// Its record's id, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
    /// The project's past cases most like it, and how they went; at most three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alike: Vec<AlikeCase>,
}

/// The five factors with what they are made of.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ScoreFactors {
    /// The share of people and revenue concerned, above 0 to 1.
    pub reach: Estimate,
    /// The share of behaviour that is lost, 0.005 to 1.
    pub pain: Estimate,
    /// How mood, kinds and negative messages alone would put it, 0 to 1.
    pub complaint: f64,
    /// The loss as measured, before it is drawn in; absent where behaviour is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measured_loss: Option<Estimate>,
    /// How much the measured loss counts against what mood lets expect, 0 to 1.
    pub reliability: f64,
    /// Above 1 for what grows, below for what fades; 0.5 to 2.
    pub trend: Estimate,
    /// How sure it is, 0 to 1.
    pub confidence: f64,
    /// Person-weeks.
    pub effort: f64,
    /// True where the effort was given and not put in from the others.
    pub effort_given: bool,
}

/// Reach, impact, confidence and effort as Intercom has them.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Rice {
    /// Its place by RICE, from 1.
    pub rank: u32,
    /// People in the period.
    pub reach: f64,
    /// 0.25 minimal, 0.5 low, 1 medium, 2 high, 3 massive.
    pub impact: f64,
    /// In percent, 0 to 100.
    pub confidence: f64,
    /// Person-months.
    pub effort: f64,
    /// Reach × impact × confidence ÷ effort.
    pub score: f64,
}

/// The smallest change that would swap an opportunity with the one above it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RankChange {
    /// The factor, its value or its weight.
    pub factor: OpportunityFactor,
    /// True where it is the factor's weight that would change.
    pub weight: bool,
    /// What it is.
    pub from: f64,
    /// What it would have to be.
    pub to: f64,
    /// The theme it would pass.
    pub passes: String,
    /// In words.
    pub says: Phrase,
}

/// A theme that is no opportunity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ThemeSetAside)]
pub struct SetAside {
    /// The theme's id.
    pub theme: String,
    /// Its name.
    pub name: String,
    /// People who spoke of it.
    pub people: u64,
    /// Why.
    pub why: Phrase,
}

/// From the outcome to what is tried (Torres, "Continuous Discovery Habits", 2021).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct OpportunityTree {
    /// What is wanted.
    pub outcome: Phrase,
    /// Groups of opportunities, the most promising first.
    pub groups: Vec<TreeGroup>,
}

/// Opportunities that belong together.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct TreeGroup {
    /// What holds them together.
    pub name: Phrase,
    /// The sum of their scores.
    pub score: f64,
    /// The opportunities, by rank.
    pub opportunities: Vec<TreeOpportunity>,
}

/// An opportunity with what is done about it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct TreeOpportunity {
    /// Its place in the list.
    pub rank: u32,
    /// The theme's id.
    pub theme: String,
    /// Its name.
    pub name: String,
    /// Its score.
    pub score: f64,
    /// Solutions: records that were accepted, with what they are linked to.
    pub solutions: Vec<TreeSolution>,
}

/// A solution.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct TreeSolution {
    /// The record's id.
    pub record: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: OpportunityState,
    /// Releases that brought it.
    pub releases: Vec<OpportunityLink>,
    /// Experiments that try it.
    pub experiments: Vec<OpportunityLink>,
}
