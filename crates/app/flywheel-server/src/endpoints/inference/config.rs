//! `GET /v2/models/{name}/config`: Triton's model configuration.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use serde_json::Value;

use super::{ProtocolRefusals, version};
use crate::failure::Failure;
use crate::inference::metadata::configuration;
use crate::state::ServerState;

/// The deployed version's configuration, as far as it means something here.
#[utoipa::path(
    get,
    path = "/v2/models/{name}/config",
    tag = "inference",
    params(("name" = String, Path, description = "The model.", example = "digits")),
    responses(
        (status = OK, description = "The configuration.", body = Object, example = json!({
            "name": "digits", "platform": "flywheel", "backend": "flywheel", "max_batch_size": 0,
            "input": [{"name": "image", "data_type": "TYPE_UINT8", "dims": [-1, 28, 28, 1]}],
            "output": [{"name": "label", "data_type": "TYPE_STRING", "dims": [-1]}]
        })),
        ProtocolRefusals,
    )
)]
pub async fn configure_model(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
) -> Result<Json<Value>, Failure> {
    let deployed = state.deployed(&name).await?;
    Ok(Json(configuration(&name, deployed.signature())))
}

/// A version's configuration, deployed or not.
#[utoipa::path(
    get,
    path = "/v2/models/{name}/versions/{version}/config",
    tag = "inference",
    params(
        ("name" = String, Path, description = "The model.", example = "digits"),
        ("version" = String, Path, description = "The version.", example = "1"),
    ),
    responses(
        (status = OK, description = "The configuration.", body = Object, example = json!({
            "name": "digits", "platform": "flywheel", "backend": "flywheel", "max_batch_size": 0
        })),
        ProtocolRefusals,
    )
)]
pub async fn configure_model_version(
    State(state): State<Arc<ServerState>>,
    Path((name, wanted)): Path<(String, String)>,
) -> Result<Json<Value>, Failure> {
    let deployed = state.version(&name, version(&wanted)?).await?;
    Ok(Json(configuration(&name, deployed.signature())))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn the_configuration_names_the_tensors_in_tritons_words() {
        let server = Server::deployed().await;
        let config = server.get("/v2/models/churn/config").await.json();
        assert_eq!(config["max_batch_size"], 0);
        let outputs: Vec<&str> = (0..2).filter_map(|at| config["output"][at]["data_type"].as_str()).collect();
        assert_eq!(outputs, ["TYPE_STRING", "TYPE_FP32"]);
        assert_eq!(server.get("/v2/models/churn/versions/1/config").await.json(), config);
    }
}
