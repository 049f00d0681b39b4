//! `POST /api/v1/runs/{id}/stop`: end a run at its best so far.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use flywheel_spec::run::RunSummary;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Asks a run to stop, whichever process works at it; the best model so far is kept.
///
/// It answers at once; the run's events tell when it has stopped.
#[utoipa::path(
    post,
    path = "/api/v1/runs/{id}/stop",
    tag = "runs",
    params(("id" = String, Path, description = "The run.", example = "churn-1")),
    responses(
        (status = OK, description = "The run, asked to stop.", body = RunSummary, example = json!({
            "id": "churn-1", "kind": "train", "recipe": "churn", "state": "running",
            "started_at": "2026-03-01T09:30:00Z", "secs": 1.5, "epochs": 2, "planned_epochs": 10,
            "metric": "accuracy", "best": 0.81
        })),
        Refusals,
    )
)]
pub async fn stop_run(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
) -> Result<Json<RunSummary>, Failure> {
    state.workbench.stop(&id).await?;
    Ok(Json(state.workbench.run(&id).await?.summary))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{RECIPE, Server};

    #[tokio::test]
    async fn a_long_run_stops_and_keeps_its_best() {
        let server = Server::fresh().await;
        server.import_customers().await;
        let recipe = RECIPE.replace("epochs = 2", "epochs = 100000");
        let begun = server.post("/api/v1/runs", &json!({"recipe": recipe})).await.json();
        let id = begun["id"].as_str().expect("an id");
        let answer = server.post(&format!("/api/v1/runs/{id}/stop"), &json!({})).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let story = server.get(&format!("/api/v1/runs/{id}/events")).await.text();
        assert!(story.contains("\"kind\":\"finished\",\"state\":\"stopped\""), "{story}");
        assert_eq!(server.post("/api/v1/runs/nowhere-1/stop", &json!({})).await.status, 404);
    }
}
