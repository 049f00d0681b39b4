//! The ledger: runs, model versions, deployments and openings of test parts, in one SQLite file that several processes share.

mod deployments;
mod openings;
mod runs;
mod versions;

use std::path::Path;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use crate::Failure;

static MIGRATIONS: Migrator = sqlx::migrate!();

/// How long a writer waits for another process to finish its own.
const PATIENCE: Duration = Duration::from_secs(10);

/// The open ledger; cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    pool: SqlitePool,
}

impl Ledger {
    /// Opens the ledger, makes it when it is not there, and brings it to this program's form.
    pub async fn open(path: &Path) -> Result<Self, Failure> {
        let folder = path.parent().unwrap_or(Path::new("."));
        std::fs::create_dir_all(folder).map_err(|error| Failure::io(folder, &error))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await?;
        MIGRATIONS.run(&pool).await.map_err(|error| Failure::broken("ledger.db", error))?;
        Ok(Self { pool })
    }
}

/// The moment now as the ledger writes it: RFC 3339, UTC, whole seconds.
pub(crate) fn now() -> String {
    let now = jiff::Timestamp::now();
    jiff::Timestamp::from_second(now.as_second()).unwrap_or(now).to_string()
}

/// A word of the spec, such as `until_accepted`, as the ledger keeps it.
fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        other => unreachable!("only words are kept so: {other:?}"),
    }
}

/// The word read back.
fn read_word<T: serde::de::DeserializeOwned>(word: &str) -> Result<T, Failure> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|error| Failure::broken("ledger.db", error))
}
