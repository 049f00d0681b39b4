//! Events at rest: what was acknowledged becomes a Delta Lake table, once and for good, and is read as one with what still waits.
//!
//! Arrivals wait in a [spool](crate::spool) until [`EventStore::commit`] makes them part of the table `events`;
//! [`Tail`] holds those that still wait, and a [`Snapshot`] with its tail shows every acknowledged event exactly once.
//! Files are sorted by person and time ([`file`](mod@file)), carry [columns that save reading JSON](shred),
//! and are [merged](compact) in the background; [`Seen`] knows every event that ever came in.

pub mod commit;
pub mod compact;
pub mod erase;
pub mod file;
mod given_out;
#[cfg(test)]
mod made;
mod merge;
mod output;
mod place;
pub mod seen;
#[cfg(test)]
mod speed;
pub mod store;
pub mod tail;
#[cfg(test)]
mod tests;
mod tidy;

use serde::{Deserialize, Serialize};

pub use commit::{Arrival, Committed};
pub use compact::{Compacted, Compaction, KEEP};
pub use erase::{Erase, Erased};
pub use file::write_events;
pub use flywheel_events::{EventFile, Shredded, row, shred};
pub use output::FileSize;
pub use place::Location;
pub use seen::Seen;
pub use store::{EventStore, VersionMark};
pub use tail::{Tail, Whole};

/// The table at one version.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Snapshot {
    /// The Delta version; absent while nothing was committed.
    pub version: Option<u64>,
    /// The last segment of this project's spool that is part of it; 0 when none is.
    pub committed_segment: u64,
    /// How many commits brought events.
    pub ordinal: u64,
    /// The checksum of the uuids that the last of them brought; absent where an older program wrote it.
    pub seen_sum: Option<u32>,
    /// The live files, by smallest person, then name.
    pub files: Vec<EventFile>,
}

impl Snapshot {
    /// Rows of all files.
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|file| file.rows).sum()
    }

    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// The first lines of the merge log that every file knows of: what to give to
    /// [`Identity::from_steps`](flywheel_people::Identity::from_steps); absent when there is no file.
    pub fn settled_steps(&self) -> Option<u64> {
        self.files.iter().map(|file| file.steps).min()
    }
}
