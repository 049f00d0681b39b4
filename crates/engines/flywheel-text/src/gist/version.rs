//! Which reading a gist comes from: a newer program, or one with other words, reads again.

use std::sync::OnceLock;

use xxhash_rust::xxh3::xxh3_64;

use crate::{aspects, kind, mood, reading, subjects};

/// To be raised whenever a text is read otherwise than before, or kept in another form.
const READING: u64 = 3;

/// What names the present reading: its number, the program's version, and the words that it knows.
pub(crate) fn version() -> u64 {
    static VERSION: OnceLock<u64> = OnceLock::new();
    *VERSION.get_or_init(|| {
        let lists = [&aspects::WORDS[..], &kind::FILES, &mood::FILES, &[reading::SIGNS], &subjects::WORDS];
        let mut named = READING.to_le_bytes().to_vec();
        named.extend(env!("CARGO_PKG_VERSION").bytes());
        for list in lists.into_iter().flatten() {
            named.extend(xxh3_64(list.as_bytes()).to_le_bytes());
        }
        xxh3_64(&named)
    })
}
