//! The manifest: the bundle's format, where the model comes from, and the checksum of every file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Where a model comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The model's name.
    pub name: String,
    /// Its version, from 1.
    pub version: u64,
    /// The run that it came from.
    pub run: String,
    /// When it was made, RFC 3339, UTC.
    pub created_at: String,
    /// The table, its version and its content, as `table@version:sha256`.
    pub data_fingerprint: String,
    /// The seed of every draw.
    pub seed: u64,
    /// The program that made it, such as `flywheel 0.1.0`.
    pub program: String,
}

/// What stands in `bundle.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format's version; a newer one than [`super::FORMAT`] can't be read.
    pub format: u32,
    /// Where the model comes from.
    pub origin: Origin,
    /// Every other file.
    pub files: BTreeMap<String, FileEntry>,
    /// SHA-256 of this manifest as JSON with this field empty, so that damage to itself shows too.
    pub checksum: String,
}

/// One file of a bundle.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The manifest with its own checksum.
    pub(super) fn sealed(format: u32, origin: Origin, files: BTreeMap<String, FileEntry>) -> Self {
        let mut manifest = Self { format, origin, files, checksum: String::new() };
        manifest.checksum = manifest.own_checksum();
        manifest
    }

    /// What `checksum` should be.
    pub(super) fn own_checksum(&self) -> String {
        let blank = Self { checksum: String::new(), ..self.clone() };
        sha256(&serde_json::to_vec(&blank).unwrap_or_default())
    }
}

impl FileEntry {
    pub(super) fn of(content: &[u8]) -> Self {
        Self { bytes: content.len() as u64, sha256: sha256(content) }
    }
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}
