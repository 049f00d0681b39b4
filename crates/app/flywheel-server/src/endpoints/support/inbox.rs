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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn who_waits_longest_is_first_whatever_they_write_meanwhile() {
        let server = Server::fresh().await;
        let folder = server.workbench.folder().support().join("conversations");
        let mut asked = Vec::new();
        for _ in 0..3 {
            let answer = server.post("/api/v1/support/answer", &json!({"text": "转人工"})).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            asked.push(answer.json()["conversation"].as_str().expect("an id").to_owned());
        }
        // The second is as an earlier program kept it: it says only what was said when.
        let old = folder.join(format!("{}.json", asked[1]));
        let mut kept: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&old).expect("kept")).expect("JSON");
        kept.as_object_mut().and_then(|kept| kept.shift_remove("handed_over_at")).expect("since when");
        std::fs::write(&old, kept.to_string()).expect("written");
        // What a crash leaves of a conversation that is being written.
        std::fs::write(folder.join(".writing-torn"), "{\"conversation\":").expect("written");
        for id in [&asked[1], &asked[0]] {
            let again = json!({"text": "hello?", "conversation": id});
            assert_eq!(server.post("/api/v1/support/answer", &again).await.status, 200);
        }
        let inbox = server.get("/api/v1/support/inbox").await;
        assert_eq!(inbox.status, 200, "{}", inbox.text());
        let inbox = inbox.json();
        let order: Vec<&str> = (0..3).filter_map(|at| inbox[at]["conversation"]["id"].as_str()).collect();
        assert_eq!(order, asked);
        let settle = json!({"conversation": asked[0]});
        assert_eq!(server.post("/api/v1/support/settle", &settle).await.status, 200);
        let back = json!({"text": "转人工", "conversation": asked[0]});
        assert_eq!(server.post("/api/v1/support/answer", &back).await.status, 200);
        let inbox = server.get("/api/v1/support/inbox").await.json();
        assert_eq!(inbox[2]["conversation"]["id"], asked[0], "who comes back waits anew");
    }
}
