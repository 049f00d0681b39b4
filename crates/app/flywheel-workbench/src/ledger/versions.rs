//! The ledger's model versions.

use flywheel_spec::evaluation::MetricValue;
use flywheel_spec::model::VersionSummary;
use sqlx::Row;

use super::{Ledger, now};
use crate::Failure;

impl Ledger {
    /// The number that the model's next version will have.
    pub async fn next_version(&self, model: &str) -> Result<u64, Failure> {
        let next: i64 =
            sqlx::query_scalar("SELECT coalesce(max(version), 0) + 1 FROM versions WHERE model = ?1")
                .bind(model)
                .fetch_one(&self.pool)
                .await?;
        Ok(next.unsigned_abs())
    }

    /// Writes down a version whose bundle is on disk; false when that number is taken meanwhile.
    pub async fn add_version(
        &self,
        model: &str,
        version: u64,
        run: &str,
        metric: Option<MetricValue>,
        bytes: u64,
    ) -> Result<bool, Failure> {
        let metric = metric.map(|metric| serde_json::to_string(&metric)).transpose();
        let metric = metric.map_err(|error| Failure::broken("metric", error))?;
        let done = sqlx::query("INSERT OR IGNORE INTO versions (model, version, run, created_at, metric, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
            .bind(model)
            .bind(version as i64)
            .bind(run)
            .bind(now())
            .bind(metric)
            .bind(bytes as i64)
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }

    /// The names of all models, in order.
    pub async fn model_names(&self) -> Result<Vec<String>, Failure> {
        let names = sqlx::query_scalar("SELECT DISTINCT model FROM versions ORDER BY model")
            .fetch_all(&self.pool)
            .await?;
        Ok(names)
    }

    /// A model's versions, newest first; `deployed` marks the one that answers.
    pub async fn versions(&self, model: &str, deployed: Option<u64>) -> Result<Vec<VersionSummary>, Failure> {
        let rows = sqlx::query(
            "SELECT version, run, created_at, metric, bytes FROM versions WHERE model = ?1 ORDER BY version DESC",
        )
        .bind(model)
        .fetch_all(&self.pool)
        .await?;
        rows.iter()
            .map(|row| {
                let version = row.try_get::<i64, _>("version")?.unsigned_abs();
                let metric = row.try_get::<Option<&str>, _>("metric")?.map(serde_json::from_str).transpose();
                Ok(VersionSummary {
                    version,
                    run: row.try_get("run")?,
                    created_at: row.try_get("created_at")?,
                    metric: metric.map_err(|error| Failure::broken("ledger.db", error))?,
                    deployed: deployed == Some(version),
                    bytes: row.try_get::<i64, _>("bytes")?.unsigned_abs(),
                })
            })
            .collect()
    }
}
