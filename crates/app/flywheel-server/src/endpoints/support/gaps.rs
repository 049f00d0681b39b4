//! `GET /api/v1/support/gaps`: what customers ask and the file does not answer.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::feedback::support::GapReport;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Groups what customers asked and `faq.toml` does not answer, each with a draft question.
#[utoipa::path(
    get,
    path = "/api/v1/support/gaps",
    operation_id = "list_gaps",
    tag = "support",
    responses((status = OK, body = GapReport, description = "The gaps, most asked first."), Refusals),
)]
pub async fn list_gaps(State(state): State<Arc<ServerState>>) -> Result<Json<GapReport>, Failure> {
    Ok(Json(state.workbench.support_gaps().await?))
}
