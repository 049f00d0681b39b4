//! Referral trees, the viral coefficient, its cycle time, and who came by themselves.

use flywheel_spec::Problems;
use flywheel_spec::product::word_of_mouth::WordOfMouthSpec;

use crate::plan::{Context, Planned};

/// Checks the question against its context.
///
/// # Errors
/// Every mistake at once.
pub fn plan(_spec: &WordOfMouthSpec, _context: &Context) -> Result<Box<dyn Planned>, Problems> {
    Err(crate::plan::not_yet("word_of_mouth"))
}
