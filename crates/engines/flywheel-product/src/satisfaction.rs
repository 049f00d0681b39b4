//! NPS, CSAT and CES with intervals, and what they have to do with staying.

use flywheel_spec::Problems;
use flywheel_spec::product::satisfaction::SatisfactionSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &SatisfactionSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("satisfaction"))
}
