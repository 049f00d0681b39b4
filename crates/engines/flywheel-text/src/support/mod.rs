//! Customers answered around the clock: from a file of questions and answers to a conversation.
//!
//! [`check`] finds every mistake of the file at once; [`Faq::train`] learns to tell its entries apart, measures on
//! wordings it has not seen how sure it may be, and sets the threshold for the wished accuracy;
//! [`Faq::reply`] is one step of a conversation, a pure function of its state; [`gaps`](Faq::gaps) groups what found no
//! answer. The caller keeps the conversations and the unanswered questions, and brings the clock.

mod calibrate;
mod check;
mod clarify;
mod conversation;
mod cross;
mod faq;
mod gap;
mod index;
mod matcher;
mod near;
mod signal;
#[cfg(test)]
mod tests;
mod typo;

pub use check::check;
pub use conversation::reply_without_faq;
pub use faq::{Faq, Found};
pub use matcher::{Encode, concepts_identity};
pub use near::{NearEntry, open_question};
