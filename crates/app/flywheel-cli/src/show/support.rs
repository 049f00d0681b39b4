//! Customers answered: a reply, who waits, what is not answered.

use flywheel_spec::feedback::support::{FaqReport, GapReport, InboxEntry, Speaker, SupportAnswer};

use super::feedback::findings;
use super::number::{count, percent};
use super::table::{left, right, table};
use super::{Sources, problems};
use crate::screen::{Screen, Style};

/// A reply.
pub fn support_answer(screen: &Screen, answer: &SupportAnswer) -> String {
    let kind = format!("reply_{}", kebab(&format!("{:?}", answer.reply.kind)));
    let mut text = format!("{}\n", answer.reply.text);
    let mut facts = vec![screen.word(&kind)];
    if let Some(entry) = &answer.reply.entry {
        facts.push(entry.clone());
    }
    if answer.reply.confidence > 0.0 {
        facts.push(percent(answer.reply.confidence));
    }
    facts.push(answer.conversation.clone());
    text.push_str(&format!("{}\n", screen.paint(Style::Dim, &facts.join(" · "))));
    text.push_str(&problems(screen, &answer.problems, &Sources::default()));
    text
}

/// How well the entries are told apart.
pub fn faq_report(screen: &Screen, report: &FaqReport) -> String {
    let mut text = findings(screen, &report.findings);
    text.push_str(&problems(screen, &report.warnings, &Sources::default()));
    let header = [
        left(screen.word("faq_meant")),
        left(screen.word("faq_found")),
        right(screen.word("faq_times")),
        left(screen.word("typical_quote")),
    ];
    let rows: Vec<Vec<String>> = report
        .mixed_up
        .iter()
        .map(|mixed| {
            vec![mixed.meant.clone(), mixed.found.clone(), count(mixed.count), mixed.example.clone()]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str(&table(screen, &header, &rows));
    }
    text
}

/// Conversations that wait for a person.
pub fn inbox(screen: &Screen, inbox: &[InboxEntry]) -> String {
    if inbox.is_empty() {
        return format!("{}\n", screen.word("inbox_empty"));
    }
    let mut text = String::new();
    for entry in inbox {
        text.push_str(&format!("{}\n", screen.paint(Style::Bold, &entry.conversation.id)));
        for turn in &entry.conversation.turns {
            let who = screen.word(match turn.speaker {
                Speaker::Customer => "speaker_customer",
                Speaker::Assistant => "speaker_assistant",
                Speaker::Person => "speaker_person",
            });
            text.push_str(&format!("  {who}: {}\n", turn.text));
        }
    }
    text
}

/// What the file does not answer.
pub fn gaps(screen: &Screen, report: &GapReport) -> String {
    let mut text = findings(screen, &report.findings);
    let header = [
        left(screen.word("gap")),
        right(screen.word("faq_times")),
        right(screen.word("people")),
        left(screen.word("gap_nearest")),
    ];
    let rows: Vec<Vec<String>> = report
        .gaps
        .iter()
        .map(|gap| {
            let nearest = gap.nearest.as_ref().map(|nearest| nearest.question.clone()).unwrap_or_default();
            vec![gap.draft_question.clone(), count(gap.count), count(gap.people), nearest]
        })
        .collect();
    if !rows.is_empty() {
        text.push_str(&table(screen, &header, &rows));
    }
    text
}

/// `HandOver` as `hand_over`.
fn kebab(name: &str) -> String {
    let mut text = String::new();
    for (at, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && at > 0 {
            text.push('_');
        }
        text.extend(letter.to_lowercase());
    }
    text
}
