//! How an improvement went: did the theme shrink, did the behaviour come back, did the mood move, and what must be kept in mind.

mod alike;
mod markdown;
mod report;

pub use alike::{PastCase, alike};
pub use markdown::markdown;
pub use report::case;

#[cfg(test)]
mod tests;
