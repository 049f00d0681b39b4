//! `GET /metrics`: what Prometheus collects.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;

use crate::failure::{Failure, Refusals};
use crate::metrics::Gauges;
use crate::state::ServerState;

/// Requests, predictions, latencies, the log's queue and the deployed versions, in Prometheus' text format 0.0.4.
#[utoipa::path(
    get,
    path = "/metrics",
    tag = "server",
    responses(
        (status = OK, description = "The metrics.", body = String, content_type = "text/plain; version=0.0.4",
         example = json!("# TYPE flywheel_deployed_version gauge\nflywheel_deployed_version{model=\"churn\"} 2\n")),
        Refusals,
    )
)]
pub async fn show_metrics(State(state): State<Arc<ServerState>>) -> Result<impl IntoResponse, Failure> {
    let gauges = Gauges {
        log_queue: state.log.waiting(),
        log_lost: state.log.lost().records,
        deployed: state.deployments.versions(),
    };
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], state.metrics.text(&gauges)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn predictions_and_deployments_are_counted() {
        let server = Server::deployed().await;
        let row = json!({"age": 41, "plan": "basic", "spend": 3.5});
        server.post("/api/v1/models/churn/predict", &json!({"rows": [row, row]})).await;
        let answer = server.get("/metrics").await;
        assert_eq!(answer.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
        let text = answer.text();
        for line in [
            "flywheel_deployed_version{model=\"churn\"} 1",
            "flywheel_prediction_duration_seconds_count{model=\"churn\"} 1",
            "flywheel_http_requests_total{method=\"POST\",route=\"/api/v1/models/{name}/predict\",status=\"200\"} 1",
        ] {
            assert!(text.contains(line), "{line} is not in\n{text}");
        }
        let counted =
            text.lines().filter(|line| line.starts_with("flywheel_predictions_total{")).map(|line| {
                line.rsplit(' ').next().and_then(|count| count.parse::<u64>().ok()).expect("a count")
            });
        assert_eq!(counted.sum::<u64>(), 2);
    }
}
