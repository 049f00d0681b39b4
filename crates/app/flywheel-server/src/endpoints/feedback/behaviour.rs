//! `GET /api/v1/feedback/behaviour`: what the people of each theme did, beside comparable people.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use flywheel_spec::feedback::behaviour::BehaviourReport;

use super::paying::PayingQuery;
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
    params(PayingQuery),
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
    query: Result<Query<PayingQuery>, QueryRejection>,
) -> Result<Json<BehaviourReport>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    Ok(Json(state.workbench.feedback_behaviour(&query.choices()?).await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn an_event_that_does_not_read_is_told_by_its_name() {
        let server = Server::fresh().await;
        let wrong = server.get("/api/v1/feedback/behaviour?paying=order%5Bamount").await;
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        assert!(wrong.text().contains("\"paying\""), "{}", wrong.text());
        let odd = server.get("/api/v1/feedback/behaviour?pays=order").await;
        assert_eq!(odd.status, 400, "{}", odd.text());
        let none = server.get("/api/v1/feedback/behaviour?paying=order&value=sum&leaving=gone").await;
        assert_eq!(none.status, 404, "nobody said anything yet: {}", none.text());
    }
}
