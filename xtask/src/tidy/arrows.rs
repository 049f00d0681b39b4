//! Arrows: which crate may use which, and which crates alone may know a foreign library.

use toml_edit::{DocumentMut, Item, TableLike};

use super::Source;

/// The picture of `ARCHITECTURE.md`: each crate, and what it may use of ours.
const ARROWS: &[(&str, &[&str])] = &[
    ("flywheel-spec", &[]),
    ("flywheel-stats", &[]),
    ("flywheel-people", &["flywheel-spec"]),
    ("flywheel-events", &["flywheel-spec", "flywheel-people"]),
    ("flywheel-language", &["flywheel-spec"]),
    ("flywheel-tables", &["flywheel-spec", "flywheel-stats", "flywheel-people", "flywheel-events"]),
    ("flywheel-learn", &["flywheel-spec", "flywheel-stats", "flywheel-language", "flywheel-tables"]),
    ("flywheel-text", &["flywheel-spec", "flywheel-stats", "flywheel-language"]),
    ("flywheel-collect", &["flywheel-spec", "flywheel-stats", "flywheel-people"]),
    ("flywheel-product", &["flywheel-spec", "flywheel-stats", "flywheel-people"]),
    ("flywheel-sample", &["flywheel-spec", "flywheel-stats", "flywheel-people", "flywheel-tables"]),
    (
        "flywheel-workbench",
        &[
            "flywheel-spec",
            "flywheel-stats",
            "flywheel-people",
            "flywheel-language",
            "flywheel-tables",
            "flywheel-learn",
            "flywheel-text",
            "flywheel-collect",
            "flywheel-product",
            "flywheel-sample",
        ],
    ),
    ("flywheel-page", &[]),
    (
        "flywheel-server",
        &[
            "flywheel-spec",
            "flywheel-stats",
            "flywheel-people",
            "flywheel-language",
            "flywheel-tables",
            "flywheel-learn",
            "flywheel-text",
            "flywheel-collect",
            "flywheel-product",
            "flywheel-sample",
            "flywheel-workbench",
            "flywheel-page",
        ],
    ),
    (
        "flywheel-cli",
        &[
            "flywheel-spec",
            "flywheel-stats",
            "flywheel-people",
            "flywheel-language",
            "flywheel-tables",
            "flywheel-learn",
            "flywheel-text",
            "flywheel-collect",
            "flywheel-product",
            "flywheel-sample",
            "flywheel-workbench",
            "flywheel-server",
        ],
    ),
    ("e2e", &[]),
    ("xtask", &[]),
];

/// Arrows of tests alone: what an engine makes is held against the engine that takes it.
const IN_TESTS: [(&str, &str); 1] = [("flywheel-text", "flywheel-product")];

/// Foreign libraries that only some crates may know.
const KNOWERS: &[(&str, &[&str])] = &[
    ("burn", &["flywheel-learn"]),
    ("datafusion", &["flywheel-tables"]),
    ("deltalake", &["flywheel-tables"]),
    ("ballista", &["flywheel-tables"]),
    ("arrow", &["flywheel-events"]),
    ("parquet", &["flywheel-events"]),
    ("object_store", &["flywheel-events", "flywheel-tables"]),
    ("sqlx", &["flywheel-tables", "flywheel-workbench"]),
    ("axum", &["flywheel-server"]),
    ("utoipa-axum", &["flywheel-server"]),
    ("tower-http", &["flywheel-server"]),
    ("rust-embed", &["flywheel-page"]),
    ("clap", &["flywheel-cli"]),
    ("indicatif", &["flywheel-cli"]),
    ("comfy-table", &["flywheel-cli"]),
    ("miette", &["flywheel-cli"]),
    ("mimalloc", &["flywheel-cli"]),
    ("anyhow", &["xtask", "e2e"]),
];

pub fn check(sources: &[Source]) -> anyhow::Result<Vec<String>> {
    let mut complaints = Vec::new();
    for manifest in sources.iter().filter(|source| is_member(&source.path)) {
        let document: DocumentMut = manifest.text.parse()?;
        let name = document["package"]["name"].as_str().unwrap_or_default().to_owned();
        let Some((_, may_use)) = ARROWS.iter().find(|(known, _)| *known == name) else {
            complaints.push(format!("{}: `{name}` is not in the picture of arrows.rs", manifest.path));
            continue;
        };
        let needed = dependencies(&document, &["dependencies", "build-dependencies"]);
        for used in dependencies(&document, &["dependencies", "dev-dependencies", "build-dependencies"]) {
            let in_tests = !needed.contains(&used) && IN_TESTS.contains(&(name.as_str(), used.as_str()));
            let ours = ARROWS.iter().any(|(ours, _)| *ours == used);
            if ours && !in_tests && !may_use.contains(&used.as_str()) {
                complaints.push(format!("{}: `{name}` may not use `{used}`", manifest.path));
            }
            if let Some((_, knowers)) = KNOWERS.iter().find(|(library, _)| *library == used)
                && !knowers.contains(&name.as_str())
            {
                complaints.push(format!(
                    "{}: only {} may know `{used}`",
                    manifest.path,
                    knowers.join(" and ")
                ));
            }
        }
    }
    Ok(complaints)
}

/// The workspace's members are the manifests below `crates/`, `e2e` and `xtask`.
fn is_member(path: &str) -> bool {
    path.ends_with("/Cargo.toml") && !path.starts_with("fuzz/")
}

/// What a crate uses, in its tests and its build as well, and on any platform.
fn dependencies(document: &DocumentMut, kinds: &[&str]) -> Vec<String> {
    let mut tables: Vec<&dyn TableLike> = vec![document.as_table()];
    if let Some(targets) = document.get("target").and_then(Item::as_table_like) {
        tables.extend(targets.iter().filter_map(|(_, target)| target.as_table_like()));
    }
    tables
        .iter()
        .flat_map(|table| kinds.iter().filter_map(|kind| table.get(kind)).collect::<Vec<_>>())
        .filter_map(Item::as_table_like)
        .flat_map(|used| used.iter().map(|(name, _)| name.to_owned()).collect::<Vec<_>>())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arrow_that_is_not_in_the_picture_is_named() {
        let manifest = |path: &str, text: &str| Source { path: path.to_owned(), text: text.to_owned() };
        let cases = [
            ("[package]\nname = \"flywheel-spec\"\n[dependencies]\nserde.workspace = true", 0),
            ("[package]\nname = \"flywheel-spec\"\n[dependencies]\nflywheel-learn.workspace = true", 1),
            ("[package]\nname = \"flywheel-learn\"\n[dev-dependencies]\naxum = \"1\"", 1),
            ("[package]\nname = \"flywheel-page\"\n[target.'cfg(unix)'.dependencies]\nburn = \"1\"", 1),
            ("[package]\nname = \"flywheel-new\"", 1),
            ("[package]\nname = \"flywheel-text\"\n[dev-dependencies]\nflywheel-product = \"1\"", 0),
            ("[package]\nname = \"flywheel-text\"\n[dependencies]\nflywheel-product = \"1\"", 1),
        ];
        for (text, expected) in cases {
            let found = check(&[manifest("crates/base/x/Cargo.toml", text)]).expect("the manifest parses");
            assert_eq!(found.len(), expected, "{text}: {found:?}");
        }
    }
}
