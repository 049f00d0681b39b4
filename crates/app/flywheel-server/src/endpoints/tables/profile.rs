//! `GET /api/v1/tables/{name}/profile`: what a table looks like.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use flywheel_spec::table::ProfileReport;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// What the profile is for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProfileQuery {
    /// The column to be predicted; what gives it away is then among the findings.
    target: Option<String>,
}

/// Columns with their kinds, missing values, outliers and balance, and what a person should look at.
#[utoipa::path(
    get,
    path = "/api/v1/tables/{name}/profile",
    tag = "tables",
    params(("name" = String, Path, description = "The table.", example = "customers"), ProfileQuery),
    responses(
        (status = OK, description = "The profile.", body = ProfileReport, example = json!({
            "table": "customers", "version": 0, "rows": 2, "duplicate_rows": 0,
            "columns": [{
                "name": "plan", "kind": "category", "missing": 0, "distinct": 2, "outliers": 0,
                "examples": ["basic", "gold"],
                "top": [{"value": "basic", "count": 1}, {"value": "gold", "count": 1}]
            }],
            "findings": [], "likely_target": "churned"
        })),
        Refusals,
    )
)]
pub async fn profile_table(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    query: Result<Query<ProfileQuery>, QueryRejection>,
) -> Result<Json<ProfileReport>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    Ok(Json(state.workbench.profile(&name, query.target.as_deref()).await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_table_is_profiled() {
        let server = Server::fresh().await;
        server.import_customers().await;
        let profile = server.get("/api/v1/tables/customers/profile?target=churned").await;
        assert_eq!(profile.status, 200, "{}", profile.text());
        assert_eq!(profile.json()["columns"].as_array().expect("columns").len(), 4);
    }

    #[tokio::test]
    async fn an_unknown_table_or_column_is_answered_with_the_nearest() {
        let server = Server::fresh().await;
        server.import_customers().await;
        let table = server.get("/api/v1/tables/custmers/profile").await;
        assert_eq!(table.status, 404);
        assert!(table.text().contains("customers"), "{}", table.text());
        let column = server.get("/api/v1/tables/customers/profile?target=churn").await;
        assert_eq!(column.status, 422);
        assert!(column.text().contains("churned"), "{}", column.text());
    }
}
