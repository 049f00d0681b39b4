//! The language that a client reads, by its `Accept-Language`.

use axum::http::{HeaderMap, header};
use flywheel_spec::Language;

/// The first language in the header that is spoken here, the client's weights heeded; English when there is none.
pub fn accepted(headers: &HeaderMap) -> Language {
    let Some(accept) = headers.get(header::ACCEPT_LANGUAGE).and_then(|accept| accept.to_str().ok()) else {
        return Language::En;
    };
    let mut best = (0.0, Language::En);
    for entry in accept.split(',') {
        let (tag, weight) = entry.split_once(';').unwrap_or((entry, "q=1"));
        let weight: f64 =
            weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok()).unwrap_or(0.0);
        let tag = tag.trim().to_ascii_lowercase();
        let known = tag.starts_with("zh") || tag.starts_with("en") || tag == "*";
        if known && weight > best.0 {
            best = (weight, Language::of_locale(&tag));
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_heaviest_known_language_is_spoken() {
        for (accept, expected) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Zh),
            ("en-GB,en;q=0.9,zh;q=0.8", Language::En),
            ("fr, zh-Hant;q=0.4, en;q=0.3", Language::Zh),
            ("fr", Language::En),
            ("", Language::En),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_str(accept).expect("a header"));
            assert_eq!(accepted(&headers), expected, "{accept}");
        }
        assert_eq!(accepted(&HeaderMap::new()), Language::En);
    }
}
