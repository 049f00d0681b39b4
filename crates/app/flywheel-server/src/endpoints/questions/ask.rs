//! `POST /api/v1/questions`: a question about what people do is answered.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use flywheel_spec::check::read_question_value;
use flywheel_spec::product::QuestionSpec;
use flywheel_spec::product::answer::Answered;
use flywheel_workbench::{AskOptions, answer_file};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use super::{accepted_file, file};
use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Which part of the answer.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct AskQuery {
    /// The table that CSV or Parquet holds, such as `steps`; the first list of the report when absent.
    table: Option<String>,
}

/// Answers a question of any kind, of the events of this moment.
///
/// The answer is JSON; with `Accept: text/csv` or `application/vnd.apache.parquet` one table of it as a file.
/// A question with mistakes is answered with all of them.
#[utoipa::path(
    post,
    path = "/api/v1/questions",
    tag = "questions",
    params(AskQuery),
    request_body(content = QuestionSpec, example = json!({
        "kind": "funnel",
        "steps": [{"event": "signup"}, {"event": "pay", "where": [{"property": "amount", "operator": "gt", "value": 5}]}],
        "window": {"count": 14, "unit": "day"},
        "period": {"from": "-30d"}
    })),
    responses(
        (status = OK, description = "The answer.", content((Answered = "application/json"), (String = "text/csv"), (Vec<u8> = "application/vnd.apache.parquet"))),
        Refusals,
    ),
)]
pub async fn ask_question(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<AskQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let question: Value = body::json(&headers, body).await?;
    let question = read_question_value(&question).map_err(Failure::invalid)?;
    let answered = state.workbench.ask(&question, AskOptions::default()).await?;
    match accepted_file(&headers) {
        None => Ok(Json(answered).into_response()),
        Some(form) => Ok(file(form, answer_file(&answered, form, query.table.as_deref())?)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_question_over_no_events_is_answered_and_doubted() {
        let server = Server::fresh().await;
        let question = json!({"kind": "funnel", "steps": [{"event": "signup"}, {"event": "pay"}]});
        let answer = server.post("/api/v1/questions", &question).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        assert_eq!(answer["answer"]["kind"], "funnel");
        assert_eq!(answer["answer"]["steps"][0]["people"], 0, "{answer}");
        let warnings = answer["answer"]["warnings"].to_string();
        assert!(warnings.contains("ask.unknown_event") && warnings.contains("`signup`"), "{warnings}");
    }

    #[tokio::test]
    async fn every_mistake_of_a_question_is_said_at_once() {
        let server = Server::fresh().await;
        let question = json!({
            "kind": "funnel",
            "steps": [{"evnt": "signup"}, {"event": 5}],
            "window": {"count": "two", "unit": "fortnight"},
            "order": "odered",
        });
        let answer = server.post("/api/v1/questions", &question).await;
        assert_eq!(answer.status, 422, "{}", answer.text());
        let problems = answer.json()["problems"].as_array().expect("problems").clone();
        let settings: Vec<&str> =
            problems.iter().filter_map(|problem| problem["place"]["setting"].as_str()).collect();
        assert_eq!(
            settings,
            ["steps.0.evnt", "steps.1.event", "window.count", "window.unit", "order"],
            "{}",
            answer.text()
        );
        for (body, status) in [("{", 400), ("[1]", 422), ("{\"kind\": \"fortune\"}", 422), ("{}", 422)] {
            let answer = server.send("POST", "/api/v1/questions", &[], body.as_bytes()).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
        }
    }

    #[tokio::test]
    async fn an_answer_is_a_file_for_who_accepts_one() {
        let server = Server::fresh().await;
        let question =
            json!({"kind": "funnel", "steps": [{"event": "signup"}, {"event": "pay"}]}).to_string();
        let ask = |accept: &'static str, path: &'static str| {
            let (server, question) = (&server, question.clone());
            async move { server.send("POST", path, &[("accept", accept)], question.as_bytes()).await }
        };
        let csv = ask("text/csv", "/api/v1/questions?table=steps").await;
        assert_eq!(csv.status, 200, "{}", csv.text());
        assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
        assert!(csv.text().starts_with("label,optional,people,"), "{}", csv.text());
        assert_eq!(csv.text().lines().count(), 3);
        let parquet = ask("application/vnd.apache.parquet", "/api/v1/questions").await;
        assert!(parquet.body.starts_with(b"PAR1"));
        let missing = ask("text/csv", "/api/v1/questions?table=stpes").await;
        assert_eq!(missing.status, 404);
        assert!(missing.text().contains("`steps`"), "{}", missing.text());
    }
}
