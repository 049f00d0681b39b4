//! The words: every table, network, recipe and report as plain data.
//!
//! A *spec* is what a person may type in TOML, what the page's forms produce and what an HTTP body carries: one definition.
//! A *report* is a spec type too, so the terminal, `--json`, HTTP and the page all show the same thing.
//! This crate knows serde and the schema derive; it never learns of Arrow, DataFusion, Burn or HTTP.

pub mod assistant;
pub mod check;
pub mod draft;
pub mod encoder;
pub mod evaluation;
pub mod event;
pub mod event_import;
pub mod events;
pub mod feedback;
pub mod key;
pub mod language;
pub mod model;
pub mod monitor;
pub mod phrase;
pub mod plan;
pub mod predict;
pub mod problem;
pub mod product;
pub mod project;
pub mod recipe;
pub mod run;
pub mod sql;
pub mod table;
pub mod tune;

pub use language::Language;
pub use phrase::Phrase;
pub use problem::{Place, Problem, Problems, Severity};
pub use recipe::TrainSpec;
