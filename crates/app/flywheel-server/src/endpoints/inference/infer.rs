//! `POST /v2/models/{name}/infer`: tensors in, tensors out.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use flywheel_spec::{Problem, phrase};
use flywheel_workbench::Deployed;

use super::{ProtocolRefusals, version};
use crate::answer::answer;
use crate::body;
use crate::failure::Failure;
use crate::inference::compression::{Coding, Unpacking};
use crate::inference::{question, request, response};
use crate::state::ServerState;

/// Where the JSON ends and tensors follow as bytes.
const JSON_LENGTH: HeaderName = HeaderName::from_static("inference-header-content-length");

/// Asks the deployed version, in JSON or with the binary tensor extension, compressed or not.
#[utoipa::path(
    post,
    path = "/v2/models/{name}/infer",
    tag = "inference",
    params(
        ("name" = String, Path, description = "The model.", example = "churn"),
        ("Inference-Header-Content-Length" = Option<u64>, Header, description = "Length of the JSON, when tensors follow it as bytes."),
    ),
    request_body(content = Object, example = json!({
        "inputs": [
            {"name": "age", "shape": [2], "datatype": "INT64", "data": [41, 7]},
            {"name": "plan", "shape": [2], "datatype": "BYTES", "data": ["basic", "gold"]}
        ]
    })),
    responses(
        (status = OK, description = "The answers.", body = Object, example = json!({
            "model_name": "churn", "model_version": "1",
            "outputs": [
                {"name": "label", "shape": [2], "datatype": "BYTES", "data": ["no", "no"]},
                {"name": "probabilities", "shape": [2, 2], "datatype": "FP32", "data": [0.83, 0.17, 0.91, 0.09]}
            ]
        })),
        ProtocolRefusals,
    )
)]
pub async fn infer(
    State(state): State<Arc<ServerState>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let deployed = state.deployed(&name).await?;
    ask(&state, &deployed, &headers, body).await
}

/// Asks a version, deployed or not.
#[utoipa::path(
    post,
    path = "/v2/models/{name}/versions/{version}/infer",
    tag = "inference",
    params(
        ("name" = String, Path, description = "The model.", example = "churn"),
        ("version" = String, Path, description = "The version.", example = "1"),
    ),
    request_body(content = Object, example = json!({
        "inputs": [{"name": "age", "shape": [1], "datatype": "INT64", "data": [41]}]
    })),
    responses((status = OK, description = "The answers, as without a version.", body = Object), ProtocolRefusals)
)]
pub async fn infer_version(
    State(state): State<Arc<ServerState>>,
    Path((name, wanted)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let deployed = state.version(&name, version(&wanted)?).await?;
    ask(&state, &deployed, &headers, body).await
}

async fn ask(
    state: &ServerState,
    deployed: &Arc<Deployed>,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let bytes = unpacked(headers, body::bytes(headers, body).await?)?;
    let begun = Instant::now();
    let asked = request::parse(&bytes, json_length(headers)?).map_err(Failure::invalid)?;
    let signature = deployed.signature();
    let wanted = response::wanted(signature, &asked).map_err(Failure::invalid)?;
    let (asked, tensors) = asked.take_inputs();
    let question = question::question(signature, tensors).map_err(Failure::invalid)?;
    let answer = answer(state, deployed, question, begun).await?;
    let encoded = response::encode(signature, &asked, &wanted, &answer);
    respond(headers, encoded)
}

/// The body without its compression.
fn unpacked(headers: &HeaderMap, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let name =
        headers.get(header::CONTENT_ENCODING).and_then(|coding| coding.to_str().ok()).unwrap_or_default();
    match Coding::named(name).map_err(Failure::bad_request)? {
        None => Ok(bytes),
        Some(coding) => coding.unpack(&bytes, body::LIMIT).map_err(|error| match error {
            Unpacking::TooLarge => Failure::too_large(body::LIMIT as u64),
            Unpacking::Broken(problem) => Failure::bad_request(*problem),
        }),
    }
}

fn json_length(headers: &HeaderMap) -> Result<Option<usize>, Failure> {
    let Some(value) = headers.get(JSON_LENGTH) else { return Ok(None) };
    let text = value.to_str().unwrap_or("?");
    text.trim().parse().map(Some).map_err(|_| {
        let found = body::shortened(text);
        Failure::bad_request(Problem::error(phrase!("server.json_length_value", found = found)))
    })
}

fn respond(headers: &HeaderMap, encoded: response::Encoded) -> Result<Response, Failure> {
    let accept =
        headers.get(header::ACCEPT_ENCODING).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let coding = Coding::accepted(accept);
    let body = match coding {
        Some(coding) => coding.pack(&encoded.body).map_err(Failure::internal)?,
        None => encoded.body,
    };
    let mut response = body.into_response();
    let media = if encoded.json_length.is_some() { "application/octet-stream" } else { "application/json" };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    if let Some(length) = encoded.json_length {
        response.headers_mut().insert(JSON_LENGTH, HeaderValue::from(length));
    }
    if let Some(coding) = coding {
        response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(coding.name()));
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::testing::Server;

    fn tensors() -> Value {
        json!({"inputs": [
            {"name": "age", "shape": [2], "datatype": "INT64", "data": [41, 7]},
            {"name": "plan", "shape": [2, 1], "datatype": "BYTES", "data": ["basic", "gold"]},
            {"name": "spend", "shape": [2], "datatype": "FP32", "data": [3.5, 9.0]},
        ]})
    }

    #[tokio::test]
    async fn tensors_are_answered_as_rows_are() {
        let server = Server::deployed().await;
        let rows = json!({"rows": [{"age": 41, "plan": "basic", "spend": 3.5}, {"age": 7, "plan": "gold", "spend": 9.0}]});
        let rows = server.post("/api/v1/models/churn/predict", &rows).await.json();
        for path in ["/v2/models/churn/infer", "/v2/models/churn/versions/1/infer"] {
            let answer = server.post(path, &tensors()).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            let labels = &answer.json()["outputs"][0]["data"];
            for row in 0..2 {
                assert_eq!(labels[row], rows["predictions"][row]["label"]);
            }
            assert_eq!(answer.json()["outputs"][1]["shape"], json!([2, 2]));
        }
    }

    #[tokio::test]
    async fn bodies_may_be_compressed_both_ways() {
        let server = Server::deployed().await;
        let plain = server.post("/v2/models/churn/infer", &tensors()).await;
        for coding in [Coding::Gzip, Coding::Deflate] {
            let packed = coding.pack(tensors().to_string().as_bytes()).expect("packed");
            let headers = [("content-encoding", coding.name()), ("accept-encoding", coding.name())];
            let answer = server.send("POST", "/v2/models/churn/infer", &headers, &packed).await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            assert_eq!(answer.header("content-encoding"), coding.name());
            let unpacked = coding.unpack(&answer.body, 1 << 20).expect("unpacked");
            let json: Value = serde_json::from_slice(&unpacked).expect("JSON");
            assert_eq!(json["outputs"], plain.json()["outputs"]);
        }
    }

    #[tokio::test]
    async fn mistakes_are_the_protocols_errors() {
        let server = Server::deployed().await;
        for (headers, body, word) in [
            (&[][..], "{}", "inputs"),
            (&[], "{", "not JSON"),
            (&[("content-encoding", "br")], "{}", "br"),
            (&[("content-encoding", "gzip")], "{}", "gzip"),
            (&[("inference-header-content-length", "x")], "{}", "number of bytes"),
            (&[("inference-header-content-length", "90")], "{}", "2 bytes"),
            (&[], r#"{"inputs": [{"name": "aeg", "shape": [1], "datatype": "FP32", "data": [1]}]}"#, "`age`"),
        ] {
            let answer = server.send("POST", "/v2/models/churn/infer", headers, body.as_bytes()).await;
            assert_eq!(answer.status, 400, "{body}: {}", answer.text());
            let error = answer.json()["error"].as_str().expect("an error").to_owned();
            assert!(error.contains(word), "{body}: {error}");
        }
    }
}
