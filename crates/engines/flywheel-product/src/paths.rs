//! Which ways people take from event to event.

use flywheel_spec::Problems;
use flywheel_spec::product::paths::PathsSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &PathsSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("paths"))
}
