//! `GET /api/v1/support/gaps`: what customers ask and the file does not answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::feedback::support::GapReport;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Groups what customers asked and `faq.toml` does not answer, each with a draft question.
#[utoipa::path(
    get,
    path = "/api/v1/support/gaps",
    operation_id = "list_gaps",
    tag = "support",
    responses(
        (status = OK, body = GapReport, description = "The gaps, most asked first.", example = json!({
            "findings": [], "closed": 0, "empty": 0,
            "gaps": [{
                "name": "student discount", "draft_question": "Is there a student discount?", "language": "en",
                "questions": ["Is there a student discount?"], "ids": ["01a21c55-5a02-73ce-8a74-cb230b69f6ec/3"],
                "count": 4, "people": 3, "first": 1772323200000000_i64, "last": 1772409600000000_i64
            }]
        })),
        Refusals,
    ),
)]
pub async fn list_gaps(State(state): State<Arc<ServerState>>) -> Result<Json<GapReport>, Failure> {
    Ok(Json(state.workbench.support_gaps().await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn without_a_file_every_question_is_a_gap() {
        let server = Server::fresh().await;
        for text in ["How do I get an invoice?", "怎么开发票？"] {
            let answer = server.post("/api/v1/support/answer", &json!({"text": text})).await;
            assert_eq!(answer.json()["reply"]["kind"], "hand_over", "{}", answer.text());
        }
        let gaps = server.get("/api/v1/support/gaps").await;
        assert_eq!(gaps.status, 200, "{}", gaps.text());
        let gaps = gaps.json();
        let asked = gaps["gaps"].as_array().expect("gaps").iter().filter_map(|gap| gap["count"].as_u64());
        assert_eq!(asked.sum::<u64>(), 2, "{gaps}");
        let faq = server.workbench.folder().root().join("faq.toml");
        std::fs::write(faq, "[[entry]]\nid = \"a\"\nquestion = \"\"\nanswer = \"\"\n").expect("written");
        let wrong = server.get("/api/v1/support/gaps").await;
        assert_eq!(wrong.status, 422, "a file with mistakes is told: {}", wrong.text());
    }
}
