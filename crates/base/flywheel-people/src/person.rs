//! One person's events, as a question sees them.

use crate::dictionary::{Dictionary, NONE};

/// The events of one person (or group) that fit a reading, by time.
///
/// Events of the same microsecond stand next to each other in no particular order: a question must not depend on it,
/// and where an order among them matters, it states its rule and sorts.
#[derive(Debug, Clone, Copy)]
pub struct PersonEvents<'e> {
    /// The person, after every merge.
    pub person: i64,
    /// When, microseconds since 1970, ascending.
    pub times: &'e [i64],
    /// Which filters of the reading each event fits: bit `i` for filter `i`; never 0.
    pub marks: &'e [u64],
    /// The reading's columns, in its order, one value for each event.
    pub columns: &'e [Slice<'e>],
    /// What the numbers in text columns stand for.
    pub dictionary: &'e Dictionary,
}

/// One column's values.
#[derive(Debug, Clone, Copy)]
pub enum Slice<'e> {
    /// Numbers in the dictionary; [`NONE`] where absent.
    Text(&'e [u32]),
    /// Numbers; NaN where absent.
    Number(&'e [f64]),
}

impl<'e> PersonEvents<'e> {
    /// How many events.
    pub fn len(&self) -> usize {
        self.times.len()
    }

    /// True when there is none; a question is never shown such a person.
    pub fn is_empty(&self) -> bool {
        self.times.is_empty()
    }

    /// The dictionary's number in a text column; [`NONE`] where absent, or where the column holds numbers.
    pub fn key(&self, column: usize, event: usize) -> u32 {
        match self.columns.get(column) {
            Some(Slice::Text(values)) => values[event],
            _ => NONE,
        }
    }

    /// The text in a text column.
    pub fn text(&self, column: usize, event: usize) -> Option<&'e str> {
        self.dictionary.text(self.key(column, event))
    }

    /// The number in a number column; `None` where absent, or where the column holds text.
    pub fn number(&self, column: usize, event: usize) -> Option<f64> {
        match self.columns.get(column) {
            Some(Slice::Number(values)) => Some(values[event]).filter(|value| !value.is_nan()),
            _ => None,
        }
    }
}
