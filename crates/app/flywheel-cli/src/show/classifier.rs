//! Messages sorted a project's own way: what is learned from, and what the pile holds.

use flywheel_spec::feedback::classifier::{ClassifiedReport, ClassifierDraft};

use super::feedback::{cut, findings, section};
use super::number::{count, percent};
use super::table::{left, right};
use super::{Sources, problems};
use crate::screen::Screen;

/// What a classifier learns from.
pub fn classifier_draft(screen: &Screen, draft: &ClassifierDraft) -> String {
    let mut text = findings(screen, &draft.findings);
    let header = [left(screen.word("label")), right(screen.word("messages")), right(screen.word("share"))];
    let share = |messages: u64| percent(messages as f64 / draft.labelled.max(1) as f64);
    let rows: Vec<Vec<String>> = draft
        .labels
        .iter()
        .map(|label| vec![label.label.clone(), count(label.messages), share(label.messages)])
        .collect();
    section(screen, &mut text, "labels_learned", &header, &rows);
    text
}

/// How many messages of each label there are.
pub fn classified(screen: &Screen, report: &ClassifiedReport) -> String {
    let mut text = findings(screen, &report.findings);
    text.push_str(&problems(screen, &report.warnings, &Sources::default()));
    let header = [
        left(screen.word("label")),
        right(screen.word("messages")),
        right(screen.word("share")),
        right(screen.word("people")),
        left(screen.word("typical_quote")),
    ];
    let rows: Vec<Vec<String>> = report
        .labels
        .iter()
        .map(|label| {
            vec![
                label.label.clone(),
                count(label.messages),
                percent(label.share),
                count(label.people),
                label.quotes.first().map(|quote| cut(&quote.text, 60)).unwrap_or_default(),
            ]
        })
        .collect();
    section(screen, &mut text, "labels_found", &header, &rows);
    text
}
