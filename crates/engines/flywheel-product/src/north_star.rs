//! The metric that matters most, and the tree of what drives it.

use flywheel_spec::Problems;
use flywheel_spec::product::north_star::NorthStarSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &NorthStarSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("north_star"))
}
