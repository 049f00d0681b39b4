//! Sentences: every file opens with one that says what it is for, and a crate's is the same in its three places.

use toml_edit::DocumentMut;

use super::Source;

pub fn check(sources: &[Source]) -> anyhow::Result<Vec<String>> {
    let mut complaints = Vec::new();
    for source in sources.iter().filter(|source| source.path.ends_with(".rs")) {
        let opens = source.text.strip_prefix("//! ").is_some_and(|rest| {
            rest.chars().next().is_some_and(|first| first.is_uppercase() || first == '`' || first == '*')
        });
        if !opens {
            complaints.push(format!(
                "{}: the first line is no `//!` sentence that says what the file is for",
                source.path
            ));
        }
    }
    let find = |path: &str| sources.iter().find(|source| source.path == path);
    let map = find("ARCHITECTURE.md");
    for manifest in sources.iter().filter(|source| source.path.ends_with("/Cargo.toml")) {
        let document: DocumentMut = manifest.text.parse()?;
        let Some(description) =
            document.get("package").and_then(|package| package.get("description")?.as_str())
        else {
            complaints.push(format!("{}: the crate has no description", manifest.path));
            continue;
        };
        let folder = manifest.path.trim_end_matches("Cargo.toml");
        let root = find(&format!("{folder}src/lib.rs")).or_else(|| find(&format!("{folder}src/main.rs")));
        if let Some(root) = root
            && first_sentence(&root.text) != description
        {
            complaints.push(format!(
                "{}: the first sentence is not the crate's description, `{description}`",
                root.path
            ));
        }
        if let Some(map) = map
            && manifest.path.starts_with("crates/")
            && !map.text.contains(description)
        {
            complaints
                .push(format!("ARCHITECTURE.md: the sentence of {folder} is not there: `{description}`"));
        }
    }
    Ok(complaints)
}

/// The first sentence of the module's documentation, which may run over several lines.
fn first_sentence(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(str::trim)
        .take_while(|line| !line.is_empty())
        .collect();
    let paragraph = lines.join(" ");
    match paragraph.find(". ") {
        Some(end) => paragraph[..=end].to_owned(),
        None => paragraph,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crates_sentence_is_the_same_in_its_three_places() {
        let source = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let repository = |lib: &str, map: &str| {
            let manifest =
                source("crates/base/a/Cargo.toml", "[package]\nname = \"a\"\ndescription = \"It counts.\"");
            check(&[manifest, source("crates/base/a/src/lib.rs", lib), source("ARCHITECTURE.md", map)])
                .expect("the manifest parses")
                .len()
        };
        assert_eq!(repository("//! It counts. And more.\n//!\n//! Details.", "a: It counts."), 0);
        assert_eq!(repository("//! It\n//! counts.\nuse x;", "a: It counts."), 0);
        assert_eq!(repository("//! It adds.", "a: It counts."), 1);
        assert_eq!(repository("//! It counts.", "nothing"), 1);
        assert_eq!(repository("use x;", "a: It counts."), 2);
    }
}
