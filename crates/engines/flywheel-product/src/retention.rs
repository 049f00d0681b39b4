//! Who comes back, by when they began.

use flywheel_spec::Problems;
use flywheel_spec::product::retention::RetentionSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &RetentionSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("retention"))
}
