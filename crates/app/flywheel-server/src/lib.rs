//! HTTP: one file per endpoint, problems as JSON, progress as a stream.
//!
//! It knows the workbench and the words, and nothing of networks, tables or the ledger.
//! It listens on loopback only, and everything that it answers is in the OpenAPI document at `/api/openapi.json`.

pub mod answer;
pub mod body;
#[cfg(test)]
mod damaged;
pub mod door;
pub mod endpoints;
pub mod failure;
pub mod guard;
pub mod headers;
pub mod inference;
pub mod language;
pub mod metrics;
pub mod nearest;
pub mod page;
pub mod predict_body;
pub mod serve;
pub mod state;
#[cfg(test)]
mod testing;

pub use serve::{ServeOptions, serve};
