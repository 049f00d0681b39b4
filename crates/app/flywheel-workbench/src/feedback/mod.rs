//! What users say: brought in, read, searched, ranked, and answered, from the events that carry it.
//!
//! A message is an event with a text: an imported one, an answer to an open question of a survey, or whatever a client
//! sends under one of [`SPEAKING`]. What is made of the messages (what each text says, the index, the themes) lies in `.flywheel/feedback/` and can be made again;
//! `opportunities.json` beside it holds what people decided.

mod assisted;
mod assisted_wording;
mod case;
mod classifier;
mod concern;
mod draft;
mod faq_file;
mod import;
mod insights;
mod kept;
mod meaning;
mod members;
mod messages;
mod opened;
mod opportunities;
mod opportunity_records;
mod question_names;
mod said;
mod search;
mod support;
#[cfg(test)]
mod tests;
mod told;
mod wording;

pub use insights::FeedbackRead;
pub(crate) use meaning::Reader;
pub use opportunities::{BehaviourChoices, RankRequest};
pub(crate) use said::Speakers;

/// The events whose text is a message.
pub const SPEAKING: [&str; 6] = ["feedback", "survey sent", "review", "comment", "ticket", "chat message"];
