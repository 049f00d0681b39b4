//! `GET /api/v1/tables`: every table of the project.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::table::TableSummary;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Every table, by name.
#[utoipa::path(
    get,
    path = "/api/v1/tables",
    tag = "tables",
    responses(
        (status = OK, description = "The tables.", body = Vec<TableSummary>, example = json!([{
            "name": "customers", "version": 0, "rows": 7043, "columns": 21, "bytes": 182_044,
            "source": "customers.csv", "written_at": "2026-03-01T09:30:00Z"
        }])),
        Refusals,
    )
)]
pub async fn list_tables(State(state): State<Arc<ServerState>>) -> Result<Json<Vec<TableSummary>>, Failure> {
    Ok(Json(state.workbench.list_tables().await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn an_imported_table_is_listed() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/tables").await.json(), serde_json::json!([]));
        server.import_customers().await;
        let tables = server.get("/api/v1/tables").await.json();
        assert_eq!(tables[0]["name"], "customers");
        assert_eq!(tables[0]["rows"], 120);
    }
}
