//! `GET /api/v1/models/{name}`: a version in full.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use flywheel_spec::model::ModelDetail;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Which version.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VersionQuery {
    /// The version; the deployed one, else the newest, when absent.
    version: Option<u64>,
}

/// What it reads and answers, its card, its recipe, and who deployed what when.
#[utoipa::path(
    get,
    path = "/api/v1/models/{name}",
    tag = "models",
    params(("name" = String, Path, description = "The model.", example = "churn"), VersionQuery),
    responses(
        (status = OK, description = "The version.", body = ModelDetail, example = json!({
            "model": {
            "name": "churn",
            "versions": [{"version": 1, "run": "churn-1", "created_at": "2026-03-01T09:31:00Z", "deployed": true, "bytes": 48_112}],
            "deployed": 1
        },
            "version": 1,
            "signature": {
                "task": "classification", "target": "churned",
                "inputs": [{"name": "age", "kind": "number", "example": "41", "range": [18.0, 91.0]}],
                "labels": ["no", "yes"]
            },
            "card_en": "# churn@1", "card_zh": "# churn@1",
            "recipe": "name = \"churn\"\n\n[data]\ntable = \"customers\"\ntarget = \"churned\"\n",
            "deployments": [{"name": "churn", "version": 1, "action": "deploy", "at": "2026-03-01T09:32:00Z"}]
        })),
        Refusals,
    )
)]
pub async fn show_model(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    query: Result<Query<VersionQuery>, QueryRejection>,
) -> Result<Json<ModelDetail>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    Ok(Json(state.workbench.model(&name, query.version).await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_model_says_what_it_reads() {
        let server = Server::fresh().await;
        server.train().await;
        let model = server.get("/api/v1/models/churn?version=1").await;
        assert_eq!(model.status, 200, "{}", model.text());
        let inputs = model.json()["signature"]["inputs"].as_array().expect("inputs").len();
        assert_eq!(inputs, 3);
    }

    #[tokio::test]
    async fn an_unknown_name_or_version_is_answered_with_what_is_known() {
        let server = Server::fresh().await;
        server.train().await;
        let name = server.get("/api/v1/models/chrun").await;
        assert_eq!(name.status, 404);
        assert!(name.text().contains("`churn`"), "{}", name.text());
        assert_eq!(server.get("/api/v1/models/churn?version=9").await.status, 404);
        assert_eq!(server.get("/api/v1/models/churn?version=nine").await.status, 400);
    }
}
