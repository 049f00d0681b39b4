//! `POST /api/v1/feedback/insights`: what the messages say.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use flywheel_spec::feedback::insights::{InsightsReport, InsightsSpec};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;
use crate::{body, language};

/// Whose help is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InsightsQuery {
    /// True to have a language model, the project's `[assistant]`, name the themes and write a summary, in the language of
    /// `Accept-Language`; what it does not give is said under `assistant.fallbacks`.
    #[serde(default)]
    assistant: bool,
}

/// Tells what the messages say: themes, mood over time, what is praised and blamed, kinds, key phrases and questions.
///
/// Personal data is masked. Send `{}` for what is usual.
#[utoipa::path(
    post,
    path = "/api/v1/feedback/insights",
    operation_id = "tell_feedback",
    tag = "feedback",
    params(InsightsQuery),
    request_body(content = InsightsSpec, example = json!({"themes": 10, "quotes": 2})),
    responses((status = OK, body = InsightsReport, description = "What they say."), Refusals),
)]
pub async fn tell_feedback(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<InsightsQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<InsightsReport>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let spec: InsightsSpec = body::json(&headers, body).await?;
    if query.assistant {
        let access = state.assistant_access(language::accepted(&headers));
        return Ok(Json(state.workbench.assisted_insights(&spec, &access).await?));
    }
    Ok(Json(state.workbench.feedback_insights(&spec).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_project_without_messages_says_how_they_come_in() {
        let server = Server::fresh().await;
        let answer = server.post("/api/v1/feedback/insights", &json!({})).await;
        assert_eq!(answer.status, 404, "{}", answer.text());
        assert!(answer.text().contains("feedback import"), "{}", answer.text());
        let wrong = server.post("/api/v1/feedback/insights", &json!({"theme": 3})).await;
        assert!(wrong.status == 400 || wrong.status == 422, "{}", wrong.text());
        let odd = server.post("/api/v1/feedback/insights?assistant=perhaps", &json!({})).await;
        assert_eq!(odd.status, 400, "{}", odd.text());
    }
}
