//! `GET /api/v1/events/properties`: every property that events carry.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::events::PropertySummary;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Every property, of events and of people: what it holds, some examples, which events carry it.
#[utoipa::path(
    get,
    path = "/api/v1/events/properties",
    tag = "events",
    responses((status = OK, description = "The properties.", body = Vec<PropertySummary>, example = json!([{
            "name": "amount", "of": "event", "count": 1_204, "kinds": [{"kind": "number", "count": 1_204}], "examples": ["12.5", "40"],
            "first_seen": "2026-01-01T08:00:00Z", "last_seen": "2026-03-01T09:31:00Z", "events": ["bought"]
        }])), Refusals),
)]
pub async fn list_properties(
    State(state): State<Arc<ServerState>>,
) -> Result<Json<Vec<PropertySummary>>, Failure> {
    Ok(Json(state.workbench.event_properties(None).await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn an_empty_project_has_no_properties() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/events/properties").await.json(), serde_json::json!([]));
    }
}
