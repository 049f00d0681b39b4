//! `POST /i/v1/analytics/events`: PostHog's version 1, with a result for each uuid.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;
use flywheel_collect::posthog::v1::{self, Headers};
use flywheel_collect::refusal::Refusal;
use flywheel_collect::{Answer, Delivery};

use super::{admit, collect, header, keep, now, read, reply, request_id};
use crate::language;
use crate::state::ServerState;

/// Takes a batch of events and answers for each of them.
///
/// The key is a bearer's; the body may be packed with gzip, deflate, br or zstd.
/// `ok` and `warning` are on the disk, `drop` is kept aside with the reason, `retry` may be sent again.
#[utoipa::path(
    method(post, options),
    path = "/i/v1/analytics/events",
    operation_id = "take_batch_v1",
    tag = "capture",
    request_body(content = serde_json::Value, example = json!({"created_at": "2026-03-01T09:30:00Z", "batch": [
        {"event": "signed up", "uuid": "0190a6c2-1d8e-7f21-8b1e-3a9c5d7e9f01", "distinct_id": "ada", "timestamp": "2026-03-01T09:29:58Z", "properties": {}}
    ]})),
    responses(
        (status = OK, description = "A result for each uuid.", body = serde_json::Value,
         example = json!({"results": {"0190a6c2-1d8e-7f21-8b1e-3a9c5d7e9f01": {"result": "ok"}}})),
        (status = UNAUTHORIZED, description = "The key is unknown, or another project's.", body = serde_json::Value),
        (status = SERVICE_UNAVAILABLE, description = "The disk is full; nothing was taken. `Retry-After` says when to send again."),
    ),
)]
pub async fn take_batch(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        return reply::preflight(&parts.headers);
    }
    let own = parts.headers.clone();
    let taken: Result<Answer, Refusal> = async {
        admit(&state, &v1::key(header(&parts.headers, "authorization"))?).await?;
        let body = collect(&parts.headers, body).await?;
        let (now, id) = (now(), request_id());
        let (arrived, outcomes) = read(body.len(), move || {
            let headers = Headers {
                authorization: header(&own, "authorization"),
                media: header(&own, "content-type"),
                request_timestamp: header(&own, "posthog-request-timestamp"),
                sdk_info: header(&own, "posthog-sdk-info"),
            };
            let encoding = header(&own, "content-encoding");
            v1::read(&headers, &Delivery { encoding, query: "", body: &body, now, id })
        })
        .await?;
        match keep(&state, arrived).await {
            Ok(()) => Ok(v1::taken(&outcomes)),
            Err(Refusal::Busy) => Ok(v1::taken(&v1::not_persisted(outcomes))),
            Err(refusal) => Err(refusal),
        }
    }
    .await;
    let language = language::accepted(&parts.headers);
    reply::reply(&parts.headers, taken.unwrap_or_else(|refusal| v1::refused(&refusal, language)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    const UUID: &str = "0190a6c2-1d8e-7f21-8b1e-3a9c5d7e9f01";

    #[tokio::test]
    async fn a_batch_is_answered_uuid_by_uuid() {
        let server = Server::fresh().await;
        let key = server.workbench.keys().await.expect("keys")[0].key.clone();
        let bearer = format!("Bearer {key}");
        let now = "2026-03-01T09:30:00Z";
        let headers = [
            ("authorization", bearer.as_str()),
            ("content-type", "application/json"),
            ("posthog-sdk-info", "posthog-rs/1.0.0"),
        ];
        let body = json!({"created_at": now, "batch": [
            {"event": "a", "uuid": UUID, "distinct_id": "p", "timestamp": now, "options": {}, "properties": {}},
            {"event": "", "uuid": "0190a6c2-1d8e-7f21-8b1e-3a9c5d7e9f02", "distinct_id": "p", "timestamp": now},
        ]});
        let answer =
            server.send("POST", "/i/v1/analytics/events", &headers, body.to_string().as_bytes()).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("retry-after"), "");
        assert_eq!(answer.json()["results"][UUID], json!({"result": "ok"}));
        assert_eq!(
            answer.json()["results"]["0190a6c2-1d8e-7f21-8b1e-3a9c5d7e9f02"],
            json!({"result": "drop", "details": "missing_event_name"})
        );
        let newest = server.get("/api/v1/events/newest").await.json();
        assert_eq!(newest[0]["properties"]["$lib"], "posthog-rs", "{newest}");

        let wrong = [("authorization", "Bearer phc_x"), ("content-type", "application/json")];
        let refused =
            server.send("POST", "/i/v1/analytics/events/", &wrong, body.to_string().as_bytes()).await;
        assert_eq!(refused.status, 401);
        assert_eq!(refused.json()["error"], "invalid_api_token");
        assert_eq!(server.send("POST", "/i/v1/analytics/events", &headers, b"[").await.status, 400);
    }
}
