//! `GET /api/v1/support/check`: how well the questions and answers are told apart.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::feedback::support::FaqReport;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Tells how well the entries of `faq.toml` are told apart, measured on wordings that the model had not seen.
#[utoipa::path(
    get,
    path = "/api/v1/support/check",
    operation_id = "check_faq",
    tag = "support",
    responses(
        (status = OK, body = FaqReport, description = "How sure the answers are.", example = json!({
            "findings": [], "entries": 24, "examples": 96, "threshold": 0.62, "asked": 72,
            "top1": {"value": 0.93, "low": 0.85, "high": 0.97},
            "coverage": {"value": 0.88, "low": 0.78, "high": 0.93},
            "mixed_up": [{"meant": "delivery-cost", "found": "delivery-time", "count": 2, "example": "shipping?"}]
        })),
        Refusals,
    ),
)]
pub async fn check_faq(State(state): State<Arc<ServerState>>) -> Result<Json<FaqReport>, Failure> {
    Ok(Json(state.workbench.faq_report().await?))
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_file_is_measured_and_one_with_mistakes_is_told_them() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/support/check").await.status, 404);
        let faq = server.workbench.folder().root().join("faq.toml");
        std::fs::write(&faq, flywheel_sample::startup::FAQ).expect("written");
        let report = server.get("/api/v1/support/check").await;
        assert!(report.json()["entries"].as_u64() > Some(1), "{}", report.text());
        std::fs::write(&faq, "[[entry]]\nid = \"a\"\nquestion = \"\"\nanswer = \"\"\n").expect("written");
        let wrong = server.get("/api/v1/support/check").await;
        assert_eq!(wrong.status, 422, "{}", wrong.text());
        assert!(wrong.text().contains("faq.toml"), "{}", wrong.text());
    }
}
