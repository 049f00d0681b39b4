//! `POST /batch`, `/i/v0/e` and their older names: PostHog's version 0.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::response::Response;
use flywheel_collect::posthog::v0::{self, Door};
use flywheel_collect::refusal::Refusal;
use flywheel_collect::{Answer, Delivery};

use super::{admit, collect, header, keep, now, read, reply, request_id};
use crate::language;
use crate::state::ServerState;

/// Takes events as PostHog's clients send them: one, a list, or an envelope with the key; also at `/i/v0/e`, `/e`, `/capture` and `/track`.
///
/// The body may be packed (gzip by header or content, base64, a form); it may also stand in the query as `data`.
/// 200 means that every event is on the disk; an event that is wrong is kept aside with the reason and rejects no other.
#[utoipa::path(
    method(get, post, options),
    path = "/batch",
    tag = "capture",
    responses(
        (status = OK, description = "Everything is on the disk.", body = serde_json::Value, example = json!({"status": 1})),
        (status = UNAUTHORIZED, description = "The key is unknown, or another project's.", body = serde_json::Value,
         example = json!({"type": "authentication_error", "code": "invalid_api_key", "detail": "nobody knows this key", "attr": null})),
        (status = SERVICE_UNAVAILABLE, description = "The disk is full; nothing was taken. `Retry-After` says when to send again."),
    ),
)]
pub async fn take_batch(state: State<Arc<ServerState>>, request: Request) -> Response {
    take_events(state, request).await
}

/// Takes events as PostHog's clients in browsers send them; the same as `/batch`.
#[utoipa::path(
    method(get, post, options),
    path = "/i/v0/e",
    tag = "capture",
    responses((status = OK, description = "Everything is on the disk.", body = serde_json::Value, example = json!({"status": 1}))),
)]
pub async fn take_events(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    take(&state, Door::Events, request).await
}

/// Takes what is known of people: `$set` and `$set_once`, with or without an event's name.
#[utoipa::path(
    method(get, post, options),
    path = "/engage",
    tag = "capture",
    responses((status = OK, description = "Everything is on the disk.", body = serde_json::Value, example = json!({"status": 1}))),
)]
pub async fn take_people(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    take(&state, Door::Engage, request).await
}

async fn take(state: &ServerState, door: Door, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        return reply::preflight(&parts.headers);
    }
    let query = parts.uri.query().unwrap_or_default().to_owned();
    let taken: Result<Answer, Refusal> = async {
        let body = collect(&parts.headers, body).await?;
        let encoding = header(&parts.headers, "content-encoding").to_owned();
        let (now, id, asked) = (now(), request_id(), query.clone());
        let arrived = read(body.len(), move || {
            v0::read(door, &Delivery { encoding: &encoding, query: &asked, body: &body, now, id })
        })
        .await?;
        admit(state, &arrived.key).await?;
        keep(state, arrived).await?;
        Ok(v0::taken(&query))
    }
    .await;
    let language = language::accepted(&parts.headers);
    reply::reply(&parts.headers, taken.unwrap_or_else(|refusal| v0::refused(&refusal, language)))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Server;

    async fn newest(server: &Server) -> Vec<Value> {
        server.get("/api/v1/events/newest?limit=500").await.json().as_array().expect("a list").clone()
    }

    async fn key(server: &Server) -> String {
        server.workbench.keys().await.expect("keys")[0].key.clone()
    }

    #[tokio::test]
    async fn every_address_takes_an_event_with_and_without_a_slash() {
        let server = Server::fresh().await;
        let key = key(&server).await;
        let mut count = 0;
        for path in ["/batch", "/i/v0/e", "/e", "/capture", "/track", "/engage", "/i/v0/ai/batch"] {
            for slash in ["", "/"] {
                count += 1;
                let body =
                    json!({"api_key": key, "batch": [{"event": "a", "distinct_id": format!("p{count}")}]});
                let answer = server.post(&format!("{path}{slash}?ip=0&_=1"), &body).await;
                assert_eq!((answer.status, answer.text().as_str()), (200, "{\"status\":1}"), "{path}{slash}");
            }
        }
        assert_eq!(newest(&server).await.len(), count);
        let event = json!({"event": "a", "distinct_id": "p", "token": key}).to_string();
        let data: String = event.bytes().map(|byte| format!("%{byte:02x}")).collect();
        assert_eq!(server.get(&format!("/e/?data={data}")).await.status, 200);
        assert_eq!(server.send("POST", "/e/?beacon=1", &[], event.as_bytes()).await.status, 204);
    }

    #[tokio::test]
    async fn pages_of_every_origin_may_send_and_read_the_answer() {
        let server = Server::fresh().await;
        let key = key(&server).await;
        let origin = ("origin", "https://shop.example");
        let asked = [
            origin,
            ("access-control-request-headers", "content-type,x-mine"),
            ("access-control-request-method", "POST"),
        ];
        let preflight = server.send("OPTIONS", "/i/v0/e/", &asked, b"").await;
        assert_eq!(preflight.status, 200);
        assert_eq!(preflight.header("access-control-allow-origin"), "https://shop.example");
        assert_eq!(preflight.header("access-control-allow-headers"), "content-type,x-mine");
        let body = json!({"api_key": key, "event": "a", "distinct_id": "p"}).to_string();
        let taken = server.send("POST", "/i/v0/e/", &[origin], body.as_bytes()).await;
        assert_eq!(taken.status, 200, "{}", taken.text());
        assert_eq!(taken.header("access-control-allow-origin"), "https://shop.example");
        assert_eq!(taken.header("access-control-allow-credentials"), "true");
        assert_eq!(taken.header("cross-origin-resource-policy"), "cross-origin");
        let rebound =
            server.send("POST", "/i/v0/e/", &[("host", "evil.example:8808")], body.as_bytes()).await;
        assert_eq!(rebound.status, 403, "a foreign name for this machine stays refused");
        assert_eq!(server.send("POST", "/api/v1/runs", &[origin], b"{}").await.status, 403);
    }

    #[tokio::test]
    async fn keys_are_checked_and_the_refusal_speaks_the_protocol() {
        let server = Server::fresh().await;
        for (key, code) in [
            ("phc_unknown", "invalid_api_key"),
            ("fw_other_0123456789abcdefghij", "invalid_api_key"),
            ("", "missing_api_key"),
        ] {
            let body = json!({"api_key": key, "event": "a", "distinct_id": "p"});
            let answer = server.post("/i/v0/e", &body).await;
            assert_eq!(answer.status, 401, "{key}");
            assert_eq!(answer.json()["code"], code);
            assert_eq!(answer.json()["type"], "authentication_error");
        }
        let body =
            json!({"api_key": "fw_other_0123456789abcdefghij", "event": "a", "distinct_id": "p"}).to_string();
        let answer = server.send("POST", "/e", &[("accept-language", "zh-CN")], body.as_bytes()).await;
        assert!(
            answer.json()["detail"].as_str().expect("words").contains("属于项目 `other`"),
            "{}",
            answer.text()
        );
        assert!(newest(&server).await.is_empty());
    }

    #[tokio::test]
    async fn a_wrong_body_is_said_and_a_wrong_event_is_kept_aside() {
        let server = Server::fresh().await;
        let key = key(&server).await;
        for (headers, body, status) in [
            (&[][..], b"hello".to_vec(), 400),
            (&[], b"".to_vec(), 400),
            (&[("content-encoding", "gzip")][..], b"{}".to_vec(), 400),
            (&[("content-encoding", "lz4")][..], b"{}".to_vec(), 415),
            (&[("content-length", "99999999999")][..], b"{}".to_vec(), 413),
        ] {
            let answer = server.send("POST", "/batch", headers, &body).await;
            assert_eq!(answer.status, status, "{}", answer.text());
            assert!(answer.json()["detail"].is_string());
        }
        let body = json!({"api_key": key, "batch": [
            {"event": "good", "distinct_id": "p"}, {"event": "bad", "distinct_id": "undefined"}, {"event": "bad", "distinct_id": null},
        ]});
        assert_eq!(server.post("/batch", &body).await.status, 200);
        let newest = newest(&server).await;
        assert_eq!(newest.len(), 1);
        assert_eq!(newest[0]["event"], "good");
    }
}
