//! What every text goes through first: its language, its folded form and its terms.
//!
//! Whatever reads text (a network's text column, the mood of a message, the search for one) folds and cuts it here,
//! so that the same words are the same terms everywhere.
//! This crate knows no table, no network, no disk and no clock.

mod concepts;
mod fold;
mod language;
mod plain;
mod stem;
mod terms;

pub use concepts::{
    CONCEPT_LIST, concept_name, concepts, concepts_in, concepts_in_chinese, concepts_of, is_subject, words_of,
};
pub use fold::{fold, is_han};
pub use language::language;
pub use plain::plain;
pub use stem::{forms, stem};
pub use terms::{Term, TermKind, terms};
