//! `POST /api/v1/feedback/train`: a classifier of messages learns the project's own labels.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use flywheel_spec::feedback::classifier::{ClassifierSpec, ClassifierStarted};
use flywheel_spec::run::RunKind;
use flywheel_workbench::{RunChoices, RunRequest};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::language;
use crate::state::ServerState;

/// Writes the labelled messages as a table and a recipe, and starts the training; `events` of the run tell how it goes.
///
/// A recipe of that name that is there already is used as it stands, but for `sure`.
#[utoipa::path(
    post,
    path = "/api/v1/feedback/train",
    operation_id = "train_classifier",
    tag = "feedback",
    request_body(content = ClassifierSpec, example = json!({
        "label": "reason", "sure": {"kind": "errors", "most": 0.05}
    })),
    responses((status = ACCEPTED, description = "The training has begun.", body = ClassifierStarted), Refusals),
)]
pub async fn train_classifier(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<ClassifierStarted>), Failure> {
    let spec: ClassifierSpec = body::json(&headers, body).await?;
    let workbench = &state.workbench;
    let draft = workbench.draft_classifier(&spec, language::accepted(&headers)).await?;
    let request = RunRequest {
        text: workbench.recipe_of(&draft)?,
        file_name: draft.recipe.clone(),
        kind: RunKind::Train,
        choices: RunChoices::default(),
    };
    let id = workbench.start_run(request).await?;
    let run = workbench.run(&id).await?.summary;
    Ok((StatusCode::ACCEPTED, Json(ClassifierStarted { draft, run })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_label_that_nobody_gave_is_refused() {
        let server = Server::fresh().await;
        let answer = server.post("/api/v1/feedback/train", &json!({"label": "reason"})).await;
        assert_eq!(answer.status, 404, "{}", answer.text());
        assert!(answer.text().contains("reason"), "{}", answer.text());
    }
}
