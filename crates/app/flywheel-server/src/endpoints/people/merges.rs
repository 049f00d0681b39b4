//! `GET /api/v1/people/merges`: the merge log; `POST`: two people made one; `POST …/{id}/undo`: taken back.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use flywheel_spec::events::{MergeLog, MergePreview, MergeRequest, UndoRequest};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Which people became one, who asked for it, what was taken back, and what was refused; newest first.
#[utoipa::path(
    get,
    path = "/api/v1/people/merges",
    tag = "people",
    responses((status = OK, description = "The merge log.", body = MergeLog, example = json!({"refused": [], "lines": [{
            "id": 0, "kind": "merge", "from": "0190a3f2-anon", "into": "anna", "cause": "$identify", "at": "2026-03-01T09:31:00Z"
        }]})), Refusals),
)]
pub async fn list_merges(State(state): State<Arc<ServerState>>) -> Result<Json<MergeLog>, Failure> {
    Ok(Json(state.workbench.merge_log().await?))
}

/// Makes two people one, in every answer from now on, or only shows what that would do.
#[utoipa::path(
    post,
    path = "/api/v1/people/merges",
    tag = "people",
    request_body(content = MergeRequest, example = json!({"from": "anna@work", "into": "anna@home", "preview": true})),
    responses((status = OK, description = "The people before and after.", body = MergePreview), Refusals),
)]
pub async fn merge_people(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<MergePreview>, Failure> {
    let request: MergeRequest = body::json(&headers, body).await?;
    Ok(Json(state.workbench.merge_people(&request).await?))
}

/// Takes a merge back, in every answer from now on, or only shows what that would do.
#[utoipa::path(
    post,
    path = "/api/v1/people/merges/{id}/undo",
    tag = "people",
    params(("id" = u64, Path, description = "The line of the merge log.", example = 3)),
    request_body(content = UndoRequest, example = json!({"preview": true})),
    responses((status = OK, description = "The people before and after.", body = MergePreview), Refusals),
)]
pub async fn undo_merge(
    State(state): State<Arc<ServerState>>,
    id: Result<Path<u64>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<MergePreview>, Failure> {
    let Path(id) = id.map_err(Failure::from_path)?;
    let request: UndoRequest = body::json(&headers, body).await?;
    Ok(Json(state.workbench.undo_merge(id, request.preview).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_merge_is_shown_done_and_taken_back() {
        let server = Server::fresh().await;
        let ask = json!({"from": "a", "into": "b", "preview": true});
        let shown = server.post("/api/v1/people/merges", &ask).await;
        assert_eq!(shown.status, 200, "{}", shown.text());
        assert_eq!(shown.json()["before"].as_array().map(Vec::len), Some(2));
        assert_eq!(shown.json()["after"].as_array().map(Vec::len), Some(1));
        assert_eq!(server.get("/api/v1/people/merges").await.json()["lines"], json!([]), "only shown");

        let done = server.post("/api/v1/people/merges", &json!({"from": "a", "into": "b"})).await;
        assert_eq!(done.status, 200, "{}", done.text());
        let log = server.get("/api/v1/people/merges").await.json();
        assert_eq!((&log["lines"][0]["from"], &log["lines"][0]["cause"]), (&json!("a"), &json!("person")));
        assert_eq!(
            server.post("/api/v1/people/merges", &json!({"from": "a", "into": "b"})).await.status,
            409
        );

        let undone = server.post("/api/v1/people/merges/0/undo", &json!({})).await;
        assert_eq!(undone.status, 200, "{}", undone.text());
        assert_eq!(undone.json()["after"].as_array().map(Vec::len), Some(2));
        assert_eq!(server.post("/api/v1/people/merges/0/undo", &json!({})).await.status, 409);
        assert_eq!(server.post("/api/v1/people/merges/7/undo", &json!({})).await.status, 404);
        assert_eq!(server.post("/api/v1/people/merges/x/undo", &json!({})).await.status, 400);
    }
}
