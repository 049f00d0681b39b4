//! What a message is for.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a message is for, and how sure one can be of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// What it is for.
    pub kind: MessageKind,
    /// From 0 (nothing speaks for it) to 1.
    pub certainty: f64,
}

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// It reports that something does not work.
    Bug,
    /// It wishes for something that is not there.
    FeatureRequest,
    /// It asks.
    Question,
    /// It praises, and says what.
    Praise,
    /// It blames, without a fault of function.
    Complaint,
    /// It says no more than stars do: "good", "5 stars", a picture, nothing.
    RatingOnly,
    /// It tells something that is none of these.
    Other,
}

impl MessageKind {
    /// Its name in reports and filters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bug => "bug",
            Self::FeatureRequest => "request",
            Self::Question => "question",
            Self::Praise => "praise",
            Self::Complaint => "complaint",
            Self::RatingOnly => "rating_only",
            Self::Other => "other",
        }
    }
}
