//! `POST /api/v1/support/settle`: a person took a conversation over.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::feedback::support::{Conversation, SettleRequest};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Says that a person took a conversation over, and what they answered: it waits no longer, and the next message is answered
/// from `faq.toml` again.
#[utoipa::path(
    post,
    path = "/api/v1/support/settle",
    operation_id = "settle_conversation",
    tag = "support",
    request_body(content = SettleRequest, example = json!({
        "conversation": "01a21c55-5a02-73ce-8a74-cb230b69f6ec", "answer": "Your refund was paid today."
    })),
    responses((status = OK, body = Conversation, description = "The conversation as it stands."), Refusals),
)]
pub async fn settle_conversation(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Conversation>, Failure> {
    let request: SettleRequest = body::json(&headers, body).await?;
    let SettleRequest { conversation, answer } = &request;
    Ok(Json(state.workbench.settle_conversation(conversation, answer.as_deref())?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_settled_conversation_waits_no_longer_and_keeps_the_answer() {
        let server = Server::fresh().await;
        let asked = server.post("/api/v1/support/answer", &json!({"text": "转人工"})).await;
        let conversation = asked.json()["conversation"].clone();
        let settle = json!({"conversation": conversation, "answer": "已退款"});
        let settled = server.post("/api/v1/support/settle", &settle).await;
        assert_eq!(settled.status, 200, "{}", settled.text());
        assert_eq!(settled.json()["turns"][2]["text"], "已退款");
        assert_eq!(settled.json()["handed_over"], false);
        assert_eq!(server.get("/api/v1/support/inbox").await.json(), json!([]));
        let foreign = server.post("/api/v1/support/settle", &json!({"conversation": "../ledger"})).await;
        assert_eq!(foreign.status, 404, "{}", foreign.text());
    }
}
