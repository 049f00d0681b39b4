//! What to improve: themes ranked by reach × pain × trend × confidence ÷ effort, with what would change the ranking.
//!
//! Pain is the share of people's behaviour that is lost. What is measured beside comparable people is drawn in towards
//! what the mood lets expect, the more so the fewer people it rests on; so a loud theme whose people stay ranks below a
//! quiet one whose people leave. `docs/formulas.md` gives each factor's formula and range.

mod changes;
mod factors;
mod loss;
mod paid;
mod rank;
mod record;
mod rice;
mod tell;
mod tree;

pub use paid::{PlannedPaid, paid};
pub use rank::rank;
pub use record::{changed, opened};

#[cfg(test)]
pub(crate) mod planted;
#[cfg(test)]
mod tests;
