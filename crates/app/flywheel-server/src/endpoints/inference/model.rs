//! `GET /v2/models/{name}`: the tensors that a model reads and gives.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use flywheel_workbench::Deployed;
use serde_json::Value;

use super::{ProtocolRefusals, version};
use crate::failure::Failure;
use crate::inference::metadata::metadata;
use crate::state::ServerState;

/// The deployed version's inputs and outputs.
#[utoipa::path(
    get,
    path = "/v2/models/{name}",
    tag = "inference",
    params(("name" = String, Path, description = "The model.", example = "digits")),
    responses(
        (status = OK, description = "The model.", body = Object, example = json!({
            "name": "digits", "versions": ["1"], "platform": "flywheel",
            "inputs": [{"name": "image", "datatype": "UINT8", "shape": [-1, 28, 28, 1]}],
            "outputs": [
                {"name": "label", "datatype": "BYTES", "shape": [-1]},
                {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}
            ]
        })),
        ProtocolRefusals,
    )
)]
pub async fn describe_model(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
) -> Result<Json<Value>, Failure> {
    let deployed = state.deployed(&name).await?;
    describe(&state, &deployed).await
}

/// A version's inputs and outputs, deployed or not.
#[utoipa::path(
    get,
    path = "/v2/models/{name}/versions/{version}",
    tag = "inference",
    params(
        ("name" = String, Path, description = "The model.", example = "digits"),
        ("version" = String, Path, description = "The version.", example = "1"),
    ),
    responses(
        (status = OK, description = "The model.", body = Object, example = json!({
            "name": "bikes", "versions": ["1"], "platform": "flywheel",
            "inputs": [{"name": "temperature", "datatype": "FP64", "shape": [-1]}],
            "outputs": [{"name": "value", "datatype": "FP64", "shape": [-1]}]
        })),
        ProtocolRefusals,
    )
)]
pub async fn describe_model_version(
    State(state): State<Arc<ServerState>>,
    Path((name, wanted)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let deployed = state.version(&name, version(&wanted)?).await?;
    describe(&state, &deployed).await
}

async fn describe(state: &ServerState, deployed: &Deployed) -> Result<Json<Value>, Failure> {
    let models = state.workbench.models().await?;
    let versions = models.into_iter().find(|model| *model.name == *deployed.name).map(|model| model.versions);
    let versions: Vec<u64> = versions.unwrap_or_default().iter().map(|version| version.version).collect();
    Ok(Json(metadata(&deployed.name, &versions, deployed.signature())))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_model_says_which_tensors_it_reads() {
        let server = Server::deployed().await;
        let model = server.get("/v2/models/churn").await;
        assert_eq!(model.status, 200, "{}", model.text());
        assert_eq!(model.json()["inputs"].as_array().expect("inputs").len(), 3);
        assert_eq!(server.get("/v2/models/churn/versions/1").await.json(), model.json());
    }

    #[tokio::test]
    async fn unknown_models_and_versions_are_errors() {
        let server = Server::deployed().await;
        for (path, status) in [
            ("/v2/models/chrun", 404),
            ("/v2/models/churn/versions/9", 404),
            ("/v2/models/churn/versions/x", 400),
        ] {
            let answer = server.get(path).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text());
            assert!(answer.json()["error"].is_string());
        }
    }
}
