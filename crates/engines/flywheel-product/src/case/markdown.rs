//! A case report as Markdown, in one language.

use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::behaviour::Compared;
use flywheel_spec::feedback::case::{CaseReport, CaseSide, Verdict};
use flywheel_spec::feedback::opportunity::EvidenceQuote;
use flywheel_spec::{Language, Phrase, phrase};

use super::report::told;
use crate::figures::{number, number_with, percent, percent_with, probability};

/// Quotes shown of each side.
const QUOTES: usize = 5;

/// The report as Markdown: its verdict, what it means, a table of numbers, quotes and caveats.
pub fn markdown(report: &CaseReport, language: Language) -> String {
    let say = |phrase: &Phrase| phrase.text(language).to_owned();
    let word = |key: &str| Phrase::new(&format!("opportunity.{key}")).text(language).to_owned();
    let subject = &report.subject;
    let mut text = format!("# {}\n\n", plain(&subject.name));
    let verdict = match report.verdict {
        Verdict::Worked => "md_worked",
        Verdict::Unclear => "md_unclear",
        Verdict::DidNot => "md_did_not",
    };
    text.push_str(&format!("**{}**\n\n", word(verdict)));
    if !subject.version.is_empty() || !subject.released.is_empty() {
        let release = phrase!("opportunity.md_release")
            .with("version", plain(&subject.version))
            .with("released", plain(&subject.released));
        text.push_str(&format!("{}\n\n", say(&release)));
    }
    if !subject.what.is_empty() {
        text.push_str(&format!("## {}\n\n{}\n\n", word("md_what"), plain(&subject.what)));
    }
    text.push_str(&format!("## {}\n\n", word("md_findings")));
    list(&mut text, &report.findings, language);
    text.push_str(&format!("## {}\n\n", word("md_numbers")));
    table(&mut text, report, &word);
    for (heading, side) in [("md_quotes_before", &report.before), ("md_quotes_after", &report.after)] {
        quotes(&mut text, &word(heading), &side.quotes);
    }
    text.push_str(&format!("## {}\n\n", word("md_caveats")));
    list(&mut text, &report.caveats, language);
    if !report.warnings.is_empty() {
        text.push_str(&format!("## {}\n\n", word("md_doubts")));
        let doubts: Vec<Phrase> = report.warnings.iter().map(|warning| warning.message.clone()).collect();
        list(&mut text, &doubts, language);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn list(text: &mut String, phrases: &[Phrase], language: Language) {
    for phrase in phrases {
        text.push_str(&format!("- {}\n", plain(phrase.text(language))));
    }
    text.push('\n');
}

fn table(text: &mut String, report: &CaseReport, word: &dyn Fn(&str) -> String) {
    let heads = ["md_measure", "md_before", "md_after", "md_change"].map(word);
    text.push_str(&format!("| {} |\n| --- | ---: | ---: | ---: |\n", heads.join(" | ")));
    let mut row = |name: &str, before: String, after: String, change: String| {
        text.push_str(&format!("| {} | {before} | {after} | {change} |\n", word(name)));
    };
    let (before, after) = (&report.before, &report.after);
    let none = || "–".to_owned();
    let days = |side: &CaseSide| {
        if side.from.is_empty() {
            number(side.days)
        } else {
            format!("{} … {}", plain(&side.from), plain(&side.to))
        }
    };
    row("md_days", days(before), days(after), none());
    let count = |value: u64| number(value as f64);
    row("md_active", count(before.active_people), count(after.active_people), none());
    row("md_people", count(before.people), count(after.people), none());
    row("md_voices", count(before.voices), count(after.voices), none());
    if let (Some(one), Some(two), Some(ratio)) = (&report.rate_before, &report.rate_after, &report.rate_ratio)
    {
        let change = format!("× {}, p {}", told(ratio), probability(ratio.p));
        row("md_rate", number_with(one), number_with(two), change);
    }
    if let Some(others) = &report.against_others {
        row("md_others", none(), none(), format!("× {}", number_with(others)));
    }
    let share =
        |compared: &Compared| format!("{} / {}", percent(compared.theme), percent(compared.comparable));
    for (name, one, two, change) in [
        ("md_return", &before.returning, &after.returning, &report.returning),
        ("md_pay", &before.paying, &after.paying, &report.paying),
    ] {
        if one.is_some() || two.is_some() {
            let side = |compared: &Option<Compared>| compared.as_ref().map_or_else(none, share);
            row(name, side(one), side(two), change.as_ref().map_or_else(none, percent_with));
        }
    }
    if before.mood.is_some() || after.mood.is_some() {
        let side = |mood: &Option<Estimate>| mood.as_ref().map_or_else(none, number_with);
        row("md_mood", side(&before.mood), side(&after.mood), side(&report.mood));
    }
    text.push('\n');
}

fn quotes(text: &mut String, heading: &str, quotes: &[EvidenceQuote]) {
    if quotes.is_empty() {
        return;
    }
    text.push_str(&format!("## {heading}\n\n"));
    for quote in quotes.iter().take(QUOTES) {
        text.push_str(&format!("> {} `{}`\n\n", plain(&quote.text), quote.id.replace('`', "'")));
    }
}

/// A text on one line, in which nothing is read as Markdown or HTML.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.split_whitespace().collect::<Vec<_>>().join(" ").chars() {
        if matches!(letter, '\\' | '|' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '~') {
            plain.push('\\');
        }
        plain.push(letter);
    }
    plain
}
