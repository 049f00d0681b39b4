//! The log of who is who, and what follows from its lines alone.

use std::collections::{HashMap, HashSet};

use flywheel_people::identity::{Merge, Step};
use flywheel_people::person_of;
use flywheel_spec::{Phrase, phrase};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Doubt, How, People, Preview};

/// One line of the log of who is who.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Line {
    /// An id was identified for the first time.
    Identified {
        /// When that arrived, microseconds.
        at: i64,
        /// The event that said so.
        event: Uuid,
        /// The id.
        id: String,
    },
    /// Two people are one from now on, and were all along.
    Merged {
        /// When that arrived, microseconds.
        at: i64,
        /// The event that said so.
        event: Uuid,
        /// How.
        how: How,
        /// An id of whoever goes into the other.
        from: String,
        /// An id of whom they go into.
        into: String,
    },
    /// A merge that was not believed; said once for each pair.
    Refused {
        /// When that arrived, microseconds.
        at: i64,
        /// The event that said so.
        event: Uuid,
        /// How.
        how: How,
        /// Who would have gone into the other.
        from: String,
        /// Whom they would have gone into.
        into: String,
        /// Why not.
        why: Doubt,
    },
    /// A merge is as if it had never been.
    Undone {
        /// When, microseconds.
        at: i64,
        /// The place of the merge among the lines, counted from 0.
        merge: u64,
    },
}

impl Line {
    /// What people read.
    pub fn phrase(&self) -> Phrase {
        let short = |id: &str| crate::reason::shortened(id);
        match self {
            Self::Identified { id, .. } => phrase!("collect.line_identified", id = short(id)),
            Self::Merged { from, into, how: How::Dangerous, .. } => {
                phrase!("collect.line_merged_dangerously", from = short(from), into = short(into))
            }
            Self::Merged { from, into, .. } => {
                phrase!("collect.line_merged", from = short(from), into = short(into))
            }
            Self::Refused { from, into, why, .. } => why.phrase(from, into),
            Self::Undone { merge, .. } => phrase!("collect.line_undone", merge = merge),
        }
    }
}

/// The log's merges and undos as readers of events take them, for [`flywheel_people::identity::Identity::from_steps`].
pub fn steps(lines: &[Line]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut places = HashMap::new();
    for (place, line) in lines.iter().enumerate() {
        match line {
            Line::Merged { from, into, .. } => {
                places.insert(place as u64, steps.len() as u64);
                steps.push(Step::Merge(Merge { from: person_of(from), into: person_of(into) }));
            }
            Line::Undone { merge, .. } => {
                if let Some(step) = places.get(merge) {
                    steps.push(Step::Undo(*step));
                }
            }
            Line::Identified { .. } | Line::Refused { .. } => {}
        }
    }
    steps
}

/// The line that undoes a merge; `None` when there is no such merge, or it is undone already.
pub fn undo(lines: &[Line], merge: u64, at: i64) -> Option<Line> {
    let place = usize::try_from(merge).ok()?;
    let is_merge = matches!(lines.get(place)?, Line::Merged { .. });
    (is_merge && !undone_places(lines).contains(&merge)).then_some(Line::Undone { at, merge })
}

/// Who would be apart after an undo: the ids of either side.
pub fn preview_undo(lines: &[Line], merge: u64) -> Option<Preview> {
    let line = undo(lines, merge, 0)?;
    let Line::Merged { from, into, .. } = lines.get(usize::try_from(merge).ok()?)? else { return None };
    let mut after = lines.to_vec();
    after.push(line);
    let people = People::replay(&after);
    Some(Preview { why_not: None, from: people.ids_with(from), into: people.ids_with(into) })
}

pub(super) fn undone_places(lines: &[Line]) -> HashSet<u64> {
    let place = |line: &Line| match line {
        Line::Undone { merge, .. } => Some(*merge),
        _ => None,
    };
    lines.iter().filter_map(place).collect()
}
