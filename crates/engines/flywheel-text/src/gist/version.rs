//! Which reading a gist comes from: a newer program, or one with other words, reads again.

use std::sync::OnceLock;

use flywheel_language::CONCEPT_LIST;

use crate::shelf::version_of;
use crate::{aspects, kind, mood, reading, subjects};

/// To be raised whenever a text is read, compared, counted or learned from otherwise than before, or is kept in another
/// form.
const READING: &str = "4";

/// What names the present reading: its number, the program's version, and the words that it knows.
pub(crate) fn version() -> u64 {
    static VERSION: OnceLock<u64> = OnceLock::new();
    *VERSION.get_or_init(|| {
        let own = [&aspects::WORDS[..], &kind::FILES, &mood::FILES, &[reading::SIGNS], &subjects::WORDS];
        let words = own.into_iter().flatten().copied().chain([CONCEPT_LIST]);
        version_of([READING, env!("CARGO_PKG_VERSION")].into_iter().chain(words))
    })
}
