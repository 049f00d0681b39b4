//! Who may ask: until logins exist, only this machine, by its own names, and its own page.
//!
//! The check of `Host` stops DNS rebinding, where a foreign site's name is made to point here;
//! the check of `Origin` on writes stops a foreign page from sending forms to this server.
//! Where events arrive, pages of every origin may send: the key that they show lets them write and never read.

use std::net::SocketAddr;

use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use flywheel_spec::{Problem, phrase};

use crate::failure::Failure;

/// The names, each with its port, under which this server may be asked.
#[derive(Debug, Clone)]
pub struct Guard {
    /// Lower-case `host:port`, and `host` alone on port 80.
    authorities: Vec<String>,
}

impl Guard {
    /// The guard of a server that listens at a loopback address.
    pub fn at(address: SocketAddr) -> Self {
        let port = address.port();
        let mut hosts = vec!["localhost".to_owned(), "127.0.0.1".to_owned(), "[::1]".to_owned()];
        let bound = match address {
            SocketAddr::V4(address) => address.ip().to_string(),
            SocketAddr::V6(address) => format!("[{}]", address.ip()),
        };
        if !hosts.contains(&bound) {
            hosts.push(bound);
        }
        let mut authorities: Vec<String> = hosts.iter().map(|host| format!("{host}:{port}")).collect();
        if port == 80 {
            authorities.append(&mut hosts);
        }
        Self { authorities }
    }

    /// Lets a request in, or says why not.
    pub fn check(&self, request: &Parts) -> Result<(), Failure> {
        let asked = text(&request.headers, header::HOST.as_str())
            .or_else(|| request.uri.authority().map(axum::http::uri::Authority::as_str))
            .unwrap_or_default();
        if !self.knows(asked) {
            let problem =
                Problem::error(phrase!("server.foreign_host", found = crate::body::shortened(asked)));
            return Err(Failure::forbidden(
                problem.advise(phrase!("server.foreign_host_advice", known = self.authorities[0])),
            ));
        }
        if [Method::GET, Method::HEAD, Method::OPTIONS].contains(&request.method)
            || crate::endpoints::capture::is_open(request.uri.path())
        {
            return Ok(());
        }
        match text(&request.headers, header::ORIGIN.as_str()) {
            Some(origin) if !origin.strip_prefix("http://").is_some_and(|origin| self.knows(origin)) => {
                let problem = phrase!("server.foreign_origin", found = crate::body::shortened(origin));
                Err(Failure::forbidden(Problem::error(problem)))
            }
            None if text(&request.headers, "sec-fetch-site").is_some_and(|site| site.ends_with("-site")) => {
                Err(Failure::forbidden(Problem::error(phrase!("server.foreign_origin", found = "?"))))
            }
            _ => Ok(()),
        }
    }

    fn knows(&self, authority: &str) -> bool {
        self.authorities.iter().any(|known| known.eq_ignore_ascii_case(authority))
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn allowed(method: &str, headers: &[(&str, &str)]) -> bool {
        let guard = Guard::at("127.0.0.1:8808".parse().expect("an address"));
        let mut request = Request::builder().method(method).uri("/api/v1/runs");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        guard.check(&request.body(()).expect("a request").into_parts().0).is_ok()
    }

    #[test]
    fn only_its_own_names_are_answered() {
        for (host, expected) in [
            ("127.0.0.1:8808", true),
            ("localhost:8808", true),
            ("LOCALHOST:8808", true),
            ("[::1]:8808", true),
            ("localhost", false),
            ("localhost:8809", false),
            ("evil.example:8808", false),
            ("127.0.0.1.evil.example:8808", false),
            ("", false),
        ] {
            assert_eq!(allowed("GET", &[("host", host)]), expected, "{host}");
        }
        assert!(!allowed("GET", &[]), "no host at all");
    }

    #[test]
    fn writes_come_from_its_own_page_or_from_no_page() {
        let host = ("host", "localhost:8808");
        for (origin, expected) in [
            ("http://localhost:8808", true),
            ("http://127.0.0.1:8808", true),
            ("https://localhost:8808", false),
            ("http://localhost:3000", false),
            ("http://evil.example", false),
            ("null", false),
        ] {
            assert_eq!(allowed("POST", &[host, ("origin", origin)]), expected, "{origin}");
            assert!(allowed("GET", &[host, ("origin", origin)]), "reading is the browser's to forbid");
        }
        assert!(allowed("POST", &[host]), "curl and SDKs send no origin");
        assert!(!allowed("POST", &[host, ("sec-fetch-site", "cross-site")]));
        assert!(allowed("POST", &[host, ("sec-fetch-site", "none")]));
    }
}
