//! Texts that quote a person: found, and put out of them.

use std::collections::HashSet;
use std::path::Path;
use std::{fs, io};

use crate::{Failure, file};

/// Files larger than this hold no quotes that were written by hand or as a report; weights, say.
const LARGEST: u64 = 256 << 20;

/// The texts by which a person may be quoted.
#[derive(Debug, Clone)]
pub(crate) struct Quotes {
    /// As they stand, and as JSON writes them, longest first.
    forms: Vec<String>,
}

impl Quotes {
    /// The forms of these texts.
    pub fn new(texts: &HashSet<String>) -> Self {
        let mut forms: Vec<String> = texts.iter().filter(|text| !text.is_empty()).cloned().collect();
        let escaped = |text: &String| {
            let json = serde_json::Value::from(text.as_str()).to_string();
            json[1..json.len() - 1].to_owned()
        };
        forms.extend(texts.iter().filter(|text| !text.is_empty()).map(escaped));
        // As JSON is written where only ASCII is trusted.
        forms.extend(texts.iter().filter(|text| !text.is_ascii()).map(|text| ascii(text)));
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        Self { forms }
    }

    /// Whether one of them stands there as a whole: not as a part of a longer word or number.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        self.forms.iter().any(|form| find(bytes, form.as_bytes(), 0).is_some())
    }

    /// The text with something else in their place; `None` when they are not in it.
    pub fn without(&self, text: &str, instead: &str) -> Option<String> {
        let mut out = text.to_owned();
        for form in &self.forms {
            let mut from = 0;
            while let Some(at) = find(out.as_bytes(), form.as_bytes(), from) {
                out.replace_range(at..at + form.len(), instead);
                from = at + instead.len();
            }
        }
        (out != text).then_some(out)
    }

    /// Puts something else in their place in every text below a folder; says which files were written anew.
    pub fn out_of_folder(&self, folder: &Path, instead: &str) -> Result<Vec<std::path::PathBuf>, Failure> {
        let mut changed = Vec::new();
        for path in files(folder)? {
            if path.metadata().map_or(0, |data| data.len()) > LARGEST {
                continue;
            }
            let bytes = match fs::read(&path) {
                Ok(bytes) => bytes,
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                Err(error) => return Err(Failure::io(&path, &error)),
            };
            if !self.are_in(&bytes) {
                continue;
            }
            let text = String::from_utf8_lossy(&bytes);
            if let Some(text) = self.without(&text, instead) {
                file::write(&path, text.as_bytes())?;
                changed.push(path);
            }
        }
        Ok(changed)
    }
}

/// Every file below a folder, in order.
pub(crate) fn files(folder: &Path) -> Result<Vec<std::path::PathBuf>, Failure> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(Failure::io(folder, &error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(|error| Failure::io(folder, &error))?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Where a text stands as a whole.
fn find(bytes: &[u8], text: &[u8], from: usize) -> Option<usize> {
    let part = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let mut at = from;
    while let Some(found) = bytes.get(at..).and_then(|rest| position(rest, text)) {
        let start = at + found;
        let end = start + text.len();
        let before = start.checked_sub(1).and_then(|before| bytes.get(before));
        let first_is_word = part(text.first());
        let last_is_word = part(text.last());
        if !(first_is_word && part(before) || last_is_word && part(bytes.get(end))) {
            return Some(start);
        }
        at = start + 1;
    }
    None
}

fn position(bytes: &[u8], text: &[u8]) -> Option<usize> {
    let first = *text.first()?;
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == first) {
        at += found;
        if bytes[at..].starts_with(text) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn ascii(text: &str) -> String {
    let mut out = String::new();
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)).filter(char::is_ascii) {
            Some(letter) => out.push(letter),
            None => out.push_str(&format!("\\u{unit:04x}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quotes(texts: &[&str]) -> Quotes {
        Quotes::new(&texts.iter().map(|text| (*text).to_owned()).collect())
    }

    #[test]
    fn a_person_is_found_as_a_whole_and_in_every_writing() {
        let anna = quotes(&["anna@home", "张三", "a\"b"]);
        for (text, expected) in [
            ("{\"id\":\"anna@home\"}", true),
            ("anna@home", true),
            ("joanna@home", false),
            ("anna@homes", false),
            ("id=anna@home;", true),
            ("叫张三的人", true),
            ("\\u5f20\\u4e09", true),
            ("{\"x\":\"a\\\"b\"}", true),
            ("", false),
        ] {
            assert_eq!(anna.are_in(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(quotes(&["7"]).without("7, 17, 71, 7", "x").as_deref(), Some("x, 17, 71, x"));
        assert_eq!(quotes(&["7"]).without("17", "x"), None);
    }

    #[test]
    fn texts_below_a_folder_are_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("a/b");
        fs::create_dir_all(&inside).expect("made");
        fs::write(inside.join("x.json"), "{\"id\":\"anna\"}").expect("written");
        fs::write(inside.join("y.json"), "{\"id\":\"joanna\"}").expect("written");
        let changed = quotes(&["anna"]).out_of_folder(folder.path(), "erased").expect("done");
        assert_eq!(changed, [inside.join("x.json")]);
        assert_eq!(fs::read_to_string(&changed[0]).expect("read"), "{\"id\":\"erased\"}");
    }
}
