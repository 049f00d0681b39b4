//! Whether a run's process still works, told by a lock that the operating system frees when the process is gone.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// Held while the run works.
#[derive(Debug)]
pub(crate) struct RunLock {
    _file: File,
}

impl RunLock {
    /// Takes the lock; `None` when another process has it.
    pub fn take(folder: &Path) -> io::Result<Option<Self>> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(folder.join("lock"))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(std::fs::TryLockError::WouldBlock) => Ok(None),
            Err(std::fs::TryLockError::Error(error)) => Err(error),
        }
    }
}

/// True while a process holds the lock, or the folder is not there yet.
pub(crate) fn alive(folder: &Path) -> bool {
    if !folder.exists() {
        return true;
    }
    let Ok(file) = File::open(folder.join("lock")) else { return false };
    matches!(file.try_lock_shared(), Err(std::fs::TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_alive_while_its_lock_is_held() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(!alive(folder.path()));
        let lock = RunLock::take(folder.path()).expect("taken").expect("free");
        assert!(alive(folder.path()));
        assert!(RunLock::take(folder.path()).expect("asked").is_none());
        drop(lock);
        assert!(!alive(folder.path()));
    }
}
