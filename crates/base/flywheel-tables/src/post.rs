//! A question in JSON, posted to an address of the user's own and answered within a time or not at all.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, DATE, HeaderMap, RETRY_AFTER};
use reqwest::{StatusCode, redirect};
use thiserror::Error;
use tokio::time::{Instant, sleep, timeout_at};

use crate::fetch::{is_loopback, reason};

/// Times that a question is asked again where the other side is busy or stumbles.
const FURTHER_TRIES: u32 = 2;

/// How long the first further try waits where the other side does not say; the next waits twice as long.
const PAUSE: Duration = Duration::from_millis(500);

/// What is asked, of whom, and for how long.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    /// The address.
    pub address: &'a str,
    /// The question, JSON.
    pub body: &'a str,
    /// The same question without what not everybody understands, asked once where the first is refused with 400 or 422.
    pub plainer: Option<&'a str>,
    /// The key, sent as a bearer's; none is sent when absent.
    pub key: Option<&'a str>,
    /// How long everything may take, further tries and their pauses included.
    pub time: Duration,
    /// Bytes that the answer may have.
    pub most_bytes: usize,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posted {
    /// Its body; whether it is JSON nobody has looked yet.
    pub body: Vec<u8>,
    /// Requests sent.
    pub tries: u64,
}

/// A question without an answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("failed to get an answer in {tries} tries: {why}")]
pub struct Unanswered {
    /// Why.
    pub why: NoAnswer,
    /// Requests sent.
    pub tries: u64,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoAnswer {
    /// Nobody is there, or the line broke.
    #[error("{0}")]
    Unreachable(String),
    /// The time is over.
    #[error("the time is over")]
    TimedOut,
    /// The other side refuses, by this status; a redirect to another place is followed by nobody and counts as one.
    #[error("HTTP {0}")]
    Refused(u16),
    /// The answer has more bytes than it may have.
    #[error("the answer is too large")]
    TooLarge,
}

/// Asks, again where the other side answers 429 or 5xx, heeding its `Retry-After` as far as the time allows.
///
/// Redirects are followed on the same host, port and scheme only, so that neither question nor key go elsewhere.
///
/// # Errors
/// When there is no answer of status 2xx within the time and the size.
pub async fn post_json(post: &Post<'_>) -> Result<Posted, Unanswered> {
    let mut tries = 0;
    let deadline = Instant::now() + post.time;
    let outcome = timeout_at(deadline, answered(post, deadline, &mut tries)).await;
    match outcome.unwrap_or(Err(NoAnswer::TimedOut)) {
        Ok(body) => Ok(Posted { body, tries }),
        Err(why) => Err(Unanswered { why, tries }),
    }
}

async fn answered(post: &Post<'_>, deadline: Instant, tries: &mut u64) -> Result<Vec<u8>, NoAnswer> {
    let client = client(post).map_err(|error| NoAnswer::Unreachable(reason(&error)))?;
    let mut body = post.body;
    let mut plainer = post.plainer;
    let mut again: u32 = 0;
    loop {
        *tries += 1;
        let response = send(&client, post, body).await?;
        let status = response.status();
        if status.is_success() {
            return read(response, post.most_bytes).await;
        }
        let unread = matches!(status, StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY);
        if unread && let Some(plain) = plainer.take() {
            body = plain;
            continue;
        }
        let busy = status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error();
        let pause = asked_pause(response.headers()).unwrap_or(PAUSE * (1 << again));
        // Where the other side wants more time than there is, waiting for it would only cost the user's.
        if !busy || again >= FURTHER_TRIES || Instant::now() + pause >= deadline {
            return Err(NoAnswer::Refused(status.as_u16()));
        }
        again += 1;
        sleep(pause).await;
    }
}

fn client(post: &Post<'_>) -> Result<reqwest::Client, reqwest::Error> {
    let same_place = redirect::Policy::custom(|attempt| {
        let first = attempt.previous().first();
        let same = first.is_some_and(|first| first.origin() == attempt.url().origin());
        if same && attempt.previous().len() <= 3 { attempt.follow() } else { attempt.stop() }
    });
    let builder = reqwest::Client::builder()
        .connect_timeout(post.time.min(Duration::from_secs(10)))
        .redirect(same_place);
    // A proxy on the way out cannot reach this machine.
    if is_loopback(post.address) { builder.no_proxy() } else { builder }.build()
}

async fn send(client: &reqwest::Client, post: &Post<'_>, body: &str) -> Result<reqwest::Response, NoAnswer> {
    let mut request =
        client.post(post.address).header(CONTENT_TYPE, "application/json").body(body.to_owned());
    if let Some(key) = post.key {
        request = request.bearer_auth(key);
    }
    request.send().await.map_err(|error| NoAnswer::Unreachable(reason(&error)))
}

async fn read(mut response: reqwest::Response, most: usize) -> Result<Vec<u8>, NoAnswer> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > most => return Err(NoAnswer::TooLarge),
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(NoAnswer::Unreachable(reason(&error))),
        }
    }
}

/// How long the other side asks to be left alone: seconds, or a date beside its own clock's (RFC 9110, 10.2.3).
fn asked_pause(headers: &HeaderMap) -> Option<Duration> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
    let asked = text(RETRY_AFTER)?;
    if let Ok(secs) = asked.parse::<f64>() {
        return Duration::try_from_secs_f64(secs).ok();
    }
    let moment = |text: &str| jiff::fmt::rfc2822::parse(text).ok().map(|moment| moment.timestamp());
    Duration::try_from(moment(asked)?.duration_since(moment(text(DATE)?)?)).ok()
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_a_date() {
        for (asked, expected) in [
            ("2", Some(2_000)),
            ("0.25", Some(250)),
            ("Wed, 21 Oct 2026 07:28:30 GMT", Some(30_000)),
            ("Wed, 21 Oct 2026 07:27:00 GMT", None),
            ("soon", None),
            ("-1", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, HeaderValue::from_static(asked));
            headers.insert(DATE, HeaderValue::from_static("Wed, 21 Oct 2026 07:28:00 GMT"));
            assert_eq!(asked_pause(&headers), expected.map(Duration::from_millis), "{asked}");
        }
        assert_eq!(asked_pause(&HeaderMap::new()), None);
    }
}
