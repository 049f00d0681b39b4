//! `GET /v2/models/{name}/ready`: whether a model can be asked.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::{ProtocolRefusals, version};
use crate::failure::Failure;
use crate::state::ServerState;

/// 200 when a version of the model is deployed.
#[utoipa::path(
    get,
    path = "/v2/models/{name}/ready",
    tag = "inference",
    params(("name" = String, Path, description = "The model.", example = "digits")),
    responses((status = OK, description = "It can be asked.", body = Object, example = json!({"ready": true})), ProtocolRefusals)
)]
pub async fn model_ready(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
) -> Result<Json<Value>, Failure> {
    state.deployed(&name).await?;
    Ok(Json(json!({ "ready": true })))
}

/// 200 when the version can be asked, deployed or not.
#[utoipa::path(
    get,
    path = "/v2/models/{name}/versions/{version}/ready",
    tag = "inference",
    params(
        ("name" = String, Path, description = "The model.", example = "digits"),
        ("version" = String, Path, description = "The version.", example = "1"),
    ),
    responses((status = OK, description = "It can be asked.", body = Object, example = json!({"ready": true})), ProtocolRefusals)
)]
pub async fn model_version_ready(
    State(state): State<Arc<ServerState>>,
    Path((name, wanted)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    state.version(&name, version(&wanted)?).await?;
    Ok(Json(json!({ "ready": true })))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_model_is_ready_once_it_is_deployed() {
        let fresh = Server::fresh().await;
        fresh.train().await;
        assert_eq!(fresh.get("/v2/models/churn/ready").await.status, 409, "trained and not deployed");
        let server = Server::deployed().await;
        assert_eq!(server.get("/v2/models/churn/ready").await.status, 200);
        assert_eq!(server.get("/v2/models/churn/versions/1/ready").await.status, 200);
        assert_eq!(server.get("/v2/models/churn/versions/2/ready").await.status, 404);
        assert_eq!(server.get("/v2/models/nothing/ready").await.status, 404);
    }
}
