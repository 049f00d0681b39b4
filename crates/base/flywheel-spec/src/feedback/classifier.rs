//! Messages sorted a project's own way: what a classifier learns from, and what it says of the rest.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::insights::Quote;
use crate::recipe::SureSpec;
use crate::run::RunSummary;
use crate::{Phrase, Problem};

/// What a classifier of messages is to learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassifierSpec {
    /// The column of the messages that holds what people labelled them with, such as `reason`.
    pub label: String,
    /// The model's name, and that of its recipe and table; when absent the label's, numbered where that is taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When it says "not sure"; as the recipe says where there is one, else at most one wrong answer in ten.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sure: Option<SureSpec>,
}

/// The table and the recipe that a classifier learns by.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ClassifierDraft {
    /// The model's name, and that of its table.
    pub name: String,
    /// The recipe, from the project's folder.
    pub recipe: String,
    /// Messages that carry a label and are learned from.
    pub labelled: u64,
    /// Messages without one.
    pub unlabelled: u64,
    /// Messages whose label is too rare to be learned.
    pub rare: u64,
    /// The labels that are learned, the most frequent first.
    pub labels: Vec<LabelCount>,
    /// What was done, in words.
    pub findings: Vec<Phrase>,
}

/// A classifier that began to learn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ClassifierStarted {
    /// What it learns from, and how.
    pub draft: ClassifierDraft,
    /// The training, which goes on.
    pub run: RunSummary,
}

/// Which model sorts the messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ClassifySpec {
    /// A model of the project that reads a column `text`.
    pub model: String,
    /// Its version; the one that answers, else the newest, when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// A label and how many messages carry it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct LabelCount {
    /// The label.
    pub label: String,
    /// Messages.
    pub messages: u64,
}

/// A pile of messages sorted by a classifier.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ClassifiedReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// The model.
    pub model: String,
    /// Its version.
    pub version: u64,
    /// Messages sorted: those with words.
    pub messages: u64,
    /// Of these, those that people had labelled themselves; their label stands.
    pub labelled: u64,
    /// Messages that the model is not sure of.
    pub not_sure: u64,
    /// The labels, the one with the most people first.
    pub labels: Vec<ClassifiedLabel>,
    /// Doubts.
    pub warnings: Vec<Problem>,
}

/// What a pile holds of one label.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ClassifiedLabel {
    /// The label.
    pub label: String,
    /// Messages with it: labelled by people, or by the model where it is sure.
    pub messages: u64,
    /// Different people.
    pub people: u64,
    /// Share of all messages that were sorted, those that the model is not sure of included.
    pub share: f64,
    /// Messages that the model is surest of, masked.
    pub quotes: Vec<Quote>,
}
