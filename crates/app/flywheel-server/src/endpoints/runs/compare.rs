//! `GET /api/v1/runs/compare`: runs side by side.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use flywheel_spec::run::RunComparison;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Which runs to compare.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CompareQuery {
    /// Their ids, with commas between.
    #[param(example = "churn-1,churn-2")]
    ids: String,
}

/// The settings in which runs differ, their metrics, and what the comparison says.
#[utoipa::path(
    get,
    path = "/api/v1/runs/compare",
    tag = "runs",
    params(CompareQuery),
    responses(
        (status = OK, description = "The comparison.", body = RunComparison, example = json!({
            "runs": [],
            "settings": [{"path": "train.batch_size", "values": ["32", "64"]}],
            "metrics": [{"metric": "accuracy", "values": [0.81, 0.84]}],
            "findings": []
        })),
        Refusals,
    )
)]
pub async fn compare_runs(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<CompareQuery>, QueryRejection>,
) -> Result<Json<RunComparison>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let ids: Vec<String> =
        query.ids.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    Ok(Json(state.workbench.compare(&ids).await?))
}

#[cfg(test)]
mod tests {
    use flywheel_spec::run::RunKind;
    use flywheel_workbench::{RunChoices, RunRequest};

    use crate::testing::{RECIPE, Server};

    #[tokio::test]
    async fn two_runs_are_compared() {
        let server = Server::fresh().await;
        let (first, second) = (server.train().await, server.train().await);
        let answer = server.get(&format!("/api/v1/runs/compare?ids={first},{second}")).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["runs"][1]["id"], second.as_str());
        assert_eq!(server.get("/api/v1/runs/compare").await.status, 400);
        assert_eq!(server.get(&format!("/api/v1/runs/compare?ids={first},nowhere")).await.status, 404);
    }

    #[tokio::test]
    async fn what_was_chosen_beside_the_recipe_is_compared() {
        let server = Server::fresh().await;
        server.import_customers().await;
        let mut ids = Vec::new();
        for seed in [1, 2] {
            let request = RunRequest {
                text: RECIPE.to_owned(),
                file_name: "churn.toml".to_owned(),
                kind: RunKind::Train,
                choices: RunChoices { seed: Some(seed), ..RunChoices::default() },
            };
            let id = server.workbench.start_run(request).await.expect("begun");
            // It ends with the run.
            server.get(&format!("/api/v1/runs/{id}/events")).await;
            ids.push(id);
        }
        let compared = server.get(&format!("/api/v1/runs/compare?ids={}", ids.join(","))).await.json();
        let seeds = serde_json::json!([{"path": "seed", "values": ["1", "2"]}]);
        assert_eq!(compared["settings"], seeds, "{compared}");
        let said = compared["findings"].to_string();
        assert!(!said.contains("same_settings") && said.contains("准确率为"), "{said}");
    }
}
