//! Files that lie on this machine's own disk, read without the way through the store.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::PathBuf;

use bytes::Bytes;
use object_store::path::Path;
use url::Url;

/// Where a table's file lies on this machine; absent where its table lies elsewhere.
pub fn find(root: &str, path: &Path) -> Option<PathBuf> {
    let folder = match Url::parse(root) {
        Ok(url) if url.scheme() == "file" => url.to_file_path().ok()?,
        Ok(_) => return None,
        Err(_) => PathBuf::from(root),
    };
    let file = folder.join(path.as_ref());
    file.is_file().then_some(file)
}

/// Reads some ranges of a file, as [`object_store::ObjectStore::get_ranges`] does.
pub fn read(file: PathBuf, ranges: &[Range<u64>]) -> io::Result<Vec<Bytes>> {
    let mut file = File::open(file)?;
    let read = |range: &Range<u64>| {
        let length = usize::try_from(range.end - range.start).map_err(io::Error::other)?;
        let mut bytes = Vec::with_capacity(length);
        file.seek(SeekFrom::Start(range.start))?;
        file.by_ref().take(length as u64).read_to_end(&mut bytes)?;
        if bytes.len() < length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(bytes.into())
    };
    ranges.iter().map(read).collect()
}

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
        let parts = read(file.clone(), &[7..10, 0..2, 4..4]).expect("read");
        assert_eq!(parts, [&b"789"[..], b"01", b""]);
        read(file, &[8..11]).expect_err("it ends before");
    }
}
