//! Files that lie on this machine's own disk, read page by page when they are decoded.
//!
//! What is read goes into room that is still in the processor's caches, and no row group lies in memory as a whole.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use object_store::path::Path;
use url::Url;

/// Bytes of a page's beginning that are read at once to understand it.
const HEADER: usize = 256;

/// A file that is open.
#[derive(Debug, Clone)]
pub struct OnDisk(Arc<File>);

/// A file read from some byte on.
pub struct From {
    file: Arc<File>,
    at: u64,
}

/// Where a table's file lies on this machine; absent where its table lies elsewhere.
pub fn find(root: &str, path: &Path) -> Option<PathBuf> {
    // Other systems read through the store.
    if !cfg!(unix) {
        return None;
    }
    let folder = match Url::parse(root) {
        Ok(url) if url.scheme() == "file" => url.to_file_path().ok()?,
        Ok(_) => return None,
        Err(_) => PathBuf::from(root),
    };
    let file = folder.join(path.as_ref());
    file.is_file().then_some(file)
}

impl OnDisk {
    /// Opens a file and tells the system which parts will be read.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(file: &std::path::Path, ranges: &[Range<u64>]) -> io::Result<Self> {
        let file = File::open(file)?;
        for range in ranges {
            will_need(&file, range);
        }
        Ok(Self(Arc::new(file)))
    }

    /// Reads from a byte on, a little at a time.
    pub fn read_from(&self, start: u64) -> BufReader<From> {
        BufReader::with_capacity(HEADER, From { file: self.0.clone(), at: start })
    }

    /// So many bytes from a byte on.
    ///
    /// # Errors
    /// When the file ends before, or the disk fails.
    pub fn bytes(&self, start: u64, length: usize) -> io::Result<Bytes> {
        let mut bytes = Vec::with_capacity(length);
        let from = From { file: self.0.clone(), at: start };
        from.take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes.into())
    }
}

impl Read for From {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let count = read_at(&self.file, room, self.at)?;
        self.at += count as u64;
        Ok(count)
    }
}

#[cfg(unix)]
fn read_at(file: &File, room: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, room, at)
}

#[cfg(not(unix))]
fn read_at(_: &File, _: &mut [u8], _: u64) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Lets the system fetch a part while others are decoded; where it does not, the reader waits for the disk itself.
#[cfg(target_os = "linux")]
fn will_need(file: &File, range: &Range<u64>) {
    use rustix::fs::{Advice, fadvise};
    let length = std::num::NonZeroU64::new(range.end - range.start);
    let _ = fadvise(file, range.start, length, Advice::WillNeed);
}

#[cfg(not(target_os = "linux"))]
fn will_need(_: &File, _: &Range<u64>) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_where_the_file_lies_here() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, path) = (folder.path().to_str().expect("a name"), Path::from("part.parquet"));
        assert_eq!(find(root, &path), None, "it is not there yet");
        std::fs::write(folder.path().join("part.parquet"), b"0123456789").expect("written");
        let address = Url::from_directory_path(folder.path()).expect("an address");
        let file = folder.path().join("part.parquet");
        for root in [root, address.as_str()] {
            assert_eq!(find(root, &path), Some(file.clone()), "{root}");
        }
        assert_eq!(find("s3://bucket/events", &path), None);
        let open = OnDisk::open(&file, &[0..4, 7..10]).expect("open");
        for (start, length, expected) in [(7, 3, &b"789"[..]), (0, 2, b"01"), (4, 0, b"")] {
            assert_eq!(open.bytes(start, length).expect("read"), expected, "{start}, {length}");
        }
        open.bytes(8, 3).expect_err("it ends before");
        let mut rest = String::new();
        open.read_from(6).read_to_string(&mut rest).expect("read");
        assert_eq!(rest, "6789");
        OnDisk::open(&folder.path().join("none"), &[]).expect_err("it is not there");
    }
}
