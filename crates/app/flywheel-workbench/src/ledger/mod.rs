//! The ledger: runs, model versions, deployments, openings of test parts and what is known of events, in one SQLite file that several processes share.

mod aside;
mod catalogue;
mod deployments;
mod identity;
mod imports;
mod keys;
mod openings;
mod runs;
mod taken;
mod versions;

use std::path::Path;
use std::time::Duration;

use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{SqlSafeStr, SqlitePool};

use crate::Failure;

pub(crate) use taken::Taken;

/// The ledger's forms, oldest first; one that was released is never changed.
///
/// They are listed by hand: the macro that would read the folder compiles every database driver a second time.
const MIGRATIONS: [(i64, &str, &str); 6] = [
    (1, "loop", include_str!("../../migrations/0001_loop.sql")),
    (10, "events", include_str!("../../migrations/0010_events.sql")),
    (20, "keys", include_str!("../../migrations/0020_keys.sql")),
    (30, "plan", include_str!("../../migrations/0030_plan.sql")),
    (40, "groups", include_str!("../../migrations/0040_groups.sql")),
    (50, "imports", include_str!("../../migrations/0050_imports.sql")),
];

/// How long a writer waits for another process to finish its own.
const PATIENCE: Duration = Duration::from_secs(10);

/// Times that the log of changes is tried to be emptied.
const FORGET_ATTEMPTS: usize = 100;

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
        migrator().run(&pool).await.map_err(|error| Failure::broken("ledger.db", error))?;
        Ok(Self { pool })
    }

    /// Leaves nothing on the disk of what was deleted: the file is written anew, and the log of changes emptied.
    pub async fn forget_for_good(&self) -> Result<(), Failure> {
        sqlx::query("VACUUM").execute(&self.pool).await?;
        for _ in 0..FORGET_ATTEMPTS {
            // Another process that reads just now keeps the log from being emptied.
            let (busy, _, _): (i64, i64, i64) =
                sqlx::query_as("PRAGMA wal_checkpoint(TRUNCATE)").fetch_one(&self.pool).await?;
            if busy == 0 {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(())
    }
}

fn migrator() -> Migrator {
    let migration = |(version, name, sql): (i64, &'static str, &'static str)| {
        Migration::new(version, name.into(), MigrationType::Simple, sql.into_sql_str(), false)
    };
    Migrator::with_migrations(MIGRATIONS.into_iter().map(migration).collect())
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
