//! Lists of people by name, which a question's conditions and columns may ask about beside properties.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fold::{Fold, FoldError, Partial};
use crate::groups::GroupValues;
use crate::reading::Reading;

/// The people of each list, rising, after all merges.
pub type Segments = BTreeMap<String, Vec<i64>>;

/// What the property of a list says of those who are on it.
pub const IN: &str = "in";
/// And of everybody else.
pub const OUT: &str = "out";

/// Whether a person is on a list.
pub fn standing(members: &[i64], person: i64) -> &'static str {
    if members.binary_search(&person).is_ok() { IN } else { OUT }
}

/// A fold that may ask about lists of people.
pub struct WithSegments {
    /// The fold.
    pub fold: Arc<dyn Fold>,
    /// The lists.
    pub segments: Arc<Segments>,
}

impl Fold for WithSegments {
    fn reading(&self) -> &Reading {
        self.fold.reading()
    }

    fn start(&self) -> Box<dyn Partial> {
        self.fold.start()
    }

    fn read(&self, bytes: &[u8]) -> Result<Box<dyn Partial>, FoldError> {
        self.fold.read(bytes)
    }

    fn members(&self, segment: &str) -> &[i64] {
        self.segments.get(segment).map_or(&[], Vec::as_slice)
    }

    fn group_values(&self, property: &str) -> Option<&GroupValues> {
        self.fold.group_values(property)
    }
}
