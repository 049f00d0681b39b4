//! One person's events in order, and the folds that questions make of them.
//!
//! Every question about what people do is a [`Question`]: it says what it wants to [read](Reading), looks at one person's
//! events at a time, and keeps a state that merges with any other of its kind.
//! Whoever holds the events (files sorted by person and time, a spool, a test's list) shows them person by person;
//! the order of people, the number of readers and the files they come from never change an answer.
//! This crate knows no table, no disk, no clock and no HTTP.

pub mod condition;
pub mod dictionary;
pub mod digits;
pub mod event;
pub mod fold;
pub mod groups;
pub mod identity;
pub mod look_up;
pub mod memory;
pub mod person;
pub mod reading;
pub mod segments;

pub use condition::Condition;
pub use dictionary::{Dictionary, Keys, NONE};
pub use event::{Event, IdKind, person_of};
pub use fold::{Fold, FoldError, Partial, Question, erase};
pub use groups::{GroupValues, Groups};
pub use identity::{Identity, Merge, Step};
pub use look_up::LookUp;
pub use person::{PersonEvents, Slice};
pub use reading::{Column, Reading, Unit};
pub use segments::Segments;
