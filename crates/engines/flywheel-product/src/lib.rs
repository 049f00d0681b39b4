//! The product's questions answered: trends, funnels, retention, paths, growth and what they mean.
//!
//! One file a question: its plan (the spec checked against the [`Context`]), its fold over people, its report with findings.
//! It knows no table, no file, no clock and no HTTP: whoever holds the events runs the folds.

pub mod activation;
pub mod calendar;
pub mod experience;
pub mod funnel;
pub mod growth;
pub mod lifecycle;
pub mod lifetime_value;
pub mod north_star;
pub mod paths;
pub mod plan;
pub mod release;
pub mod retention;
pub mod revenue;
pub mod satisfaction;
pub mod segment;
pub mod stickiness;
pub mod trend;
pub mod word_of_mouth;

pub use calendar::Calendar;
pub use plan::{Context, Planned, plan};
