//! Some numbers lie far from the rest.

use flywheel_spec::table::{Finding, FindingKind};
use flywheel_spec::{Phrase, phrase};

use super::{Evidence, percent};

/// Columns in which at least one row in a thousand lies beyond 3 interquartile ranges from the quartiles.
pub(super) fn find(evidence: &Evidence<'_>) -> Vec<Finding> {
    let rows = evidence.rows();
    let far = evidence.columns.iter().filter(|column| column.outliers > 0 && column.outliers * 1000 >= rows);
    far.filter_map(|column| {
        let numbers = column.numbers.as_ref()?;
        let message = phrase!(
            "tables.finding_outliers",
            column = column.name,
            count = column.outliers,
            share = percent(column.outliers, rows),
            low = numbers.min,
            high = numbers.max,
            median = numbers.median
        );
        let advice = Some(Phrase::new("tables.finding_outliers_advice"));
        Some(Finding { kind: FindingKind::Outliers, column: Some(column.name.clone()), message, advice })
    })
    .collect()
}
