//! What an erased person said: quoted in cases under its message's id, and taken out of them by it.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::redact::files;
use crate::{Failure, file};

/// Takes quotes out of the cases below a folder by their messages' ids; says which files were written anew.
pub(super) fn out_of_cases(folder: &Path, said: &HashSet<String>) -> Result<Vec<PathBuf>, Failure> {
    let mut changed = Vec::new();
    if said.is_empty() {
        return Ok(changed);
    }
    for path in files(folder)? {
        // What is no text quotes nobody.
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let ending = path.extension().and_then(|ending| ending.to_str());
        let fresh = match ending {
            Some("json") => out_of_json(&text, said),
            Some("md") => out_of_markdown(&text, said),
            _ => None,
        };
        if let Some(fresh) = fresh {
            file::write(&path, fresh.as_bytes())?;
            changed.push(path);
        }
    }
    Ok(changed)
}

fn out_of_json(text: &str, said: &HashSet<String>) -> Option<String> {
    let mut value: Value = serde_json::from_str(text).ok()?;
    remove(&mut value, said).then(|| format!("{value:#}\n"))
}

/// Removes what lies in a list under one of these ids; true when there was any.
fn remove(value: &mut Value, said: &HashSet<String>) -> bool {
    match value {
        Value::Array(items) => {
            let before = items.len();
            let id =
                |item: &Value| item.get("id").and_then(Value::as_str).is_some_and(|id| said.contains(id));
            items.retain(|item| !id(item));
            let mut found = items.len() < before;
            for item in items {
                found |= remove(item, said);
            }
            found
        }
        Value::Object(object) => {
            let mut found = false;
            for (_, value) in object.iter_mut() {
                found |= remove(value, said);
            }
            found
        }
        _ => false,
    }
}

/// A quote is a line that ends with its message's id; an empty line follows it.
fn out_of_markdown(text: &str, said: &HashSet<String>) -> Option<String> {
    let quotes = |line: &str| {
        let id = line.trim_end().strip_suffix('`').and_then(|line| line.rsplit_once('`'));
        line.starts_with("> ") && id.is_some_and(|(_, id)| said.contains(id))
    };
    let mut kept = String::with_capacity(text.len());
    let mut lines = text.split_inclusive('\n').peekable();
    while let Some(line) = lines.next() {
        if quotes(line) {
            let _ = lines.next_if(|next| next.trim().is_empty());
        } else {
            kept.push_str(line);
        }
    }
    (kept != text).then_some(kept)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_quote_goes_by_its_messages_id_and_nothing_else_does() {
        let folder = tempfile::tempdir().expect("a folder");
        let said = HashSet::from(["m-1".to_owned()]);
        let quotes = json!([{"id": "m-1", "text": "my words"}, {"id": "m-2", "text": "of m-1"}]);
        let case = json!({"subject": {"id": "m-1"}, "before": {"quotes": quotes}, "after": {"quotes": []}});
        let markdown = "# Pay\n\n> my words `m-1`\n\n> of `m-1` said `m-2`\n\n## Doubts\n\nof `m-1`\n";
        fs::write(folder.path().join("pay.json"), case.to_string()).expect("written");
        fs::write(folder.path().join("pay.md"), markdown).expect("written");
        fs::write(folder.path().join("notes.txt"), "> my words `m-1`").expect("written");
        let changed = out_of_cases(folder.path(), &said).expect("done");
        assert_eq!(changed, [folder.path().join("pay.json"), folder.path().join("pay.md")]);
        let read = |name: &str| fs::read_to_string(folder.path().join(name)).expect("read");
        let left: Value = serde_json::from_str(&read("pay.json")).expect("JSON");
        assert_eq!(left["before"]["quotes"], json!([{"id": "m-2", "text": "of m-1"}]));
        assert_eq!(left["subject"]["id"], "m-1");
        assert_eq!(read("pay.md"), markdown.replace("> my words `m-1`\n\n", ""));
        assert!(out_of_cases(folder.path(), &said).expect("done").is_empty());
    }
}
