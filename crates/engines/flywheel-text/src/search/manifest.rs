//! The manifest: which segments count, as one small file that is replaced at once.

use std::path::Path;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_64;

use super::builder::write_file;
use super::error::SearchError;

/// The manifest's name in the folder.
pub(super) const NAME: &str = "manifest.json";
/// The format that this program writes and reads.
const FORMAT: u32 = 1;

/// Which segments count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// The format of the folder.
    pub format: u32,
    /// Grows with every commit.
    pub generation: u64,
    /// The length of vectors; 0 where none are kept.
    pub dimension: usize,
    /// The files, oldest first.
    pub segments: Vec<String>,
    /// The number that the next file gets.
    pub next: u64,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    manifest: Manifest,
    /// XXH3 of the manifest's JSON.
    checksum: String,
}

impl Manifest {
    /// Reads a folder's manifest; one without segments where the folder has none.
    pub(super) fn read(folder: &Path) -> Result<Self, SearchError> {
        let path = folder.join(NAME);
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self { format: FORMAT, ..Self::default() });
            }
            Err(error) => return Err(SearchError::disk(&path)(error)),
        };
        let sealed: Sealed = serde_json::from_slice(&text).map_err(|_| SearchError::Damaged(path.clone()))?;
        if sealed.manifest.format != FORMAT || sealed.manifest.checksum() != sealed.checksum {
            return Err(SearchError::Damaged(path));
        }
        Ok(sealed.manifest)
    }

    /// Replaces a folder's manifest.
    pub(super) fn write(&self, folder: &Path) -> Result<(), SearchError> {
        let sealed = Sealed { manifest: self.clone(), checksum: self.checksum() };
        write_file(folder, NAME, |file| Ok(serde_json::to_writer_pretty(file, &sealed)?))
    }

    fn checksum(&self) -> String {
        // A struct of numbers and texts always has a form in JSON.
        let text = serde_json::to_vec(self).unwrap_or_default();
        format!("{:016x}", xxh3_64(&text))
    }
}
