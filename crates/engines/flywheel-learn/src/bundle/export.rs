//! A bundle as it leaves the project: its files, and the model as ONNX beside them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use flywheel_spec::{Problem, Problems};

use super::{FileEntry, MANIFEST, Manifest, ONNX, damage, read, read_manifest, write};
use crate::onnx;

/// A bundle as it leaves the project.
#[derive(Debug, Clone, PartialEq)]
pub struct Exported {
    /// The content of every file, by name.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What could not be said in one of the forms.
    pub findings: Vec<Problem>,
}

/// Reads a bundle and adds the model as ONNX, where it has such a form; the manifest names that file too.
///
/// # Errors
/// Every damage of the bundle.
pub fn export(folder: &Path) -> Result<Exported, Problems> {
    let bundle = read(folder)?;
    let mut manifest = read_manifest(folder)?;
    let mut files = BTreeMap::new();
    for name in manifest.files.keys() {
        let path = folder.join(name);
        let content = fs::read(&path).map_err(|error| damage::unreadable(&path, error))?;
        files.insert(name.clone(), content);
    }
    let mut findings = Vec::new();
    match onnx::model(&bundle) {
        Ok(content) => {
            manifest.files.insert(ONNX.to_owned(), FileEntry::of(&content));
            files.insert(ONNX.to_owned(), content);
        }
        Err(problem) => findings.push(problem),
    }
    let sealed = Manifest::sealed(manifest.format, manifest.origin, manifest.files);
    let sealed = write::json(&sealed).map_err(|error| damage::unreadable(&folder.join(MANIFEST), error))?;
    files.insert(MANIFEST.to_owned(), sealed);
    Ok(Exported { files, findings })
}
