//! `POST /api/v1/questions/save`: a question is kept in the project's recipes.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::check::read_question_value;
use flywheel_spec::product::QuestionSpec;
use flywheel_spec::product::answer::SavedQuestion;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// A question and what it is to be called.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaveQuestion {
    /// The file's name without `.toml`: lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// The question.
    #[schema(value_type = QuestionSpec)]
    pub question: serde_json::Value,
}

/// Keeps a question as `recipes/<name>.toml`; one of that name is replaced.
#[utoipa::path(
    post,
    path = "/api/v1/questions/save",
    tag = "questions",
    request_body(content = SaveQuestion, example = json!({
        "name": "weekly-lifecycle", "question": {"kind": "lifecycle", "interval": "week"}
    })),
    responses((status = OK, description = "The kept question.", body = SavedQuestion), Refusals),
)]
pub async fn save_question(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SavedQuestion>, Failure> {
    let request: SaveQuestion = body::json(&headers, body).await?;
    let question = read_question_value(&request.question).map_err(Failure::invalid)?;
    Ok(Json(state.workbench.save_question(&request.name, &question)?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_kept_question_is_listed_and_is_no_training_recipe() {
        let server = Server::fresh().await;
        let question = json!({"kind": "lifecycle", "interval": "week"});
        let saved =
            server.post("/api/v1/questions/save", &json!({"name": "weekly", "question": question})).await;
        assert_eq!(saved.status, 200, "{}", saved.text());
        assert_eq!(saved.json()["text"], "kind = \"lifecycle\"\ninterval = \"week\"\n");
        let listed = server.get("/api/v1/questions").await.json();
        assert_eq!(listed[0]["name"], "weekly");
        assert_eq!(listed[0]["question"]["interval"], "week");
        assert_eq!(server.get("/api/v1/recipes").await.json(), json!([]));
    }

    #[tokio::test]
    async fn a_name_that_leads_elsewhere_is_refused() {
        let server = Server::fresh().await;
        server.workbench.write_recipes().expect("written");
        for (name, status) in [("../x", 422), ("Ü", 422), ("churn", 409)] {
            let request = json!({"name": name, "question": {"kind": "lifecycle"}});
            let answer = server.post("/api/v1/questions/save", &request).await;
            assert_eq!(answer.status, status, "{name}: {}", answer.text());
        }
    }
}
