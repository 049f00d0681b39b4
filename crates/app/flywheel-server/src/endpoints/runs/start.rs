//! `POST /api/v1/runs`: train a recipe.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use flywheel_spec::run::{RunKind, RunSummary};
use flywheel_workbench::{RunChoices, RunRequest};

use crate::body;
use crate::endpoints::recipes::{BODY, RecipeText};
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Starts a training in this process; `events` of the run tell how it goes.
#[utoipa::path(
    post,
    path = "/api/v1/runs",
    tag = "runs",
    request_body(content = RecipeText, example = json!({
        "recipe": "name = \"churn\"\n\n[data]\ntable = \"customers\"\ntarget = \"churned\"\n"
    })),
    responses((status = ACCEPTED, description = "The run has begun.", body = RunSummary), Refusals),
)]
pub async fn start_run(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<RunSummary>), Failure> {
    let RecipeText { recipe } = body::json(&headers, body).await?;
    let request = RunRequest {
        text: recipe,
        file_name: BODY.to_owned(),
        kind: RunKind::Train,
        choices: RunChoices::default(),
    };
    let id = state.workbench.start_run(request).await?;
    Ok((StatusCode::ACCEPTED, Json(state.workbench.run(&id).await?.summary)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{RECIPE, Server};

    #[tokio::test]
    async fn a_run_begins_and_is_told() {
        let server = Server::fresh().await;
        server.import_customers().await;
        let answer = server.post("/api/v1/runs", &json!({"recipe": RECIPE})).await;
        assert_eq!(answer.status, 202, "{}", answer.text());
        assert_eq!(answer.json()["recipe"], "churn");
    }

    #[tokio::test]
    async fn a_wrong_recipe_starts_nothing() {
        let server = Server::fresh().await;
        server.import_customers().await;
        let recipe = RECIPE.replace("epochs", "epoch").replace("churned", "churn");
        let answer = server.post("/api/v1/runs", &json!({"recipe": recipe})).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
        assert!(answer.text().contains("epochs"), "{}", answer.text());
        assert_eq!(server.get("/api/v1/runs").await.json(), json!([]));
    }
}
