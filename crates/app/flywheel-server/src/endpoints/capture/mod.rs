//! Where events arrive: the addresses of PostHog's and Segment's clients, open to pages of every origin.

pub mod reply;
pub mod segment;
pub mod start;
pub mod survey;
pub mod v0;
pub mod v1;

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::routing::any;
use flywheel_collect::Arrived;
use flywheel_collect::refusal::Refusal;
use flywheel_collect::unpack::LIMIT;
use flywheel_workbench::{KeyVerdict, TakeError};
use http_body_util::BodyExt;
use uuid::Uuid;

use crate::state::ServerState;

/// How long a client may pause while it sends its body.
const PATIENCE: Duration = Duration::from_secs(30);

/// Bytes of a body that is too large which are read before it is refused.
const DRAINED: usize = 4 * LIMIT;

/// Bytes above which another thread reads a body, so that other requests go on meanwhile.
const INLINE: usize = 64 * 1024;

/// How the addresses of clients begin; pages of every origin may send to them.
const OPEN: [&str; 13] = [
    "/batch",
    "/i/v0/",
    "/i/v1/analytics/",
    "/e",
    "/capture",
    "/track",
    "/engage",
    "/flags",
    "/decide",
    "/array",
    "/v1",
    "/survey",
    "/api/feature_flag",
];

/// Whether pages of every origin may send to an address.
pub fn is_open(path: &str) -> bool {
    OPEN.iter().any(|open| {
        path.strip_prefix(open)
            .is_some_and(|rest| open.ends_with('/') || rest.is_empty() || rest.starts_with('/'))
    })
}

/// The further addresses of the same doors: each with a slash behind it, and the older names.
pub fn further() -> Router<Arc<ServerState>> {
    let mut router = Router::new();
    let events = [
        "/batch/",
        "/i/v0/e/",
        "/e",
        "/e/",
        "/capture",
        "/capture/",
        "/track",
        "/track/",
        "/i/v0/ai/batch",
        "/i/v0/ai/batch/",
    ];
    for path in events {
        router = router.route(path, any(v0::take_events));
    }
    router
        .route("/engage/", any(v0::take_people))
        .route("/i/v1/analytics/events/", any(v1::take_batch))
        .route("/v1/{kind}/", any(segment::take_calls))
        .route("/flags/", any(start::show_flags))
        .route("/decide", any(start::show_flags))
        .route("/decide/", any(start::show_flags))
        .route("/flags/definitions/", any(start::show_definitions))
        .route("/api/feature_flag/local_evaluation", any(start::show_definitions))
        .route("/api/feature_flag/local_evaluation/", any(start::show_definitions))
        .route("/array/{key}/config/", any(start::show_config))
}

/// The moment now, microseconds since 1970.
fn now() -> i64 {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the app layer, and an event carries when it arrived"
    )]
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
}

/// A number that no other request has.
fn request_id() -> Uuid {
    Uuid::new_v4()
}

/// A header's text; empty when it is absent or none.
fn header<'h>(headers: &'h HeaderMap, name: &str) -> &'h str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// Collects a body of at most [`LIMIT`] bytes.
///
/// A larger one is read on and thrown away, up to [`DRAINED`] bytes: a client that still sends sees no answer.
async fn collect(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, Refusal> {
    let announced: Option<usize> = header(headers, "content-length").parse().ok();
    if announced.is_some_and(|length| length > DRAINED) {
        return Err(Refusal::TooLarge);
    }
    let broken = || Refusal::Packing { coding: "http".to_owned() };
    let mut body = body;
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default().min(LIMIT));
    let mut length = 0;
    loop {
        let frame = tokio::time::timeout(PATIENCE, body.frame()).await.map_err(|_| broken())?;
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(|_| broken())?.into_data() else { continue };
        length += data.len();
        if length > DRAINED {
            break;
        }
        if length <= LIMIT {
            bytes.extend_from_slice(&data);
        }
    }
    if length > LIMIT { Err(Refusal::TooLarge) } else { Ok(bytes) }
}

/// Reads a body on this thread, or on another when it is long.
async fn read<T: Send + 'static>(
    length: usize,
    work: impl FnOnce() -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    if length <= INLINE {
        return work();
    }
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(Refusal::Busy))
}

/// Lets a key in, or says why not.
async fn admit(state: &ServerState, key: &str) -> Result<(), Refusal> {
    match state.keys.verdict(key).await {
        Ok(KeyVerdict::Known) => Ok(()),
        Ok(KeyVerdict::Foreign { project }) => Err(Refusal::ForeignKey { project }),
        Ok(KeyVerdict::Unknown) => Err(Refusal::UnknownKey),
        Err(_) => Err(Refusal::Busy),
    }
}

/// Puts what arrived on the disk.
async fn keep(state: &ServerState, arrived: Arrived) -> Result<(), Refusal> {
    match state.events.take(arrived.events, arrived.aside).await {
        Ok(()) => Ok(()),
        Err(TakeError::Full { .. }) => Err(Refusal::Full),
        Err(TakeError::Behind { .. } | TakeError::Unwritten { .. }) => Err(Refusal::Busy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_doors_of_clients_are_open() {
        for path in [
            "/batch",
            "/batch/",
            "/e",
            "/e/",
            "/i/v0/e/",
            "/i/v1/analytics/events",
            "/v1/track",
            "/array/k/config",
            "/survey/nps",
        ] {
            assert!(is_open(path), "{path}");
        }
        for path in [
            "/",
            "/events",
            "/api/v1/runs",
            "/v2/models",
            "/i/v1/other",
            "/batches",
            "/exports",
            "/metrics",
            "/v10",
        ] {
            assert!(!is_open(path), "{path}");
        }
    }
}
