//! The model loop from outside: recipes planned and trained on small and on real data.

mod engines_agree;
mod plans;
mod reference_jobs;
mod sparse_rows;
mod suspects;
mod texts;
