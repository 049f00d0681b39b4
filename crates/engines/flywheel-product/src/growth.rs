//! Growth accounting: new, retained, resurrected and churned people, and the quick ratio.

use flywheel_spec::Problems;
use flywheel_spec::product::growth::GrowthSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &GrowthSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("growth"))
}
