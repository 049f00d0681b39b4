//! `POST /api/v1/cases`: the weeks before and after an opportunity's release, compared and written.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use flywheel_spec::feedback::case::{CaseRequest, WrittenCase};

use crate::endpoints::feedback::paying::PayingQuery;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;
use crate::{body, language};

/// Looks at an opportunity's release, so many days before it and as many after, and writes the case to `cases/` in the
/// language of `Accept-Language`.
#[utoipa::path(
    post,
    path = "/api/v1/cases",
    operation_id = "write_case",
    tag = "feedback",
    params(PayingQuery),
    request_body(content = CaseRequest, example = json!({"opportunity": "o1", "days": 28})),
    responses(
        (status = OK, body = WrittenCase, description = "The case, and the past ones most like it."),
        Refusals,
    ),
)]
pub async fn write_case(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<PayingQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<WrittenCase>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let request: CaseRequest = body::json(&headers, body).await?;
    let language = language::accepted(&headers);
    let choices = query.choices()?;
    Ok(Json(state.workbench.write_case(&request.opportunity, request.days, &choices, language).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn an_opportunity_that_nobody_took_up_has_no_case() {
        let server = Server::fresh().await;
        let answer = server.post("/api/v1/cases", &json!({"opportunity": "o1"})).await;
        assert_eq!(answer.status, 404, "{}", answer.text());
        assert_eq!(answer.json()["problems"][0]["code"], "feedback_import.no_opportunity");
        assert_eq!(server.post("/api/v1/cases", &json!({"days": 7})).await.status, 422);
        let wrong = server.post("/api/v1/cases?paying=order%5Bamount", &json!({"opportunity": "o1"})).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        assert!(wrong.text().contains("\"paying\""), "{}", wrong.text());
    }
}
