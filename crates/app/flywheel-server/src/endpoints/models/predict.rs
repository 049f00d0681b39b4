//! `POST /api/v1/models/{name}/predict`: answers for rows or images.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use flywheel_spec::predict::{PredictRequest, PredictResponse};

use crate::answer::{Question, answer};
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;
use crate::{body, predict_body};

/// Asks the deployed version.
///
/// Each answer has an id, by which the truth can be sent later; it is logged once it is given.
/// With `"preview": true` it has none and is not logged.
#[utoipa::path(
    post,
    path = "/api/v1/models/{name}/predict",
    tag = "models",
    params(("name" = String, Path, description = "The model.", example = "churn")),
    request_body(content = PredictRequest, examples(
        ("rows" = (summary = "Rows", value = json!({"rows": [{"age": 41, "plan": "basic"}]}))),
        ("pixels" = (summary = "Raw pixels", value = json!({"images": [{"pixels": [0, 12, 255, 7]}]}))),
        ("png" = (summary = "A PNG", value = json!({"images": [{"png": "iVBORw0KGgo="}]}))),
    )),
    responses(
        (status = OK, description = "One answer for each row or image.", body = PredictResponse, example = json!({
            "model": "churn", "version": 2,
            "predictions": [{
                "id": "churn.0649a3f2b1c0d41e2f000001", "label": "no",
                "probabilities": [{"label": "no", "probability": 0.83}, {"label": "yes", "probability": 0.17}]
            }]
        })),
        Refusals,
    )
)]
pub async fn predict(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let bytes = body::bytes(&headers, body).await?;
    let begun = Instant::now();
    let deployed = state.deployed(&name).await?;
    let request = predict_body::read(&bytes)?;
    let response: PredictResponse = answer(&state, &deployed, Question::Request(request), begun).await?;
    let json = serde_json::to_vec(&response).map_err(Failure::internal)?;
    let media = [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))];
    Ok((media, json).into_response())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn rows_are_answered_in_their_order_with_ids() {
        let server = Server::deployed().await;
        let rows = json!({"rows": [
            {"age": 20, "plan": "basic", "spend": 1.0},
            {"age": 60, "plan": "gold", "spend": 9.0},
        ]});
        let answer = server.post("/api/v1/models/churn/predict", &rows).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let answer = answer.json();
        assert_eq!((&answer["model"], &answer["version"]), (&json!("churn"), &json!(1)));
        let ids: Vec<&str> = (0..2).filter_map(|row| answer["predictions"][row]["id"].as_str()).collect();
        assert!(ids.len() == 2 && ids[0] != ids[1], "{answer}");
        let classes = answer["predictions"][0]["probabilities"].as_array().expect("probabilities");
        let sum: f64 = classes.iter().filter_map(|class| class["probability"].as_f64()).sum();
        assert!((sum - 1.0).abs() < 1e-5, "{answer}");
    }

    #[tokio::test]
    async fn a_preview_has_no_id_and_is_not_logged() {
        let server = Server::deployed().await;
        let row = json!({"age": 20, "plan": "basic", "spend": 1.0});
        let preview = json!({"rows": [row], "preview": true});
        let seen = server.post("/api/v1/models/churn/predict", &preview).await.json();
        let given = server.post("/api/v1/models/churn/predict", &json!({"rows": [row]})).await.json();
        assert_eq!(seen["predictions"][0]["label"], given["predictions"][0]["label"]);
        assert!(seen["predictions"][0].get("id").is_none() && given["predictions"][0]["id"].is_string());
        let monitor = server.get("/api/v1/models/churn/monitor").await.json();
        assert_eq!(monitor["predictions"], 1, "{monitor}");
        let wrong = server.post("/api/v1/models/churn/predict", &json!({"rows": [row], "preview": 3})).await;
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        assert!(wrong.text().contains("preview"), "{}", wrong.text());
    }

    #[tokio::test]
    async fn many_rows_are_answered_as_one_is() {
        let server = Server::deployed().await;
        let row = json!({"age": 33, "plan": "gold", "spend": 4.0});
        let one = server.post("/api/v1/models/churn/predict", &json!({"rows": [row]})).await.json();
        let many = server.post("/api/v1/models/churn/predict", &json!({"rows": vec![row; 500]})).await.json();
        let many = many["predictions"].as_array().expect("answers");
        assert_eq!(many.len(), 500);
        assert!(many.iter().all(|answer| answer["label"] == one["predictions"][0]["label"]));
    }

    #[tokio::test]
    async fn mistakes_are_all_named() {
        let server = Server::deployed().await;
        for (body, status, words) in [
            ("{", 400, &["not JSON"][..]),
            ("{\"rows\": [{\"age\": NaN}]}", 400, &["NaN", "null"]),
            ("{\"rows\": 3}", 422, &["rows"]),
            ("{\"rows\": [{\"age\": \"old\", \"plan\": \"basic\", \"spend\": 1}]}", 422, &["age", "old"]),
            ("{\"images\": [{\"pixels\": [1, 2]}]}", 422, &["rows"]),
        ] {
            let answer = server.send("POST", "/api/v1/models/churn/predict", &[], body.as_bytes()).await;
            assert_eq!(answer.status, status, "{body}: {}", answer.text());
            assert_eq!(answer.header("content-type"), "application/problem+json");
            for word in words {
                assert!(answer.text().contains(word), "{body}: {}", answer.text());
            }
        }
        let unknown = server.post("/api/v1/models/chrun/predict", &json!({"rows": [{}]})).await;
        assert_eq!(unknown.status, 404);
        assert!(unknown.text().contains("`churn`"), "{}", unknown.text());
    }
}
