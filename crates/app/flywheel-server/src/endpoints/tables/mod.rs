//! Data: imported, listed, profiled.

pub mod import;
pub mod list;
pub mod profile;
