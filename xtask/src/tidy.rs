//! Tidy: what the house style asks for and a machine can check.

use std::path::{Path, PathBuf};

use anyhow::Context;

mod arrows;
mod names;
mod sentences;
mod words;

/// A file of the repository: its path from the root, and its text.
pub struct Source {
    /// The path from the root, with `/` between its parts.
    pub path: String,
    /// What it says.
    pub text: String,
}

/// Every complaint about the repository below `root`, sorted.
pub fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let sources = read(root)?;
    let mut complaints = Vec::new();
    for check in [arrows::check, names::check, sentences::check, words::check] {
        complaints.extend(check(&sources)?);
    }
    complaints.sort();
    Ok(complaints)
}

/// Reads every text that people write: code, manifests, words, documents.
fn read(root: &Path) -> anyhow::Result<Vec<Source>> {
    let mut sources = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in
            std::fs::read_dir(&folder).with_context(|| format!("failed to list `{}`", folder.display()))?
        {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !name.starts_with('.') && !["target", "node_modules", "dist"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if [".rs", ".ts", ".tsx", ".toml", ".md"].iter().any(|ending| name.ends_with(ending)) {
                sources.push(source(root, path)?);
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(sources)
}

fn source(root: &Path, path: PathBuf) -> anyhow::Result<Source> {
    let text =
        std::fs::read_to_string(&path).with_context(|| format!("failed to read `{}`", path.display()))?;
    let path = path.strip_prefix(root)?.components().map(|part| part.as_os_str().to_string_lossy());
    Ok(Source { path: path.collect::<Vec<_>>().join("/"), text })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_repository_is_tidy() {
        let complaints = super::check(crate::root()).expect("the repository can be read");
        assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
    }
}
