//! Keys: what a client shows to be heard.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A key that clients send events with. It lets them write and never read, so it may stand in a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KeySummary {
    /// The key: `fw_<project>_` and a random part.
    pub key: String,
    /// What it is for, in the user's words.
    pub name: String,
    /// Since when it is known; RFC 3339, UTC.
    pub created_at: String,
    /// Since when it is known no more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<String>,
}
