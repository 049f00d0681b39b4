//! Rows repeat.

use flywheel_spec::table::{Finding, FindingKind};
use flywheel_spec::{Phrase, phrase};

use super::{Evidence, percent};

/// One finding when any row repeats an earlier one in every column.
pub(super) fn find(evidence: &Evidence<'_>) -> Vec<Finding> {
    if evidence.duplicate_rows == 0 {
        return Vec::new();
    }
    let message = phrase!(
        "tables.finding_duplicates",
        count = evidence.duplicate_rows,
        share = percent(evidence.duplicate_rows, evidence.rows())
    );
    let advice = Some(Phrase::new("tables.finding_duplicates_advice"));
    vec![Finding { kind: FindingKind::Duplicates, column: None, message, advice }]
}
