//! A language model as a helper: what it is asked, and what of its answer holds.
//!
//! A question is made of masked texts alone ([`Masked`] has no other maker), fenced as data that nobody shall obey.
//! An answer becomes text or nothing: each name, claim and sentence must cite texts that were sent, and is checked
//! against them by words, concepts of both languages, numbers and mood, without a model; what does not hold is counted
//! by its reason. A question in one's own words becomes specs, which whoever asked checks as those that people type.
//! Nothing here sends anything: the caller does, and brings the answer's bytes.

mod chat;
mod cited;
mod clean;
mod draft;
mod grounds;
mod masked;
mod meaning;
mod numbers;
mod quoted;
mod reply;
mod sources;
mod summary;
#[cfg(test)]
mod tests;
mod theme_names;
mod wording;

pub use chat::Chat;
pub use cited::Sifted;
pub use draft::{DraftQuestion, Drafted, Near, nearest};
pub use masked::{Masked, Outbox};
pub use reply::{Nonsense, Reply, reply};
pub use summary::{Summarised, SummaryQuestion};
pub use theme_names::{Named, ThemeQuestion};
pub use wording::WordingQuestion;

/// The texts of messages by id, as they were written; they are masked before anything is made of them.
pub type Originals<'a> = std::collections::HashMap<&'a str, &'a str>;
