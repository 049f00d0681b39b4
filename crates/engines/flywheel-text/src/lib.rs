//! From raw feedback to mood, kinds, themes, aspects, quotes, search and answers, in English and Chinese.
//!
//! Functions of messages: they take what was said and give plain data back.
//! The same messages in any order give the same result; nothing here reads a clock, the environment or a network.

pub mod duplicates;
pub mod insights;
mod message;
pub mod phrases;
pub mod pile;
pub mod questions;
pub mod reading;
pub mod spam;
mod stem;
pub mod steps;
pub mod subjects;
pub mod themes;
pub mod trend;

pub use message::Message;
