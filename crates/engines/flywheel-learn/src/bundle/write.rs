//! Writes a bundle whole or not at all: under a temporary name, synced, then renamed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;

use super::{
    Bundle, CARD_EN, CARD_ZH, EVALUATION, FORMAT, FileEntry, MANIFEST, Manifest, NETWORK, PREPARATION,
    RECIPE, REFERENCE, SCHEMA, WEIGHTS, tensors,
};

/// Writes the folder, which must not exist yet, and returns its bytes; after an error nothing of it is left.
///
/// Of several that write it at once one succeeds; the others are told [`io::ErrorKind::AlreadyExists`].
pub fn write(folder: &Path, bundle: &Bundle) -> io::Result<u64> {
    if folder.exists() {
        return Err(taken(folder));
    }
    let parent = folder.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    // Of a name of its own, which goes when this ends: another thread may write the same version at this moment.
    let staged = tempfile::Builder::new().prefix(".new-").tempdir_in(parent)?;
    let whole = staged.path().join("bundle");
    let bytes = write_files(&whole, bundle)?;
    // Who was first keeps the name, whatever the system calls that.
    fs::rename(&whole, folder).map_err(|error| if folder.exists() { taken(folder) } else { error })?;
    sync_folder(parent)?;
    Ok(bytes)
}

fn taken(folder: &Path) -> io::Error {
    io::Error::new(io::ErrorKind::AlreadyExists, format!("`{}` exists already", folder.display()))
}

fn write_files(folder: &Path, bundle: &Bundle) -> io::Result<u64> {
    fs::create_dir(folder)?;
    let contents: [(&str, Vec<u8>); 9] = [
        (WEIGHTS, tensors::to_bytes(&bundle.weights).map_err(io::Error::other)?),
        (NETWORK, json(&bundle.network)?),
        (PREPARATION, json(&bundle.preparation)?),
        (SCHEMA, json(&bundle.signature)?),
        (REFERENCE, json(&bundle.reference)?),
        (EVALUATION, json(&bundle.judged)?),
        (RECIPE, bundle.recipe.clone().into_bytes()),
        (CARD_EN, bundle.card_en.clone().into_bytes()),
        (CARD_ZH, bundle.card_zh.clone().into_bytes()),
    ];
    let mut files = BTreeMap::new();
    let mut bytes = 0;
    for (name, content) in &contents {
        write_synced(&folder.join(name), content)?;
        bytes += content.len() as u64;
        files.insert((*name).to_owned(), FileEntry::of(content));
    }
    let manifest = json(&Manifest::sealed(FORMAT, bundle.origin.clone(), files))?;
    write_synced(&folder.join(MANIFEST), &manifest)?;
    sync_folder(folder)?;
    Ok(bytes + manifest.len() as u64)
}

fn write_synced(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Makes names in a folder durable; where folders can't be opened (Windows) the system does it by itself.
fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// A value as the bundle's files hold it.
pub(super) fn json(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    Ok(text)
}
