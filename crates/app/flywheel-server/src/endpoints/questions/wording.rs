//! `POST /api/v1/ask`: a question in one's own words.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use flywheel_spec::feedback::wording::{AskedInWords, WordingSpec};
use flywheel_workbench::AskOptions;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;
use crate::{body, language};

/// Whose help is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct WordingQuery {
    /// True to have a language model, the project's `[assistant]`, understand the question where the rules leave
    /// something over; where it gives nothing that holds, the rules' understanding stands, and `assistant.fallbacks`
    /// says why.
    #[serde(default)]
    assistant: bool,
}

/// Understands a question in one's own words, in English or Chinese, and answers each of its parts.
///
/// Every part says how it was read, its settings as TOML and the command line that asks the same; a part that cannot be
/// answered carries its problems. Where nothing was understood there are no parts, and `nearest` holds questions that can be answered.
/// With `only_understand` nothing is asked. A text has at most 1000 characters.
#[utoipa::path(
    post,
    path = "/api/v1/ask",
    operation_id = "ask_in_words",
    tag = "questions",
    params(WordingQuery),
    request_body(content = WordingSpec, example = json!({
        "text": "how many payments failed last week, and what do people complain about?"
    })),
    responses((status = OK, body = AskedInWords, description = "What was understood, and the answers."), Refusals),
)]
pub async fn ask_in_words(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<WordingQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<AskedInWords>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let spec: WordingSpec = body::json(&headers, body).await?;
    if query.assistant {
        let access = state.assistant_access(language::accepted(&headers));
        let asked = state.workbench.assisted_ask_in_words(&spec, AskOptions::default(), &access).await?;
        return Ok(Json(asked));
    }
    Ok(Json(state.workbench.ask_in_words(&spec, AskOptions::default()).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_question_is_understood_and_every_part_answered_or_explained() {
        let server = Server::fresh().await;
        let question = json!({"text": "用户粘性怎么样？大家在抱怨什么？"});
        let answer = server.post("/api/v1/ask", &question).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        let parts = answer["parts"].as_array().expect("parts");
        assert_eq!(parts[0]["understood"]["asked"]["question"]["kind"], "stickiness", "{answer}");
        assert_eq!(parts[0]["command"], "flywheel stickiness");
        assert_eq!(parts[0]["answer"]["answered"]["answer"]["kind"], "stickiness");
        // Nobody has said anything yet.
        assert_eq!(parts[1]["understood"]["asked"]["kind"], "insights");
        assert_eq!(parts[1]["problems"][0]["code"], "feedback_import.nothing_said", "{answer}");
    }

    #[tokio::test]
    async fn what_is_not_understood_is_said_with_the_nearest_questions() {
        let server = Server::fresh().await;
        let answer = server.post("/api/v1/ask", &json!({"text": "colorless green ideas"})).await.json();
        assert_eq!(answer["parts"], json!([]));
        assert_eq!(answer["findings"][0]["key"], "wording.nothing");
        let nearest = answer["nearest"].as_array().expect("questions");
        assert!(nearest.iter().any(|near| near["command"] == "flywheel digest"), "{answer}");
        let shown = json!({"text": "retention", "only_understand": true});
        let shown = server.post("/api/v1/ask", &shown).await.json();
        let spec = shown["parts"][0]["spec"].as_str().expect("TOML");
        assert!(spec.starts_with("kind = \"retention\"\n"), "{spec}");
        assert!(shown["parts"][0]["answer"].is_null(), "{shown}");
    }

    #[tokio::test]
    async fn the_assistant_is_asked_only_where_it_is_wanted_and_the_rules_leave_something_over() {
        let server = Server::fresh().await;
        let plain = server.post("/api/v1/ask", &json!({"text": "colorless green ideas"})).await.json();
        assert!(plain["assistant"].is_null(), "{plain}");
        let path = "/api/v1/ask?assistant=true";
        let clear = json!({"text": "用户粘性怎么样？", "only_understand": true});
        let enough = server.post(path, &clear).await.json();
        assert_eq!(enough["assistant"]["calls"], 0, "{enough}");
        assert_eq!(enough["assistant"]["fallbacks"], json!([]), "{enough}");
        assert_eq!(enough["findings"][0]["key"], "wording.rules_enough");
        let beyond = server.post(path, &json!({"text": "colorless green ideas"})).await.json();
        assert_eq!(beyond["assistant"]["fallbacks"][0]["task"], "wording", "{beyond}");
        assert_eq!(beyond["assistant"]["fallbacks"][0]["why"]["key"], "assistant.not_set_up");
        let findings = beyond["findings"].as_array().expect("findings");
        assert!(findings.iter().any(|finding| finding["key"] == "wording.rules_instead"), "{beyond}");
        let odd = server.post("/api/v1/ask?assistant=perhaps", &json!({"text": "retention"})).await;
        assert_eq!(odd.status, 400, "{}", odd.text());
    }

    #[tokio::test]
    async fn a_body_that_is_no_question_is_refused() {
        let server = Server::fresh().await;
        let long = "why ".repeat(300);
        for (body, status) in [
            (json!({"text": long}), 422),
            (json!({"words": "retention"}), 422),
            (json!({}), 422),
            (json!({"text": 5}), 422),
        ] {
            let answer = server.post("/api/v1/ask", &body).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
        }
    }
}
