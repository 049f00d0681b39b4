//! `POST /api/v1/people/erase`: everything of one person is removed for good.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::events::{EraseReport, EraseRequest};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Erases a person: events in every version of the table, what waits, what was kept aside, logs, runs and models that quote them.
#[utoipa::path(
    post,
    path = "/api/v1/people/erase",
    tag = "people",
    request_body(content = EraseRequest, example = json!({"distinct_id": "anna"})),
    responses((status = OK, description = "What was removed.", body = EraseReport), Refusals),
)]
pub async fn erase_person(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<EraseReport>, Failure> {
    let request: EraseRequest = body::json(&headers, body).await?;
    Ok(Json(state.workbench.erase_person_here(&state.events, &request.distinct_id).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn nobody_cannot_be_erased() {
        let server = Server::fresh().await;
        let answer = server.post("/api/v1/people/erase", &json!({"distinct_id": "nobody"})).await;
        assert_eq!(answer.status, 404, "{}", answer.text());
        assert_eq!(server.post("/api/v1/people/erase", &json!({})).await.status, 422);
    }
}
