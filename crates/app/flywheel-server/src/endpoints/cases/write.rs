//! `POST /api/v1/cases`: the weeks before and after an opportunity's release, compared and written.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use flywheel_spec::feedback::case::{CaseRequest, WrittenCase};

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
    request_body(content = CaseRequest, example = json!({"opportunity": "o1", "days": 28})),
    responses(
        (status = OK, body = WrittenCase, description = "The case, and the past ones most like it."),
        Refusals,
    ),
)]
pub async fn write_case(
    State(state): State<Arc<ServerState>>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<WrittenCase>, Failure> {
    let request: CaseRequest = body::json(&headers, body).await?;
    let language = language::accepted(&headers);
    Ok(Json(state.workbench.write_case(&request.opportunity, request.days, language).await?))
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
    }
}
