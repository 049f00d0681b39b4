//! Which early behaviour goes with staying.

use flywheel_spec::Problems;
use flywheel_spec::product::activation::ActivationSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &ActivationSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("activation"))
}
