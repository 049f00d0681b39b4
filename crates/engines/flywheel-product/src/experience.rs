//! Task success, time on task, and friction.

use flywheel_spec::Problems;
use flywheel_spec::product::experience::ExperienceSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &ExperienceSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("experience"))
}
