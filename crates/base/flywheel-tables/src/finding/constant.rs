//! A column holds one value in (almost) every row.

use flywheel_spec::table::{ColumnProfile, Finding, FindingKind};
use flywheel_spec::{Phrase, phrase};

use super::{Evidence, percent};
use crate::frame::Values;
use crate::profile::counts;

/// One value in at least this share of the filled rows tells hardly anything.
const SHARE: f64 = 0.995;

/// Columns of one value, or nearly.
pub(super) fn find(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, column) in evidence.columns.iter().enumerate() {
        let filled = evidence.rows() - column.missing;
        if filled == 0 || evidence.target == Some(index) {
            continue;
        }
        let Some((value, count)) = most_frequent(column, &evidence.table.frame.columns[index].values) else {
            continue;
        };
        if (count as f64) < SHARE * filled as f64 || (column.distinct > 1 && filled < 200) {
            continue;
        }
        let message = phrase!(
            "tables.finding_constant",
            column = column.name,
            value = value,
            share = percent(count, filled)
        );
        let advice = Some(Phrase::new("tables.finding_constant_advice"));
        findings.push(Finding {
            kind: FindingKind::Constant,
            column: Some(column.name.clone()),
            message,
            advice,
        });
    }
    findings
}

/// The value that may be in nearly every row, with its rows.
fn most_frequent(column: &ColumnProfile, values: &Values) -> Option<(String, u64)> {
    match values {
        Values::Text(texts) => counts(texts).first().map(|(text, count)| ((*text).to_owned(), *count)),
        Values::Number(values) | Values::Time(values) => {
            // A value in nearly every row is the median, and both quartiles too.
            let numbers = column.numbers.as_ref().filter(|numbers| numbers.q1 == numbers.q3)?;
            let count = values.iter().filter(|&&value| value == numbers.median).count();
            Some((numbers.median.to_string(), count as u64))
        }
        Values::Image(_) => None,
    }
}
