//! `POST /api/v1/sql`: SQL over events, people and tables, read only.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use flywheel_spec::sql::{SqlReport, SqlSpec};

use super::questions::{accepted_file, file};
use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Answers a query that reads, within limits on rows, time and memory.
///
/// Views: `events`, `people`, and every table by its name. `properties->>'plan'` is a property as text,
/// `number(properties, 'amount')` as a number.
/// With `Accept: text/csv` or `application/vnd.apache.parquet` the rows come as a file.
#[utoipa::path(
    post,
    path = "/api/v1/sql",
    tag = "questions",
    request_body(content = SqlSpec, example = json!({
        "query": "SELECT event, count(*) AS times FROM events GROUP BY event ORDER BY times DESC"
    })),
    responses(
        (status = OK, description = "The rows.", content((SqlReport = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"))),
        Refusals,
    ),
)]
pub async fn ask_sql(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let spec: SqlSpec = body::json(&headers, body).await?;
    match accepted_file(&headers) {
        None => Ok(Json(state.workbench.sql(&spec).await?).into_response()),
        Some(form) => {
            let (bytes, _) = state.workbench.sql_file(&spec, form).await?;
            Ok(file(form, bytes))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn tables_and_events_are_queried() {
        let server = Server::fresh().await;
        server.import_customers().await;
        let query =
            json!({"query": "SELECT count(*) AS n, (SELECT count(*) FROM events) AS e FROM customers"});
        let answer = server.post("/api/v1/sql", &query).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["rows"], json!([[120, 0]]));
        assert_eq!(answer.json()["columns"][0]["name"], "n");
        let csv =
            server.send("POST", "/api/v1/sql", &[("accept", "text/csv")], query.to_string().as_bytes()).await;
        assert_eq!(csv.text(), "n,e\n120,0\n");
    }

    #[tokio::test]
    async fn whatever_writes_or_cannot_be_is_refused() {
        let server = Server::fresh().await;
        server.import_customers().await;
        for query in
            ["DROP TABLE customers", "SELECT nonsense FROM customers", "", "SELECT * FROM '/etc/passwd'"]
        {
            let answer = server.post("/api/v1/sql", &json!({"query": query})).await;
            assert_eq!(answer.status, 422, "{query}: {}", answer.text());
        }
        let cut = server.post("/api/v1/sql", &json!({"query": "SELECT * FROM customers", "rows": 3})).await;
        assert_eq!(cut.json()["rows"].as_array().map(Vec::len), Some(3));
        assert_eq!(cut.json()["cut"], true);
    }
}
