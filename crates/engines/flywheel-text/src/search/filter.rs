//! Which documents pass: by time, by the values of fields and by who said them.

use std::collections::{BTreeMap, BTreeSet};

use super::segment::{Segment, u32_at};

/// What passes.
#[derive(Default)]
pub(super) struct Filter<'q> {
    /// From this moment on, microseconds.
    pub from: Option<i64>,
    /// Before this moment, microseconds.
    pub to: Option<i64>,
    /// For each field the values that pass.
    pub fields: BTreeMap<String, BTreeSet<String>>,
    /// Whose documents pass.
    pub person: Option<&'q dyn Fn(Option<&str>) -> bool>,
}

impl<'q> Filter<'q> {
    /// The filter made ready for one segment: codes instead of values.
    pub fn on<'a>(&self, segment: &'a Segment) -> SegmentFilter<'a, 'q> {
        let fields = self.fields.iter().map(|(name, wanted)| match segment.column(name) {
            Some((values, codes)) => {
                let passes = std::iter::once(false).chain(values.iter().map(|value| wanted.contains(value)));
                (codes, passes.collect())
            }
            None => (&[] as &[u8], vec![false]),
        });
        let fields = fields.collect();
        SegmentFilter { segment, from: self.from, to: self.to, fields, person: self.person }
    }
}

/// A filter on one segment.
pub(super) struct SegmentFilter<'a, 'q> {
    segment: &'a Segment,
    from: Option<i64>,
    to: Option<i64>,
    fields: Vec<(&'a [u8], Vec<bool>)>,
    person: Option<&'q dyn Fn(Option<&str>) -> bool>,
}

impl SegmentFilter<'_, '_> {
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
        }) && self.person.is_none_or(|passes| passes(self.segment.stored(document).person))
    }
}
