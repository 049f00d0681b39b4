//! The model loop: prepare, build, train, evaluate, tune, predict and monitor deep networks.

pub mod engine;
pub mod examples;
pub mod network;
pub mod table;
