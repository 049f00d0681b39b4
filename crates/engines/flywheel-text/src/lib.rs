//! From raw feedback to mood, kinds, themes, aspects, quotes, search and answers, in English and Chinese.
//!
//! Functions of messages: they take what was said and give plain data back.
//! The same messages in any order give the same result; nothing here reads a clock, the environment or a network.

pub mod linear;
mod message;
pub mod personal;
pub mod search;
pub mod support;
pub mod aspects;
pub mod kind;
mod lexicon;
mod message;
pub mod mood;
mod reading;

pub use message::Message;
pub use reading::Reading;
