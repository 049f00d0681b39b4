//! The server itself: what it answers, what it counts, whether it lives.

pub mod health;
pub mod metrics;
pub mod openapi;
