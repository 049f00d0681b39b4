//! The ledger's runs.

use flywheel_spec::recipe::MetricName;
use flywheel_spec::run::{RunKind, RunState, RunSummary};
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::{Ledger, now, read_word, word};
use crate::Failure;

const COLUMNS: &str =
    "SELECT id, kind, recipe, state, started_at, secs, epochs, planned_epochs, metric, best, model FROM runs";

impl Ledger {
    /// Writes down a run that begins and gives it its id, such as `digits-3`.
    pub async fn begin_run(&self, recipe: &str, kind: RunKind) -> Result<RunSummary, Failure> {
        // One statement, so that two processes never take the same number.
        let row = sqlx::query(
            "INSERT INTO runs (id, recipe, number, kind, state, started_at)
             SELECT ?1 || '-' || n, ?1, n, ?2, ?3, ?4
             FROM (SELECT coalesce(max(number), 0) + 1 AS n FROM runs WHERE recipe = ?1)
             RETURNING id, kind, recipe, state, started_at, secs, epochs, planned_epochs, metric, best, model",
        )
        .bind(recipe)
        .bind(word(&kind))
        .bind(word(&RunState::Running))
        .bind(now())
        .fetch_one(&self.pool)
        .await?;
        summary(&row)
    }

    /// Writes down where a run stands.
    pub async fn update_run(&self, run: &RunSummary) -> Result<(), Failure> {
        sqlx::query(
            "UPDATE runs SET state = ?2, secs = ?3, epochs = ?4, planned_epochs = ?5, metric = ?6, best = ?7, model = ?8
             WHERE id = ?1",
        )
        .bind(&run.id)
        .bind(word(&run.state))
        .bind(run.secs)
        .bind(run.epochs as i64)
        .bind(run.planned_epochs as i64)
        .bind(run.metric.map(MetricName::name))
        .bind(run.best.filter(|best| best.is_finite()))
        .bind(&run.model)
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Forgets a run that never came to begin.
    pub async fn forget_run(&self, id: &str) -> Result<(), Failure> {
        sqlx::query("DELETE FROM runs WHERE id = ?1").bind(id).execute(&self.pool).await?;
        Ok(())
    }

    /// Every run, newest first.
    pub async fn runs(&self) -> Result<Vec<RunSummary>, Failure> {
        let rows =
            sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY started_at DESC, rowid DESC")))
                .fetch_all(&self.pool)
                .await?;
        rows.iter().map(summary).collect()
    }

    /// One run.
    pub async fn run(&self, id: &str) -> Result<Option<RunSummary>, Failure> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = ?1")))
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(summary).transpose()
    }
}

fn summary(row: &SqliteRow) -> Result<RunSummary, Failure> {
    let count = |name: &str| row.try_get::<i64, _>(name).map(|count| usize::try_from(count).unwrap_or(0));
    Ok(RunSummary {
        id: row.try_get("id")?,
        kind: read_word(row.try_get("kind")?)?,
        recipe: row.try_get("recipe")?,
        state: read_word(row.try_get("state")?)?,
        started_at: row.try_get("started_at")?,
        secs: row.try_get("secs")?,
        epochs: count("epochs")?,
        planned_epochs: count("planned_epochs")?,
        metric: row.try_get::<Option<&str>, _>("metric")?.map(read_word).transpose()?,
        best: row.try_get("best")?,
        model: row.try_get("model")?,
    })
}
