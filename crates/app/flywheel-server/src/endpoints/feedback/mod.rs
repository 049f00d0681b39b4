//! What users say, and what to improve.

pub mod behaviour;
pub mod insights;
pub mod opportunities;
pub mod search;
