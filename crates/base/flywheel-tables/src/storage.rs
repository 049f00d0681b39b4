//! What can go wrong between a table and the disk, told as a problem that a person can act on.

use std::path::Path;

use datafusion::arrow::error::ArrowError;
use datafusion::error::DataFusionError;
use datafusion::parquet::errors::ParquetError;
use deltalake::errors::DeltaTableError;
use flywheel_spec::{Phrase, Problem, Problems, phrase};

/// A failure of the disk, or of a library that reads and writes it.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The operating system refused.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The table's log could not be read or committed.
    #[error("{0}")]
    Delta(#[from] DeltaTableError),
    /// A data file could not be read or written.
    #[error("{0}")]
    Parquet(#[from] ParquetError),
    /// Values did not fit their columns.
    #[error("{0}")]
    Arrow(#[from] ArrowError),
    /// A query failed.
    #[error("{0}")]
    Query(#[from] DataFusionError),
    /// An object could not be read or written.
    #[error("{0}")]
    Object(#[from] object_store::Error),
    /// Another program brought events in first; what was to be added must be compared with those anew.
    #[error("another program brought events in at the same time")]
    Overtaken,
    /// A task was stopped from outside.
    #[error("{0}")]
    Task(#[from] tokio::task::JoinError),
}

impl StorageError {
    /// The problem, said of the file or folder at hand.
    pub fn at(&self, place: &Path) -> Problems {
        let reason = self.to_string();
        let problem = if self.is_full_disk() {
            Problem::error(phrase!("tables.disk_full", reason = reason))
                .advise(Phrase::new("tables.disk_full_advice"))
        } else {
            Problem::error(phrase!("tables.storage_failed", reason = reason))
                .advise(Phrase::new("tables.storage_failed_advice"))
        };
        problem.in_file(place.display().to_string()).into()
    }

    /// True when the disk, a quota or a limit on the size of a file left no room.
    pub fn is_full_disk(&self) -> bool {
        let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(error) = cause {
            if let Some(io) = error.downcast_ref::<std::io::Error>() {
                use std::io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
                if matches!(io.kind(), FileTooLarge | QuotaExceeded | StorageFull) {
                    return true;
                }
            }
            cause = error.source();
        }
        // Parquet and object-store errors carry the system's words rather than its error.
        let words = self.to_string().to_lowercase();
        ["no space left", "file too large", "quota exceeded"].iter().any(|sign| words.contains(sign))
    }
}
