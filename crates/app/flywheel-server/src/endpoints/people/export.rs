//! `GET /api/v1/people/export`: everything of one person, as JSON Lines.

use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Whose.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// One of the person's distinct ids.
    #[param(example = "anna")]
    distinct_id: String,
}

/// Everything of one person: who they are, their events by time, what was kept aside, and the predictions, rows of imported
/// tables, conversations and unanswered questions that name them.
#[utoipa::path(
    get,
    path = "/api/v1/people/export",
    tag = "people",
    params(ExportQuery),
    responses(
        (status = OK, description = "One JSON object a line; `record` says what it is.", body = String,
         content_type = "application/x-ndjson",
         example = json!("{\"record\":\"identity\",\"distinct_ids\":[\"anna\"]}\n")),
        Refusals,
    )
)]
pub async fn export_person(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<ExportQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let lines = state.workbench.export_person(&query.distinct_id).await?;
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn nobody_has_nothing() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/people/export?distinct_id=nobody").await.status, 404);
        assert_eq!(server.get("/api/v1/people/export").await.status, 400);
    }
}
