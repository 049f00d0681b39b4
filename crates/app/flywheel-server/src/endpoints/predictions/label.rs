//! `POST /api/v1/predictions/{id}/label`: what was really the case.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use flywheel_spec::predict::TruthRequest;
use flywheel_spec::{Problem, phrase};

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;
use crate::{answer, body};

/// Tells the truth about an earlier prediction; it is on the disk when this answers.
#[utoipa::path(
    post,
    path = "/api/v1/predictions/{id}/label",
    tag = "predictions",
    params(("id" = String, Path, description = "The prediction's id.", example = "churn.0649a3f2b1c0d41e2f000001")),
    request_body(content = TruthRequest, example = json!({"label": "yes"})),
    responses((status = NO_CONTENT, description = "It is kept."), Refusals),
)]
pub async fn label_prediction(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Failure> {
    let truth: TruthRequest = body::json(&headers, body).await?;
    let Some(model) = answer::model_of(&id) else {
        let problem = Problem::error(phrase!("server.prediction_id", found = crate::body::shortened(&id)));
        return Err(Failure::not_found(problem.advise(phrase!("server.prediction_id_advice"))));
    };
    state.workbench.truth(&state.log, model, &id, &truth.label).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn a_truth_shows_up_in_the_realised_quality() {
        let server = Server::deployed().await;
        let row = json!({"rows": [{"age": 41, "plan": "basic", "spend": 3.5}]});
        let answer = server.post("/api/v1/models/churn/predict", &row).await.json();
        let id = answer["predictions"][0]["id"].as_str().expect("an id").to_owned();
        let path = format!("/api/v1/predictions/{id}/label");
        let told = server.post(&path, &json!({"label": answer["predictions"][0]["label"]})).await;
        assert_eq!(told.status, 204, "{}", told.text());
        let report = server.get("/api/v1/models/churn/monitor").await.json();
        assert_eq!(report["labelled"], 1);

        assert_eq!(server.post(&path, &json!({"label": "perhaps"})).await.status, 422);
        assert_eq!(server.post(&path, &json!({"lable": "yes"})).await.status, 422);
        for id in ["nowhere", "churn.000", "chrun.0649a3f2b1c0d41e2f000001"] {
            let answer =
                server.post(&format!("/api/v1/predictions/{id}/label"), &json!({"label": "yes"})).await;
            assert_eq!(answer.status, 404, "{id}: {}", answer.text());
        }
    }
}
