//! `POST /api/v1/opportunities/{opportunity}`: what is decided about an opportunity.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use flywheel_spec::feedback::opportunity_record::{OpportunityChange, OpportunityRecord};

use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Who is written into an opportunity's history for what comes in here.
const BY: &str = "http";

/// Accepts, drops, reopens, releases or renames an opportunity, gives it an effort, a link or a note; its first change opens
/// its record.
#[utoipa::path(
    post,
    path = "/api/v1/opportunities/{opportunity}",
    operation_id = "change_opportunity",
    tag = "feedback",
    params((
        "opportunity" = String, Path,
        description = "The opportunity: its record's id, or its theme's number or name.", example = "3"
    )),
    request_body(
        content = OpportunityChange,
        example = json!({"kind": "release", "version": "2.4", "at": "2026-03-01"})
    ),
    responses((status = OK, body = OpportunityRecord, description = "Its record."), Refusals),
)]
pub async fn change_opportunity(
    State(state): State<Arc<ServerState>>,
    Path(opportunity): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<OpportunityRecord>, Failure> {
    let change: OpportunityChange = body::json(&headers, body).await?;
    Ok(Json(state.workbench.change_opportunity(&opportunity, change, BY).await?))
}

#[cfg(test)]
mod tests {
    use flywheel_spec::feedback::opportunity_record::OpportunityRecord;
    use serde_json::{Value, json};

    use crate::testing::Server;

    #[tokio::test]
    async fn an_opportunity_is_accepted_and_released_as_its_state_allows() {
        let server = Server::fresh().await;
        let record = OpportunityRecord { id: "o1".into(), theme: "3".into(), ..OpportunityRecord::default() };
        let folder = server.workbench.folder().feedback();
        std::fs::create_dir_all(&folder).expect("made");
        std::fs::write(folder.join("opportunities.json"), json!([record]).to_string()).expect("written");
        let change = async |body: Value| server.post("/api/v1/opportunities/o1", &body).await;
        let release = json!({"kind": "release", "version": "2.4", "at": "2026-03-01"});
        let early = change(release.clone()).await;
        assert_eq!(early.status, 422, "{}", early.text());
        let accepted = change(json!({"kind": "accept"})).await;
        assert_eq!(accepted.json()["state"], "accepted", "{}", accepted.text());
        assert_eq!(change(json!({"kind": "effort", "weeks": 2.5})).await.json()["effort"], 2.5);
        assert_eq!(change(json!({"kind": "note", "text": "soon"})).await.json()["notes"][0]["by"], "http");
        assert_eq!(change(release).await.json()["state"], "released");
        assert_eq!(change(json!({"kind": "accpet"})).await.status, 422);
        let nobody = server.post("/api/v1/opportunities/o9", &json!({"kind": "accept"})).await;
        assert_eq!(nobody.status, 404, "{}", nobody.text());
    }
}
