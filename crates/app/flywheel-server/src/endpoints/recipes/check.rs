//! `POST /api/v1/recipes/check`: a recipe against its data, nothing trained.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::plan::CheckReport;

use super::{BODY, RecipeText};
use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Every mistake and warning at once, with line and advice; and what will run, when nothing stops it.
///
/// A recipe with mistakes is an answer like any other: `runnable` is false, and the status is 200.
#[utoipa::path(
    post,
    path = "/api/v1/recipes/check",
    tag = "recipes",
    request_body(content = RecipeText, example = json!({
        "recipe": "name = \"churn\"\n\n[data]\ntable = \"customers\"\ntarget = \"churned\"\n"
    })),
    responses((status = OK, description = "The check.", body = CheckReport), Refusals),
)]
pub async fn check_recipe(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<CheckReport>, Failure> {
    let RecipeText { recipe } = body::json(&headers, body).await?;
    Ok(Json(state.workbench.check(&recipe, BODY).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn every_mistake_of_a_recipe_is_said_with_its_line() {
        let server = Server::fresh().await;
        server.import_customers().await;
        let recipe =
            "name = \"churn\"\n[data]\ntable = \"customers\"\ntraget = \"churned\"\n[train]\nepochs = 0\n";
        let report = server.post("/api/v1/recipes/check", &json!({"recipe": recipe})).await;
        assert_eq!(report.status, 200, "{}", report.text());
        assert_eq!(report.json()["runnable"], false);
        let lines: Vec<u64> = report.json()["problems"]
            .as_array()
            .expect("problems")
            .iter()
            .filter_map(|problem| problem["place"]["line"].as_u64())
            .collect();
        assert!(lines.contains(&4) && lines.contains(&6), "{}", report.text());
    }
}
