//! `GET /api/v1/questions/kinds`: what can be asked.

use axum::Json;
use flywheel_spec::product::answer::QuestionKind;
use flywheel_workbench::question_kinds;

use crate::failure::{Failure, Refusals};

/// Every kind of question, with what it asks and an example.
#[utoipa::path(
    get,
    path = "/api/v1/questions/kinds",
    tag = "questions",
    responses(
        (status = OK, description = "The kinds.", body = Vec<QuestionKind>, example = json!([{
            "kind": "lifecycle",
            "asks": {"key": "ask.asks_lifecycle", "en": "How many are new, returning, resurrecting, dormant?", "zh": "新增、持续、回流、沉默的各有多少人？"},
            "example": "kind = \"lifecycle\"\ninterval = \"week\"\n"
        }])),
        Refusals,
    )
)]
pub async fn list_question_kinds() -> Result<Json<Vec<QuestionKind>>, Failure> {
    Ok(Json(question_kinds()))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn every_kind_is_told_with_an_example() {
        let kinds = Server::fresh().await.get("/api/v1/questions/kinds").await.json();
        let kinds = kinds.as_array().expect("a list").clone();
        assert!(kinds.iter().any(|kind| kind["kind"] == "funnel"));
        assert!(kinds.iter().all(|kind| kind["example"].as_str().is_some_and(|text| !text.is_empty())));
    }
}
