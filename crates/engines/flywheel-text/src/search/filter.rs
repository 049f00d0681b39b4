//! Which documents pass: by time and by the values of fields.

use std::collections::{BTreeMap, BTreeSet};

use super::segment::{Segment, u32_at};

/// What passes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Filter {
    /// From this moment on, microseconds.
    pub from: Option<i64>,
    /// Before this moment, microseconds.
    pub to: Option<i64>,
    /// For each field the values that pass.
    pub fields: BTreeMap<String, BTreeSet<String>>,
}

impl Filter {
    /// The filter made ready for one segment: codes instead of values.
    pub fn on<'a>(&self, segment: &'a Segment) -> SegmentFilter<'a> {
        let fields = self.fields.iter().map(|(name, wanted)| match segment.column(name) {
            Some((values, codes)) => {
                let passes = std::iter::once(false).chain(values.iter().map(|value| wanted.contains(value)));
                (codes, passes.collect())
            }
            None => (&[] as &[u8], vec![false]),
        });
        SegmentFilter { segment, from: self.from, to: self.to, fields: fields.collect() }
    }
}

/// A filter on one segment.
pub(super) struct SegmentFilter<'a> {
    segment: &'a Segment,
    from: Option<i64>,
    to: Option<i64>,
    fields: Vec<(&'a [u8], Vec<bool>)>,
}

impl SegmentFilter<'_> {
    /// Whether a document passes.
    #[inline]
    pub fn passes(&self, document: u32) -> bool {
        if self.from.is_some() || self.to.is_some() {
            let time = self.segment.time(document);
            if self.from.is_some_and(|from| time < from) || self.to.is_some_and(|to| time >= to) {
                return false;
            }
        }
        self.fields.iter().all(|(codes, passes)| {
            passes.get(u32_at(codes, document as usize) as usize).copied().unwrap_or(false)
        })
    }
}
