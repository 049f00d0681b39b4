//! The words around a thing and an opinion of it.

use std::collections::HashMap;

use crate::lexicon::entries;

pub(super) const WORDS: &str = include_str!("../../words/between.txt");

/// What a word does between a thing and an opinion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Role {
    /// Joins them.
    Links = 1,
    /// Is passed over.
    Passed = 2,
    /// Cannot name a thing.
    Empty = 4,
    /// May stand between a verb of liking and its thing.
    Leads = 8,
    /// Says since when, which is no opinion of a thing.
    When = 16,
}

/// The words around things and opinions.
#[derive(Debug)]
pub(super) struct Between {
    roles: HashMap<String, u8>,
}

impl Between {
    pub fn new() -> Self {
        let mut roles = HashMap::new();
        for (role, words) in entries(WORDS) {
            let role = match role {
                "links" => Role::Links,
                "passed" => Role::Passed,
                "leads" => Role::Leads,
                "when" => Role::When,
                _ => Role::Empty,
            };
            for word in words {
                *roles.entry(word).or_default() |= role as u8;
            }
        }
        Self { roles }
    }

    pub fn is(&self, role: Role, word: &str) -> bool {
        self.roles.get(word).is_some_and(|roles| roles & role as u8 != 0)
    }
}
