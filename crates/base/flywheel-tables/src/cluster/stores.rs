//! Storage by address, with credentials from the node's environment: a folder, or S3-like storage.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use datafusion::common::{DataFusionError, Result};
use datafusion::execution::object_store::{DefaultObjectStoreRegistry, ObjectStoreRegistry};
use object_store::ObjectStore;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::prefix::PrefixStore;
use url::Url;

use crate::fold::ReadError;

/// The storage of a table at `root`, such as `/shared/events`, `file:///shared/events` or `s3://bucket/events`.
///
/// # Errors
/// When the address is of no known kind, or the environment lacks what the storage needs.
pub fn open(root: &str) -> Result<Arc<dyn ObjectStore>, ReadError> {
    static OPEN: OnceLock<Mutex<HashMap<String, Arc<dyn ObjectStore>>>> = OnceLock::new();
    let open = || OPEN.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = open().get(root) {
        return Ok(known.clone());
    }
    let store = make(root)?;
    open().insert(root.to_owned(), store.clone());
    Ok(store)
}

fn make(root: &str) -> Result<Arc<dyn ObjectStore>, ReadError> {
    let unknown = |reason: &str| ReadError::File { path: root.to_owned(), reason: reason.to_owned() };
    let Ok(url) = Url::parse(root) else {
        return Ok(Arc::new(LocalFileSystem::new_with_prefix(Path::new(root))?));
    };
    match url.scheme() {
        "file" => {
            let folder = url.to_file_path().map_err(|()| unknown("it is no folder"))?;
            Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?))
        }
        "s3" | "s3a" => {
            let store = s3(&url)?;
            let prefix = url.path().trim_matches('/');
            Ok(Arc::new(PrefixStore::new(store, prefix)))
        }
        other => Err(unknown(&format!("`{other}` is no storage that is known here"))),
    }
}

fn s3(url: &Url) -> Result<object_store::aws::AmazonS3, object_store::Error> {
    AmazonS3Builder::from_env().with_bucket_name(url.host_str().unwrap_or_default()).build()
}

/// DataFusion's storages, with those opened by address beside them.
#[derive(Debug, Default)]
pub struct Stores {
    known: DefaultObjectStoreRegistry,
}

impl ObjectStoreRegistry for Stores {
    fn register_store(&self, url: &Url, store: Arc<dyn ObjectStore>) -> Option<Arc<dyn ObjectStore>> {
        self.known.register_store(url, store)
    }

    fn get_store(&self, url: &Url) -> Result<Arc<dyn ObjectStore>> {
        if let Ok(known) = self.known.get_store(url) {
            return Ok(known);
        }
        match url.scheme() {
            "s3" | "s3a" => {
                let store: Arc<dyn ObjectStore> = Arc::new(s3(url)?);
                self.known.register_store(url, store.clone());
                Ok(store)
            }
            other => Err(DataFusionError::Execution(format!("`{other}` is no storage that is known here"))),
        }
    }
}
