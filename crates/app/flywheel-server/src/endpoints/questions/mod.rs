//! Questions: asked as settings or in one's own words, kept, and what can be asked.

pub mod ask;
pub mod kinds;
pub mod list;
pub mod save;
pub mod wording;

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flywheel_workbench::FileForm;

/// CSV, as `Accept` and `Content-Type` name it.
pub const CSV: &str = "text/csv";

/// Parquet, likewise.
pub const PARQUET: &str = "application/vnd.apache.parquet";

/// The file that the client would rather have than JSON.
pub fn accepted_file(headers: &HeaderMap) -> Option<FileForm> {
    let accept = headers.get(header::ACCEPT).and_then(|accept| accept.to_str().ok()).unwrap_or_default();
    let mut best: (f64, Option<FileForm>) = (0.0, None);
    for entry in accept.split(',') {
        let (media, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
        let weight: f64 =
            weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(1.0);
        let form = match media.trim() {
            CSV => Some(FileForm::Csv),
            PARQUET | "application/x-parquet" => Some(FileForm::Parquet),
            "application/json" | "*/*" | "application/*" => None,
            _ => continue,
        };
        if weight > best.0 {
            best = (weight, form);
        }
    }
    best.1
}

/// A file as an answer.
pub fn file(form: FileForm, bytes: Vec<u8>) -> Response {
    let media = match form {
        FileForm::Csv => "text/csv; charset=utf-8",
        FileForm::Json => "application/json",
        FileForm::Parquet => PARQUET,
    };
    let mut response = (StatusCode::OK, bytes).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(media));
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_form_is_given() {
        for (accept, expected) in [
            ("", None),
            ("*/*", None),
            ("text/csv", Some(FileForm::Csv)),
            ("application/json, text/csv;q=0.5", None),
            ("text/html, application/vnd.apache.parquet", Some(FileForm::Parquet)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_str(accept).expect("a header"));
            assert_eq!(accepted_file(&headers), expected, "{accept}");
        }
    }
}
