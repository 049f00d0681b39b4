//! What waits in the spool, read back by any process.

use std::io;
use std::path::Path;

use flywheel_collect::Aside;
use flywheel_people::Event;
use flywheel_spec::Problem;
use flywheel_tables::spool::{self, Arrived};

use super::moment::damage;
use crate::Failure;

/// One record of the spool.
#[derive(Debug)]
pub(crate) struct Record {
    /// An event …
    pub event: Option<Event>,
    /// … or what was kept aside.
    pub aside: Option<Aside>,
    /// Its bytes.
    pub bytes: u64,
}

/// Hands every whole record of the segments after one to `take`, in the order written, with its segment;
/// returns what of them is damaged. A segment that goes while it is read is in the table by then.
pub(crate) fn segments_after(
    folder: &Path,
    after: u64,
    mut take: impl FnMut(u64, Record),
) -> Result<Vec<Problem>, Failure> {
    let segments = spool::segments(folder).map_err(|error| Failure::io(folder, &error))?;
    let mut problems = Vec::new();
    for (number, path) in segments.into_iter().filter(|(number, _)| *number > after) {
        let read = spool::read_segment_file(&path, |content| {
            let bytes = content.len() as u64;
            match spool::arrived(content) {
                Some(Arrived::Event(event)) => {
                    take(number, Record { event: Some(*event), aside: None, bytes });
                }
                Some(Arrived::Aside(json)) => {
                    let aside = serde_json::from_slice(json).ok();
                    take(number, Record { event: None, aside, bytes });
                }
                None => {}
            }
        });
        match read {
            Ok(damages) => problems.extend(damages.iter().map(damage)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(Failure::io(&path, &error)),
        }
    }
    Ok(problems)
}
