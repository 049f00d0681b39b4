//! The built page, embedded; a leaf, so that it recompiles only when the page does.
//!
//! It knows files and nothing else: no HTTP library, no project, no data.
//! Without Node the page is not built, and one bilingual sheet that says how stands in its place.

use std::borrow::Cow;
use std::fmt::Write;

use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "$FLYWHEEL_PAGE_FOLDER"]
struct Files;

/// The file that starts the page; every address of the page is answered with it.
const START: &str = "index.html";

/// One file of the page, ready to be sent.
#[derive(Debug, Clone)]
pub struct Asset {
    /// The content.
    pub bytes: Cow<'static, [u8]>,
    /// The media type, with the character set where it is text.
    pub mime: String,
    /// A strong entity tag, quotes included; the same bytes have the same tag.
    pub etag: String,
    /// True when the name carries a hash of the content, so that a browser may keep the file for ever.
    pub immutable: bool,
}

/// The file at a path of the page, with or without a leading slash.
///
/// A path without an extension is an address inside the page (`runs/17`) and gets the file that starts it;
/// a missing file with an extension is `None`.
pub fn asset(path: &str) -> Option<Asset> {
    let path = path.trim_start_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    let name = if last.contains('.') { path } else { START };
    let file = Files::get(name)?;
    Some(Asset {
        bytes: file.data,
        mime: with_charset(file.metadata.mimetype()),
        etag: entity_tag(&file.metadata.sha256_hash()),
        immutable: name.starts_with("assets/"),
    })
}

/// True when the real page is embedded, false when it is the sheet that says how to build it.
pub fn built() -> bool {
    Files::iter().any(|name| name.starts_with("assets/"))
}

fn with_charset(mime: &str) -> String {
    let text = mime.starts_with("text/") || matches!(mime, "application/javascript" | "image/svg+xml");
    if text { format!("{mime}; charset=utf-8") } else { mime.to_owned() }
}

fn entity_tag(hash: &[u8]) -> String {
    let mut tag = String::from("\"");
    for byte in &hash[..16] {
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_the_page_is_there_whether_or_not_it_was_built() {
        let start = asset("/").expect("a page");
        assert_eq!(start.mime, "text/html; charset=utf-8");
        assert!(!start.immutable, "the start names the hashed files, so it must be asked for each time");
        let text = String::from_utf8(start.bytes.into_owned()).expect("text");
        assert!(text.contains("Flywheel") && text.contains("<html"), "{text}");
    }

    #[test]
    fn addresses_inside_the_page_get_its_start() {
        let start = asset("index.html").expect("a page");
        for address in ["", "runs", "/runs/20260101-1200-digits", "models/digits/try"] {
            assert_eq!(asset(address).expect(address).etag, start.etag, "{address}");
        }
    }

    #[test]
    fn a_missing_file_is_absent_and_not_the_start() {
        assert!(asset("assets/gone-1234.js").is_none());
        assert!(asset("../Cargo.toml").is_none());
    }

    #[test]
    fn hashed_files_may_be_kept_for_ever_and_say_what_they_are() {
        for name in Files::iter().filter(|name| name.starts_with("assets/")) {
            let file = asset(&name).expect("a listed file");
            assert!(file.immutable, "{name}");
            assert!(name.contains('-'), "{name} carries no hash");
            assert_ne!(file.mime, "application/octet-stream", "{name}");
        }
    }

    #[test]
    fn the_sheet_in_its_place_speaks_both_languages() {
        let sheet = include_str!("unbuilt.html");
        assert!(sheet.contains("npm run build") && sheet.contains("构建"));
        assert!(!sheet.contains("http://") && !sheet.contains("https://"), "it must not reach out");
    }
}
