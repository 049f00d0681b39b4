//! The ledger's imports under way: what they bring into the table before the catalogue counts it.

use std::collections::HashSet;

use super::Ledger;
use crate::Failure;

/// Bytes of a place.
const PLACE: usize = size_of::<u128>();

impl Ledger {
    /// Writes down which events an import is about to bring in; taking them in takes this away.
    pub async fn import_begins(&self, places: &[u128]) -> Result<(), Failure> {
        let bytes: Vec<u8> = places.iter().flat_map(|place| place.to_le_bytes()).collect();
        sqlx::query("INSERT INTO event_imports (places) VALUES (?1)").bind(bytes).execute(&self.pool).await?;
        Ok(())
    }

    /// Which events imports were about to bring in and did not take in.
    pub async fn imports_begun(&self) -> Result<HashSet<u128>, Failure> {
        let begun: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT places FROM event_imports").fetch_all(&self.pool).await?;
        let places = begun.iter().flat_map(|bytes| bytes.as_chunks::<PLACE>().0);
        Ok(places.map(|place| u128::from_le_bytes(*place)).collect())
    }
}
