//! `POST /v1/{track,identify,page,screen,group,alias,batch}`: Segment's HTTP API.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::Method;
use axum::response::{IntoResponse, Response};
use flywheel_collect::refusal::Refusal;
use flywheel_collect::segment::{self, Door};
use flywheel_collect::{Answer, Delivery};
use flywheel_spec::{Problem, phrase};

use super::{admit, collect, header, keep, now, read, reply, request_id};
use crate::failure::Failure;
use crate::language;
use crate::state::ServerState;

/// Takes events as Segment's clients send them: one of a kind, or a batch.
///
/// The write key is the user name of basic auth, or `writeKey` in the body; `messageId` makes it the same event when it comes twice.
#[utoipa::path(
    method(post, options),
    path = "/v1/{kind}",
    tag = "capture",
    params(("kind" = String, Path, description = "`track`, `identify`, `page`, `screen`, `group`, `alias` or `batch`.", example = "track")),
    request_body(content = serde_json::Value, example = json!({"userId": "ada", "event": "Signed Up", "messageId": "m-1"})),
    responses(
        (status = OK, description = "Everything is on the disk.", body = serde_json::Value, example = json!({"success": true})),
        (status = UNAUTHORIZED, description = "The key is unknown, or another project's.", body = serde_json::Value),
        (status = SERVICE_UNAVAILABLE, description = "The disk is full; nothing was taken. `Retry-After` says when to send again."),
    ),
)]
pub async fn take_calls(
    State(state): State<Arc<ServerState>>,
    Path(kind): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let Some(door) = Door::named(&kind) else {
        let problem = Problem::error(phrase!("collect.kind", found = crate::body::shortened(&kind)));
        return Failure::not_found(problem).into_response();
    };
    if parts.method == Method::OPTIONS {
        return reply::preflight(&parts.headers);
    }
    let own = parts.headers.clone();
    let taken: Result<Answer, Refusal> = async {
        let body = collect(&parts.headers, body).await?;
        let (now, id) = (now(), request_id());
        let arrived = read(body.len(), move || {
            let encoding = header(&own, "content-encoding");
            let delivery = Delivery { encoding, query: "", body: &body, now, id };
            segment::read(door, header(&own, "authorization"), &delivery)
        })
        .await?;
        admit(&state, &arrived.key).await?;
        keep(&state, arrived).await?;
        Ok(segment::taken())
    }
    .await;
    let language = language::accepted(&parts.headers);
    reply::reply(&parts.headers, taken.unwrap_or_else(|refusal| segment::refused(&refusal, language)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn calls_are_taken_by_their_key() {
        let server = Server::fresh().await;
        let key = server.workbench.keys().await.expect("keys")[0].key.clone();
        for kind in ["track", "identify", "page", "screen", "group", "alias"] {
            let call = json!({"writeKey": key, "userId": "ada", "event": "a", "groupId": "acme", "previousId": "anon", "messageId": kind});
            let answer = server.post(&format!("/v1/{kind}"), &call).await;
            assert_eq!((answer.status, answer.text().as_str()), (200, "{\"success\":true}"), "{kind}");
        }
        let batch = json!({"writeKey": key, "batch": [{"type": "track", "userId": "ada", "event": "b"}, {"type": "track", "event": "c"}]});
        assert_eq!(server.post("/v1/batch/", &batch).await.status, 200);
        assert_eq!(server.get("/api/v1/events/newest").await.json().as_array().map(Vec::len), Some(7));
        let refused =
            server.post("/v1/track", &json!({"writeKey": "x", "userId": "ada", "event": "a"})).await;
        assert_eq!((refused.status, refused.json()["code"].as_str()), (401, Some("unauthorized")));
        assert_eq!(server.post("/v1/nothing", &json!({})).await.status, 404);
    }
}
