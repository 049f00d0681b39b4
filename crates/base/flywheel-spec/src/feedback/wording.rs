//! A question in one's own words, and what was understood of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::insights::InsightsReport;
use super::search::{SearchReport, SearchSpec};
use crate::assistant::AssistantUse;
use crate::product::answer::Answered;
use crate::product::{Period, QuestionSpec};
use crate::{Phrase, Problem};

/// Characters that a question in one's own words may have.
pub const MOST_CHARACTERS: usize = 1_000;

/// The certainty below which something else may have been meant.
pub const UNSURE: f64 = 0.6;

/// A question in one's own words.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WordingSpec {
    /// What is asked, in English or Chinese, such as `how many people signed up last month by country?`.
    pub text: String,
    /// Only what is understood is told; nothing is asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub only_understand: bool,
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

/// A question about what people say as it is written down, its times like those of every other question; `kind` says
/// which.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SayingSpec {
    /// What people say.
    Insights {
        /// What about, in a few words; everything when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        about: Option<String>,
        /// Only messages of this stretch of time; all when absent.
        #[serde(default)]
        period: Period,
    },
    /// Messages that hold some words.
    Search {
        /// The words; empty finds every message.
        query: String,
        /// Versions of the product; any when empty.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        versions: Vec<String>,
        /// Only messages of this stretch of time; all when absent.
        #[serde(default)]
        period: Period,
    },
}

/// A question in one's own words: what was understood of it, and the answers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct AskedInWords {
    /// The question as it was written.
    pub text: String,
    /// Its questions, in its order, each with its answer; none when nothing was understood.
    pub parts: Vec<AnsweredPart>,
    /// Words that no part uses.
    pub not_understood: Vec<String>,
    /// When nothing was understood: the nearest questions that can be answered.
    pub nearest: Vec<NearestQuestion>,
    /// What to know of how it was read, most important first.
    pub findings: Vec<Phrase>,
    /// The moment that relative times were counted from, RFC 3339.
    pub asked_at: String,
    /// What the assistant was asked and what came of it; absent where its help was not wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<AssistantUse>,
}

/// One of the questions with its answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AnsweredPart {
    /// What was understood, and how it was read.
    pub understood: AskedPart,
    /// The settings as TOML, to keep or to change.
    pub spec: String,
    /// The command line that asks the same.
    pub command: String,
    /// The answer; absent when it was not asked, or could not be answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<PartAnswer>,
    /// Why it could not be answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

/// The answer of one part, as its own question gives it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PartAnswer {
    /// What people do.
    Question {
        /// The question with its answer.
        answered: Box<Answered>,
    },
    /// What people say.
    Insights {
        /// What they say.
        report: Box<InsightsReport>,
    },
    /// Messages that hold some words.
    Search {
        /// The messages.
        report: Box<SearchReport>,
    },
}

/// A question that can be answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NearestQuestion {
    /// What it asks.
    pub asked: Asked,
    /// In plain words.
    pub says: Phrase,
    /// The command line that asks it.
    pub command: String,
}
