//! The truth about earlier predictions.

pub mod label;
