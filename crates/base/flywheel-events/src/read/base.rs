//! The columns that every question reads: who, when and what, decoded side by side.

use std::sync::Arc;

use parquet::errors::Result;
use parquet::file::metadata::RowGroupMetaData;

use super::PersonRange;
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

    /// The next rows; absent where all their people are outside the range.
    pub fn take(&mut self, rows: usize, range: PersonRange) -> Result<Option<BaseRows>> {
        let mut persons = Vec::with_capacity(rows);
        self.persons.take(rows, &mut persons)?;
        let outside = |person: i64| person < range.from || range.to.is_some_and(|to| person >= to);
        // A cut between people goes through row groups, of which either side reads its own part.
        if persons.iter().all(|person| outside(*person)) {
            self.times.skip(rows)?;
            self.events.skip(rows)?;
            return Ok(None);
        }
        let (mut times, mut keys) = (Vec::with_capacity(rows), Vec::with_capacity(rows));
        self.times.take(rows, &mut times)?;
        let values = self.events.take(rows, &mut keys)?;
        Ok(Some(BaseRows { persons, times, events: Texts::new(keys, values) }))
    }
}
