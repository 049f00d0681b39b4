//! `GET /api/v1/events`: every event that was seen; `GET /api/v1/events/detail`: one of them in full.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use flywheel_spec::events::{Catalogue, EventDetail};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Which event.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DetailQuery {
    /// The event's name.
    #[param(example = "$pageview")]
    event: String,
}

/// Every event that was seen: how often, since when, who sends it, and how it keeps to the plan.
#[utoipa::path(
    get,
    path = "/api/v1/events",
    tag = "events",
    responses(
        (status = OK, description = "The catalogue.", body = Catalogue, example = json!({
            "total": 120_000, "derived_ids": 40, "without_ids": 3, "aside": 1,
            "events": [{
                "event": "$pageview", "count": 90_000, "first_seen": "2026-01-01T08:00:00Z", "last_seen": "2026-03-01T09:31:00Z",
                "derived_ids": 40, "without_ids": 3, "violations": 0, "days": [{"day": "2026-03-01", "count": 1_204}],
                "senders": [{"source": "posthog", "library": "web", "count": 90_000}]
            }]
        })),
        Refusals,
    )
)]
pub async fn list_events(State(state): State<Arc<ServerState>>) -> Result<Json<Catalogue>, Failure> {
    let mut catalogue = state.workbench.catalogue().await?;
    catalogue.warnings.extend(state.events.trouble());
    Ok(Json(catalogue))
}

/// One event in full: its properties with their kinds and examples, the rules of the plan that it broke, the newest.
#[utoipa::path(
    get,
    path = "/api/v1/events/detail",
    tag = "events",
    params(DetailQuery),
    responses((status = OK, description = "The event.", body = EventDetail), Refusals),
)]
pub async fn show_event(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<DetailQuery>, QueryRejection>,
) -> Result<Json<EventDetail>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    Ok(Json(state.workbench.event_detail(&query.event).await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn an_empty_project_has_an_empty_catalogue() {
        let server = Server::fresh().await;
        let catalogue = server.get("/api/v1/events").await;
        assert_eq!(catalogue.status, 200, "{}", catalogue.text());
        assert_eq!(catalogue.json()["total"], 0);
        assert_eq!(server.get("/api/v1/events/detail?event=nothing").await.status, 404);
        assert_eq!(server.get("/api/v1/events/detail").await.status, 400);
    }
}
