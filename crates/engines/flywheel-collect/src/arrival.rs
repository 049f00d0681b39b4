//! What came of a request's bytes: its key, its events, and what is kept aside.

use flywheel_people::Event;
use uuid::Uuid;

use crate::aside::Aside;

/// A request as a protocol sees it; the server reads the clock and draws the number.
#[derive(Debug, Clone, Copy)]
pub struct Delivery<'r> {
    /// `Content-Encoding`, empty when there is none.
    pub encoding: &'r str,
    /// The query, without `?`.
    pub query: &'r str,
    /// The body as it arrived, at most [`crate::unpack::LIMIT`] bytes.
    pub body: &'r [u8],
    /// When it arrived, microseconds since 1970.
    pub now: i64,
    /// A number that no other request has.
    pub id: Uuid,
}

/// What came of a request.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrived {
    /// The project's key that it carries.
    pub key: String,
    /// The events that are taken.
    pub events: Vec<Event>,
    /// The events that are kept aside.
    pub aside: Vec<Aside>,
}

/// An answer in a protocol's form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its media type.
    pub media: &'static str,
    /// The body.
    pub body: Vec<u8>,
    /// Seconds after which to ask again.
    pub retry_after_secs: Option<u32>,
}

impl Answer {
    /// An answer of JSON.
    pub fn json(status: u16, body: &serde_json::Value) -> Self {
        Self {
            status,
            media: "application/json",
            body: body.to_string().into_bytes(),
            retry_after_secs: None,
        }
    }
}
