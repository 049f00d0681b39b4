//! The ledger's one transaction for a stretch of arrivals: who is whom, what was kept aside, what the catalogue counts.

use flywheel_collect::Aside;
use flywheel_collect::identity::Line;

use super::Ledger;
use super::aside::keep_asides;
use super::identity::add_lines;
use crate::Failure;
use crate::events::tally::Tally;

/// What a stretch of arrivals comes to.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    /// The last segment of the spool in it; absent for an import, which has none.
    pub segment: Option<u64>,
    /// Lines for the log of who is whom.
    pub lines: Vec<Line>,
    /// How long that log was when they were made.
    pub first_line: u64,
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
    /// False when the log of who is whom has grown meanwhile, and the lines are to be made again.
    pub async fn take_in(&self, taken: &Taken) -> Result<bool, Failure> {
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
        } else {
            // One import at a time goes on: what was begun is what is taken in.
            sqlx::query("DELETE FROM event_imports").execute(&mut *transaction).await?;
        }
        if !add_lines(&mut transaction, &taken.lines, taken.first_line).await? {
            return Ok(false);
        }
        keep_asides(&mut transaction, &taken.asides).await?;
        super::catalogue::count(&mut transaction, &taken.tally).await?;
        transaction.commit().await?;
        Ok(true)
    }
}
