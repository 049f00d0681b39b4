//! `GET /api/v1/cases`: how improvements went.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::feedback::case::CaseReport;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Lists every case that was written, by its id.
#[utoipa::path(
    get,
    path = "/api/v1/cases",
    operation_id = "list_cases",
    tag = "feedback",
    responses(
        (status = OK, body = Vec<CaseReport>, description = "The cases.", example = json!([{
            "subject": {
                "id": "o1", "name": "upload failed", "theme": "3", "version": "2.4", "released": "2026-03-01"
            },
            "verdict": "worked", "findings": [],
            "before": {
                "from": "2026-02-01T00:00:00Z", "to": "2026-03-01T00:00:00Z", "days": 28.0,
                "voices": 36, "people": 31, "active_people": 900
            },
            "after": {
                "from": "2026-03-01T00:00:00Z", "to": "2026-03-29T00:00:00Z", "days": 28.0,
                "voices": 5, "people": 5, "active_people": 950
            },
            "caveats": [], "charts": [], "warnings": []
        }])),
        Refusals,
    ),
)]
pub async fn list_cases(State(state): State<Arc<ServerState>>) -> Result<Json<Vec<CaseReport>>, Failure> {
    Ok(Json(state.workbench.cases()?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_project_without_cases_lists_none() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/cases").await.json(), serde_json::json!([]));
    }
}
