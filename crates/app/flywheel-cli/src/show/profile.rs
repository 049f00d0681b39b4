//! Tables: what an import did, what a table looks like, which there are.

use flywheel_spec::table::{ColumnProfile, ImportReport, ProfileReport, TableSummary};

use super::number::{bytes, count, significant};
use super::table::{left, right, table};
use super::{Sources, problems};
use crate::screen::{Screen, Style};

/// What an import read, did and doubts.
pub fn imported(screen: &Screen, report: &ImportReport) -> String {
    let summary = &report.table;
    let mut text = format!(
        "{} {} @ {} · {} {} · {} {} · {}\n",
        screen.paint(Style::Good, "✓"),
        screen.paint(Style::Bold, &summary.name),
        summary.version,
        count(summary.rows),
        screen.word("rows_word"),
        summary.columns,
        screen.word("columns"),
        report.format,
    );
    for action in &report.actions {
        text.push_str(&format!("  · {}\n", screen.text(action)));
    }
    text.push_str(&problems(screen, &report.warnings, &Sources::default()));
    text.push('\n');
    text.push_str(&profile(screen, &report.profile));
    text
}

/// What a table looks like.
pub fn profile(screen: &Screen, report: &ProfileReport) -> String {
    let mut title = format!(
        "{} @ {} · {} {}",
        report.table,
        report.version,
        count(report.rows),
        screen.word("rows_word")
    );
    for part in &report.parts {
        title.push_str(&format!(
            " · {} {}",
            count(part.count),
            super::evaluation::part_name(screen, &part.value)
        ));
    }
    let mut text = format!("{}\n", screen.paint(Style::Bold, &title));
    let header = [
        left(screen.word("column")),
        left(screen.word("kind")),
        right(screen.word("missing")),
        right(screen.word("distinct")),
        right(screen.word("outliers")),
        left(screen.word("values")),
    ];
    let rows: Vec<Vec<String>> = report
        .columns
        .iter()
        .map(|column| {
            vec![
                column.name.clone(),
                screen.word(&format!("kind_{}", kind(column))),
                dash(column.missing),
                count(column.distinct),
                dash(column.outliers),
                values(column),
            ]
        })
        .collect();
    text.push_str(&table(screen, &header, &rows));
    for finding in &report.findings {
        text.push_str(&format!("  {} {}\n", screen.paint(Style::Warn, "!"), screen.text(&finding.message)));
        if let Some(advice) = &finding.advice {
            text.push_str(&format!("    → {}\n", screen.text(advice)));
        }
    }
    if let Some(target) = &report.likely_target {
        text.push_str(&format!("  {} {target}\n", screen.word("likely_target")));
    }
    text
}

/// Every table.
pub fn tables(screen: &Screen, tables: &[TableSummary]) -> String {
    if tables.is_empty() {
        return format!("{}\n", screen.word("no_tables"));
    }
    let header = [
        left(screen.word("table")),
        right(screen.word("version")),
        right(screen.word("rows_word")),
        right(screen.word("columns")),
        right(screen.word("size")),
        left(screen.word("source")),
        left(screen.word("written")),
    ];
    let rows: Vec<Vec<String>> = tables
        .iter()
        .map(|summary| {
            vec![
                summary.name.clone(),
                summary.version.to_string(),
                count(summary.rows),
                summary.columns.to_string(),
                bytes(summary.bytes),
                summary.source.clone(),
                summary.written_at.clone(),
            ]
        })
        .collect();
    table(screen, &header, &rows)
}

fn kind(column: &ColumnProfile) -> String {
    match serde_json::to_value(column.kind) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

fn values(column: &ColumnProfile) -> String {
    if let Some(shape) = column.image {
        return format!("{} × {} × {}", shape.height, shape.width, shape.channels);
    }
    if let (Some(numbers), flywheel_spec::table::ColumnKind::Number) = (&column.numbers, column.kind) {
        return format!(
            "{} … {} … {}",
            significant(numbers.min),
            significant(numbers.median),
            significant(numbers.max)
        );
    }
    let values: Vec<String> = if column.top.is_empty() {
        column.examples.iter().map(|example| shortened(example)).collect()
    } else {
        column
            .top
            .iter()
            .map(|value| format!("{} ({})", shortened(&value.value), count(value.count)))
            .collect()
    };
    let mut text = String::new();
    for value in values.iter().take(4) {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(value);
    }
    text
}

fn shortened(value: &str) -> String {
    const LONGEST: usize = 20;
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    value.chars().take(LONGEST - 1).chain(['…']).collect()
}

fn dash(number: u64) -> String {
    if number == 0 { "–".to_owned() } else { count(number) }
}
