//! `GET /api/v1/recipes`: the recipes in the project's folder.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::project::RecipeSummary;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Every recipe of the project, by name, with its text.
#[utoipa::path(
    get,
    path = "/api/v1/recipes",
    tag = "recipes",
    responses(
        (status = OK, description = "The recipes.", body = Vec<RecipeSummary>, example = json!([{
            "name": "churn", "path": "recipes/churn.toml",
            "recipe": "name = \"churn\"\n\n[data]\ntable = \"customers\"\ntarget = \"churned\"\n"
        }])),
        Refusals,
    )
)]
pub async fn list_recipes(
    State(state): State<Arc<ServerState>>,
) -> Result<Json<Vec<RecipeSummary>>, Failure> {
    Ok(Json(state.workbench.recipes()?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn the_recipes_of_the_folder_are_listed() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/recipes").await.json(), serde_json::json!([]));
        server.workbench.write_recipes().expect("written");
        let recipes = server.get("/api/v1/recipes").await.json();
        let digits = recipes.as_array().expect("a list").iter().find(|recipe| recipe["name"] == "digits");
        assert_eq!(digits.expect("digits")["path"], "recipes/digits.toml");
    }
}
