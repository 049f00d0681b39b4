//! `POST /v2/repository/index`: what is deployed, as Triton lists it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_workbench::Trouble;
use serde_json::{Value, json};

use crate::state::ServerState;

/// Every deployed model with its version.
#[utoipa::path(
    post,
    path = "/v2/repository/index",
    tag = "inference",
    responses((status = OK, description = "The models.", body = Vec<Object>,
        example = json!([{"name": "churn", "version": "2", "state": "READY", "reason": ""}])))
)]
pub async fn index_repository(State(state): State<Arc<ServerState>>) -> Json<Value> {
    Json(listed(&state.deployments.versions(), &state.deployments.troubles()))
}

/// What answers, then what was deployed and cannot answer.
fn listed(versions: &BTreeMap<String, u64>, troubles: &BTreeMap<String, Trouble>) -> Value {
    let ready = versions.iter().map(|(name, version)| entry(name, *version, "READY", ""));
    let troubled = troubles.iter().map(|(name, trouble)| {
        let reason = trouble.failure.to_string();
        entry(name, trouble.version, "UNAVAILABLE", &reason)
    });
    ready.chain(troubled).collect()
}

fn entry(name: &str, version: u64, state: &str, reason: &str) -> Value {
    json!({"name": name, "version": version.to_string(), "state": state, "reason": reason})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Server;

    #[tokio::test]
    async fn only_what_is_deployed_is_listed() {
        let fresh = Server::fresh().await;
        fresh.train().await;
        assert_eq!(fresh.post("/v2/repository/index", &json!({})).await.json(), json!([]));
        let deployed = Server::deployed().await;
        let listed = deployed.post("/v2/repository/index", &json!({})).await.json();
        assert_eq!(listed, json!([{"name": "churn", "version": "1", "state": "READY", "reason": ""}]));
    }

    #[tokio::test]
    async fn what_is_deployed_and_damaged_is_listed_with_the_reason() {
        let server = Server::deployed().await;
        let weights = server.workbench.bundle_folder("churn", 1).join("model.safetensors");
        std::fs::write(&weights, b"damaged").expect("written");
        let deployments = server.workbench.deployments().await.expect("opened");
        let listed = listed(&deployments.versions(), &deployments.troubles());
        let entry = &listed[0];
        assert_eq!((&entry["version"], &entry["state"]), (&json!("1"), &json!("UNAVAILABLE")), "{listed}");
        assert!(entry["reason"].as_str().is_some_and(|reason| reason.contains("checksum")), "{listed}");
    }
}
