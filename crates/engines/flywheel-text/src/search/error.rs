//! Why an index cannot be written or read.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// Why an index cannot be written or read.
#[derive(Debug, Error)]
pub enum SearchError {
    /// The disk refused.
    #[error("failed to use `{path}`: {source}")]
    Disk {
        /// Which file or folder.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is not what was written.
    #[error("the index's file `{0}` is damaged")]
    Damaged(PathBuf),
    /// Somebody else writes to the index.
    #[error("the index in `{0}` is being written by another process")]
    Busy(PathBuf),
    /// A vector has another length than the index was made for.
    #[error("a vector of {found} numbers does not fit an index of {expected}")]
    Dimension {
        /// The vector's.
        found: usize,
        /// The index's; 0 where it keeps no vectors.
        expected: usize,
    },
}

impl SearchError {
    pub(super) fn disk(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }
}
