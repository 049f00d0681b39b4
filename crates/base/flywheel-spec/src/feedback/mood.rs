//! How a message sounds.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a message sounds: pleased or not, and how sure one can be of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Mood {
    /// From −1 (the worst) over 0 (neither, or both alike) to 1 (the best).
    pub score: f64,
    /// How much the message says of it, and how undividedly: 0 (nothing was said) to 1.
    pub certainty: f64,
    /// The score in a word.
    pub label: MoodLabel,
    /// Whether its praise is likely meant the other way; such a mood is never certain.
    pub sarcastic: bool,
}

impl Mood {
    /// The mood of a message that says nothing.
    pub const NONE: Self = Self { score: 0.0, certainty: 0.0, label: MoodLabel::Neutral, sarcastic: false };
}

/// A mood in a word.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum MoodLabel {
    /// Displeased.
    Negative,
    /// Neither, or both alike.
    #[default]
    Neutral,
    /// Pleased.
    Positive,
}
