//! Feedback brought in from files and databases: which column is what, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::event_import::EventImportReport;
use crate::{Phrase, Problem};

/// What an imported message's event is called.
pub const FEEDBACK_EVENT: &str = "feedback";

/// The columns that make a row a message; person and time stand in the mapping of events.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedbackColumns {
    /// The column that says what was said.
    pub text: String,
    /// Further columns that do; what they say follows, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_texts: Vec<String>,
    /// The column of stars or points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rating: Option<String>,
    /// The column that says where it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// The column of the product's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

impl FeedbackColumns {
    /// All columns that say what was said, in the order in which they are read.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.text).chain(&self.more_texts).map(String::as_str)
    }
}

/// What an import of feedback read and did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedbackImportReport {
    /// What came of it, in plain words.
    pub findings: Vec<Phrase>,
    /// What was read and kept, as of any import of events.
    pub import: EventImportReport,
    /// The columns that made rows messages.
    pub columns: FeedbackColumns,
    /// Messages of this import without anybody's name: each counts as a person of its own.
    pub nameless: u64,
    /// Messages of this import in English, Chinese and other languages.
    pub languages: Vec<LanguageCount>,
    /// Different voices: the same words of one person count once.
    pub voices: u64,
    /// Messages that repeat another one word for word or nearly.
    pub repeated: u64,
    /// Messages set aside when they are read, by reason: empty, advertising, noise.
    pub set_aside: Vec<ReasonCount>,
    /// Personal data found in the messages, by kind; masked in every report.
    pub personal: Vec<ReasonCount>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// How many messages a language has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LanguageCount {
    /// The language.
    pub language: super::TextLanguage,
    /// Messages.
    pub messages: u64,
}

/// How often something was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReasonCount {
    /// What.
    pub reason: Phrase,
    /// How often.
    pub count: u64,
}
