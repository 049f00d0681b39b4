//! `GET /api/v1/feedback/behaviour`: what the people of each theme did, beside comparable people.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::feedback::behaviour::BehaviourReport;
use flywheel_workbench::BehaviourChoices;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Compares what the people of each theme did after they spoke with comparable people who said nothing.
///
/// Differences carry their 95% intervals; a difference is no proof of a cause.
#[utoipa::path(
    get,
    path = "/api/v1/feedback/behaviour",
    operation_id = "compare_speakers",
    tag = "feedback",
    responses((status = OK, body = BehaviourReport, description = "Theme by theme."), Refusals),
)]
pub async fn compare_speakers(
    State(state): State<Arc<ServerState>>,
) -> Result<Json<BehaviourReport>, Failure> {
    Ok(Json(state.workbench.feedback_behaviour(&BehaviourChoices::default()).await?))
}
