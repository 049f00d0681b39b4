//! Finding messages by word and by meaning: an index on disk that grows day by day and forgets on request.
//!
//! The index is a folder of immutable segments and a manifest that names those which count.
//! A [`Writer`] adds, replaces, relabels and erases, and its commit is one rename: whoever opened the [`Index`] before
//! goes on reading what was there, whoever opens it after reads the new state, and a crash between leaves the old one.
//! Erasing rewrites the segments that hold a message, so that no byte of it remains.
//! Ranking is BM25 over words (Chinese also over pairs of characters), with a bonus for phrases and nearness;
//! where vectors are given both rankings are fused. The result does not depend on how messages fell into segments.

mod builder;
mod document;
mod error;
mod filter;
mod fuse;
mod highlight;
mod index;
mod manifest;
mod nearness;
pub(crate) mod postings;
mod query;
mod report;
mod segment;
mod spelling;
mod terms;
mod vectors;
mod writer;

pub use document::Document;
pub use error::SearchError;
pub use index::Index;
pub use query::{Hit, Query, Ranked};
pub use report::{Beside, search};
pub use terms::{Occurrence, index_terms, query_terms};
pub use vectors::{quantise, restored};
pub use writer::{Committed, Writer};

#[cfg(test)]
mod tests;
