//! Texts that quote a person: found, and put out of them.

use std::collections::HashSet;
use std::path::Path;
use std::{fs, io};

use flywheel_tables::naming::{self, Naming};
use flywheel_tables::warehouse::Cell;
use serde_json::Value;
use toml_edit::visit_mut::VisitMut;
use toml_edit::{DocumentMut, Formatted, Item, KeyMut};

use crate::{Failure, file};

/// Files larger than this hold no quotes that were written by hand or as a report; weights, say.
const LARGEST: u64 = 256 << 20;

/// Bytes from which an id names the person in the middle of any text; a shorter one, and a number, only as a whole value.
const ANYWHERE_BYTES: usize = 5;

/// The texts by which a person may be quoted.
#[derive(Debug, Clone)]
pub(crate) struct Quotes {
    ids: HashSet<String>,
    /// Those that name the person anywhere, as they stand, and as JSON writes them, longest first.
    forms: Vec<String>,
    /// The others, which do as a whole value of JSON, of a table or of settings.
    whole: Vec<String>,
}

impl Quotes {
    /// The forms of these texts.
    pub fn new(texts: &HashSet<String>) -> Self {
        let anywhere = |text: &&String| text.len() >= ANYWHERE_BYTES && !naming::is_numeric(text);
        let known = || texts.iter().filter(|text| !text.is_empty());
        Self {
            forms: forms(known().filter(anywhere)),
            whole: forms(known().filter(|text| !anywhere(text))),
            ids: known().cloned().collect(),
        }
    }

    /// Whether one of them stands in a text, in JSON or in lines of it: not as a part of a longer word or number.
    pub fn are_in(&self, bytes: &[u8]) -> bool {
        stand_in(&self.forms, bytes)
            || stand_in(&self.whole, bytes)
                && std::str::from_utf8(bytes).is_ok_and(|text| self.are_whole_in(text))
    }

    /// Whether a cell of a table names the person.
    pub fn are_in_cell(&self, table: &str, column: &str, cell: Cell<'_>) -> bool {
        // A table of people may call their ids just that.
        let theirs = format!("{}_id", table.trim_end_matches('s'));
        let column = if column.eq_ignore_ascii_case("id") { theirs.as_str() } else { column };
        match cell {
            Cell::Text(text) => stand_in(&self.forms, text.as_bytes()) || self.naming().is(column, text),
            Cell::Number(number) => self.naming().is_number(column, number),
        }
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
        if stand_in(&self.whole, out.as_bytes()) {
            out = self.without_whole(&out, instead).unwrap_or(out);
        }
        (out != text).then_some(out)
    }

    /// Settings in TOML with something else in place of each text that is one of them; `None` when there is none.
    pub fn without_settings(&self, text: &str, instead: &str) -> Option<String> {
        let mut document: DocumentMut = text.parse().ok()?;
        let mut settings = Settings { naming: self.naming(), instead, name: String::new(), found: false };
        settings.visit_document_mut(&mut document);
        settings.found.then(|| document.to_string())
    }

    /// The ids, to compare whole values with.
    pub fn naming(&self) -> Naming<'_> {
        Naming { ids: &self.ids }
    }

    /// Whether a value of the text is one of them: of JSON, of lines of JSON, or of a table that begins with its columns.
    fn are_whole_in(&self, text: &str) -> bool {
        let naming = self.naming();
        if let Some(value) = json(text) {
            return naming.is_in("", &value);
        }
        let mut lines = text.lines();
        if lines.clone().any(|line| json(line).is_some()) {
            return lines.filter_map(json).any(|value| naming.is_in("", &value));
        }
        let Some(header) = lines.next() else { return false };
        let between = [',', ';', '\t'].into_iter().find(|between| header.contains(*between)).unwrap_or(',');
        let cells = |line: &str| -> Vec<String> {
            line.split(between).map(|cell| cell.trim().trim_matches('"').to_owned()).collect()
        };
        let names = cells(header);
        lines.any(|line| cells(line).iter().zip(&names).any(|(cell, name)| naming.is(name, cell)))
    }

    fn without_whole(&self, text: &str, instead: &str) -> Option<String> {
        if let Some(mut value) = json(text) {
            let found = self.naming().leave_out_of("", &mut value, instead);
            let indented = text.trim().contains('\n');
            let written = if indented { format!("{value:#}") } else { value.to_string() };
            let end = if text.ends_with('\n') { "\n" } else { "" };
            return found.then(|| written + end);
        }
        let mut found = false;
        let lines = text.split_inclusive('\n').map(|line| {
            let Some(mut value) = json(line) else { return line.to_owned() };
            if !self.naming().leave_out_of("", &mut value, instead) {
                return line.to_owned();
            }
            found = true;
            value.to_string() + if line.ends_with('\n') { "\n" } else { "" }
        });
        let written: String = lines.collect();
        found.then_some(written)
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
            // What is no text, such as weights, quotes nobody.
            let Ok(text) = String::from_utf8(bytes) else { continue };
            let mut fresh = self.without(&text, instead);
            if path.extension().is_some_and(|ending| ending == "toml") {
                let settings = self.without_settings(fresh.as_deref().unwrap_or(&text), instead);
                fresh = settings.or(fresh);
            }
            if let Some(fresh) = fresh {
                file::write(&path, fresh.as_bytes())?;
                changed.push(path);
            }
        }
        Ok(changed)
    }

    /// As [`Self::out_of_folder`] for settings that a person wrote: only a text that is one of them is another then.
    pub fn out_of_settings(&self, folder: &Path, instead: &str) -> Result<Vec<std::path::PathBuf>, Failure> {
        let mut changed = Vec::new();
        for path in files(folder)? {
            if path.extension().is_none_or(|ending| ending != "toml") {
                continue;
            }
            let Ok(text) = fs::read_to_string(&path) else { continue };
            if let Some(fresh) = self.without_settings(&text, instead) {
                file::write(&path, fresh.as_bytes())?;
                changed.push(path);
            }
        }
        Ok(changed)
    }
}

/// Settings that are walked, with the name of the one at hand.
struct Settings<'q> {
    naming: Naming<'q>,
    instead: &'q str,
    name: String,
    found: bool,
}

impl VisitMut for Settings<'_> {
    fn visit_table_like_kv_mut(&mut self, key: KeyMut<'_>, node: &mut Item) {
        let around = std::mem::replace(&mut self.name, key.get().to_owned());
        self.visit_item_mut(node);
        self.name = around;
    }

    fn visit_string_mut(&mut self, node: &mut Formatted<String>) {
        if self.naming.is(&self.name, node.value()) {
            let decor = node.decor().clone();
            *node = Formatted::new(self.instead.to_owned());
            *node.decor_mut() = decor;
            self.found = true;
        }
    }
}

/// Texts as they stand, and as JSON writes them, longest first.
fn forms<'t>(texts: impl Iterator<Item = &'t String> + Clone) -> Vec<String> {
    let mut forms: Vec<String> = texts.clone().cloned().collect();
    let escaped = |text: &String| {
        let json = Value::from(text.as_str()).to_string();
        json[1..json.len() - 1].to_owned()
    };
    forms.extend(texts.clone().map(escaped));
    // As JSON is written where only ASCII is trusted.
    forms.extend(texts.filter(|text| !text.is_ascii()).map(|text| ascii(text)));
    forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
    forms.dedup();
    forms
}

/// Whether one of these stands there as a whole: not as a part of a longer word or number.
fn stand_in(forms: &[String], bytes: &[u8]) -> bool {
    forms.iter().any(|form| find(bytes, form.as_bytes(), 0).is_some())
}

/// An object or a list, where the text is one.
fn json(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok().filter(|value: &Value| value.is_object() || value.is_array())
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
        let anna = quotes(&["anna@home", "张三", "an\"na"]);
        for (text, expected) in [
            ("{\"id\":\"anna@home\"}", true),
            ("anna@home", true),
            ("joanna@home", false),
            ("anna@homes", false),
            ("id=anna@home;", true),
            ("叫张三的人", true),
            ("\\u5f20\\u4e09", true),
            ("{\"x\":\"an\\\"na\"}", true),
            ("", false),
        ] {
            assert_eq!(anna.are_in(text.as_bytes()), expected, "{text}");
        }
        assert_eq!(
            quotes(&["anna@home"]).without("anna@home, joanna@home", "x").as_deref(),
            Some("x, joanna@home")
        );
        assert_eq!(quotes(&["anna@home"]).without("joanna@home", "x"), None);
    }

    #[test]
    fn a_number_or_a_short_id_is_found_only_as_a_whole_value() {
        let seven = quotes(&["7", "anna"]);
        for (text, expected) in [
            ("{\"epochs\": 7, \"label\": \"7\"}", None),
            ("{\"user_id\":7,\"epochs\":7}", Some("{\"user_id\":\"x\",\"epochs\":7}")),
            ("{\n  \"distinct_id\": \"7\"\n}\n", Some("{\n  \"distinct_id\": \"x\"\n}\n")),
            ("{\"user\":\"anna\"}\n{\"n\":7}\n", Some("{\"user\":\"x\"}\n{\"n\":7}\n")),
            ("{\"said\":\"anna and 7 others\"}", None),
            ("7 Main St, by anna", None),
            ("7", None),
        ] {
            assert_eq!(seven.without(text, "x").as_deref(), expected, "{text}");
            assert_eq!(seven.are_in(text.as_bytes()), expected.is_some(), "{text}");
        }
        for (text, expected) in [
            ("user_id;age\n7;30\n", true),
            ("name,user_id\n\"x\",\"7\"\n", true),
            ("age,user_id\n7,8\n", false),
        ] {
            assert_eq!(seven.are_in(text.as_bytes()), expected, "{text}");
        }
        for (table, column, cell, expected) in [
            ("orders", "address", Cell::Text("7 Main St"), false),
            ("orders", "customer", Cell::Text("7"), true),
            ("orders", "customer_id", Cell::Number(7.0), true),
            ("orders", "items", Cell::Number(7.0), false),
            ("orders", "id", Cell::Number(7.0), false),
            ("customers", "id", Cell::Number(7.0), true),
            ("orders", "customer_id", Cell::Number(f64::NAN), false),
        ] {
            assert_eq!(seven.are_in_cell(table, column, cell), expected, "{table} {column} {cell:?}");
        }
    }

    #[test]
    fn settings_change_only_where_a_text_is_the_id() {
        let text = "# of anna\n[[segments]]\ndistinct_ids = [\"anna\", \"bert\"] # kept\nnote = \"anna and 7\"\nsize = 7\n";
        let expected = text.replace("[\"anna\"", "[\"erased\"");
        assert_eq!(quotes(&["anna", "7"]).without_settings(text, "erased"), Some(expected));
        assert_eq!(quotes(&["carl"]).without_settings(text, "erased"), None);
        assert_eq!(quotes(&["anna"]).without_settings("no TOML", "erased"), None);
    }

    #[test]
    fn texts_below_a_folder_are_written_anew() {
        let folder = tempfile::tempdir().expect("a folder");
        let inside = folder.path().join("a/b");
        fs::create_dir_all(&inside).expect("made");
        fs::write(inside.join("x.json"), "{\"id\":\"anna\"}").expect("written");
        fs::write(inside.join("y.json"), "{\"id\":\"joanna\"}").expect("written");
        let weights = b"\xff\xfe anna@home \xff";
        fs::write(inside.join("z.safetensors"), weights).expect("written");
        let changed = quotes(&["anna", "anna@home"]).out_of_folder(folder.path(), "erased").expect("done");
        assert_eq!(changed, [inside.join("x.json")]);
        assert_eq!(fs::read(inside.join("z.safetensors")).expect("read"), weights);
        assert_eq!(fs::read_to_string(&changed[0]).expect("read"), "{\"id\":\"erased\"}");
    }
}
