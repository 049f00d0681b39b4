//! `GET /api/v1/events/aside`: what was kept aside, and why; `POST /api/v1/events/aside/{id}/resend`: sent again, mended.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use flywheel_spec::events::{AsideReport, ResendRequest, SeenEvent};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// What was kept aside and not sent again, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/events/aside",
    tag = "events",
    responses((status = OK, description = "The arrivals, with what is wrong with each.", body = Vec<AsideReport>, example = json!([{
            "id": "0649a3f2-b1c0-541e-8f00-000001aabbcc", "at": "2026-03-01T09:31:00Z", "source": "posthog",
            "reason": {"key": "collect.no_name", "en": "the event has no name", "zh": "事件没有名称"}, "raw": "{\"event\":\"\"}"
        }])), Refusals),
)]
pub async fn list_asides(State(state): State<Arc<ServerState>>) -> Result<Json<Vec<AsideReport>>, Failure> {
    Ok(Json(state.workbench.asides(false).await?))
}

/// One that was kept aside.
#[utoipa::path(
    get,
    path = "/api/v1/events/aside/{id}",
    tag = "events",
    params(("id" = String, Path, description = "By which it is named.", example = "0649a3f2-b1c0-541e-8f00-000001aabbcc")),
    responses((status = OK, description = "The arrival.", body = AsideReport), Refusals),
)]
pub async fn show_aside(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
) -> Result<Json<AsideReport>, Failure> {
    Ok(Json(state.workbench.aside(&id).await?))
}

/// Sends one again that was kept aside, after changing what is wrong with it.
#[utoipa::path(
    post,
    path = "/api/v1/events/aside/{id}/resend",
    tag = "events",
    params(("id" = String, Path, description = "By which it is named.", example = "0649a3f2-b1c0-541e-8f00-000001aabbcc")),
    request_body(content = ResendRequest, example = json!({"set": {"properties.amount": 12.5}})),
    responses((status = OK, description = "The event, taken.", body = SeenEvent), Refusals),
)]
pub async fn resend_aside(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SeenEvent>, Failure> {
    let request: ResendRequest = body::json(&headers, body).await?;
    Ok(Json(state.workbench.resend_aside(Some(&state.events), &id, &request).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn what_is_not_there_is_not_sent_again() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/events/aside").await.json(), json!([]));
        assert_eq!(server.get("/api/v1/events/aside/nothing").await.status, 404);
        assert_eq!(server.post("/api/v1/events/aside/nothing/resend", &json!({"set": {}})).await.status, 404);
        assert_eq!(
            server.post("/api/v1/events/aside/nothing/resend", &json!({"sets": {}})).await.status,
            422
        );
    }
}
