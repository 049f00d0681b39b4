//! The Open Inference Protocol, version 2, over HTTP; its tensors are read and written in [`crate::inference`].

pub mod config;
pub mod infer;
pub mod model;
pub mod ready;
pub mod repository;
pub mod server;

use flywheel_spec::{Problem, phrase};
use utoipa::IntoResponses;

use crate::failure::Failure;

/// How the protocol says that something cannot be done.
#[derive(Debug, IntoResponses)]
pub enum ProtocolRefusals {
    /// The request is wrong.
    #[response(status = 400, content_type = "application/json", example = json!({"error": "the request has no `inputs`"}))]
    Wrong(#[to_schema] ProtocolError),
    /// There is no such model or version.
    #[response(status = 404, content_type = "application/json")]
    NotFound(#[to_schema] ProtocolError),
    /// The model has no version that answers.
    #[response(status = 409, content_type = "application/json")]
    NotDeployed(#[to_schema] ProtocolError),
}

/// The protocol's error.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct ProtocolError {
    /// Every mistake in one line, in the language of `Accept-Language`.
    pub error: String,
}

/// A version as it stands in a path.
pub(crate) fn version(text: &str) -> Result<u64, Failure> {
    text.parse().map_err(|_| {
        let found = crate::body::shortened(text);
        Failure::bad_request(Problem::error(phrase!("server.version_value", found = found)))
    })
}
