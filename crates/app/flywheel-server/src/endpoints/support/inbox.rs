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
    responses(
        (status = OK, body = Vec<InboxEntry>, description = "The conversations.", example = json!([{
            "conversation": {
                "id": "01a21c55-5a02-73ce-8a74-cb230b69f6ec", "language": "zh-CN",
                "turns": [{"time": 1772323200000000_i64, "speaker": "customer", "text": "转人工"}],
                "pending": [], "misses": 0, "handed_over": true
            },
            "person": "u1", "reason": "asked"
        }])),
        Refusals,
    ),
)]
pub async fn list_inbox(State(state): State<Arc<ServerState>>) -> Result<Json<Vec<InboxEntry>>, Failure> {
    Ok(Json(state.workbench.support_inbox()?))
}
