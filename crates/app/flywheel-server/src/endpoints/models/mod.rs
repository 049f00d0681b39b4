//! What came out of training: versions, deployment, predictions, monitoring.

pub mod deploy;
pub mod export;
pub mod list;
pub mod monitor;
pub mod predict;
pub mod rollback;
pub mod show;
