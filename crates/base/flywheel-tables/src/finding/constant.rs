//! A column holds one value in (almost) every row.

use flywheel_spec::table::{Finding, FindingKind};
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
        let Some((value, count)) = most_frequent(&evidence.table.frame.columns[index].values) else {
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

fn most_frequent(values: &Values) -> Option<(String, u64)> {
    match values {
        Values::Text(texts) => counts(texts).first().map(|(text, count)| ((*text).to_owned(), *count)),
        Values::Number(values) | Values::Time(values) => {
            // A value in nearly every row is the one that most neighbours agree on (Boyer and Moore's majority vote).
            let (mut candidate, mut lead) = (f64::NAN, 0_u64);
            for &value in values.iter().filter(|value| !value.is_nan()) {
                match (lead, value == candidate) {
                    (0, _) => (candidate, lead) = (value, 1),
                    (_, true) => lead += 1,
                    (_, false) => lead -= 1,
                }
            }
            let count = values.iter().filter(|&&value| value == candidate).count() as u64;
            (count > 0).then(|| (candidate.to_string(), count))
        }
        Values::Image(_) => None,
    }
}
