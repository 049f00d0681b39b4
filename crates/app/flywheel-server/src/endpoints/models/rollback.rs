//! `POST /api/v1/models/{name}/rollback`: the version that answered before answers again.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use flywheel_spec::model::DeploymentReport;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Takes the last deployment back.
#[utoipa::path(
    post,
    path = "/api/v1/models/{name}/rollback",
    tag = "models",
    params(("name" = String, Path, description = "The model.", example = "churn")),
    responses(
        (status = OK, description = "What answers now.", body = DeploymentReport, example = json!({
            "name": "churn", "version": 1, "previous": 2, "action": "rollback", "at": "2026-03-01T09:33:00Z"
        })),
        Refusals,
    )
)]
pub async fn roll_back_model(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
) -> Result<Json<DeploymentReport>, Failure> {
    let report = state.workbench.rollback(&name).await?;
    state.deployments.refresh().await?;
    Ok(Json(report))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn the_version_before_answers_again() {
        let server = Server::fresh().await;
        for version in [1, 2] {
            server.train().await;
            let deployed = server.post("/api/v1/models/churn/deploy", &json!({"version": version})).await;
            assert_eq!(deployed.status, 200, "{}", deployed.text());
        }
        let report = server.post("/api/v1/models/churn/rollback", &json!({})).await;
        assert_eq!(report.status, 200, "{}", report.text());
        assert_eq!((&report.json()["version"], &report.json()["previous"]), (&json!(1), &json!(2)));
        let row = json!({"rows": [{"age": 41, "plan": "basic", "spend": 3.5}]});
        assert_eq!(server.post("/api/v1/models/churn/predict", &row).await.json()["version"], 1);
    }

    #[tokio::test]
    async fn a_damaged_version_before_is_refused_and_the_present_one_answers_on() {
        let server = Server::fresh().await;
        for version in [1, 2] {
            server.train().await;
            server.post("/api/v1/models/churn/deploy", &json!({"version": version})).await;
        }
        let weights = server.workbench.bundle_folder("churn", 1).join("model.safetensors");
        std::fs::write(&weights, b"damaged").expect("written");
        let answer = server.post("/api/v1/models/churn/rollback", &json!({})).await;
        assert!(answer.status >= 400, "{}", answer.text());
        let row = json!({"rows": [{"age": 41, "plan": "basic", "spend": 3.5}]});
        assert_eq!(server.post("/api/v1/models/churn/predict", &row).await.json()["version"], 2);
        let models = server.get("/api/v1/models").await.json();
        assert_eq!(models[0]["deployed"], 2, "{models}");
    }

    #[tokio::test]
    async fn without_a_version_before_nothing_is_rolled_back() {
        let server = Server::fresh().await;
        server.train().await;
        let answer = server.post("/api/v1/models/churn/rollback", &json!({})).await;
        assert!([404, 409, 422].contains(&answer.status), "{}", answer.text());
        assert_eq!(server.post("/api/v1/models/chrun/rollback", &json!({})).await.status, 404);
    }
}
