//! The life of an opportunity: accepted, linked to a release or an experiment, released, measured.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::case::Verdict;

/// An opportunity that somebody has taken up.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct OpportunityRecord {
    /// Its id.
    pub id: String,
    /// The theme it came from.
    pub theme: String,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: OpportunityState,
    /// What is done about it.
    #[serde(default)]
    pub links: Vec<OpportunityLink>,
    /// Person-weeks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effort: Option<f64>,
    /// What people wrote about it, oldest first.
    #[serde(default)]
    pub notes: Vec<OpportunityNote>,
    /// How it went, once measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// The case report's id, once measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case: Option<String>,
    /// Everything that happened to it, oldest first.
    #[serde(default)]
    pub history: Vec<OpportunityEvent>,
}

/// Where an opportunity stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OpportunityState {
    /// Seen, not decided.
    #[default]
    Open,
    /// To be done.
    Accepted,
    /// Not to be done.
    Dropped,
    /// Done, and with the users.
    Released,
    /// Looked at afterwards.
    Measured,
}

/// What an opportunity is linked to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OpportunityLink {
    /// A release.
    Release {
        /// Its version.
        version: String,
        /// When, RFC 3339 or a date; absent until it is out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<String>,
    },
    /// An experiment.
    Experiment {
        /// Its name.
        name: String,
    },
}

/// What somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct OpportunityNote {
    /// When, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What.
    pub text: String,
}

/// One thing that happened to an opportunity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct OpportunityEvent {
    /// When, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// What.
    pub change: OpportunityChange,
    /// Where it stood afterwards.
    pub state: OpportunityState,
}

/// A change to an opportunity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum OpportunityChange {
    /// It is to be done.
    Accept,
    /// It is not to be done.
    Drop {
        /// Why.
        why: String,
    },
    /// It is looked at again.
    Reopen,
    /// Something is done about it.
    Link {
        /// What.
        link: OpportunityLink,
    },
    /// It is out.
    Release {
        /// The version that brought it.
        version: String,
        /// When, RFC 3339 or a date.
        at: String,
    },
    /// It was looked at afterwards.
    Measure {
        /// How it went.
        verdict: Verdict,
        /// The case report's id.
        case: String,
    },
    /// Another effort, in person-weeks.
    Effort {
        /// Above 0.
        weeks: f64,
    },
    /// Another name.
    Rename {
        /// Not empty.
        name: String,
    },
    /// Somebody wrote something.
    Note {
        /// Not empty.
        text: String,
    },
}
