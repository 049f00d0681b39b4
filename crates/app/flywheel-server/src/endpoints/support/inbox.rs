//! `GET /api/v1/support/inbox`: conversations that wait for a person.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use flywheel_spec::feedback::support::InboxEntry;

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// Lists the conversations that wait for a person, the longest first.
#[utoipa::path(
    get,
    path = "/api/v1/support/inbox",
    operation_id = "list_inbox",
    tag = "support",
    responses((status = OK, body = Vec<InboxEntry>, description = "The conversations."), Refusals),
)]
pub async fn list_inbox(State(state): State<Arc<ServerState>>) -> Result<Json<Vec<InboxEntry>>, Failure> {
    Ok(Json(state.workbench.support_inbox()?))
}
