//! A table handed to the model loop: its frame with what each column holds, and where it came from.

use flywheel_spec::table::ColumnKind;
use flywheel_tables::frame::Frame;

/// A table in memory.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its Delta version.
    pub version: u64,
    /// Its version and content as `table@version:sha256`.
    pub fingerprint: String,
    /// The values.
    pub frame: Frame,
    /// What each column of the frame holds, in the same order.
    pub kinds: Vec<ColumnKind>,
}
