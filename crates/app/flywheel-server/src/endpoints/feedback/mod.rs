//! What users say, and what to improve.

pub mod behaviour;
pub mod change;
pub mod classify;
pub mod encode;
pub mod insights;
pub mod opportunities;
pub mod paying;
pub mod search;
pub mod train;
