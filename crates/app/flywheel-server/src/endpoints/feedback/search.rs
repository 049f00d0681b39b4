//! `POST /api/v1/feedback/search`: messages found by word and by meaning.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::feedback::search::{SearchReport, SearchSpec};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Finds messages by word, in either language, and by meaning where the project has an encoder, with filters; personal data
/// is masked.
#[utoipa::path(
    post,
    path = "/api/v1/feedback/search",
    operation_id = "search_feedback",
    tag = "feedback",
    request_body(content = SearchSpec, example = json!({"query": "付款失败", "moods": ["negative"], "limit": 5})),
    responses((status = OK, body = SearchReport, description = "The messages, best first."), Refusals),
)]
pub async fn search_feedback(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<SearchReport>, Failure> {
    let spec: SearchSpec = body::json(&headers, body).await?;
    Ok(Json(state.workbench.search_feedback(&spec).await?))
}
