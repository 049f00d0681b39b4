//! New, returning, resurrecting and dormant people over time.

use flywheel_spec::Problems;
use flywheel_spec::product::lifecycle::LifecycleSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &LifecycleSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("lifecycle"))
}
