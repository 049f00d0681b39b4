//! How improvements went.

pub mod list;
pub mod write;
