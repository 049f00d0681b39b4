//! Finding messages by word and by meaning.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TextLanguage;
use crate::{Phrase, Problem};

/// What is looked for, and among which messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FeedbackSearchSpec)]
pub struct SearchSpec {
    /// Words in either language; empty finds every message that passes the filters, newest first.
    #[serde(default)]
    pub query: String,
    /// How many hits at most, 1 to 1000.
    #[serde(default = "limit")]
    pub limit: usize,
    /// Moods as they were labelled; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub moods: Vec<String>,
    /// Themes by their ids; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<String>,
    /// Versions of the product; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// Where messages came from; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Languages; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<TextLanguage>,
    /// Kept segments, of which the person belongs to at least one; anybody when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// From this moment on, microseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// Before this moment, microseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
    /// Other fields by name, each with the values that pass.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Vec<String>>,
}

fn limit() -> usize {
    20
}

impl Default for SearchSpec {
    fn default() -> Self {
        Self {
            query: String::new(),
            limit: limit(),
            moods: Vec::new(),
            themes: Vec::new(),
            versions: Vec::new(),
            sources: Vec::new(),
            languages: Vec::new(),
            segments: Vec::new(),
            from: None,
            to: None,
            fields: BTreeMap::new(),
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SearchReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The best messages, best first.
    pub hits: Vec<SearchHit>,
    /// How many messages hold a word of the query and pass the filters.
    pub total: u64,
    /// How long it took, in milliseconds.
    pub took_millis: f64,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// One message that was found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct SearchHit {
    /// Its id.
    pub id: String,
    /// What was said; personal data masked by whoever shows it.
    pub text: String,
    /// When, microseconds since 1970, UTC.
    pub time: i64,
    /// How well it fits; comparable within one search only.
    pub score: f64,
    /// The stretches that fit the query, in bytes of `text`.
    pub highlights: Vec<Highlight>,
    /// What else is known of it, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// A stretch of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Highlight {
    /// Its first byte.
    pub start: usize,
    /// The byte after its last.
    pub end: usize,
}
