//! What a language model said and what came of it: claims with their quotes, what was removed, what it cost.

use flywheel_spec::assistant::{AssistantUse, CitedClaim, Removed};
use flywheel_spec::feedback::draft::DraftReport;

use super::feedback::{cut, findings};
use super::number::count;
use crate::screen::{Screen, Style};

/// Characters of a quote below a claim.
const QUOTED: usize = 90;
/// Quotes below a claim.
const QUOTES: usize = 3;

/// Claims, each with the quotes that it rests on.
pub(super) fn claims(screen: &Screen, claims: &[CitedClaim]) -> String {
    let mut text = String::new();
    for claim in claims {
        text.push_str(&format!("  • {}\n", claim.text));
        for quote in claim.cites.iter().take(QUOTES) {
            let said = format!("    {} “{}”", quote.message, cut(&quote.text, QUOTED));
            text.push_str(&format!("{}\n", screen.paint(Style::Dim, &said)));
        }
        let more = claim.cites.len().saturating_sub(QUOTES);
        if more > 0 {
            text.push_str(&format!("{}\n", screen.paint(Style::Dim, &format!("    +{more}"))));
        }
    }
    text
}

/// What the assistant was asked and what came of it, a line each.
pub(super) fn assistant(screen: &Screen, used: &AssistantUse) -> String {
    let mut text = format!("\n{}\n", screen.paint(Style::Bold, &screen.word("assistant")));
    let mut facts: Vec<String> = used.model.iter().cloned().collect();
    facts.push(format!("{} {}", screen.word("assistant_calls"), count(used.calls)));
    if let (Some(prompt), Some(completion)) = (used.prompt_tokens, used.completion_tokens) {
        facts.push(format!("{} {} + {}", screen.word("assistant_tokens"), count(prompt), count(completion)));
    }
    if let Some(cost) = &used.cost {
        facts.push(format!("{} {:.4} {}", screen.word("assistant_cost"), cost.amount, cost.currency));
    }
    facts.push(format!("{} {}", screen.word("assistant_kept"), count(used.claims_kept)));
    text.push_str(&format!("  {}\n", facts.join(" · ")));
    for (word, removed) in
        [("assistant_removed", &used.claims_removed), ("assistant_citations", &used.citations_removed)]
    {
        if !removed.is_empty() {
            text.push_str(&format!("  {}: {}\n", screen.word(word), reasons(screen, removed)));
        }
    }
    if !used.masked.is_empty() {
        let kinds =
            used.masked.iter().map(|kind| format!("{} {}", screen.text(&kind.name), count(kind.found)));
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        text.push_str(&format!("  {}: {kinds}\n", screen.word("assistant_masked")));
    }
    for fallback in &used.fallbacks {
        let (why, instead) = (screen.text(&fallback.why), screen.text(&fallback.instead));
        text.push_str(&format!("  {} {why}; {instead}\n", screen.paint(Style::Warn, "!")));
    }
    text
}

fn reasons(screen: &Screen, removed: &[Removed]) -> String {
    let each = removed.iter().map(|one| format!("{} {}", count(one.count), screen.text(&one.says)));
    each.collect::<Vec<_>>().join(", ")
}

/// A draft of an answer, what it rests on, and what else is near.
pub fn draft(screen: &Screen, report: &DraftReport) -> String {
    let mut text = findings(screen, &report.findings);
    if !report.question.is_empty() {
        let asked = format!("{}: {}", screen.word("speaker_customer"), cut(&report.question, 200));
        text.push_str(&format!("  {}\n", screen.paint(Style::Dim, &asked)));
    }
    if !report.text.is_empty() {
        text.push_str(&format!("\n{}\n\n", report.text));
    }
    if report.written_by_model {
        text.push_str(&claims(screen, &report.claims));
    }
    if !report.sources.is_empty() {
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &screen.word("draft_sources"))));
        for source in &report.sources {
            text.push_str(&format!("  {}  {}\n", source.id, cut(&source.question, QUOTED)));
        }
    }
    text.push_str(&assistant(screen, &report.assistant));
    text
}
