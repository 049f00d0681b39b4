//! The ledger's arrivals that were kept aside.

use flywheel_spec::events::AsideReport;
use sqlx::Row;
use sqlx::sqlite::SqliteRow;

use super::Ledger;
use crate::Failure;
use crate::events::moment::rfc3339;

impl Ledger {
    /// The newest that were kept aside and not sent again, or all with these.
    pub async fn asides(&self, resent_too: bool, limit: u64) -> Result<Vec<AsideReport>, Failure> {
        let rows = sqlx::query(
            "SELECT id, at, source, reason, raw, resent_at FROM event_asides
             WHERE ?1 OR resent_at IS NULL ORDER BY at DESC, id LIMIT ?2",
        )
        .bind(resent_too)
        .bind(limit as i64)
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(report).collect()
    }

    /// One that was kept aside.
    pub async fn aside(&self, id: &str) -> Result<Option<AsideReport>, Failure> {
        let row = sqlx::query("SELECT id, at, source, reason, raw, resent_at FROM event_asides WHERE id = ?1")
            .bind(id)
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(report).transpose()
    }

    /// How many wait to be mended.
    pub async fn aside_count(&self) -> Result<u64, Failure> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM event_asides WHERE resent_at IS NULL")
            .fetch_one(&self.pool)
            .await?;
        Ok(count.unsigned_abs())
    }

    /// Writes down that it was sent again.
    pub async fn aside_resent(&self, id: &str, at: i64) -> Result<(), Failure> {
        sqlx::query("UPDATE event_asides SET resent_at = ?2 WHERE id = ?1")
            .bind(id)
            .bind(at)
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Forgets what arrived before a moment.
    pub async fn forget_asides(&self, before: i64) -> Result<u64, Failure> {
        let done =
            sqlx::query("DELETE FROM event_asides WHERE at < ?1").bind(before).execute(&self.pool).await?;
        Ok(done.rows_affected())
    }
}

fn report(row: &SqliteRow) -> Result<AsideReport, Failure> {
    let reason: String = row.try_get("reason")?;
    Ok(AsideReport {
        id: row.try_get("id")?,
        at: rfc3339(row.try_get("at")?),
        source: row.try_get("source")?,
        reason: serde_json::from_str(&reason).map_err(|error| Failure::broken("ledger.db", error))?,
        raw: row.try_get("raw")?,
        resent_at: row.try_get::<Option<i64>, _>("resent_at")?.map(rfc3339),
    })
}
