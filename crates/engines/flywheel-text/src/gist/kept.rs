//! The gists that are kept from call to call, by the hash of their text.
//!
//! A day's texts are written into the second, small file; when that has grown, both become the first.
//! A file that is damaged, or was written by another reading, holds nothing: its texts are read again.

use super::version::version;
use super::{Gist, Gists, coded};
use crate::pile::Cut;
use crate::shelf::Shelves;

/// The names of the two files.
pub const FILES: [&str; 2] = ["texts.bin", "texts-later.bin"];

/// The gists that were kept.
#[derive(Debug, Clone)]
pub struct Kept {
    texts: Shelves,
}

impl Default for Kept {
    fn default() -> Self {
        Self::of(Default::default())
    }
}

impl Kept {
    /// What the two files hold, in the order of [`FILES`]; empty bytes where there is none.
    pub fn of(files: [Vec<u8>; 2]) -> Self {
        Self { texts: Shelves::of(files, version()) }
    }

    /// How many texts are kept.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    pub(super) fn get(&self, key: u128) -> Option<(Gist, Cut)> {
        coded::read(&self.texts.get(key)?)
    }

    /// What each file shall hold after some messages were read; none where it stays as it is.
    ///
    /// Only what the messages say is kept: a text that nobody says any more is gone with the next writing.
    pub fn after(&self, gists: &Gists) -> [Option<Vec<u8>>; 2] {
        self.texts.after(&gists.keys, &gists.made, |_| 1)
    }
}
