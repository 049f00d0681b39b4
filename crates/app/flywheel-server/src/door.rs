//! What every request passes on its way in and every answer on its way out.

use std::sync::Arc;

use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use flywheel_spec::{Language, Problem, phrase};

use crate::failure::Failure;
use crate::nearest::nearest;
use crate::state::ServerState;
use crate::{headers, language, page};

/// Guards, counts, and turns failures into the client's language and protocol.
pub async fn door(State(state): State<Arc<ServerState>>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let protocol = request.uri().path().starts_with("/v2");
    let language = language::accepted(request.headers());
    let (parts, body) = request.into_parts();
    let mut response = match state.guard.check(&parts) {
        Ok(()) => next.run(Request::from_parts(parts, body)).await,
        Err(failure) => failure.into_response(),
    };
    if let Some(failure) = response.extensions_mut().remove::<Failure>() {
        let allowed = response.headers_mut().remove(header::ALLOW);
        response = said(&failure, language, protocol);
        if let Some(allowed) = allowed {
            response.headers_mut().insert(header::ALLOW, allowed);
        }
    }
    headers::secure(response.headers_mut());
    state.metrics.request(
        &method,
        route.as_ref().map_or("page", MatchedPath::as_str),
        response.status().as_u16(),
    );
    response
}

/// Whatever no endpoint answers: the page, or a problem.
pub async fn elsewhere(State(state): State<Arc<ServerState>>, request: Request) -> Result<Response, Failure> {
    let path = request.uri().path();
    let programs = ["/api", "/v2", "/v1", "/i", "/metrics", "/healthz"]
        .iter()
        .any(|start| path.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if programs {
        let nearest = nearest(path, state.routes.keys().map(String::as_str)).unwrap_or_default();
        let problem = Problem::error(phrase!("server.no_endpoint", found = path, nearest = nearest));
        return Err(Failure::not_found(problem.advise(phrase!("server.no_endpoint_advice"))));
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return Ok(refuse_method(path, request.method(), "GET, HEAD"));
    }
    page::file(path, request.headers())
}

/// A known address asked with a method that it does not know.
pub async fn wrong_method(State(state): State<Arc<ServerState>>, request: Request) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let known = state.routes.get(route).map_or("GET", String::as_str);
    refuse_method(request.uri().path(), request.method(), known)
}

fn refuse_method(path: &str, method: &Method, known: &str) -> Response {
    let problem = Problem::error(phrase!("server.wrong_method", path = path, method = method, known = known));
    let mut response = Failure::wrong_method(problem).into_response();
    if let Ok(known) = HeaderValue::from_str(known) {
        response.headers_mut().insert(header::ALLOW, known);
    }
    response
}

/// A failure in the client's language, in the form of the protocol that it speaks.
fn said(failure: &Failure, language: Language, protocol: bool) -> Response {
    let (status, media, body) = if protocol {
        // The protocol knows one status for whatever is wrong with a request.
        let status = if failure.status == StatusCode::UNPROCESSABLE_ENTITY {
            StatusCode::BAD_REQUEST
        } else {
            failure.status
        };
        (status, "application/json", failure.protocol_body(language))
    } else {
        let document = serde_json::to_vec(&failure.document(language)).unwrap_or_default();
        (failure.status, "application/problem+json", document)
    };
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response.headers_mut().insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Server;

    #[tokio::test]
    async fn every_answer_is_guarded_and_secured() {
        let server = Server::fresh().await;
        for path in ["/", "/runs/churn-1", "/api/v1/runs", "/api/v1/nothing", "/metrics"] {
            let answer = server.get(path).await;
            assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
            assert!(answer.header("content-security-policy").starts_with("default-src 'self'"), "{path}");
            let foreign = server.get_with(path, &[("host", "evil.example:8808")]).await;
            assert_eq!(foreign.status, 403, "{path}");
            assert_eq!(foreign.json()["type"], "urn:flywheel:problem:forbidden");
        }
        let origin = [("origin", "http://evil.example")];
        assert_eq!(server.send("POST", "/api/v1/runs", &origin, b"{}").await.status, 403);
    }

    #[tokio::test]
    async fn problems_speak_the_clients_language() {
        let server = Server::fresh().await;
        let english = server.get("/api/v1/rnus").await;
        assert_eq!(english.status, 404);
        assert_eq!(english.header("content-type"), "application/problem+json");
        assert_eq!(english.json()["title"], "not found");
        assert!(
            english.json()["detail"].as_str().expect("a detail").contains("`/api/v1/runs`"),
            "{}",
            english.text()
        );
        let chinese = server.get_with("/api/v1/rnus", &[("accept-language", "zh-CN")]).await;
        assert_eq!(chinese.json()["title"], "未找到");
        assert_eq!(chinese.header("content-language"), "zh-CN");
        assert_eq!(chinese.json()["problems"], english.json()["problems"], "both languages are always there");
    }

    #[tokio::test]
    async fn a_wrong_method_is_told_the_right_one() {
        let server = Server::fresh().await;
        for (method, path, known) in [
            ("DELETE", "/api/v1/runs", "GET, HEAD, POST"),
            ("GET", "/api/v1/models/x/predict", "POST"),
            ("POST", "/api/v1/project", "GET, HEAD"),
            ("POST", "/some/page", "GET, HEAD"),
        ] {
            let answer = server.send(method, path, &[], b"{}").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            assert_eq!(answer.header("allow"), known, "{method} {path}");
            assert!(answer.json()["detail"].as_str().expect("a detail").contains(known));
        }
    }

    #[tokio::test]
    async fn a_body_that_is_too_large_is_refused_before_it_is_read() {
        let server = Server::fresh().await;
        let length = [("content-length", "99999999999")];
        let answer = server.send("POST", "/api/v1/recipes/check", &length, b"{}").await;
        assert_eq!(answer.status, 413, "{}", answer.text());
        assert_eq!(answer.json()["type"], "urn:flywheel:problem:too-large");
        assert_eq!(server.post("/api/v1/recipes/check", &json!({"recipe": ""})).await.status, 200);
    }
}
