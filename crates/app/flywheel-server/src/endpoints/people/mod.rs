//! People: who is whom, and everything of one person, given out or erased.

pub mod erase;
pub mod export;
pub mod merges;
