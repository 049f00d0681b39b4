//! On how many days of a period people were there.

use flywheel_spec::Problems;
use flywheel_spec::product::stickiness::StickinessSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &StickinessSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("stickiness"))
}
