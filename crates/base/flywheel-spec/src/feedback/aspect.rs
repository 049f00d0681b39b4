//! What is praised and what is blamed, over many messages.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing that people speak of, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Aspect {
    /// What names it in every language: the folded word, or one word for those that mean the same (`price`).
    pub key: String,
    /// As most people say it.
    pub name: String,
    /// How many people speak of it; a message without a person counts as a person of its own.
    pub people: u64,
    /// How many messages speak of it.
    pub messages: u64,
    /// How many people praise it.
    pub praising: u64,
    /// How many people blame it; whoever does both counts in both.
    pub blaming: u64,
    /// Share of the people who praise it, 0 to 1.
    pub praised: f64,
    /// Share of the people who blame it, 0 to 1.
    pub blamed: f64,
    /// What is said of it, what most people say first.
    pub opinions: Vec<AspectOpinion>,
}

/// One thing that is said of an aspect: "checkout – slow".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AspectOpinion {
    /// What names it in every language: the folded words, or one word for those that mean the same (`slow`);
    /// `not …` where it is denied.
    pub key: String,
    /// As most people say it.
    pub name: String,
    /// From −1 (blame) to 1 (praise), the mean over the messages.
    pub polarity: f64,
    /// How many people say it.
    pub people: u64,
    /// How many messages say it.
    pub messages: u64,
    /// Up to five messages that say it, the first by their names.
    pub examples: Vec<String>,
}
