//! Names: a file is called after its one idea, and is short enough to hold no more than one.

use super::Source;

/// Names that say nothing about what lies inside.
const EMPTY_NAMES: [&str; 8] = ["util", "utils", "helper", "helpers", "common", "misc", "shared", "stuff"];
/// The hard end; a typical file has 100 to 250 lines.
const LINES_AT_MOST: usize = 900;

pub fn check(sources: &[Source]) -> anyhow::Result<Vec<String>> {
    let mut complaints = Vec::new();
    let code =
        sources.iter().filter(|source| !source.path.ends_with(".toml") && !source.path.ends_with(".md"));
    for source in code.filter(|source| !source.path.ends_with(".d.ts")) {
        let empty = source
            .path
            .split('/')
            .map(|part| part.split('.').next().unwrap_or(part))
            .find(|part| EMPTY_NAMES.contains(&part.to_lowercase().as_str()));
        if let Some(empty) = empty {
            complaints
                .push(format!("{}: `{empty}` says nothing; each helper lives with its subject", source.path));
        }
        let lines = source.text.lines().count();
        if lines > LINES_AT_MOST {
            complaints.push(format!("{}: {lines} lines; split it by responsibility", source.path));
        }
    }
    Ok(complaints)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_and_long_files_are_named() {
        let source = |path: &str, lines: usize| Source { path: path.to_owned(), text: "x\n".repeat(lines) };
        let cases = [
            (source("crates/base/a/src/split.rs", 900), 0),
            (source("crates/base/a/src/split.rs", 901), 1),
            (source("crates/base/a/src/utils.rs", 1), 1),
            (source("web/src/common/button.tsx", 1), 1),
            (source("web/src/Utils.test.ts", 1), 1),
            (source("web/src/api/schema.d.ts", 5000), 0),
            (source("docs/common.md", 1), 0),
        ];
        for (source, expected) in cases {
            let path = source.path.clone();
            let found = check(&[source]).expect("names need no reading");
            assert_eq!(found.len(), expected, "{path}: {found:?}");
        }
    }
}
