//! Counts over time: how often, by how many, how much.

use flywheel_spec::Problems;
use flywheel_spec::product::trend::TrendSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &TrendSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("trend"))
}
