//! The columns that every question reads: who, when and what, decoded side by side.

use std::sync::Arc;

use parquet::errors::Result;
use parquet::file::metadata::RowGroupMetaData;

use super::file::Fetched;
use super::pages::{self, Numbers, Pages};
use super::texts::Texts;

/// A row group's columns, decoded piece by piece.
pub struct Base {
    persons: Numbers<Fetched>,
    times: Numbers<Fetched>,
    events: pages::Texts<Fetched>,
}

/// Some rows of them.
#[derive(Debug)]
pub struct BaseRows {
    /// Who.
    pub persons: Vec<i64>,
    /// When.
    pub times: Vec<i64>,
    /// What.
    pub events: Texts,
}

impl Base {
    /// The columns at these places, where all three can be decoded here.
    pub fn of(
        group: &RowGroupMetaData,
        [person, time, event]: [usize; 3],
        fetched: &Arc<Fetched>,
    ) -> Result<Option<Self>> {
        if ![person, time, event].iter().all(|column| pages::fits(group.column(*column))) {
            return Ok(None);
        }
        let rows = usize::try_from(group.num_rows()).unwrap_or(0);
        let pages = |column: usize| Pages::new(fetched.clone(), group.column(column), rows);
        Ok(Some(Self {
            persons: Numbers::new(pages(person)?),
            times: Numbers::new(pages(time)?),
            events: pages::Texts::new(pages(event)?),
        }))
    }

    /// The next rows.
    pub fn take(&mut self, rows: usize) -> Result<BaseRows> {
        let (mut persons, mut times) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        let mut keys = Vec::with_capacity(rows);
        self.persons.take(rows, &mut persons)?;
        self.times.take(rows, &mut times)?;
        let values = self.events.take(rows, &mut keys)?;
        Ok(BaseRows { persons, times, events: Texts::new(keys, values) })
    }
}
