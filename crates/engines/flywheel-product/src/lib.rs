//! The product's questions answered: trends, funnels, retention, paths, growth and what they mean.
//!
//! One file a question: its plan (the spec checked against the [`Context`]), its fold over people, its report with findings.
//! It knows no table, no file, no clock and no HTTP: whoever holds the events runs the folds.

pub mod activation;
pub mod behaviour;
pub mod calendar;
pub mod case;
#[cfg(test)]
mod chart_words;
mod clustered;
mod conditions;
pub mod digest;
pub mod experience;
mod figures;
pub mod funnel;
pub mod groups;
pub mod growth;
mod intervals;
pub mod lifecycle;
pub mod lifetime_value;
#[cfg(test)]
mod make_believe;
mod metric;
pub mod north_star;
pub mod opportunity;
mod part;
pub mod paths;
pub mod plan;
pub mod release;
pub mod retention;
pub mod revenue;
pub mod satisfaction;
pub mod segment;
mod settings;
pub mod stickiness;
mod told;
pub mod trend;
pub mod word_of_mouth;

pub use calendar::Calendar;
pub use plan::{Context, Planned, plan};
