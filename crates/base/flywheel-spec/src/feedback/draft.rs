//! A draft of an answer to a customer, and what it rests on.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Phrase;
use crate::assistant::{AssistantUse, CitedClaim};

/// A conversation whose answer shall be drafted.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    /// The conversation; it must wait for a person.
    pub conversation: String,
}

/// A draft of an answer, for a colleague to read, change and send; nothing is sent by itself.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct DraftReport {
    /// What to know of it, most important first.
    pub findings: Vec<Phrase>,
    /// The conversation.
    pub conversation: String,
    /// What the customer asks, masked; empty where they asked nothing in words.
    pub question: String,
    /// The draft; empty where nothing is near.
    pub text: String,
    /// The draft's sentences, each with the sources that it rests on.
    pub claims: Vec<CitedClaim>,
    /// Whether a language model wrote it; else it is the nearest answer word for word.
    pub written_by_model: bool,
    /// What is near the question, nearest first.
    pub sources: Vec<DraftSource>,
    /// What the assistant was asked and what came of it.
    pub assistant: AssistantUse,
}

/// Something near a customer's question that an answer can be made of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct DraftSource {
    /// What it is.
    pub kind: SourceKind,
    /// The entry's id; of a past answer its conversation's id, a slash, and the turn's number from 1.
    pub id: String,
    /// The question; of a past answer, masked.
    pub question: String,
    /// The answer; a past one masked.
    pub answer: String,
}

/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// An entry of the file of questions and answers.
    Faq,
    /// What a colleague answered in another conversation.
    PastAnswer,
}
