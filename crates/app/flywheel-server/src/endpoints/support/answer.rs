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
/// Send the `conversation` of the reply with the next message to go on with it. Where `faq.toml` is absent or wrong a person
/// takes over, and `problems` says why.
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
        let none = server.post("/api/v1/support/answer", &json!({"text": "怎么退款？"})).await;
        assert_eq!(none.status, 200, "{}", none.text());
        assert_eq!(none.json()["reply"]["kind"], "hand_over", "nothing that a customer says is lost");
        assert!(none.json()["problems"][0]["message"]["en"].is_string(), "{}", none.text());
        let faq = server.workbench.folder().root().join("faq.toml");
        std::fs::write(faq, flywheel_sample::startup::FAQ).expect("written");
        let hand_over =
            server.post("/api/v1/support/answer", &json!({"text": "转人工", "person": "u1"})).await;
        assert_eq!(hand_over.status, 200, "{}", hand_over.text());
        assert_eq!(hand_over.json()["reply"]["kind"], "hand_over");
        let inbox = server.get("/api/v1/support/inbox").await;
        assert_eq!(inbox.json()[0]["conversation"]["turns"][0]["text"], "怎么退款？");
        assert_eq!(inbox.json()[1]["person"], "u1");
        let asked =
            server.post("/api/v1/support/answer", &json!({"text": "How do I reset my password?"})).await;
        assert!(["answer", "clarify"].contains(&asked.json()["reply"]["kind"].as_str().unwrap_or_default()));
        let empty = server.post("/api/v1/support/answer", &json!({"text": " "})).await;
        assert_eq!(empty.status, 422, "{}", empty.text());
        let foreign = json!({"text": "x", "conversation": "../../ledger"});
        assert_eq!(server.post("/api/v1/support/answer", &foreign).await.status, 404);
    }

    #[tokio::test]
    async fn messages_at_once_are_all_kept_and_left_to_the_colleague() {
        let server = Server::fresh().await;
        let faq = server.workbench.folder().root().join("faq.toml");
        std::fs::write(faq, flywheel_sample::startup::FAQ).expect("written");
        let begun = server.post("/api/v1/support/answer", &json!({"text": "转人工"})).await.json();
        let say = |text: &str| json!({"text": text, "conversation": begun["conversation"]});
        let bodies = ["订单号 12345", "怎么退款？", "在吗", "快点"].map(say);
        let [one, two, three, four] = &bodies;
        let path = "/api/v1/support/answer";
        let (one, two, three, four) = tokio::join!(
            server.post(path, one),
            server.post(path, two),
            server.post(path, three),
            server.post(path, four)
        );
        for answer in [one, two, three, four] {
            assert_eq!(answer.status, 200, "{}", answer.text());
            let reply = answer.json()["reply"].clone();
            assert_eq!(
                (&reply["kind"], &reply["unanswered"]),
                (&json!("hand_over"), &json!(null)),
                "{reply}"
            );
        }
        let inbox = server.get("/api/v1/support/inbox").await.json();
        assert_eq!(inbox[0]["conversation"]["turns"].as_array().map(Vec::len), Some(10), "{inbox}");
        assert_eq!(inbox[0]["reason"], "asked", "why it was handed over stays");
    }
}
