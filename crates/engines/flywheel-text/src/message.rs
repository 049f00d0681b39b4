//! One message of a person, as the engines read it.

use std::collections::BTreeMap;

/// One message: a review, an answer to a survey, a ticket, a line of a chat.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Message {
    /// What names it for good.
    pub id: String,
    /// What was said, as it arrived.
    pub text: String,
    /// When, microseconds since 1970, UTC.
    pub time: i64,
    /// Who said it; absent where nobody knows.
    pub person: Option<String>,
    /// The stars or points that came with it, as they were given.
    pub rating: Option<f64>,
    /// Where it came from: a store, a survey, the support's inbox.
    pub source: Option<String>,
    /// The version of the product that it speaks of.
    pub version: Option<String>,
    /// Whatever else is known of it, by name.
    pub more: BTreeMap<String, String>,
}
