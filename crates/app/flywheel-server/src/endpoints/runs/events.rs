//! `GET /api/v1/runs/{id}/events`: a run as it goes, as server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use flywheel_spec::event::TrainEvent;
use flywheel_spec::run::RunState;
use flywheel_spec::{Problem, phrase};
use futures::{FutureExt, StreamExt};

use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// How often a quiet stream says that it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Follows a run: everything from its start, or from behind `Last-Event-ID`, then live.
///
/// It does not matter which process works at the run.
/// The stream ends after `finished`, or when nobody works at the run any more;
/// asking on from there is answered with 204, which tells a browser to stop asking.
#[utoipa::path(
    get,
    path = "/api/v1/runs/{id}/events",
    tag = "runs",
    params(
        ("id" = String, Path, description = "The run.", example = "churn-1"),
        ("Last-Event-ID" = Option<u64>, Header, description = "The last event that is known already.", example = 17),
    ),
    responses(
        (status = OK, description = "One event a line of the run's story; the data is the event as JSON.",
         body = TrainEvent, content_type = "text/event-stream",
         example = json!("id: 18\ndata: {\"kind\":\"progress\",\"epoch\":2,\"step\":40,\"steps\":375,\"loss\":0.31,\"rows_per_sec\":84000.0,\"left_secs\":4.2}\n\n")),
        (status = NO_CONTENT, description = "There is nothing after that event, and nobody works at the run."),
        Refusals,
    )
)]
pub async fn follow_run(
    State(state): State<Arc<ServerState>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let after = last_event(&headers)?;
    let summary = state.workbench.run(&id).await?.summary;
    let mut events = Box::pin(state.workbench.run_events(&id, after).await?.peekable());
    if after > 0 && summary.state != RunState::Running && events.as_mut().peek().await.is_none() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let mut stopping = state.stopping.clone();
    let stopped = async move { stopping.wait_for(|stopping| *stopping).await.map(drop) }.boxed();
    let frames = events.take_until(stopped).map(|(line, event)| Ok::<_, Infallible>(frame(line, &event)));
    Ok(Sse::new(frames).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response())
}

/// The event that the client saw last; 0 when it saw none.
fn last_event(headers: &HeaderMap) -> Result<u64, Failure> {
    let Some(value) = headers.get("last-event-id") else { return Ok(0) };
    let text = value.to_str().unwrap_or("?");
    text.trim().parse().map_err(|_| {
        Failure::bad_request(Problem::error(phrase!(
            "server.last_event",
            found = crate::body::shortened(text)
        )))
    })
}

fn frame(line: u64, event: &TrainEvent) -> Event {
    let data = serde_json::to_string(event).unwrap_or_default();
    Event::default().id(line.to_string()).data(data)
}

#[cfg(test)]
mod tests {
    use crate::testing::Server;

    #[tokio::test]
    async fn a_runs_story_is_told_from_the_start_or_from_where_it_was_left() {
        let server = Server::fresh().await;
        let id = server.train().await;
        let path = format!("/api/v1/runs/{id}/events");
        let whole = server.get(&path).await;
        assert_eq!(whole.header("content-type"), "text/event-stream");
        let text = whole.text();
        let events: Vec<&str> = text.split("\n\n").filter(|frame| frame.contains("data:")).collect();
        assert!(events[0].contains("id: 1") && events[0].contains("\"kind\":\"started\""), "{}", events[0]);
        let last = events.len();
        assert!(events[last - 1].contains("\"kind\":\"finished\""), "{}", events[last - 1]);

        let known = (last - 1).to_string();
        let rest = server.get_with(&path, &[("last-event-id", &known)]).await;
        assert!(rest.text().starts_with(&format!("id: {last}\n")), "{}", rest.text());
        let over = server.get_with(&path, &[("last-event-id", &last.to_string())]).await;
        assert_eq!(over.status, 204);
        assert_eq!(server.get_with(&path, &[("last-event-id", "x")]).await.status, 400);
    }

    #[tokio::test]
    async fn an_unknown_run_has_no_story() {
        let server = Server::fresh().await;
        assert_eq!(server.get("/api/v1/runs/nowhere-1/events").await.status, 404);
    }
}
