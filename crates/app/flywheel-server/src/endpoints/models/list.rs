//! `GET /api/v1/models`: every model with its versions.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::model::ModelSummary;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Every model, by name, with its versions and the one that answers.
#[utoipa::path(
    get,
    path = "/api/v1/models",
    tag = "models",
    responses(
        (status = OK, description = "The models.", body = Vec<ModelSummary>, example = json!([{
            "name": "churn",
            "versions": [{"version": 1, "run": "churn-1", "created_at": "2026-03-01T09:31:00Z", "deployed": true, "bytes": 48_112}],
            "deployed": 1
        }])),
        Refusals,
    )
)]
pub async fn list_models(State(state): State<Arc<ServerState>>) -> Result<Json<Vec<ModelSummary>>, Failure> {
    Ok(Json(state.workbench.models().await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_trained_model_is_listed() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/models").await.json(), serde_json::json!([]));
        server.train().await;
        let models = server.get("/api/v1/models").await.json();
        assert_eq!(models[0]["name"], "churn");
        assert_eq!(models[0]["versions"][0]["version"], 1);
    }
}
