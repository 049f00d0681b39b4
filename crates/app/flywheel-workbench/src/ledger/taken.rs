//! The ledger's one transaction for a stretch of arrivals: who is whom, what was kept aside, what the catalogue counts.

use sqlx::SqliteConnection;

use super::Ledger;
use super::identity::{NewRefusal, NewStep, add_refusals, add_steps, identify};
use crate::Failure;
use crate::events::tally::Tally;
use flywheel_collect::aside::Aside;

/// What a stretch of arrivals comes to.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// The last segment of the spool in it; absent for an import, which has none.
    pub segment: Option<u64>,
    /// Lines of the merge log, in their order.
    pub steps: Vec<NewStep>,
    /// Merges that were refused.
    pub refused: Vec<NewRefusal>,
    /// People who said who they are.
    pub identified: Vec<i64>,
    /// What was kept aside.
    pub asides: Vec<Aside>,
    /// What the catalogue counts.
    pub tally: Tally,
}

impl Ledger {
    /// How much of the spool the ledger has taken in: the last segment.
    pub async fn segment_taken(&self) -> Result<u64, Failure> {
        let segment: i64 =
            sqlx::query_scalar("SELECT segment FROM event_progress").fetch_one(&self.pool).await?;
        Ok(segment.unsigned_abs())
    }

    /// Takes a stretch in, all of it or nothing; a segment that was taken before changes nothing.
    ///
    /// `first_step` is the length of the merge log that the steps were made for;
    /// false when another process has added a line meanwhile, and the stretch is to be made again.
    pub async fn take_in(&self, taken: &Taken, first_step: u64) -> Result<bool, Failure> {
        let mut transaction = self.pool.begin_with("BEGIN IMMEDIATE").await?;
        if let Some(segment) = taken.segment {
            let done: i64 =
                sqlx::query_scalar("SELECT segment FROM event_progress").fetch_one(&mut *transaction).await?;
            if done.unsigned_abs() >= segment {
                return Ok(true);
            }
            sqlx::query("UPDATE event_progress SET segment = ?1")
                .bind(segment as i64)
                .execute(&mut *transaction)
                .await?;
        }
        if !add_steps(&mut transaction, &taken.steps, first_step).await? {
            return Ok(false);
        }
        add_refusals(&mut transaction, &taken.refused).await?;
        identify(&mut transaction, &taken.identified).await?;
        keep_asides(&mut transaction, &taken.asides).await?;
        super::catalogue::count(&mut transaction, &taken.tally).await?;
        transaction.commit().await?;
        Ok(true)
    }
}

async fn keep_asides(connection: &mut SqliteConnection, asides: &[Aside]) -> Result<(), Failure> {
    for aside in asides {
        let reason =
            serde_json::to_string(&aside.reason).map_err(|error| Failure::broken("aside", error))?;
        sqlx::query(
            "INSERT INTO event_asides (id, at, source, reason, raw) VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (id) DO UPDATE SET at = excluded.at, reason = excluded.reason, resent_at = NULL",
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
