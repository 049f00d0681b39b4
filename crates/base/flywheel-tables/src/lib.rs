//! Data in and out: sources, profiles, checks and splits of tables and images.
//!
//! [`import`] reads what a person has (IDX, images, CSV, JSON Lines, Parquet) into a [`frame::Frame`],
//! [`Warehouse`] keeps frames as Delta Lake tables, [`profile`] says what a table looks like,
//! [`fetch`] brings known data sets from the network, [`post`] asks there, and [`spool`] holds what arrives until a table takes it.
//! This crate knows no project folder, no HTTP server, and no learning.

pub mod cluster;
pub mod events;
pub mod fetch;
mod finding;
pub mod fold;
pub mod frame;
pub mod infer;
mod interner;
pub mod naming;
pub mod post;
pub mod profile;
pub mod query;
pub mod source;
pub mod spool;
pub mod storage;
pub mod stored;
pub mod warehouse;

pub use naming::Naming;
pub use profile::profile;
pub use source::{Expected, Format, ImportOptions, Imported, Source, import};
pub use stored::StoredTable;
pub use warehouse::Warehouse;
