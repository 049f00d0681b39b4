//! The model loop: prepare, build, train, evaluate, tune, predict and monitor deep networks.

pub mod accept;
pub mod augment;
pub mod bundle;
pub mod burn;
pub mod draw;
pub mod encoder;
pub mod engine;
pub mod evaluate;
pub mod examples;
mod figure;
pub mod loss;
pub mod monitor;
pub mod native;
pub mod network;
pub mod onnx;
pub mod optimizer;
pub mod plan;
pub mod predict;
pub mod prepare;
pub mod schedule;
pub mod split;
pub mod table;
pub mod train;
pub mod tune;
