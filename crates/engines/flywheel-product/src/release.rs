//! Before and after a release.

use flywheel_spec::Problems;
use flywheel_spec::product::release::ReleaseSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &ReleaseSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("release"))
}
