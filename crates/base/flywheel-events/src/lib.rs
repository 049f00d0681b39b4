//! Events at rest: the form of their files, read whole person by whole person into folds.
//!
//! A file holds [base columns](row) and [columns that save reading JSON](shred), sorted by person and time;
//! [`read::run`] shows every person of many files, of what arrived since, and of what was merged meanwhile to the folds of
//! `flywheel_people`, exactly once and whole.
//! It is a crate of its own because every row of every question passes through it: it is compiled for speed, which
//! DataFusion's code would make slow to build. This crate knows no DataFusion, no Delta Lake and no cluster.

pub mod read;
pub mod row;
pub mod shred;

use serde::{Deserialize, Serialize};

pub use shred::Shredded;

/// One live file of the table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFile {
    /// Its name within the table's folder or below its URL.
    pub path: String,
    /// Its bytes.
    pub bytes: u64,
    /// Its rows; sorted by person, then time.
    pub rows: u64,
    /// The smallest person in it.
    pub min_person: i64,
    /// The largest person in it.
    pub max_person: i64,
    /// Its earliest event, microseconds.
    pub min_time: i64,
    /// Its latest event, microseconds.
    pub max_time: i64,
    /// How many lines of the merge log its person column knows of.
    pub steps: u64,
}
