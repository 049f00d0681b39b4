//! Where a table lies: a folder of this machine, or storage that speaks S3, both as one object store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::parquet::arrow::arrow_reader::ArrowReaderMetadata;
use deltalake::logstore::{LogStoreRef, StorageConfig, default_logstore};
use futures::TryStreamExt;
use object_store::aws::{AmazonS3Builder, S3ConditionalPut};
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use object_store::{ObjectMeta, ObjectStore, ObjectStoreExt, PutPayload};
use url::Url;

use super::file::{self, STAGING};
use crate::storage::StorageError;

/// Where a table lies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// In a folder.
    Folder(PathBuf),
    /// On storage that speaks S3, such as `s3://bucket/events`; credentials and endpoint come from the environment
    /// (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION`, `AWS_ENDPOINT_URL`, `AWS_ALLOW_HTTP`).
    Url(Url),
}

impl Location {
    /// A folder's path, or a URL.
    pub fn parse(text: &str) -> Self {
        match Url::parse(text) {
            Ok(url) if url.scheme() == "file" => {
                Self::Folder(url.to_file_path().unwrap_or_else(|()| text.into()))
            }
            // A letter and a colon name a drive.
            Ok(url) if text.contains("://") => Self::Url(url),
            _ => Self::Folder(PathBuf::from(text)),
        }
    }
}

impl std::fmt::Display for Location {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder(folder) => write!(formatter, "{}", folder.display()),
            Self::Url(url) => write!(formatter, "{url}"),
        }
    }
}

/// A table's place, open.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// As it was named.
    pub location: Location,
    /// The table's address.
    pub url: Url,
    /// The table's files by their names.
    pub files: Arc<dyn ObjectStore>,
    /// Its log.
    pub log: LogStoreRef,
}

impl Place {
    /// Opens it; a folder is made if need be.
    pub fn open(location: Location) -> Result<Self, StorageError> {
        match &location {
            Location::Folder(folder) => {
                std::fs::create_dir_all(folder)?;
                let folder = std::path::absolute(folder)?;
                let url = Url::from_directory_path(&folder)
                    .map_err(|()| std::io::Error::other(format!("`{}` is no folder", folder.display())))?;
                Self::with_root(location, url, Arc::new(LocalFileSystem::new()))
            }
            Location::Url(url) => {
                let store = AmazonS3Builder::from_env()
                    .with_url(url.as_str())
                    // A version of the table is the work of whoever creates its file first.
                    .with_conditional_put(S3ConditionalPut::ETagMatch)
                    .build()?;
                let url = url.clone();
                Self::with_root(location, url, Arc::new(store))
            }
        }
    }

    /// A table below the root of a store.
    pub fn with_root(
        location: Location,
        mut url: Url,
        root: Arc<dyn ObjectStore>,
    ) -> Result<Self, StorageError> {
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        let prefix =
            object_store::path::Path::from_url_path(url.path()).map_err(object_store::Error::from)?;
        let files: Arc<dyn ObjectStore> = Arc::new(PrefixStore::new(root.clone(), prefix));
        let log = default_logstore(files.clone(), root, &url, &StorageConfig::default());
        Ok(Self { location, url, files, log })
    }

    /// The folder, when it is one.
    pub fn folder(&self) -> Option<&Path> {
        match &self.location {
            Location::Folder(folder) => Some(folder),
            Location::Url(_) => None,
        }
    }

    /// A folder in which files are written before they get their names; it goes away with the value, files and all.
    pub fn staging(&self) -> Result<Staging, StorageError> {
        Ok(match self.folder() {
            Some(folder) => Staging { folder: folder.to_owned(), _temporary: None },
            None => {
                let temporary = tempfile::tempdir()?;
                Staging { folder: temporary.path().to_owned(), _temporary: Some(temporary) }
            }
        })
    }

    /// Gives a staged file its name, whole and on the disk.
    pub async fn publish(&self, staged: tempfile::NamedTempFile, name: &str) -> Result<(), StorageError> {
        match self.folder() {
            Some(folder) => {
                let path = folder.join(name);
                tokio::task::spawn_blocking(move || file::settle(staged, &path)).await??;
            }
            None => {
                let bytes = tokio::fs::read(staged.path()).await?;
                self.files.put(&object_store::path::Path::from(name), PutPayload::from(bytes)).await?;
            }
        }
        Ok(())
    }

    /// A file where it can be read at leisure: itself, or a copy in the staging folder.
    pub async fn local(&self, name: &str, staging: &Staging) -> Result<PathBuf, StorageError> {
        if let Some(folder) = self.folder() {
            return Ok(folder.join(name));
        }
        let path = staging.folder.join(format!("{STAGING}read-{name}"));
        let mut copy = tokio::fs::File::create(&path).await?;
        let mut bytes = self.files.get(&object_store::path::Path::from(name)).await?.into_stream();
        while let Some(part) = bytes.try_next().await? {
            tokio::io::AsyncWriteExt::write_all(&mut copy, &part).await?;
        }
        tokio::io::AsyncWriteExt::flush(&mut copy).await?;
        Ok(path)
    }

    /// Every object of the table, its log's included.
    pub async fn list(&self) -> Result<Vec<ObjectMeta>, StorageError> {
        let mut objects: Vec<ObjectMeta> = self.files.list(None).try_collect().await?;
        objects.sort_by(|a, b| a.location.cmp(&b.location));
        Ok(objects)
    }

    /// Removes an object; one that is gone is fine.
    pub async fn remove(&self, name: &object_store::path::Path) -> Result<(), StorageError> {
        match self.files.delete(name).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Brings what the log's library wrote to the disk; storage of others does so by itself.
    pub async fn sync_log(&self, version: u64) -> Result<(), StorageError> {
        let Some(folder) = self.folder().map(|folder| folder.join("_delta_log")) else { return Ok(()) };
        let sync = move || {
            std::fs::File::open(folder.join(format!("{version:020}.json")))?.sync_all()?;
            std::fs::File::open(&folder)?.sync_all()
        };
        Ok(tokio::task::spawn_blocking(sync).await??)
    }
}

/// A folder for files that have no name yet.
#[derive(Debug)]
pub(super) struct Staging {
    /// Where.
    pub folder: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

/// The metadata of a local file of events.
pub(super) fn metadata(path: &Path) -> Result<(std::fs::File, ArrowReaderMetadata), StorageError> {
    let file = std::fs::File::open(path)?;
    let metadata = ArrowReaderMetadata::load(&file, Default::default())?;
    Ok((file, metadata))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_folders_or_urls() {
        assert_eq!(Location::parse("a/b"), Location::Folder(PathBuf::from("a/b")));
        assert_eq!(Location::parse("C:\\a"), Location::Folder(PathBuf::from("C:\\a")));
        assert_eq!(Location::parse("file:///a/b"), Location::Folder(PathBuf::from("/a/b")));
        assert!(matches!(Location::parse("s3://"), Location::Url(_)), "a slip is no folder named `s3:`");
        let url = Location::parse("s3://bucket/events");
        assert!(matches!(&url, Location::Url(url) if url.host_str() == Some("bucket")));
        assert_eq!(url.to_string(), "s3://bucket/events");
    }
}
