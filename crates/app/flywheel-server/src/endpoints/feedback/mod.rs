//! What users say, and what to improve.

pub mod behaviour;
pub mod classify;
pub mod insights;
pub mod opportunities;
pub mod search;
pub mod train;
