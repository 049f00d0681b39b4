//! `POST /api/v1/support/answer`: one message of a customer, answered.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::feedback::support::{SupportAnswer, SupportRequest};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Answers a customer's message from the project's `faq.toml`: with an answer, a question back, or a hand-over to a person.
///
/// Send the `conversation` of the reply with the next message to go on with it.
#[utoipa::path(
    post,
    path = "/api/v1/support/answer",
    operation_id = "answer_customer",
    tag = "support",
    request_body(content = SupportRequest, example = json!({"text": "怎么重置密码？"})),
    responses((status = OK, body = SupportAnswer, description = "The reply."), Refusals),
)]
pub async fn answer_customer(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SupportAnswer>, Failure> {
    let request: SupportRequest = body::json(&headers, body).await?;
    Ok(Json(state.workbench.answer_customer(request).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_conversation_ends_with_an_answer_or_with_a_person() {
        let server = Server::fresh().await;
        let none = server.post("/api/v1/support/answer", &json!({"text": "hello"})).await;
        assert_eq!(none.status, 404, "{}", none.text());
        let faq = server.workbench.folder().root().join("faq.toml");
        std::fs::write(faq, flywheel_sample::startup::FAQ).expect("written");
        let hand_over =
            server.post("/api/v1/support/answer", &json!({"text": "转人工", "person": "u1"})).await;
        assert_eq!(hand_over.status, 200, "{}", hand_over.text());
        assert_eq!(hand_over.json()["reply"]["kind"], "hand_over");
        let inbox = server.get("/api/v1/support/inbox").await;
        assert_eq!(inbox.json()[0]["person"], "u1");
        let asked =
            server.post("/api/v1/support/answer", &json!({"text": "How do I reset my password?"})).await;
        assert!(["answer", "clarify"].contains(&asked.json()["reply"]["kind"].as_str().unwrap_or_default()));
        let empty = server.post("/api/v1/support/answer", &json!({"text": " "})).await;
        assert_eq!(empty.status, 422, "{}", empty.text());
        let foreign = json!({"text": "x", "conversation": "../../ledger"});
        assert_eq!(server.post("/api/v1/support/answer", &foreign).await.status, 404);
    }
}
