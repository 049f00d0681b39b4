//! The ledger's keys.

use flywheel_spec::key::KeySummary;
use sqlx::Row;

use super::{Ledger, now};
use crate::Failure;

impl Ledger {
    /// Every key, the oldest first.
    pub async fn keys(&self) -> Result<Vec<KeySummary>, Failure> {
        let rows =
            sqlx::query("SELECT key, name, created_at, revoked_at FROM keys ORDER BY created_at, rowid")
                .fetch_all(&self.pool)
                .await?;
        rows.iter()
            .map(|row| {
                Ok(KeySummary {
                    key: row.try_get("key")?,
                    name: row.try_get("name")?,
                    created_at: row.try_get("created_at")?,
                    revoked_at: row.try_get("revoked_at")?,
                })
            })
            .collect()
    }

    /// Writes down a key.
    pub async fn add_key(&self, key: &str, name: &str) -> Result<(), Failure> {
        sqlx::query("INSERT INTO keys (key, name, created_at) VALUES (?1, ?2, ?3)")
            .bind(key)
            .bind(name)
            .bind(now())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Writes down the first key of all; nothing when there is one, made by whichever process came first.
    pub async fn add_first_key(&self, key: &str, name: &str) -> Result<(), Failure> {
        sqlx::query(
            "INSERT INTO keys (key, name, created_at) SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM keys)",
        )
        .bind(key)
        .bind(name)
        .bind(now())
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Marks a key as known no more; false when it was not known.
    pub async fn revoke_key(&self, key: &str) -> Result<bool, Failure> {
        let done = sqlx::query("UPDATE keys SET revoked_at = ?2 WHERE key = ?1 AND revoked_at IS NULL")
            .bind(key)
            .bind(now())
            .execute(&self.pool)
            .await?;
        Ok(done.rows_affected() == 1)
    }
}
