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
    responses(
        (status = OK, body = BehaviourReport, description = "Theme by theme.", example = json!({
            "findings": [], "charts": [], "warnings": [],
            "themes": [{
                "theme": "3", "name": "upload failed", "spoke": 36, "people": 31, "too_recent": 0, "unmatched": 0,
                "matched": 31, "matched_coarsely": 2, "comparable": 220, "comparable_effective": 96.5,
                "returning": {
                    "theme": 0.48, "comparable": 0.61,
                    "difference": {"value": -0.13, "low": -0.24, "high": -0.02}, "p": 0.021, "q": 0.06
                }
            }]
        })),
        Refusals,
    ),
)]
pub async fn compare_speakers(
    State(state): State<Arc<ServerState>>,
) -> Result<Json<BehaviourReport>, Failure> {
    Ok(Json(state.workbench.feedback_behaviour(&BehaviourChoices::default()).await?))
}
