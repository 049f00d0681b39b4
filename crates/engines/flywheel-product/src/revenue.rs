//! Revenue as movements: new, expansion, contraction, churn; ARPU.

use flywheel_spec::Problems;
use flywheel_spec::product::revenue::RevenueSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &RevenueSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("revenue"))
}
