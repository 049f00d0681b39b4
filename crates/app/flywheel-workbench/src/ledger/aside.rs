//! The ledger's arrivals that were kept aside.

use flywheel_collect::Aside;
use flywheel_spec::events::AsideReport;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row, SqliteConnection};

use super::Ledger;
use crate::Failure;
use crate::events::moment::rfc3339;

impl Ledger {
    /// The newest that were kept aside and not sent again, or all with these; as many as are asked for, or every one.
    pub async fn asides(&self, resent_too: bool, at_most: Option<u64>) -> Result<Vec<AsideReport>, Failure> {
        let rows = sqlx::query(
            "SELECT id, at, source, reason, raw, resent_at FROM event_asides
             WHERE ?1 OR resent_at IS NULL ORDER BY at DESC, id LIMIT ?2",
        )
        .bind(resent_too)
        // Below zero is without a limit.
        .bind(at_most.map_or(-1, |at_most| at_most as i64))
        .fetch_all(&self.pool)
        .await?;
        rows.iter().map(report).collect()
    }

    /// How many were kept aside and not sent again.
    pub async fn count_asides(&self) -> Result<u64, Failure> {
        let (count,): (i64,) = sqlx::query_as("SELECT count(*) FROM event_asides WHERE resent_at IS NULL")
            .fetch_one(&self.pool)
            .await?;
        Ok(count.unsigned_abs())
    }

    /// One that was kept aside.
    pub async fn aside(&self, id: &str) -> Result<Option<AsideReport>, Failure> {
        let row =
            sqlx::query("SELECT id, at, source, reason, raw, resent_at FROM event_asides WHERE id = ?1")
                .bind(id)
                .fetch_optional(&self.pool)
                .await?;
        row.as_ref().map(report).transpose()
    }

    /// Writes down that it was sent again; it may wait in the spool still, and is written down with its mark.
    pub async fn aside_resent(&self, aside: &Aside, at: i64) -> Result<(), Failure> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        keep_asides(&mut transaction, std::slice::from_ref(aside)).await?;
        sqlx::query("UPDATE event_asides SET resent_at = ?2 WHERE id = ?1")
            .bind(aside.id.to_string())
            .bind(at)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Forgets what fits; says how many that were.
    pub async fn erase_asides(&self, fits: impl Fn(&str) -> bool) -> Result<u64, Failure> {
        let rows: Vec<(String, String, String)> =
            sqlx::query_as("SELECT id, raw, reason FROM event_asides").fetch_all(&self.pool).await?;
        let mut erased = 0;
        for (id, ..) in rows.iter().filter(|(_, raw, reason)| fits(raw) || fits(reason)) {
            sqlx::query("DELETE FROM event_asides WHERE id = ?1").bind(id).execute(&self.pool).await?;
            erased += 1;
        }
        Ok(erased)
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

/// Writes down what is kept aside; what arrives again after it was sent again later waits once more.
pub(super) async fn keep_asides(connection: &mut SqliteConnection, asides: &[Aside]) -> Result<(), Failure> {
    for aside in asides {
        let reason = serde_json::to_string(&aside.reason).map_err(|error| Failure::broken("aside", error))?;
        sqlx::query(
            "INSERT INTO event_asides (id, at, source, reason, raw) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET at = excluded.at, reason = excluded.reason, raw = excluded.raw,
                 resent_at = CASE WHEN resent_at >= excluded.at THEN resent_at END",
        )
        .bind(aside.id.to_string())
        .bind(aside.at)
        .bind(&aside.source)
        .bind(reason)
        .bind(&aside.raw)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
