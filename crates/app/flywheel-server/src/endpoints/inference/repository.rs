//! `POST /v2/repository/index`: what is deployed, as Triton lists it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
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
    let entry = |(name, version): (String, u64)| json!({"name": name, "version": version.to_string(), "state": "READY", "reason": ""});
    Json(state.deployments.versions().into_iter().map(entry).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
}
