//! An answer that is an error: a status, a title, and every mistake, as RFC 9457 problem JSON.

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flywheel_spec::{Language, Phrase, Problem, Problems, phrase};
use serde::{Deserialize, Serialize};
use utoipa::{IntoResponses, ToSchema};

/// An RFC 9457 problem, as every endpoint below `/api` answers when it cannot do what was asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProblemDocument {
    /// What kind of problem it is, such as `urn:flywheel:problem:not-found`; the same for all problems of its kind.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in words, in the language of `Accept-Language`.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// This occurrence in words, in the language of `Accept-Language`.
    pub detail: String,
    /// Every mistake at once, each with its place and advice, in both languages.
    pub problems: Vec<Problem>,
}

/// How any endpoint below `/api` may refuse.
#[derive(Debug, IntoResponses)]
pub enum Refusals {
    /// The request cannot be read: not JSON (with line and character), or a wrong query.
    #[response(status = 400, content_type = "application/problem+json")]
    Unreadable(#[to_schema] ProblemDocument),
    /// The request comes from another host's page or name.
    #[response(status = 403, content_type = "application/problem+json")]
    Forbidden(#[to_schema] ProblemDocument),
    /// What was named is not there; the nearest name is shown.
    #[response(status = 404, content_type = "application/problem+json")]
    NotFound(#[to_schema] ProblemDocument),
    /// What is there stands in the way.
    #[response(status = 409, content_type = "application/problem+json")]
    Conflict(#[to_schema] ProblemDocument),
    /// The body is too large.
    #[response(status = 413, content_type = "application/problem+json")]
    TooLarge(#[to_schema] ProblemDocument),
    /// What was asked cannot be done as it stands; every mistake is named.
    #[response(status = 422, content_type = "application/problem+json")]
    Invalid(#[to_schema] ProblemDocument),
}

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    /// The HTTP status.
    pub status: StatusCode,
    /// The last part of the problem's type, such as `not-found`.
    pub kind: &'static str,
    /// Every mistake.
    pub problems: Vec<Problem>,
}

impl Failure {
    /// 400: the request cannot be read.
    pub fn bad_request(problem: Problem) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "unreadable", problem.into())
    }

    /// 422: the request can be read, and what it asks cannot be done as it stands.
    pub fn invalid(problems: impl Into<Problems>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", problems.into())
    }

    /// 404: what was named is not there.
    pub fn not_found(problem: Problem) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", problem.into())
    }

    /// 405: the address is right, the method is not.
    pub fn wrong_method(problem: Problem) -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "wrong-method", problem.into())
    }

    /// 409: what is there stands in the way.
    pub fn conflict(problem: Problem) -> Self {
        Self::new(StatusCode::CONFLICT, "conflict", problem.into())
    }

    /// 413: the body has more than `limit` bytes.
    pub fn too_large(limit: u64) -> Self {
        let limit = limit / (1024 * 1024);
        let problem = Problem::error(phrase!("server.too_large", limit = limit))
            .advise(phrase!("server.too_large_advice"));
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", problem.into())
    }

    /// 403: this server answers only to its own machine and its own page.
    pub fn forbidden(problem: Problem) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", problem.into())
    }

    /// 503: not now.
    pub fn unavailable(problem: Problem) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", problem.into())
    }

    /// 500: the fault is the program's.
    pub fn internal(reason: impl std::fmt::Display) -> Self {
        let problem = Problem::error(phrase!("server.internal", reason = reason));
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", problem.into())
    }

    /// 400: a query that the endpoint does not know.
    #[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err` by name")]
    pub fn from_query(rejection: QueryRejection) -> Self {
        let reason = rejection.body_text();
        let reason =
            reason.strip_prefix("Failed to deserialize query string: ").unwrap_or(&reason).to_owned();
        Self::bad_request(Problem::error(phrase!("server.query", reason = reason)))
    }

    /// 400: a path with a value of the wrong kind, such as a version that is not a number.
    #[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err` by name")]
    pub fn from_path(rejection: PathRejection) -> Self {
        let reason = rejection.body_text();
        let reason = reason.strip_prefix("Invalid URL: ").unwrap_or(&reason).to_owned();
        Self::bad_request(Problem::error(phrase!("server.path", reason = reason)))
    }

    /// The RFC 9457 document in one language.
    pub fn document(&self, language: Language) -> ProblemDocument {
        ProblemDocument {
            kind: format!("urn:flywheel:problem:{}", self.kind),
            title: self.title().text(language).to_owned(),
            status: self.status.as_u16(),
            detail: self.detail(language),
            problems: self.problems.clone(),
        }
    }

    /// Every mistake in one line, with its advice.
    pub fn detail(&self, language: Language) -> String {
        let separator = if language == Language::Zh { "；" } else { "; " };
        let sentence = |problem: &Problem| {
            let advice =
                problem.advice.as_ref().map(|advice| format!("{separator}{}", advice.text(language)));
            format!("{}{}", problem.message.text(language), advice.unwrap_or_default())
        };
        self.problems.iter().map(sentence).collect::<Vec<_>>().join(separator)
    }

    /// The Open Inference Protocol's form of an error.
    pub fn protocol_body(&self, language: Language) -> Vec<u8> {
        serde_json::json!({ "error": self.detail(language) }).to_string().into_bytes()
    }

    fn new(status: StatusCode, kind: &'static str, problems: Problems) -> Self {
        Self { status, kind, problems: problems.problems }
    }

    fn title(&self) -> Phrase {
        Phrase::new(match self.kind {
            "unreadable" => "server.title_unreadable",
            "invalid" => "server.title_invalid",
            "not-found" => "server.title_not_found",
            "wrong-method" => "server.title_wrong_method",
            "conflict" => "server.title_conflict",
            "too-large" => "server.title_too_large",
            "forbidden" => "server.title_forbidden",
            "unavailable" => "server.title_unavailable",
            _ => "server.title_internal",
        })
    }
}

impl From<flywheel_workbench::Failure> for Failure {
    fn from(failure: flywheel_workbench::Failure) -> Self {
        use flywheel_workbench::Failure as Work;
        let (status, kind) = match &failure {
            Work::NotFound(_) => (StatusCode::NOT_FOUND, "not-found"),
            Work::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Work::Wrong(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Work::Broken(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        };
        Self::new(status, kind, failure.problems())
    }
}

/// In English; [`crate::door`] turns it into what the client reads, on the way out.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let document = self.document(Language::En);
        let mut response = (self.status, serde_json::to_vec(&document).unwrap_or_default()).into_response();
        let problem_json = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem_json);
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_title_of_its_own_in_both_languages() {
        let problem = || Problem::error(phrase!("server.empty_body"));
        let failures = [
            Failure::bad_request(problem()),
            Failure::invalid(problem()),
            Failure::not_found(problem()),
            Failure::wrong_method(problem()),
            Failure::conflict(problem()),
            Failure::too_large(1),
            Failure::forbidden(problem()),
            Failure::unavailable(problem()),
            Failure::internal("x"),
        ];
        let mut titles: Vec<String> =
            failures.iter().map(|failure| failure.document(Language::Zh).title).collect();
        titles.extend(failures.iter().map(|failure| failure.document(Language::En).title));
        titles.sort();
        titles.dedup();
        assert_eq!(titles.len(), 2 * failures.len());
    }

    #[test]
    fn the_document_has_all_mistakes() {
        let mut problems = Problems::one(Problem::error(phrase!("server.empty_body")));
        problems.push(Problem::error(phrase!("server.no_inputs")).advise(phrase!("server.missing_advice")));
        let document = Failure::invalid(problems).document(Language::En);
        assert_eq!(document.status, 422);
        assert_eq!(document.kind, "urn:flywheel:problem:invalid");
        assert_eq!(document.problems.len(), 2);
        assert_eq!(document.detail.matches("; ").count(), 2, "{}", document.detail);
    }
}
