//! What is praised and what is blamed: pairs of a thing and an opinion, and what many messages say together.

mod aggregate;
mod between;
mod chinese;
mod english;
mod pairs;

pub use aggregate::{Said, aggregate};
pub use pairs::{Finder, Pair};

/// The words that pairs are found by.
pub(crate) const WORDS: [&str; 3] = [pairs::ASPECTS, pairs::FAMILIES, between::WORDS];
