//! Steps on the way to a goal, and where people leave.

use flywheel_spec::Problems;
use flywheel_spec::product::funnel::FunnelSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &FunnelSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("funnel"))
}
