//! A table handed to whoever computes with it: its frame with what each column holds, and where it came from.

use std::collections::BTreeMap;

use flywheel_spec::table::ColumnKind;

use crate::frame::Frame;
use crate::infer::Writing;

/// A table in memory.
#[derive(Debug, Clone)]
pub struct StoredTable {
    /// Its name.
    pub name: String,
    /// Its Delta version.
    pub version: u64,
    /// Its version and content as `table@version:sha256`; that of the whole table, also when only its first rows were read.
    pub fingerprint: String,
    /// The values.
    pub frame: Frame,
    /// What each column of the frame holds, in the same order.
    pub kinds: Vec<ColumnKind>,
    /// The columns that were not written in the usual way where the table came from.
    pub writing: BTreeMap<String, Writing>,
}

impl StoredTable {
    /// The position of the column of that name.
    pub fn position(&self, column: &str) -> Option<usize> {
        self.frame.columns.iter().position(|candidate| candidate.name == column)
    }
}
