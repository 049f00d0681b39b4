//! Tables of PostgreSQL, MySQL and SQLite, read row by row; the database itself writes each row as JSON.

use std::str::FromStr;
use std::time::Duration;

use flywheel_people::digits::quote_long_numbers;
use flywheel_spec::{Problem, Problems, phrase};
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::{Map, Value};
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tokio::sync::mpsc;

use super::listed;
use super::rows::{BadRow, Batch, Row, Taken, kept};

/// Rows that are handed on at once.
const BATCH: usize = 4096;

/// How long a server may take to answer at all.
const PATIENCE: Duration = Duration::from_secs(20);

/// A table of a database.
#[derive(Clone)]
pub struct DatabaseTable {
    kind: Kind,
    /// The address, which may hold a password: it is never shown.
    url: String,
    table: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Postgres,
    MySql,
    Sqlite,
}

impl std::fmt::Debug for DatabaseTable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?} {}", self.kind, self.table)
    }
}

impl DatabaseTable {
    /// The table at an address: `postgres://…`, `mysql://…` or `sqlite://file.db`; a schema stands before its name and a dot.
    ///
    /// # Errors
    /// An address of another kind.
    pub fn new(url: &str, table: &str) -> Result<Self, Problem> {
        let kind = match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("postgres" | "postgresql") => Kind::Postgres,
            Some("mysql" | "mariadb") => Kind::MySql,
            Some("sqlite") => Kind::Sqlite,
            found => {
                let problem =
                    Problem::error(phrase!("tables.database_unknown", found = found.unwrap_or(url)));
                return Err(problem.advise(phrase!("tables.database_unknown_advice")));
            }
        };
        let url = url.replacen("mariadb:", "mysql:", 1);
        Ok(Self { kind, url, table: table.to_owned() })
    }

    /// The table's name, which stays the same wherever the database moves.
    pub fn name(&self) -> String {
        self.table.clone()
    }

    /// Sends every row.
    pub(super) async fn read(&self, sender: &mpsc::Sender<Result<Batch, Problems>>) -> Result<(), Problems> {
        match self.kind {
            Kind::Postgres => self.postgres(sender).await,
            Kind::MySql => self.mysql(sender).await,
            Kind::Sqlite => self.sqlite(sender).await,
        }
    }

    async fn postgres(&self, sender: &mpsc::Sender<Result<Batch, Problems>>) -> Result<(), Problems> {
        let options = PgConnectOptions::from_str(&self.url).map_err(|error| self.failed(&error))?;
        let mut connection = within(options.connect()).await.map_err(|error| self.failed(&error))?;
        // Materialized views and foreign tables are tables to whoever reads.
        let known: Vec<Found> = sqlx::query_as(
            "SELECT n.nspname::text, c.relname::text, CASE WHEN n.nspname = ANY (current_schemas(false)) \
             THEN c.relname::text ELSE n.nspname || '.' || c.relname END \
             FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
             WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND has_table_privilege(c.oid, 'SELECT') \
             AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema' \
             ORDER BY array_position(current_schemas(false), n.nspname), 3",
        )
        .fetch_all(&mut connection)
        .await
        .map_err(|error| self.failed(&error))?;
        let table = self.choose(&known)?.quoted('"');
        let query = format!("SELECT row_to_json(t)::text FROM {table} AS t");
        self.send(sqlx::query_scalar(AssertSqlSafe(query)).fetch(&mut connection), sender).await?;
        connection.close().await.map_err(|error| self.failed(&error))
    }

    async fn mysql(&self, sender: &mpsc::Sender<Result<Batch, Problems>>) -> Result<(), Problems> {
        let options = MySqlConnectOptions::from_str(&self.url).map_err(|error| self.failed(&error))?;
        let mut connection = within(options.connect()).await.map_err(|error| self.failed(&error))?;
        let known: Vec<Found> = sqlx::query_as(
            "SELECT CAST(table_schema AS CHAR), CAST(table_name AS CHAR), CAST(CASE WHEN table_schema = DATABASE() \
             THEN table_name ELSE CONCAT(table_schema, '.', table_name) END AS CHAR) \
             FROM information_schema.tables \
             WHERE table_schema NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema') ORDER BY 3",
        )
        .fetch_all(&mut connection)
        .await
        .map_err(|error| self.failed(&error))?;
        let table = self.choose(&known)?;
        let columns: Vec<(String, String)> = sqlx::query_as(
            "SELECT CAST(column_name AS CHAR), CAST(data_type AS CHAR) FROM information_schema.columns \
             WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
        )
        .bind(table.schema.as_deref())
        .bind(table.name.as_str())
        .fetch_all(&mut connection)
        .await
        .map_err(|error| self.failed(&error))?;
        let pairs: Vec<String> = columns
            .iter()
            .map(|(name, kind)| format!("{}, {}", text(name, true), mysql_value(&quoted(name, '`'), kind)))
            .collect();
        let table = table.quoted('`');
        let query = format!("SELECT CAST(JSON_OBJECT({}) AS CHAR) FROM {table}", pairs.join(", "));
        self.send(sqlx::query_scalar(AssertSqlSafe(query)).fetch(&mut connection), sender).await?;
        connection.close().await.map_err(|error| self.failed(&error))
    }

    async fn sqlite(&self, sender: &mpsc::Sender<Result<Batch, Problems>>) -> Result<(), Problems> {
        let options = SqliteConnectOptions::from_str(&self.url).map_err(|error| self.failed(&error))?;
        let options = options.read_only(true).create_if_missing(false);
        let mut connection = options.connect().await.map_err(|error| self.failed(&error))?;
        let known: Vec<Found> = sqlx::query_as(
            "SELECT NULL, name, name FROM sqlite_master \
             WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' ORDER BY 2",
        )
        .fetch_all(&mut connection)
        .await
        .map_err(|error| self.failed(&error))?;
        let table = self.choose(&known)?;
        let columns: Vec<String> = sqlx::query_scalar("SELECT name FROM pragma_table_info(?)")
            .bind(table.name.as_str())
            .fetch_all(&mut connection)
            .await
            .map_err(|error| self.failed(&error))?;
        let pairs: Vec<String> = columns
            .iter()
            .map(|name| format!("{}, {}", text(name, false), sqlite_value(&quoted(name, '"'))))
            .collect();
        let query = format!("SELECT json_object({}) FROM {}", pairs.join(", "), table.quoted('"'));
        self.send(sqlx::query_scalar(AssertSqlSafe(query)).fetch(&mut connection), sender).await?;
        connection.close().await.map_err(|error| self.failed(&error))
    }

    /// Sends rows of JSON as they come.
    async fn send(
        &self,
        mut rows: BoxStream<'_, Result<String, sqlx::Error>>,
        sender: &mpsc::Sender<Result<Batch, Problems>>,
    ) -> Result<(), Problems> {
        let mut place = 0;
        let mut batch = Batch::default();
        while let Some(row) = rows.next().await {
            let row = row.map_err(|error| self.failed(&error))?;
            place += 1;
            batch.rows.push(taken(place, &row));
            if batch.rows.len() == BATCH && sender.send(Ok(std::mem::take(&mut batch))).await.is_err() {
                return Ok(());
            }
        }
        // Whoever asked has seen enough when this fails.
        let _ = sender.send(Ok(batch)).await;
        Ok(())
    }

    /// The table of this name among those that the user may read.
    fn choose(&self, known: &[Found]) -> Result<Name, Problems> {
        let is_meant = |found: &&Found| found.2 == self.table;
        let is_spelt_out = |found: &&Found| {
            found.0.as_ref().is_some_and(|schema| format!("{schema}.{}", found.1) == self.table)
        };
        if let Some(found) = known.iter().find(is_meant).or_else(|| known.iter().find(is_spelt_out)) {
            return Ok(Name { schema: found.0.clone(), name: found.1.clone() });
        }
        let names: Vec<&str> = known.iter().map(|found| found.2.as_str()).collect();
        let wanted = self.table.to_lowercase();
        let likeness = |name: &&&str| (strsim::jaro_winkler(&name.to_lowercase(), &wanted) * 1e6) as u64;
        let problem = Problem::error(phrase!("tables.database_no_table", table = self.table));
        let advice = match names.iter().max_by_key(likeness) {
            Some(nearest) => phrase!("tables.database_tables", nearest = nearest, known = listed(&names)),
            None => phrase!("tables.database_empty"),
        };
        Err(problem.advise(advice).into())
    }

    fn failed(&self, error: &sqlx::Error) -> Problems {
        let (problem, advice) = match error.as_database_error() {
            Some(answer) => (
                phrase!("tables.database_refused", reason = answer.message()),
                phrase!("tables.database_refused_advice"),
            ),
            None => {
                (phrase!("tables.database_failed", reason = error), phrase!("tables.database_failed_advice"))
            }
        };
        Problem::error(problem).advise(advice).into()
    }
}

/// A row as it is handed on: one that does not read costs no other.
fn taken(place: u64, row: &str) -> Taken {
    match fields(row) {
        Some(fields) => Ok(Row::new(place, fields)),
        None => {
            let raw = kept(row);
            Err(BadRow { place, reason: phrase!("tables.database_row", found = raw), raw })
        }
    }
}

/// The fields of a row that are not null; a number that would lose digits is a text.
fn fields(row: &str) -> Option<Map<String, Value>> {
    let Ok(Value::Object(mut fields)) = serde_json::from_slice(&quote_long_numbers(row.as_bytes())) else {
        return None;
    };
    fields.retain(|_, value| !value.is_null());
    Some(fields)
}

/// A table as a database lists it: its schema, where there are such, its name, and both as far as they must be written.
type Found = (Option<String>, String, String);

/// A table's name.
struct Name {
    schema: Option<String>,
    name: String,
}

impl Name {
    /// As SQL writes it.
    fn quoted(&self, mark: char) -> String {
        let parts = self.schema.iter().chain([&self.name]);
        parts.map(|part| quoted(part, mark)).collect::<Vec<_>>().join(".")
    }
}

/// A connection, or the word that nobody answers.
async fn within<T>(connecting: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, sqlx::Error> {
    let silent = |_| Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()));
    tokio::time::timeout(PATIENCE, connecting).await.unwrap_or_else(silent)
}

/// What of a MySQL column goes into JSON: bytes as digits, as they are no text, and moments with their zone, which is
/// that of the connection, UTC.
fn mysql_value(column: &str, kind: &str) -> String {
    match kind.to_lowercase().as_str() {
        "bit" => format!("{column} + 0"),
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "vector" => {
            format!("HEX({column})")
        }
        "geometry" | "point" | "linestring" | "polygon" | "multipoint" | "multilinestring"
        | "multipolygon" | "geometrycollection" | "geomcollection" => format!("ST_AsText({column})"),
        "timestamp" => format!("CONCAT({column}, 'Z')"),
        _ => column.to_owned(),
    }
}

/// What of a SQLite column goes into JSON, whatever kind of value each row has: bytes as digits, floating-point numbers with
/// all 17 of theirs, of which SQLite itself writes 15, and infinities, which JSON has no numbers for, as text.
fn sqlite_value(column: &str) -> String {
    format!(
        "CASE WHEN typeof({column}) = 'blob' THEN hex({column}) WHEN typeof({column}) <> 'real' THEN {column} \
         WHEN abs({column}) < 9e999 THEN json(printf('%!.16e', {column})) \
         WHEN {column} > 0 THEN 'Infinity' ELSE '-Infinity' END"
    )
}

/// A name as SQL writes it.
fn quoted(name: &str, mark: char) -> String {
    let twice: String = [mark, mark].iter().collect();
    format!("{mark}{}{mark}", name.replace(mark, &twice))
}

/// A text as SQL writes it; MySQL's backslashes escape.
fn text(value: &str, escapes: bool) -> String {
    let value = if escapes { value.replace('\\', "\\\\") } else { value.to_owned() };
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sqlx::Executor;

    use super::*;
    use crate::source::rows::RowSource;

    async fn read(url: &str, table: &str) -> Result<Vec<Value>, Problems> {
        let table = DatabaseTable::new(url, table)?;
        let mut rows = RowSource::Table(table).open();
        let mut read = Vec::new();
        while let Some(batch) = rows.next().await? {
            read.extend(batch.rows.into_iter().flatten().map(|row| Value::Object(row.fields)));
        }
        Ok(read)
    }

    #[test]
    fn numbers_keep_every_digit_that_the_database_has() {
        let row = r#"{"id": 123456789012345678901, "sum": 12345678901234567.89, "rate": 2.50, "none": null}"#;
        assert_eq!(
            fields(row).map(Value::Object),
            Some(json!({"id": "123456789012345678901", "sum": "12345678901234567.89", "rate": 2.5}))
        );
        assert_eq!(fields("[1]"), None);
    }

    #[test]
    fn a_row_that_does_not_read_is_set_aside() {
        let bad = taken(7, r#"{"x": 9e999}"#).expect_err("no number");
        assert_eq!(
            (bad.place, bad.reason.key.as_str(), bad.raw.as_str()),
            (7, "tables.database_row", r#"{"x": 9e999}"#)
        );
    }

    #[tokio::test]
    async fn floating_point_numbers_of_sqlite_keep_every_digit() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("measures.db").display());
        let options = SqliteConnectOptions::from_str(&url).expect("an address").create_if_missing(true);
        let mut connection = options.connect().await.expect("opened");
        connection
            .execute(
                "CREATE TABLE measures (x REAL); INSERT INTO measures VALUES (1767225600.123456), (0.1), (3), \
                 (1e17), (-2.5e-10), (9e999), (-9e999), ('words'), (1e20)",
            )
            .await
            .expect("filled");
        connection.close().await.expect("closed");
        let found = read(&url, "measures").await.expect("rows");
        let found: Vec<&Value> = found.iter().map(|row| &row["x"]).collect();
        let expected = [
            json!(1_767_225_600.123_456),
            json!(0.1),
            json!(3.0),
            json!(1e17),
            json!(-2.5e-10),
            json!("Infinity"),
            json!("-Infinity"),
            json!("words"),
            json!(1e20),
        ];
        assert_eq!(found, expected.iter().collect::<Vec<_>>());
    }

    #[tokio::test]
    async fn a_table_of_sqlite_is_read_with_every_kind_of_value() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shop.db");
        let url = format!("sqlite://{}", path.display());
        let options = SqliteConnectOptions::from_str(&url).expect("an address").create_if_missing(true);
        let mut connection = options.connect().await.expect("opened");
        connection
            .execute(
                "CREATE TABLE \"my orders\" (user TEXT, \"it's\" REAL, n INTEGER, raw BLOB); \
                 INSERT INTO \"my orders\" VALUES ('张三', 2.5, 9007199254740993, x'ff00'), ('b', NULL, 1, NULL)",
            )
            .await
            .expect("filled");
        connection.close().await.expect("closed");
        let before = std::fs::read(&path).expect("read");
        assert_eq!(
            read(&url, "my orders").await.expect("rows"),
            [
                json!({"user": "张三", "it's": 2.5, "n": 9_007_199_254_740_993_i64, "raw": "FF00"}),
                json!({"user": "b", "n": 1}),
            ]
        );
        assert_eq!(std::fs::read(&path).expect("read"), before, "the database was written to");
        let missing = read(&url, "orders").await.expect_err("no such table");
        assert_eq!(missing.problems[0].code, "tables.database_no_table");
        assert!(missing.problems[0].advice.as_ref().is_some_and(|advice| advice.en.contains("did you mean")));
        assert!(missing.problems[0].advice.as_ref().is_some_and(|advice| advice.en.contains("my orders")));
        let absent = read(&format!("{url}.none"), "orders").await.expect_err("no such file");
        assert_eq!(absent.problems[0].code, "tables.database_refused");
        assert_eq!(
            read("oracle://x", "y").await.expect_err("unknown").problems[0].code,
            "tables.database_unknown"
        );
    }
}
