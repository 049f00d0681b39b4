//! What PostHog's clients ask beside sending: flags and configuration, answered so that they start cleanly.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::Method;
use axum::response::Response;
use flywheel_collect::posthog::{start, v0};
use flywheel_collect::refusal::Refusal;
use flywheel_collect::unpack::of_form;
use flywheel_collect::{Answer, Delivery};

use super::{admit, collect, header, now, reply, request_id};
use crate::language;
use crate::state::ServerState;

/// The feature flags of a person: none yet.
#[utoipa::path(
    method(get, post, options),
    path = "/flags",
    tag = "capture",
    responses((status = OK, description = "No flags.", body = serde_json::Value, example = json!({"flags": {}, "errorsWhileComputingFlags": false}))),
)]
pub async fn show_flags(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    asked(&state, request, |key, query| {
        let with_config =
            of_form(query.as_bytes(), "config").is_some_and(|value| value == b"true" || value == b"1");
        start::flags(key, with_config, request_id(), now())
    })
    .await
}

/// The definitions of flags, for clients that evaluate them: none yet.
#[utoipa::path(
    method(get, options),
    path = "/flags/definitions",
    tag = "capture",
    responses((status = OK, description = "No flags.", body = serde_json::Value, example = json!({"flags": [], "group_type_mapping": {}, "cohorts": {}}))),
)]
pub async fn show_definitions(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    asked(&state, request, |_, _| start::definitions()).await
}

/// What a client in a browser may do here.
#[utoipa::path(
    method(get, options),
    path = "/array/{key}/config",
    tag = "capture",
    params(("key" = String, Path, description = "The project's key.")),
    responses((status = OK, description = "The configuration.", body = serde_json::Value, example = json!({"supportedCompression": ["gzip", "gzip-js"], "hasFeatureFlags": false}))),
)]
pub async fn show_config(
    State(state): State<Arc<ServerState>>,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    told(&state, &key, request, start::config).await
}

/// The same configuration as a script.
#[utoipa::path(
    method(get, options),
    path = "/array/{key}/config.js",
    tag = "capture",
    params(("key" = String, Path, description = "The project's key.")),
    responses(
        (status = OK, description = "The script.", content_type = "text/javascript", body = String,
            example = json!("(function() { window._POSTHOG_REMOTE_CONFIG = {}; })();")),
    ),
)]
pub async fn show_config_script(
    State(state): State<Arc<ServerState>>,
    Path(key): Path<String>,
    request: Request,
) -> Response {
    told(&state, &key, request, start::config_script).await
}

async fn told(state: &ServerState, key: &str, request: Request, tell: impl Fn(&str) -> Answer) -> Response {
    let request = request.into_parts().0;
    if request.method == Method::OPTIONS {
        return reply::preflight(&request.headers);
    }
    let answer = match admit(state, key).await {
        Ok(()) => tell(key),
        Err(refusal) => v0::refused(&refusal, language::accepted(&request.headers)),
    };
    reply::reply(&request.headers, answer)
}

async fn asked(state: &ServerState, request: Request, tell: impl Fn(&str, &str) -> Answer) -> Response {
    let (parts, body) = request.into_parts();
    if parts.method == Method::OPTIONS {
        return reply::preflight(&parts.headers);
    }
    let query = parts.uri.query().unwrap_or_default();
    let answer: Result<Answer, Refusal> = async {
        let body = collect(&parts.headers, body).await?;
        let encoding = header(&parts.headers, "content-encoding");
        let delivery = Delivery { encoding, query, body: &body, now: now(), id: request_id() };
        let key = start::key(header(&parts.headers, "authorization"), &delivery)?;
        admit(state, &key).await?;
        Ok(tell(&key, query))
    }
    .await;
    let language = language::accepted(&parts.headers);
    reply::reply(&parts.headers, answer.unwrap_or_else(|refusal| v0::refused(&refusal, language)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn clients_start_cleanly() {
        let server = Server::fresh().await;
        let key = server.workbench.keys().await.expect("keys")[0].key.clone();
        let flags = server.post("/flags/?v=2&config=true", &json!({"token": key, "distinct_id": "p"})).await;
        assert_eq!(flags.json()["flags"], json!({}), "{}", flags.text());
        assert_eq!(flags.json()["hasFeatureFlags"], false);
        let definitions = server.get(&format!("/flags/definitions?token={key}&send_cohorts")).await;
        assert_eq!(definitions.json()["flags"], json!([]));
        let config = server.get(&format!("/array/{key}/config")).await;
        assert_eq!(config.json()["supportedCompression"][0], "gzip");
        let script = server.get(&format!("/array/{key}/config.js")).await;
        assert!(script.header("content-type").starts_with("text/javascript"));
        assert!(script.text().contains("_POSTHOG_REMOTE_CONFIG"));
        for path in ["/array/phc_x/config", "/flags/definitions?token=phc_x", "/flags/?v=2"] {
            assert_eq!(server.get(path).await.status, 401, "{path}");
        }
    }
}
