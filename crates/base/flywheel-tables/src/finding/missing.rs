//! Many values of a column are missing.

use flywheel_spec::table::{Finding, FindingKind};
use flywheel_spec::{Phrase, phrase};

use super::{Evidence, percent};

/// A smaller share of missing values is usual.
const SHARE: f64 = 0.05;

/// Columns of which more than 5% is missing; the target at the first missing value.
pub(super) fn find(evidence: &Evidence<'_>) -> Vec<Finding> {
    let rows = evidence.rows();
    let mut findings = Vec::new();
    for (index, column) in evidence.columns.iter().enumerate() {
        let is_target = evidence.target == Some(index);
        if column.missing == 0 || (!is_target && (column.missing as f64) < SHARE * rows as f64) {
            continue;
        }
        let message = phrase!(
            "tables.finding_missing",
            column = column.name,
            count = column.missing,
            share = percent(column.missing, rows)
        );
        let advice = match (is_target, column.missing == rows) {
            (true, _) => "tables.finding_missing_target",
            (_, true) => "tables.finding_missing_all",
            _ => "tables.finding_missing_advice",
        };
        let column = Some(column.name.clone());
        findings.push(Finding {
            kind: FindingKind::Missing,
            column,
            message,
            advice: Some(Phrase::new(advice)),
        });
    }
    findings
}
