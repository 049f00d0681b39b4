//! `POST /api/v1/support/draft`: a draft of an answer for a conversation that waits for a person.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::feedback::draft::{DraftReport, DraftRequest};

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;
use crate::{body, language};

/// Drafts an answer from the nearest entries of `faq.toml` and from what colleagues answered before, each sentence with its
/// sources; nothing is sent to the customer.
///
/// The project's `[assistant]` writes it. Without one, or where it fails, the draft is the nearest answer word for word,
/// and `assistant.fallbacks` says why.
#[utoipa::path(
    post,
    path = "/api/v1/support/draft",
    operation_id = "draft_answer",
    tag = "support",
    request_body(
        content = DraftRequest,
        example = json!({"conversation": "01a21c55-5a02-73ce-8a74-cb230b69f6ec"})
    ),
    responses((status = OK, body = DraftReport, description = "The draft."), Refusals),
)]
pub async fn draft_answer(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<DraftReport>, Failure> {
    let request: DraftRequest = body::json(&headers, body).await?;
    let access = state.assistant_access(language::accepted(&headers));
    Ok(Json(state.workbench.draft_answer(&request, &access).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_conversation_that_waits_gets_a_draft_without_an_assistant() {
        let server = Server::fresh().await;
        let faq = server.workbench.folder().root().join("faq.toml");
        std::fs::write(faq, flywheel_sample::startup::FAQ).expect("written");
        let asked =
            server.post("/api/v1/support/answer", &json!({"text": "How do I reset my password?"})).await;
        let conversation = asked.json()["conversation"].clone();
        let early = server.post("/api/v1/support/draft", &json!({"conversation": conversation})).await;
        assert_eq!(early.status, 409, "{}", early.text());
        let on = json!({"text": "I want a human", "conversation": conversation});
        assert_eq!(server.post("/api/v1/support/answer", &on).await.json()["reply"]["kind"], "hand_over");
        let draft = server.post("/api/v1/support/draft", &json!({"conversation": conversation})).await;
        assert_eq!(draft.status, 200, "{}", draft.text());
        let draft = draft.json();
        assert_eq!(draft["written_by_model"], false);
        assert_eq!(draft["text"], draft["sources"][0]["answer"]);
        assert_eq!(draft["assistant"]["fallbacks"][0]["why"]["key"], "assistant.not_set_up");
        let foreign = server.post("/api/v1/support/draft", &json!({"conversation": "../ledger"})).await;
        assert_eq!(foreign.status, 404, "{}", foreign.text());
    }
}
