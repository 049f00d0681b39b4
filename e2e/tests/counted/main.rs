//! Every question's report against numbers counted by hand: a tiny table of events, the counting beside it, the built binary asked.
//!
//! Intervals and models that nobody counts on paper come from numpy 2.4.6 and scipy 1.17.1, by the formula that the comment names.

mod events;
mod numbers;

mod activation;
mod digest;
mod experience;
mod growth;
mod lifecycle;
mod lifetime_value;
mod lifetime_value_model;
mod north_star;
mod paths;
mod release;
mod revenue;
mod satisfaction;
mod stickiness;
mod word_of_mouth;
