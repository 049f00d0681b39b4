//! The page's files, with what a browser needs to keep them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flywheel_page::Asset;
use flywheel_spec::{Problem, phrase};

use crate::failure::Failure;

/// The file at a path of the page; an address inside the page gets the file that starts it.
pub fn file(path: &str, headers: &HeaderMap) -> Result<Response, Failure> {
    match flywheel_page::asset(path) {
        Some(asset) => Ok(answer(asset, headers)),
        None => Err(Failure::not_found(Problem::error(phrase!("server.no_file", found = path)))),
    }
}

fn answer(asset: Asset, headers: &HeaderMap) -> Response {
    let caching = if asset.immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok()).unwrap_or_default();
    let mut response = if holds_tag(known, &asset.etag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from(match asset.bytes {
            std::borrow::Cow::Borrowed(bytes) => axum::body::Bytes::from_static(bytes),
            std::borrow::Cow::Owned(bytes) => bytes.into(),
        })
        .into_response();
        set(&mut response, header::CONTENT_TYPE, &asset.mime);
        response
    };
    set(&mut response, header::ETAG, &asset.etag);
    set(&mut response, header::CACHE_CONTROL, caching);
    response
}

/// True when an `If-None-Match` names the tag, weakly or not.
fn holds_tag(known: &str, tag: &str) -> bool {
    known.trim() == "*" || known.split(',').any(|entry| entry.trim().trim_start_matches("W/") == tag)
}

fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_the_page_gets_its_start_and_a_known_tag_gets_nothing() {
        let first = file("/runs/digits-3", &HeaderMap::new()).expect("the page");
        assert_eq!(first.status(), StatusCode::OK);
        assert_eq!(first.headers()[header::CACHE_CONTROL], "no-cache");
        assert!(first.headers()[header::CONTENT_TYPE].to_str().expect("text").starts_with("text/html"));
        let mut headers = HeaderMap::new();
        headers.insert(header::IF_NONE_MATCH, first.headers()[header::ETAG].clone());
        let second = file("/", &headers).expect("the page");
        assert_eq!(second.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(second.headers()[header::ETAG], first.headers()[header::ETAG]);
    }

    #[test]
    fn a_missing_file_is_missing() {
        assert_eq!(
            file("/assets/gone-1.js", &HeaderMap::new()).expect_err("missing").status,
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn tags_are_compared_weakly() {
        for (known, expected) in [
            ("\"a\"", true),
            ("W/\"a\"", true),
            ("\"b\", \"a\"", true),
            ("*", true),
            ("\"b\"", false),
            ("", false),
        ] {
            assert_eq!(holds_tag(known, "\"a\""), expected, "{known}");
        }
    }
}
