//! The texts of a question by their short ids, so that what is cited can be looked up and checked.

use std::collections::BTreeSet;

use flywheel_spec::feedback::insights::Quote;

use super::grounds::Ground;

/// A text that was sent.
#[derive(Debug, Clone)]
pub(super) struct Source {
    /// As it was called there, such as `m3`.
    pub id: String,
    /// The real id, and the text as it was sent.
    pub quote: Quote,
    /// What a claim finds in it.
    pub ground: Ground,
    /// Which of several groups it belongs to: its theme's place.
    pub group: usize,
}

/// The texts of one question.
#[derive(Debug, Clone, Default)]
pub(super) struct Sources {
    all: Vec<Source>,
    /// Numbers that the report says of everything, which any claim may repeat.
    pub facts: BTreeSet<String>,
}

impl Sources {
    /// Adds a text; gives the id that it is sent with: a letter and a number of its own.
    pub(super) fn add(&mut self, letter: char, quote: Quote, ground: Ground, group: usize) -> String {
        let id = format!("{letter}{}", self.all.len() + 1);
        self.all.push(Source { id: id.clone(), quote, ground, group });
        id
    }

    /// The text that a citation means: its id, in whatever brackets and case it was repeated.
    pub(super) fn find(&self, cited: &str) -> Option<&Source> {
        let bare = cited.trim_matches(|letter: char| !letter.is_ascii_alphanumeric());
        self.all.iter().find(|source| source.id.eq_ignore_ascii_case(bare))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}
