//! `POST /api/v1/recipes/draft`: a recipe for a table and its target.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::plan::CheckReport;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::BODY;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;
use crate::{body, language};

/// What to learn from, and what to learn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftRequest {
    /// The table.
    pub table: String,
    /// The column to predict.
    pub target: String,
}

/// A recipe and its check.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RecipeDraft {
    /// The recipe, TOML, with comments in the language of `Accept-Language`.
    pub recipe: String,
    /// The recipe checked against the table.
    pub report: CheckReport,
}

/// Writes a recipe that suits a table, and checks it; nothing is trained.
#[utoipa::path(
    post,
    path = "/api/v1/recipes/draft",
    tag = "recipes",
    request_body(content = DraftRequest, example = json!({"table": "customers", "target": "churned"})),
    responses((status = OK, description = "The recipe and its check.", body = RecipeDraft), Refusals),
)]
pub async fn draft_recipe(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<RecipeDraft>, Failure> {
    let request: DraftRequest = body::json(&headers, body).await?;
    let language = language::accepted(&headers);
    let recipe = state.workbench.draft(&request.table, &request.target, language).await?;
    let report = state.workbench.check(&recipe, BODY).await?;
    Ok(Json(RecipeDraft { recipe, report }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_draft_runs_as_it_stands() {
        let server = Server::fresh().await;
        server.import_customers().await;
        let draft =
            server.post("/api/v1/recipes/draft", &json!({"table": "customers", "target": "churned"})).await;
        assert_eq!(draft.status, 200, "{}", draft.text());
        assert_eq!(draft.json()["report"]["runnable"], true, "{}", draft.text());
        assert!(draft.json()["recipe"].as_str().expect("text").contains("target = \"churned\""));
    }

    #[tokio::test]
    async fn a_mistake_is_answered_with_advice() {
        let server = Server::fresh().await;
        server.import_customers().await;
        for (request, status, word) in [
            (json!({"table": "custmers", "target": "churned"}), 404, "customers"),
            (json!({"table": "customers", "target": "churn"}), 422, "churned"),
            (json!({"table": "customers"}), 422, "target"),
            (json!({"table": "customers", "target": "churned", "x": 1}), 422, "unknown field `x`"),
        ] {
            let answer = server.post("/api/v1/recipes/draft", &request).await;
            assert_eq!(answer.status, status, "{request}: {}", answer.text());
            assert!(answer.text().contains(word), "{request}: {}", answer.text());
        }
    }
}
