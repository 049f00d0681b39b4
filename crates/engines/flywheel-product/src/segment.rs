//! Who people are: by properties, by behaviour, by value, by list.

use flywheel_spec::Problems;
use flywheel_spec::product::segment::SegmentSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &SegmentSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("segment"))
}
