//! What users say, and what came of reading it.

mod aspect;
pub mod behaviour;
pub mod case;
pub mod classifier;
pub mod draft;
pub mod import;
pub mod insights;
mod kind;
mod mood;
pub mod opportunity;
pub mod opportunity_record;
pub mod privacy;
pub mod search;
pub mod support;
pub mod wording;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use aspect::{Aspect, AspectOpinion};
pub use kind::{Kind, MessageKind};
pub use mood::{Mood, MoodLabel};

/// The language of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TextLanguage {
    /// English.
    En,
    /// Chinese, simplified or traditional.
    Zh,
    /// Another language, or none: digits and emoji alone.
    Other,
}
