//! Reports as calm text for a terminal, in both languages; nothing here prints.

mod answer;
mod assistant;
mod chart;
mod classifier;
mod evaluation;
mod event_import;
mod events;
mod feedback;
mod keys;
mod model;
mod monitor;
mod number;
mod people;
mod plan;
mod problem;
mod profile;
pub mod progress;
mod run;
mod support;
mod table;
mod tune;
mod wording;

pub use answer::{answered, question_kinds, questions, sql};
pub use assistant::draft;
pub use classifier::{classified, classifier_draft};
pub use evaluation::{evaluation, verdict};
pub use event_import::events_imported;
pub use events::{aside, asides, catalogue, event_detail, properties, resent};
pub use feedback::{
    behaviour, case, cases, encoded, feedback_imported, found, insights, opportunities, opportunity_record,
};
pub use keys::{keys, surveys};
pub use model::{deployment, model, models};
pub use monitor::monitor;
pub use number::count;
pub use people::{erased, merge_preview, merges};
pub use plan::check;
pub use problem::{Sources, problems};
pub use profile::{imported, profile, tables};
pub use run::{comparison, run, runs};
pub use support::{faq_report, gaps, inbox, support_answer};
pub use tune::tune;
pub use wording::asked_in_words;
