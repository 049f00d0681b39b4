//! Files that are there in full or not at all.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Failure;

/// Replaces a file by new content: written beside it, brought to the disk, then renamed over it.
pub(crate) fn write(path: &Path, content: &[u8]) -> Result<(), Failure> {
    write_io(path, content).map_err(|error| Failure::io(path, &error))
}

/// As [`write`], for callers that speak of I/O errors.
pub(crate) fn write_io(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut temporary = tempfile::Builder::new().prefix(".writing-").tempfile_in(folder)?;
    temporary.write_all(content)?;
    temporary.as_file().sync_all()?;
    // A temporary file is the owner's alone; what it becomes should be as readable as any other file.
    readable(temporary.as_file())?;
    temporary.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

/// Replaces a file by a value as JSON.
pub(crate) fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<(), Failure> {
    let mut content = serde_json::to_vec_pretty(value).map_err(|error| Failure::broken("json", error))?;
    content.push(b'\n');
    write(path, &content)
}

/// Reads a value as JSON; `None` when there is no such file.
pub(crate) fn read_json<T: DeserializeOwned>(path: &Path) -> Result<Option<T>, Failure> {
    let content = match fs::read(path) {
        Ok(content) => content,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::io(path, &error)),
    };
    serde_json::from_slice(&content)
        .map(Some)
        .map_err(|error| Failure::broken(&path.display().to_string(), error))
}

/// Reads a text; `None` when there is no such file.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io(path, &error)),
    }
}

/// Makes a temporary folder, which is its owner's alone, as readable as any other before it is renamed into its place.
#[cfg(unix)]
pub(crate) fn readable_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755))
}

/// Elsewhere a temporary folder is as readable as any other.
#[cfg(not(unix))]
pub(crate) fn readable_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn readable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a/b.json");
        for value in [1, 2] {
            write_json(&path, &value).expect("written");
            assert_eq!(read_json::<i32>(&path).expect("read"), Some(value));
        }
        assert_eq!(fs::read_dir(folder.path().join("a")).expect("listed").count(), 1);
        assert_eq!(read_json::<i32>(&folder.path().join("none")).expect("absent"), None);
    }
}
