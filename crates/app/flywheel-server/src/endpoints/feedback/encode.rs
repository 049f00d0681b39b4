//! `POST /api/v1/feedback/encode`: every message read by meaning, once.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::encoder::EncodedReport;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Reads every message by meaning with the project's encoder; what was read before is kept.
///
/// It answers when all of them are read. Who hangs up loses nothing: the next call goes on.
#[utoipa::path(
    post,
    path = "/api/v1/feedback/encode",
    operation_id = "encode_feedback",
    tag = "feedback",
    responses(
        (status = OK, body = EncodedReport, description = "How many were read.", example = json!({
            "findings": [], "encoder": "multilingual-minilm", "messages": 1200, "read": 1200, "new": 35
        })),
        Refusals,
    ),
)]
pub async fn encode_feedback(State(state): State<Arc<ServerState>>) -> Result<Json<EncodedReport>, Failure> {
    Ok(Json(state.workbench.encode_feedback(|_, _| ()).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_project_without_an_encoder_says_so() {
        let server = Server::fresh().await;
        let answer = server.post("/api/v1/feedback/encode", &json!({})).await;
        assert_eq!(answer.status, 404, "{}", answer.text());
        assert_eq!(answer.json()["problems"][0]["code"], "encoder.none_there");
    }
}
