//! What a person should look at in a table: one file a kind of finding, listed here in the order of their weight.

mod codes;
mod constant;
mod duplicates;
mod identifier;
mod imbalance;
mod leak;
mod missing;
mod mixed_types;
mod near_copy;
mod outliers;

use flywheel_spec::phrase;
use flywheel_spec::table::{ColumnProfile, Finding, FindingKind};

use crate::stored::StoredTable;

/// Columns of one kind of finding that are told one by one; the rest is counted.
const TOLD: usize = 8;

/// What the findings are made from.
pub(crate) struct Evidence<'a> {
    /// The values.
    pub(crate) table: &'a StoredTable,
    /// The profile of each column.
    pub(crate) columns: &'a [ColumnProfile],
    /// Rows that repeat an earlier one.
    pub(crate) duplicate_rows: u64,
    /// The position of the target, known or likely.
    pub(crate) target: Option<usize>,
}

impl Evidence<'_> {
    /// Rows.
    fn rows(&self) -> u64 {
        self.table.frame.rows() as u64
    }
}

/// Every finding, a family a list, the weightiest family first.
pub(crate) fn families(evidence: &Evidence<'_>) -> [Vec<Finding>; 9] {
    let leaks = leak::find(evidence);
    let leaking: Vec<Option<String>> = leaks.iter().map(|finding| finding.column.clone()).collect();
    let constants =
        constant::find(evidence).into_iter().filter(|finding| !leaking.contains(&finding.column)).collect();
    [
        leaks,
        imbalance::find(evidence),
        missing::find(evidence),
        mixed_types::find(evidence),
        near_copy::find(evidence),
        constants,
        identifier::find(evidence),
        duplicates::find(evidence),
        outliers::find(evidence),
    ]
}

/// The first findings of a family, and one that counts the rest.
pub(crate) fn told(mut findings: Vec<Finding>) -> Vec<Finding> {
    if findings.len() > TOLD {
        let rest = findings.split_off(TOLD);
        let names: Vec<&str> = rest.iter().filter_map(|finding| finding.column.as_deref()).collect();
        let kind = rest.first().map_or(FindingKind::Constant, |finding| finding.kind);
        let message =
            phrase!("tables.more_columns", count = rest.len(), columns = crate::source::listed(&names));
        findings.push(Finding { kind, column: None, message, advice: None });
    }
    findings
}

/// A share as people read it: `12.3%`, and `<0.1%` rather than nought.
fn percent(count: u64, of: u64) -> String {
    let share = 100.0 * count as f64 / of.max(1) as f64;
    match share {
        share if share > 0.0 && share < 0.1 => "<0.1%".to_owned(),
        share if share < 100.0 && share > 99.9 => ">99.9%".to_owned(),
        share => format!("{share:.1}%"),
    }
}
