//! A question in one's own words, and what was understood of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::search::SearchSpec;
use crate::Phrase;
use crate::product::QuestionSpec;

/// A question in one's own words.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordingSpec {
    /// What is asked, in English or Chinese, such as `how many people signed up last month by country?`.
    pub text: String,
}

/// What was understood of a question in one's own words.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Understood {
    /// The questions that it asks, in its order; none when nothing was understood.
    pub parts: Vec<AskedPart>,
    /// Words that no part uses.
    pub not_understood: Vec<String>,
    /// When nothing was understood: the nearest questions that can be answered.
    pub nearest: Vec<Asked>,
    /// What to know of it, most important first.
    pub findings: Vec<Phrase>,
}

/// One question of those that were asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AskedPart {
    /// What is asked.
    pub asked: Asked,
    /// How it was read, one thing a sentence.
    pub why: Vec<Phrase>,
    /// How sure it is that this is what was meant, from 0 to 1: a rule of thumb, not a probability.
    pub certainty: f64,
}

/// What is asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Asked {
    /// What people do.
    Question {
        /// The question, with every setting that was understood.
        question: QuestionSpec,
    },
    /// What people say.
    Insights {
        /// What about, as it was written; everything when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
        /// From this moment on, microseconds since 1970, UTC; always when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<i64>,
        /// Before this moment, microseconds since 1970, UTC; up to now when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<i64>,
    },
    /// Messages that hold some words.
    Search {
        /// What is looked for.
        spec: SearchSpec,
    },
}
