//! What a customer is worth: by cohort, and by BG/NBD with Gamma-Gamma.

use flywheel_spec::Problems;
use flywheel_spec::product::lifetime_value::LifetimeValueSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &LifetimeValueSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("lifetime_value"))
}
