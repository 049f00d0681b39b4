//! `GET /api/v1/runs/{id}`: a run in full.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use flywheel_spec::run::RunDetail;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// What was asked, what ran, each epoch, and the report once it is over.
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}",
    tag = "runs",
    params(("id" = String, Path, description = "The run.", example = "churn-1")),
    responses(
        (status = OK, description = "The run.", body = RunDetail, example = json!({
            "summary": {
            "id": "churn-1", "kind": "train", "recipe": "churn", "state": "running",
            "started_at": "2026-03-01T09:30:00Z", "secs": 1.5, "epochs": 2, "planned_epochs": 10,
            "metric": "accuracy", "best": 0.81
        },
            "recipe": "name = \"churn\"\n\n[data]\ntable = \"customers\"\ntarget = \"churned\"\n",
            "epochs": [], "notes": []
        })),
        Refusals,
    )
)]
pub async fn show_run(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
) -> Result<Json<RunDetail>, Failure> {
    Ok(Json(state.workbench.run(&id).await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_finished_run_has_its_verdict() {
        let server = Server::fresh().await;
        let id = server.train().await;
        let run = server.get(&format!("/api/v1/runs/{id}")).await.json();
        assert_eq!(run["summary"]["state"], "finished");
        assert!(run["report"]["validation"]["verdict"]["how_good"]["zh"].is_string(), "{run}");
    }

    #[tokio::test]
    async fn an_unknown_run_is_answered_with_the_nearest() {
        let server = Server::fresh().await;
        let id = server.train().await;
        let answer = server.get(&format!("/api/v1/runs/{id}0")).await;
        assert_eq!(answer.status, 404);
        assert!(answer.text().contains(&id), "{}", answer.text());
        assert_eq!(server.get("/api/v1/runs/..%2F..%2Fledger.db").await.status, 404);
    }
}
