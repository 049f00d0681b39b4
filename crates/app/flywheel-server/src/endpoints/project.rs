//! `GET /api/v1/project`: what the first page shows.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::project::ProjectReport;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// The project's name, what it holds, and what to do next.
#[utoipa::path(
    get,
    path = "/api/v1/project",
    tag = "project",
    responses(
        (status = OK, description = "The project.", body = ProjectReport, example = json!({
            "project": {"name": "my-startup", "language": "en", "time_zone": "Asia/Shanghai", "first_day_of_week": "monday"},
            "flywheel": "0.1.0", "tables": 1, "runs": 0, "deployed": 0,
            "next": [{"key": "workbench.next_data", "en": "import a table", "zh": "导入一张表"}]
        })),
        Refusals,
    )
)]
pub async fn show_project(State(state): State<Arc<ServerState>>) -> Result<Json<ProjectReport>, Failure> {
    Ok(Json(state.workbench.overview().await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_fresh_project_says_what_to_do_next() {
        let server = Server::fresh().await;
        let answer = server.get("/api/v1/project").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.json()["project"]["name"], "test");
        assert_eq!(answer.json()["tables"], 0);
        assert!(answer.json()["next"][0]["zh"].is_string());
    }
}
