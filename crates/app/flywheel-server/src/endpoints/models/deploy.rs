//! `POST /api/v1/models/{name}/deploy`: from now on, this version answers.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use flywheel_spec::model::{DeployRequest, DeploymentReport};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Deploys a version, the newest when none is named; an empty body is enough.
///
/// Requests under way are answered by the version that began them; none fails.
#[utoipa::path(
    post,
    path = "/api/v1/models/{name}/deploy",
    tag = "models",
    params(("name" = String, Path, description = "The model.", example = "churn")),
    request_body(content = DeployRequest, example = json!({"version": 2})),
    responses(
        (status = OK, description = "What answers now.", body = DeploymentReport, example = json!({
            "name": "churn", "version": 2, "previous": 1, "action": "deploy", "at": "2026-03-01T09:32:00Z"
        })),
        Refusals,
    )
)]
pub async fn deploy_model(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<DeploymentReport>, Failure> {
    let bytes = body::bytes(&headers, body).await?;
    let request: DeployRequest =
        if bytes.is_empty() { DeployRequest::default() } else { body::read(&bytes)? };
    let report = state.workbench.deploy(&name, request.version).await?;
    state.deployments.refresh().await?;
    Ok(Json(report))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_deployed_version_answers_at_once() {
        let server = Server::fresh().await;
        server.train().await;
        let row = json!({"rows": [{"age": 41, "plan": "basic", "spend": 3.5}]});
        let before = server.post("/api/v1/models/churn/predict", &row).await;
        assert_eq!(before.status, 409, "{}", before.text());
        let report = server.post("/api/v1/models/churn/deploy", &json!({})).await;
        assert_eq!(report.status, 200, "{}", report.text());
        assert_eq!(report.json()["version"], 1);
        assert_eq!(server.post("/api/v1/models/churn/predict", &row).await.status, 200);
    }

    #[tokio::test]
    async fn what_cannot_be_deployed_is_refused() {
        let server = Server::fresh().await;
        server.train().await;
        for (path, body, status) in [
            ("/api/v1/models/chrun/deploy", json!({}), 404),
            ("/api/v1/models/churn/deploy", json!({"version": 7}), 404),
            ("/api/v1/models/churn/deploy", json!({"version": "1"}), 422),
            ("/api/v1/models/churn/deploy", json!({"versoin": 1}), 422),
        ] {
            assert_eq!(server.post(path, &body).await.status, status, "{path} {body}");
        }
    }
}
