//! `GET /api/v1/events/newest`: what has just arrived, for a live view.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use flywheel_spec::events::SeenEvent;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Which, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct NewestQuery {
    /// Only events of this name.
    event: Option<String>,
    /// How many at most, up to 500.
    #[serde(default = "usual")]
    #[param(example = 50)]
    limit: usize,
}

fn usual() -> usize {
    50
}

/// The newest arrivals since the server started, newest first; each stands on the disk already.
#[utoipa::path(
    get,
    path = "/api/v1/events/newest",
    tag = "events",
    params(NewestQuery),
    responses((status = OK, description = "The events.", body = Vec<SeenEvent>), Refusals),
)]
pub async fn newest_events(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<NewestQuery>, QueryRejection>,
) -> Result<Json<Vec<SeenEvent>>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let newest = state.events.newest(query.event.as_deref(), query.limit);
    Ok(Json(newest.iter().map(|event| flywheel_workbench::seen_event(event)).collect()))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn nothing_has_arrived_yet() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/events/newest").await.json(), serde_json::json!([]));
        assert_eq!(server.get("/api/v1/events/newest?limit=x").await.status, 400);
    }
}
