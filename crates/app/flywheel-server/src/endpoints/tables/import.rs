//! `POST /api/v1/tables`: a file becomes a table.

use std::io::{Read, Seek, SeekFrom, Write};
use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::HeaderMap;
use flywheel_spec::table::ImportReport;
use flywheel_spec::{Problem, phrase};
use flywheel_workbench::ImportRequest;
use futures::StreamExt;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::body::UPLOAD_LIMIT;
use crate::failure::{Failure, Refusals};
use crate::state::ServerState;

/// What the table shall be called.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// The table's name; made from the file's name when absent.
    name: Option<String>,
    /// Brings images of other sizes to the commonest one in place of refusing them.
    resize: Option<bool>,
}

/// Imports a file as the whole content of a table.
///
/// The body is the file as it is: CSV, Excel, JSON Lines, Parquet, an IDX file, each plain or gzip, or a zip of image folders.
/// Its name stands in `x-file-name`, percent-encoded UTF-8.
/// The table is there in full, or as it was before.
#[utoipa::path(
    post,
    path = "/api/v1/tables",
    tag = "tables",
    params(
        ImportQuery,
        ("x-file-name" = Option<String>, Header, description = "The file's name, percent-encoded UTF-8.", example = "customers.csv"),
    ),
    request_body(
        content = Vec<u8>,
        content_type = "application/octet-stream",
        description = "The file.",
        example = json!("customer,age,churned\n1,41,yes\n2,7,no\n"),
    ),
    responses((status = OK, description = "What was read and done, and the table's profile.", body = ImportReport), Refusals),
)]
pub async fn import_table(
    State(state): State<Arc<ServerState>>,
    query: Result<Query<ImportQuery>, axum::extract::rejection::QueryRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<ImportReport>, Failure> {
    let Query(query) = query.map_err(Failure::from_query)?;
    let file_name = file_name(&headers);
    let bytes = received(body).await?;
    let mut request = ImportRequest { name: query.name, ..ImportRequest::default() };
    request.options.resize = query.resize.unwrap_or(false);
    Ok(Json(state.workbench.import_bytes(&file_name, bytes, request).await?))
}

/// The file's own name, without any folders before it.
fn file_name(headers: &HeaderMap) -> String {
    let encoded = headers.get("x-file-name").and_then(|name| name.to_str().ok()).unwrap_or_default();
    let name = percent_decode_str(encoded).decode_utf8_lossy();
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default().trim();
    if last.is_empty() { "upload".to_owned() } else { last.to_owned() }
}

/// Waits for the whole file on disk, so that a slow sender holds no memory, and reads it once it is there.
async fn received(body: Body) -> Result<Vec<u8>, Failure> {
    let mut file = tempfile::tempfile().map_err(broken)?;
    let mut size = 0_u64;
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| {
            Failure::bad_request(Problem::error(phrase!("server.body_broke", reason = error)))
        })?;
        size += chunk.len() as u64;
        if size > UPLOAD_LIMIT {
            return Err(Failure::too_large(UPLOAD_LIMIT));
        }
        file.write_all(&chunk).map_err(broken)?;
    }
    if size == 0 {
        let problem = Problem::error(phrase!("server.empty_file"));
        return Err(Failure::bad_request(problem.advise(phrase!("server.empty_file_advice"))));
    }
    let read = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::with_capacity(size as usize);
        file.seek(SeekFrom::Start(0))?;
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    });
    read.await.map_err(Failure::internal)?.map_err(broken)
}

fn broken(error: std::io::Error) -> Failure {
    Failure::from(flywheel_workbench::Failure::io(&std::env::temp_dir(), &error))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;
    use crate::testing::Server;

    #[test]
    fn a_files_name_is_decoded_and_stays_a_name() {
        for (header, expected) in [
            ("customers.csv", "customers.csv"),
            ("%E5%AE%A2%E6%88%B7.csv", "客户.csv"),
            ("..%2F..%2Fetc%2Fpasswd", "passwd"),
            ("C:\\data\\a.csv", "a.csv"),
            ("", "upload"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert("x-file-name", HeaderValue::from_str(header).expect("a header"));
            assert_eq!(file_name(&headers), expected, "{header}");
        }
    }

    #[tokio::test]
    async fn a_csv_becomes_a_table_with_a_profile() {
        let server = Server::fresh().await;
        let report = server.import_customers().await;
        assert_eq!(report["table"]["name"], "customers");
        assert_eq!(report["format"], "csv");
        assert_eq!(report["profile"]["rows"], 120);
    }

    #[tokio::test]
    async fn what_cannot_be_a_table_is_refused_and_leaves_none() {
        let server = Server::fresh().await;
        for (path, body, status) in [
            ("/api/v1/tables?name=empty", "", 400),
            ("/api/v1/tables?name=Bad%20Name", "a,b\n1,2\n", 422),
            ("/api/v1/tables?nmae=x", "a,b\n1,2\n", 400),
            ("/api/v1/tables?resize=perhaps", "a,b\n1,2\n", 400),
        ] {
            let answer = server.upload(path, "x.csv", body.as_bytes()).await;
            assert_eq!(answer.status, status, "{path}: {}", answer.text());
            assert!(!answer.json()["problems"].as_array().expect("problems").is_empty());
        }
        assert_eq!(server.get("/api/v1/tables").await.json(), serde_json::json!([]));
    }
}
