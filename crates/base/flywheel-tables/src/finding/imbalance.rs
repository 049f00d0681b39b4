//! The target's classes are of very different size.

use flywheel_spec::table::{ColumnKind, Finding, FindingKind};
use flywheel_spec::{Phrase, phrase};

use super::{Evidence, percent};
use crate::frame::Values;
use crate::profile::counts;

/// The largest class has at least so many times the rows of the smallest.
const RATIO: u64 = 10;

/// One finding when the smallest class of the target has less than a tenth of the largest.
pub(super) fn find(evidence: &Evidence<'_>) -> Vec<Finding> {
    let Some(target) = evidence.target else { return Vec::new() };
    let column = &evidence.columns[target];
    let Values::Text(texts) = &evidence.table.frame.columns[target].values else { return Vec::new() };
    if !matches!(column.kind, ColumnKind::Category | ColumnKind::Boolean) {
        return Vec::new();
    }
    let counts = counts(texts);
    let (Some(most), Some(least)) = (counts.first(), counts.last()) else { return Vec::new() };
    if counts.len() < 2 || most.1 < RATIO * least.1 {
        return Vec::new();
    }
    let filled: u64 = counts.iter().map(|(_, count)| count).sum();
    let message = phrase!(
        "tables.finding_imbalance",
        column = column.name,
        most = most.0,
        most_share = percent(most.1, filled),
        least = least.0,
        least_count = least.1,
        least_share = percent(least.1, filled)
    );
    let advice = Some(Phrase::new("tables.finding_imbalance_advice"));
    vec![Finding { kind: FindingKind::Imbalance, column: Some(column.name.clone()), message, advice }]
}
