//! Puts texts out of a bundle, such as the name of a person who asked to be forgotten, and seals it anew.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use super::{FORMAT, FileEntry, MANIFEST, Manifest, WEIGHTS};

/// Writes the texts of a bundle anew where `change` has another text for them; says how many files changed.
///
/// The bundle is as it was or whole with the other texts; its weights are never touched.
///
/// # Errors
/// When it cannot be read, or the disk refuses.
pub fn redact(folder: &Path, change: impl Fn(&str) -> Option<String>) -> io::Result<u64> {
    let manifest: Manifest = serde_json::from_slice(&fs::read(folder.join(MANIFEST))?)?;
    let mut files = manifest.files.clone();
    let mut changed = Vec::new();
    for name in manifest.files.keys().filter(|name| *name != WEIGHTS) {
        let Ok(text) = fs::read_to_string(folder.join(name)) else { continue };
        if let Some(text) = change(&text) {
            files.insert(name.clone(), FileEntry::of(text.as_bytes()));
            changed.push((name.clone(), text));
        }
    }
    if changed.is_empty() {
        return Ok(0);
    }
    let parent = folder.parent().unwrap_or(Path::new("."));
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fresh = parent.join(format!(".{name}.{}.part", std::process::id()));
    let old = parent.join(format!(".{name}.{}.old", std::process::id()));
    for left in [&fresh, &old] {
        // What a killed process left.
        let _ = fs::remove_dir_all(left);
    }
    fs::create_dir(&fresh)?;
    for entry in fs::read_dir(folder)?.flatten().filter(|entry| entry.path().is_file()) {
        fs::copy(entry.path(), fresh.join(entry.file_name()))?;
    }
    for (name, text) in &changed {
        written(&fresh.join(name), text.as_bytes())?;
    }
    let sealed = serde_json::to_vec_pretty(&Manifest::sealed(FORMAT, manifest.origin, files))?;
    written(&fresh.join(MANIFEST), &sealed)?;
    fs::rename(folder, &old)?;
    fs::rename(&fresh, folder)?;
    fs::remove_dir_all(&old)?;
    Ok(changed.len() as u64)
}

fn written(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(content)?;
    file.sync_all()
}
