//! What waits in the spool, read back record by record.

use std::io;
use std::path::Path;

use flywheel_collect::Aside;
use flywheel_people::Event;
use flywheel_tables::spool::{self, Arrived, Damage, DamageKind};

use crate::Failure;

/// One record of the spool.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// An event …
    pub event: Option<Event>,
    /// … or what was kept aside.
    pub aside: Option<Aside>,
}

/// A segment of which something is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Damaged {
    /// The segment.
    pub segment: u64,
    /// What of it.
    pub damages: Vec<Damage>,
}

/// Hands every whole record of a segment to `take`, in the order written; returns what of it is damaged.
/// A segment that goes meanwhile is in the table by then.
pub(crate) fn read_segment(
    number: u64,
    path: &Path,
    mut take: impl FnMut(Record),
) -> Result<Option<Damaged>, Failure> {
    let read = spool::read_segment_file(path, |content| match spool::arrived(content) {
        Some(Arrived::Event(event)) => take(Record { event: Some(*event), aside: None }),
        Some(Arrived::Aside(json)) => {
            take(Record { event: None, aside: serde_json::from_slice(json).ok() });
        }
        None => {}
    });
    match read {
        Ok(damages) => Ok((!damages.is_empty()).then_some(Damaged { segment: number, damages })),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::io(path, &error)),
    }
}

impl Damaged {
    /// True when something is not as it was written, and not only cut off while being written.
    pub fn is_wrong(&self) -> bool {
        self.damages.iter().any(|damage| damage.kind != DamageKind::Torn)
    }
}
