//! What users say, and what came of reading it.

pub mod import;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
