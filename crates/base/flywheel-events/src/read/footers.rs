//! Footers of files, kept between questions: a file never changes once a table names it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::errors::ParquetError;
use parquet::file::metadata::{PageIndexPolicy, ParquetMetaData, ParquetMetaDataReader};

use super::ReadError;

/// Bytes read from a file's end at first; most footers fit.
const FIRST_GUESS: u64 = 128 * 1024;

/// Bytes that all kept footers may take.
const KEPT_AT_MOST: usize = 96 << 20;

/// The footer of a file of that size, offsets of its pages included.
pub async fn footer(
    store: &Arc<dyn ObjectStore>,
    root: &str,
    path: &Path,
    bytes: u64,
) -> Result<Arc<ParquetMetaData>, ReadError> {
    let key = (format!("{root}/{path}"), bytes);
    if let Some(known) = kept().footers.get(&key) {
        return Ok(known.clone());
    }
    let footer = Arc::new(read(store, path, bytes).await?);
    kept().keep(key, footer.clone());
    Ok(footer)
}

async fn read(store: &Arc<dyn ObjectStore>, path: &Path, bytes: u64) -> Result<ParquetMetaData, ReadError> {
    let failed = |error: ParquetError| ReadError::File { path: path.to_string(), reason: error.to_string() };
    let mut reader = ParquetMetaDataReader::new()
        .with_column_index_policy(PageIndexPolicy::Skip)
        .with_offset_index_policy(PageIndexPolicy::Optional);
    let mut wanted = FIRST_GUESS.min(bytes);
    loop {
        let tail = store.get_range(path, bytes - wanted..bytes).await?;
        let parsed = if reader.has_metadata() {
            reader.read_page_indexes_sized(&tail, bytes)
        } else {
            reader.try_parse_sized(&tail, bytes)
        };
        match parsed {
            Ok(()) => return reader.finish().map_err(failed),
            Err(ParquetError::NeedMoreData(more)) if more as u64 > wanted => {
                wanted = (more as u64).min(bytes)
            }
            Err(error) => return Err(failed(error)),
        }
    }
}

#[derive(Default)]
struct Kept {
    footers: HashMap<(String, u64), Arc<ParquetMetaData>>,
    order: std::collections::VecDeque<(String, u64)>,
    bytes: usize,
}

impl Kept {
    fn keep(&mut self, key: (String, u64), footer: Arc<ParquetMetaData>) {
        self.bytes += footer.memory_size();
        if let Some(old) = self.footers.insert(key.clone(), footer) {
            self.bytes = self.bytes.saturating_sub(old.memory_size());
        } else {
            self.order.push_back(key);
        }
        while self.bytes > KEPT_AT_MOST
            && let Some(oldest) = self.order.pop_front()
        {
            if let Some(old) = self.footers.remove(&oldest) {
                self.bytes = self.bytes.saturating_sub(old.memory_size());
            }
        }
    }
}

fn kept() -> std::sync::MutexGuard<'static, Kept> {
    static KEPT: OnceLock<Mutex<Kept>> = OnceLock::new();
    KEPT.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner)
}
