//! `GET /api/v1/questions`: the questions that are kept in the project's recipes.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::product::answer::SavedQuestion;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Every kept question, by name; one with mistakes carries them.
#[utoipa::path(
    get,
    path = "/api/v1/questions",
    tag = "questions",
    responses(
        (status = OK, description = "The questions.", body = Vec<SavedQuestion>, example = json!([{
            "name": "checkout", "path": "recipes/checkout.toml",
            "text": "kind = \"lifecycle\"\n", "question": {"kind": "lifecycle"}, "problems": []
        }])),
        Refusals,
    )
)]
pub async fn list_questions(
    State(state): State<Arc<ServerState>>,
) -> Result<Json<Vec<SavedQuestion>>, Failure> {
    Ok(Json(state.workbench.questions()?))
}
