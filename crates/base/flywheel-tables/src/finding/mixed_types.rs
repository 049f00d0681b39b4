//! A column of numbers holds some text, so it was read as text.

use flywheel_spec::phrase;
use flywheel_spec::table::{ColumnKind, Finding, FindingKind};

use super::Evidence;
use crate::frame::Values;
use crate::infer;
use crate::profile::counts;

/// Columns of text of which more than half reads as numbers, but not all.
pub(super) fn find(evidence: &Evidence<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, column) in evidence.columns.iter().enumerate() {
        let Values::Text(texts) = &evidence.table.frame.columns[index].values else { continue };
        if column.kind == ColumnKind::Boolean {
            continue;
        }
        let counts = counts(texts);
        let filled: u64 = counts.iter().map(|(_, count)| count).sum();
        let is_number = |text: &str| infer::number(text).is_some();
        let numbers: u64 = counts.iter().filter(|(text, _)| is_number(text)).map(|(_, count)| count).sum();
        if numbers * 2 <= filled || numbers == filled {
            continue;
        }
        let strays: Vec<String> = counts
            .iter()
            .filter(|(text, _)| !is_number(text))
            .take(5)
            .map(|(text, count)| format!("`{text}` × {count}"))
            .collect();
        let message = phrase!(
            "tables.finding_mixed",
            column = column.name,
            numbers = numbers,
            texts = filled - numbers,
            examples = strays.join(", ")
        );
        let advice = Some(phrase!("tables.mixed_column_advice", column = column.name));
        findings.push(Finding {
            kind: FindingKind::MixedTypes,
            column: Some(column.name.clone()),
            message,
            advice,
        });
    }
    findings
}
