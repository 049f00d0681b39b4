//! Who is whom, and what was erased of a person.

use flywheel_spec::events::{EraseReport, MergeKind, MergeLine, MergeLog, MergePreview, PersonParts};

use super::events::minute;
use super::number::count;
use super::plan::pairs;
use super::table::{left, right, table};
use crate::screen::{Screen, Style};

/// The merge log.
pub fn merges(screen: &Screen, log: &MergeLog) -> String {
    if log.lines.is_empty() && log.refused.is_empty() {
        return format!("{}\n", screen.word("no_merges"));
    }
    let header = [
        right("#"),
        left(screen.word("what")),
        left(screen.word("from")),
        left(screen.word("into")),
        left(screen.word("cause")),
        left(screen.word("at")),
        left(screen.word("undone_by")),
    ];
    let row = |line: &MergeLine| {
        let (number, kind) = match line.kind {
            MergeKind::Merge => (line.id.to_string(), "merged"),
            MergeKind::Undo => (line.id.to_string(), "undone"),
            MergeKind::Refused => (String::new(), "refused"),
        };
        vec![
            number,
            screen.word(kind),
            line.from.clone(),
            line.into.clone(),
            line.cause.clone(),
            minute(&line.at),
            line.other.map(|other| format!("#{other}")).unwrap_or_default(),
        ]
    };
    let rows: Vec<Vec<String>> = log.lines.iter().chain(&log.refused).map(row).collect();
    table(screen, &header, &rows)
}

/// What a merge, or taking one back, does.
pub fn merge_preview(screen: &Screen, report: &MergePreview) -> String {
    let mut text: String =
        report.findings.iter().map(|finding| format!("{}\n", screen.text(finding))).collect();
    for (title, people) in [("people_before", &report.before), ("people_after", &report.after)] {
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &screen.word(title))));
        let header = [left(screen.word("distinct_ids")), right(screen.word("events_total"))];
        let row = |person: &PersonParts| vec![person.distinct_ids.join(", "), count(person.events)];
        text.push_str(&table(screen, &header, &people.iter().map(row).collect::<Vec<_>>()));
    }
    text
}

/// What was erased.
pub fn erased(screen: &Screen, report: &EraseReport) -> String {
    let mut text: String =
        report.findings.iter().map(|finding| format!("{}\n", screen.text(finding))).collect();
    let facts = [
        (screen.word("distinct_ids"), count(report.distinct_ids)),
        (screen.word("events_total"), count(report.events)),
        (screen.word("files"), count(report.files)),
        (screen.word("kept_aside"), count(report.aside)),
        (screen.word("predictions"), count(report.predictions)),
        (screen.word("rows_elsewhere"), count(report.rows)),
        (screen.word("files_quoting"), count(report.quoting)),
    ];
    text.push_str(&pairs(screen, &facts));
    text
}
