//! An event that could not be taken as it is: kept aside with the reason, to be mended and sent again.

use flywheel_spec::Phrase;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::event_id;

/// An event kept aside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// The same for the same event from the same source, however often it is sent.
    pub id: Uuid,
    /// When it arrived, microseconds since 1970.
    pub at: i64,
    /// Which way it came: `posthog`, `segment`, `import:<name>`, `survey`.
    pub source: String,
    /// Why it was not taken.
    pub reason: Phrase,
    /// The event as it was sent, its time put right where the client's clock was wrong; bytes that are not UTF-8 show
    /// as `�`.
    pub raw: String,
}

impl Aside {
    /// Keeps the bytes of an event with the reason.
    pub fn new(at: i64, source: &str, reason: Phrase, raw: &[u8]) -> Self {
        let id = event_id::of_parts("aside", &[source.as_bytes(), raw]);
        Self { id, at, source: source.to_owned(), reason, raw: String::from_utf8_lossy(raw).into_owned() }
    }
}
