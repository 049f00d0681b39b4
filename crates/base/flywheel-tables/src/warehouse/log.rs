//! One table's Delta log: what a version holds, and the one commit that replaces it.

use std::path::{Path, PathBuf};

use datafusion::arrow::datatypes::{DataType, Schema};
use deltalake::errors::DeltaTableError;
use deltalake::kernel::transaction::{CommitBuilder, CommitProperties, TransactionError};
use deltalake::kernel::{Action, Add};
use deltalake::protocol::{DeltaOperation, SaveMode};
use deltalake::{DeltaTable, DeltaTableBuilder};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::fingerprint::hex;
use crate::storage::StorageError;

const FINGERPRINT: &str = "flywheel.content";
const SOURCE: &str = "flywheel.source";
const WRITTEN_AT: &str = "flywheel.writtenAt";
const ROWS: &str = "flywheel.rows";

/// Times that a commit begins again because another program committed first.
const ATTEMPTS: usize = 5;

/// What one version of a table holds.
#[derive(Debug, Clone)]
pub struct Version {
    /// The Delta version, from 0.
    pub number: u64,
    /// The live files in their order, with their bytes.
    pub files: Vec<(PathBuf, u64)>,
    /// The columns in their order; a file may lack some of them, and hold others besides.
    pub columns: Vec<String>,
    /// Rows, where this program wrote the version.
    pub rows: Option<u64>,
    /// The content's sha256, where this program wrote the version.
    pub content: Option<String>,
    /// What it was imported from.
    pub source: String,
    /// When it was written, RFC 3339, UTC; empty when another program wrote it.
    pub written_at: String,
}

/// A version about to be committed.
#[derive(Debug)]
pub struct Replacement<'a> {
    /// The schema of the file.
    pub schema: &'a Schema,
    /// The file's name in the table's folder.
    pub file: String,
    /// Its bytes.
    pub bytes: u64,
    /// Its rows.
    pub rows: u64,
    /// The content's sha256.
    pub content: &'a str,
    /// What it was imported from.
    pub source: &'a str,
    /// When.
    pub now: Timestamp,
}

/// True where a table's log lies.
pub fn exists(folder: &Path) -> bool {
    folder.join("_delta_log").is_dir()
}

/// Opens a version, the newest when none is named; `None` when the log holds no such version.
pub async fn open(folder: &Path, version: Option<u64>) -> Result<Option<Version>, StorageError> {
    match load(folder, version).await {
        Ok(table) => Ok(Some(read_version(folder, &table)?)),
        Err(DeltaTableError::NotATable(_) | DeltaTableError::InvalidVersion(_)) => Ok(None),
        Err(_)
            if version
                .is_some_and(|version| !folder.join(format!("_delta_log/{version:020}.json")).exists()) =>
        {
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Makes the file the whole content of the table, in one commit; says the version it got.
pub async fn replace(folder: &Path, new: &Replacement<'_>) -> Result<u64, StorageError> {
    let mut attempt = 1;
    loop {
        let current = match load(folder, None).await {
            Ok(table) => Some(table),
            Err(DeltaTableError::NotATable(_) | DeltaTableError::InvalidVersion(_)) => None,
            Err(_) if !folder.join("_delta_log/00000000000000000000.json").exists() => None,
            Err(error) => return Err(error.into()),
        };
        match commit(folder, current.as_ref(), new).await {
            Ok(version) => return Ok(version),
            Err(error) if attempt < ATTEMPTS && lost_the_race(&error) => attempt += 1,
            Err(error) => return Err(error.into()),
        }
    }
}

/// Leaves nothing but the newest version: its log in one piece, its files; everything else of the table goes.
pub async fn leave_newest(folder: &Path) -> Result<(), StorageError> {
    let table = load(folder, None).await?;
    deltalake::checkpoints::create_checkpoint(&table, None).await?;
    let newest = read_version(folder, &table)?;
    let live: Vec<&PathBuf> = newest.files.iter().map(|(path, _)| path).collect();
    let older = |path: &Path| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        name.split('.')
            .next()
            .and_then(|number| number.parse::<u64>().ok())
            .is_some_and(|at| at < newest.number)
    };
    for entry in std::fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        if path.is_file() && !live.contains(&&path) {
            std::fs::remove_file(path)?;
        }
    }
    for entry in std::fs::read_dir(folder.join("_delta_log"))?.flatten() {
        if older(&entry.path()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

async fn load(folder: &Path, version: Option<u64>) -> Result<DeltaTable, DeltaTableError> {
    let builder = builder(folder)?;
    match version {
        Some(version) => builder.with_version(version).load().await,
        None => builder.load().await,
    }
}

fn builder(folder: &Path) -> Result<DeltaTableBuilder, DeltaTableError> {
    let folder = std::path::absolute(folder).map_err(|source| DeltaTableError::Io { source })?;
    let url = url::Url::from_directory_path(&folder)
        .map_err(|()| DeltaTableError::InvalidTableLocation(folder.display().to_string()))?;
    DeltaTableBuilder::from_url(url)
}

fn read_version(folder: &Path, table: &DeltaTable) -> Result<Version, DeltaTableError> {
    let state = table.snapshot()?;
    let configuration = state.metadata().configuration();
    let said = |key: &str| configuration.get(key).cloned();
    let mut files: Vec<(PathBuf, u64)> = state
        .log_data()
        .iter()
        .map(|file| (folder.join(file.path().as_ref()), u64::try_from(file.size()).unwrap_or(0)))
        .collect();
    files.sort();
    Ok(Version {
        number: state.version(),
        files,
        columns: state.schema().fields().map(|field| field.name().clone()).collect(),
        rows: said(ROWS).and_then(|rows| rows.parse().ok()),
        content: said(FINGERPRINT),
        source: said(SOURCE).unwrap_or_default(),
        written_at: said(WRITTEN_AT).unwrap_or_default(),
    })
}

async fn commit(
    folder: &Path,
    current: Option<&DeltaTable>,
    new: &Replacement<'_>,
) -> Result<u64, DeltaTableError> {
    let mut actions = Vec::new();
    if current.is_none() {
        // The oldest protocol, so that every reader of Delta Lake reads it.
        let protocol = serde_json::from_value(json!({ "minReaderVersion": 1, "minWriterVersion": 2 }))?;
        actions.push(Action::Protocol(protocol));
    }
    let id = match current {
        Some(table) => table.snapshot()?.metadata().id().to_owned(),
        None => table_id(folder, new),
    };
    actions.push(Action::Metadata(serde_json::from_value(metadata(&id, folder, new)?)?));
    if let Some(table) = current {
        actions
            .extend(table.snapshot()?.log_data().iter().map(|file| Action::Remove(file.remove_action(true))));
    }
    actions.push(Action::Add(Add {
        path: new.file.clone(),
        size: i64::try_from(new.bytes).unwrap_or(i64::MAX),
        modification_time: new.now.as_millisecond(),
        data_change: true,
        stats: Some(json!({ "numRecords": new.rows }).to_string()),
        ..Add::default()
    }));

    let log_store = builder(folder)?.build()?.log_store();
    let operation = DeltaOperation::Write { mode: SaveMode::Overwrite, partition_by: None, predicate: None };
    let facts = [(FINGERPRINT.to_owned(), json!(new.content)), (SOURCE.to_owned(), json!(new.source))];
    // No silent retry: one would keep the files of the version that came between.
    let properties = CommitProperties::default().with_metadata(facts).with_max_retries(0);
    let state = current.map(DeltaTable::snapshot).transpose()?;
    let committed = CommitBuilder::from(properties)
        .with_actions(actions)
        .build(state.map(|state| state as _), log_store, operation)
        .await?;
    Ok(committed.version())
}

fn metadata(id: &str, folder: &Path, new: &Replacement<'_>) -> Result<Value, DeltaTableError> {
    let fields = new.schema.fields().iter().map(|field| {
        let metadata: Map<String, Value> = field.metadata().iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        json!({ "name": field.name(), "type": delta_type(field.data_type()), "nullable": true, "metadata": metadata })
    });
    let schema = json!({ "type": "struct", "fields": fields.collect::<Vec<_>>() });
    Ok(json!({
        "id": id,
        "name": folder.file_name().map(|name| name.to_string_lossy()),
        "description": null,
        "format": { "provider": "parquet", "options": {} },
        "schemaString": serde_json::to_string(&schema)?,
        "partitionColumns": [],
        "configuration": {
            FINGERPRINT: new.content,
            SOURCE: new.source,
            WRITTEN_AT: new.now.to_string(),
            ROWS: new.rows.to_string(),
            // A run's report names the version it read, which must stay readable.
            "delta.enableExpiredLogCleanup": "false",
        },
        "createdTime": new.now.as_millisecond(),
    }))
}

fn delta_type(data_type: &DataType) -> &'static str {
    match data_type {
        DataType::Int64 => "long",
        DataType::Float64 => "double",
        DataType::Boolean => "boolean",
        DataType::Timestamp(..) => "timestamp",
        DataType::Binary => "binary",
        _ => "string",
    }
}

/// A UUID made of the table's place, content and time, so that nothing here draws at random.
fn table_id(folder: &Path, new: &Replacement<'_>) -> String {
    use sha2::{Digest, Sha256};
    let seed = format!("{}\n{}\n{}", folder.display(), new.content, new.now);
    let digits = hex(&Sha256::digest(seed.as_bytes()));
    format!(
        "{}-{}-8{}-8{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..15],
        &digits[15..18],
        &digits[18..30]
    )
}

fn lost_the_race(error: &DeltaTableError) -> bool {
    matches!(
        error,
        DeltaTableError::VersionAlreadyExists(_)
            | DeltaTableError::Transaction {
                source: TransactionError::CommitConflict(_)
                    | TransactionError::MaxCommitAttempts(_)
                    | TransactionError::VersionAlreadyExists(_),
            }
    )
}
