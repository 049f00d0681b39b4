//! `GET /api/v1/runs`: every run, whichever process works at it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::run::RunSummary;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Every run, newest first.
#[utoipa::path(
    get,
    path = "/api/v1/runs",
    tag = "runs",
    responses(
        (status = OK, description = "The runs.", body = Vec<RunSummary>, example = json!([{
            "id": "churn-1", "kind": "train", "recipe": "churn", "state": "running",
            "started_at": "2026-03-01T09:30:00Z", "secs": 1.5, "epochs": 2, "planned_epochs": 10,
            "metric": "accuracy", "best": 0.81
        }])),
        Refusals,
    )
)]
pub async fn list_runs(State(state): State<Arc<ServerState>>) -> Result<Json<Vec<RunSummary>>, Failure> {
    Ok(Json(state.workbench.runs().await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn runs_are_listed_newest_first() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/runs").await.json(), serde_json::json!([]));
        let first = server.train().await;
        let second = server.train().await;
        let runs = server.get("/api/v1/runs").await.json();
        assert_eq!(runs[0]["id"], second.as_str());
        assert_eq!(runs[1]["id"], first.as_str());
    }
}
