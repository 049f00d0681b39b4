//! `GET /api/v1/models/{name}/monitor`: how a deployed model fares.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use flywheel_spec::monitor::MonitorReport;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Counts, latency, answers against training's, input drift, and realised quality, up to this moment.
#[utoipa::path(
    get,
    path = "/api/v1/models/{name}/monitor",
    tag = "models",
    params(("name" = String, Path, description = "The model.", example = "churn")),
    responses(
        (status = OK, description = "The model watched.", body = MonitorReport, example = json!({
            "model": "churn", "version": 2, "findings": [], "predictions": 120,
            "versions": [{"version": 2, "count": 120}],
            "latency": {"p50_micros": 31.0, "p95_micros": 48.0, "p99_micros": 75.0, "max_micros": 410.0},
            "by_hour": [{"hour": "2026-03-01T09:00:00Z", "count": 120}],
            "labels": [{"label": "no", "training": 0.73, "served": 0.7}, {"label": "yes", "training": 0.27, "served": 0.3}],
            "drift": [], "labelled": 0, "realised": [], "expected": [], "warnings": []
        })),
        Refusals,
    )
)]
pub async fn monitor_model(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
) -> Result<Json<MonitorReport>, Failure> {
    let log = state.log.clone();
    tokio::task::spawn_blocking(move || log.flush())
        .await
        .map_err(Failure::internal)?
        .map_err(Failure::internal)?;
    Ok(Json(state.workbench.monitor(&name).await?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn every_prediction_is_counted_at_once() {
        let server = Server::deployed().await;
        let row = json!({"rows": [{"age": 41, "plan": "basic", "spend": 3.5}]});
        for _ in 0..3 {
            server.post("/api/v1/models/churn/predict", &row).await;
        }
        let report = server.get("/api/v1/models/churn/monitor").await;
        assert_eq!(report.status, 200, "{}", report.text());
        assert_eq!(report.json()["predictions"], 3);
        assert!(report.json()["latency"]["p50_micros"].as_f64().expect("a latency") > 0.0);
        assert_eq!(server.get("/api/v1/models/chrun/monitor").await.status, 404);
    }
}
