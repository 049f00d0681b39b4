//! From raw feedback to mood, kinds, themes, aspects, quotes, search and answers, in English and Chinese.
//!
//! Functions of messages: they take what was said and give plain data back.
//! The same messages in any order give the same result; nothing here reads a clock, the environment or a network.

pub mod about;
pub mod aspects;
pub mod assistant;
pub mod counted;
pub mod duplicates;
pub mod gist;
pub mod insights;
pub mod kind;
mod lazy;
mod lexicon;
pub mod linear;
pub mod listen;
mod message;
pub mod mood;
pub mod personal;
pub mod phrases;
pub mod pile;
pub mod questions;
mod reading;
pub mod search;
pub mod shelf;
pub mod spam;
pub mod steps;
pub mod subjects;
pub mod support;
pub mod themes;
pub mod tokens;
pub mod trend;
pub mod wording;

pub use message::Message;
pub use reading::Reading;
