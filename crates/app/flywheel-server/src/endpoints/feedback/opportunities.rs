//! `POST /api/v1/opportunities`: what to improve, ranked.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use flywheel_spec::feedback::opportunity::{OpportunityReport, OpportunitySpec};
use flywheel_workbench::RankRequest;

use super::paying::PayingQuery;
use crate::body;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Ranks what to improve by reach, pain, trend, confidence and effort, each with its evidence and what would change it.
#[utoipa::path(
    post,
    path = "/api/v1/opportunities",
    operation_id = "rank_opportunities",
    tag = "feedback",
    params(PayingQuery),
    request_body(content = OpportunitySpec, example = json!({"view": "rice", "most": 10})),
    responses((status = OK, body = OpportunityReport, description = "The opportunities, best first."), Refusals),
)]
pub async fn rank_opportunities(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<PayingQuery>, QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<OpportunityReport>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let spec: OpportunitySpec = body::json(&headers, body).await?;
    let request = RankRequest { spec, behaviour: query.choices()? };
    Ok(Json(state.workbench.opportunities(&request).await?))
}
