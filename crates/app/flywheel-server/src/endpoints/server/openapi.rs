//! `GET /api/openapi.json`: everything that the server answers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::state::ServerState;

/// This document, OpenAPI 3.1.
#[utoipa::path(
    get,
    path = "/api/openapi.json",
    tag = "server",
    responses((status = OK, description = "The document.", body = Object, example = json!({"openapi": "3.1.0"})))
)]
pub async fn show_openapi(State(state): State<Arc<ServerState>>) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], state.openapi.clone())
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn the_document_is_served() {
        let document = Server::fresh().await.get("/api/openapi.json").await.json();
        assert!(document["openapi"].as_str().expect("a version").starts_with("3.1"));
        assert!(document["paths"]["/api/v1/models/{name}/predict"]["post"].is_object());
    }
}
