//! `GET /v2`, `/v2/health/live`, `/v2/health/ready`: the server as the protocol sees it.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

/// The server's name, version, and which of the protocol's extensions it speaks.
#[utoipa::path(
    get,
    path = "/v2",
    tag = "inference",
    responses((status = OK, description = "The server.", body = Object, example = json!({
        "name": "flywheel", "version": "0.1.0",
        "extensions": ["binary_tensor_data", "classification", "model_configuration", "model_repository"]
    })))
)]
pub async fn describe_server() -> Json<Value> {
    Json(json!({
        "name": "flywheel",
        "version": env!("CARGO_PKG_VERSION"),
        "extensions": ["binary_tensor_data", "classification", "model_configuration", "model_repository"],
    }))
}

/// 200 as long as the server runs.
#[utoipa::path(
    get,
    path = "/v2/health/live",
    tag = "inference",
    responses((status = OK, description = "It runs.", body = Object, example = json!({"live": true})))
)]
pub async fn server_live() -> (StatusCode, Json<Value>) {
    (StatusCode::OK, Json(json!({ "live": true })))
}

/// 200 as soon as deployed models can be asked.
#[utoipa::path(
    get,
    path = "/v2/health/ready",
    tag = "inference",
    responses((status = OK, description = "It can be asked.", body = Object, example = json!({"ready": true})))
)]
pub async fn server_ready() -> (StatusCode, Json<Value>) {
    (StatusCode::OK, Json(json!({ "ready": true })))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn it_lives_is_ready_and_says_what_it_speaks() {
        let server = Server::fresh().await;
        for path in ["/v2/health/live", "/v2/health/ready"] {
            assert_eq!(server.get(path).await.status, 200, "{path}");
        }
        assert_eq!(server.get("/v2").await.json()["name"], "flywheel");
    }

    #[tokio::test]
    async fn errors_are_the_protocols() {
        let server = Server::fresh().await;
        let answer = server.get("/v2/modles").await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("content-type"), "application/json");
        assert!(
            answer.json()["error"].as_str().expect("an error").contains("/v2/models"),
            "{}",
            answer.text()
        );
    }
}
