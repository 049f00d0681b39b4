//! The ledger's openings of sealed test parts.

use super::{Ledger, now};
use crate::Failure;

impl Ledger {
    /// Writes down a look at a table's test part, before it happens, and says how many there were with it.
    pub async fn open_test(&self, table: &str, run: &str) -> Result<u64, Failure> {
        sqlx::query("INSERT INTO test_openings (table_name, run, at) VALUES (?1, ?2, ?3)")
            .bind(table)
            .bind(run)
            .bind(now())
            .execute(&self.pool)
            .await?;
        self.test_openings(table).await
    }

    /// As [`Self::open_test`], unless the run looked at it since it had done so `before` times:
    /// one that was killed while it looked does not look anew.
    pub async fn open_test_after(&self, table: &str, run: &str, before: u64) -> Result<u64, Failure> {
        if self.openings_by(table, run).await? <= before {
            return self.open_test(table, run).await;
        }
        self.test_openings(table).await
    }

    /// How often a run looked at a table's test part.
    pub async fn openings_by(&self, table: &str, run: &str) -> Result<u64, Failure> {
        let count: i64 =
            sqlx::query_scalar("SELECT count(*) FROM test_openings WHERE table_name = ?1 AND run = ?2")
                .bind(table)
                .bind(run)
                .fetch_one(&self.pool)
                .await?;
        Ok(count.unsigned_abs())
    }

    /// How often a table's test part was looked at.
    pub async fn test_openings(&self, table: &str) -> Result<u64, Failure> {
        let count: i64 = sqlx::query_scalar("SELECT count(*) FROM test_openings WHERE table_name = ?1")
            .bind(table)
            .fetch_one(&self.pool)
            .await?;
        Ok(count.unsigned_abs())
    }
}
