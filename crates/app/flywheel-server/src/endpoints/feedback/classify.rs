//! `POST /api/v1/feedback/classify`: every message sorted by a model of the project.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::feedback::classifier::{ClassifiedReport, ClassifySpec};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Sorts the messages by a model that reads a column `text`; those that it is not sure of are counted apart.
///
/// Labels that people gave stand. Personal data is masked.
#[utoipa::path(
    post,
    path = "/api/v1/feedback/classify",
    operation_id = "classify_feedback",
    tag = "feedback",
    request_body(content = ClassifySpec, example = json!({"model": "feedback-reason"})),
    responses((status = OK, body = ClassifiedReport, description = "How many of each label."), Refusals),
)]
pub async fn classify_feedback(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ClassifiedReport>, Failure> {
    let spec: ClassifySpec = body::json(&headers, body).await?;
    Ok(Json(state.workbench.classify_feedback(&spec).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_model_that_is_not_there_is_refused() {
        let server = Server::fresh().await;
        let answer = server.post("/api/v1/feedback/classify", &json!({"model": "nobody"})).await;
        assert_eq!(answer.status, 404, "{}", answer.text());
        assert!(answer.text().contains("nobody"), "{}", answer.text());
    }
}
