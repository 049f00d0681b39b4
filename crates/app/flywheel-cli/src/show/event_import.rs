//! An import of events: which column was what, what came of it, what was kept aside.

use flywheel_spec::event_import::{EventImportReport, EventNaming};
use flywheel_spec::phrase;

use super::number::{count, duration};
use super::plan::pairs;
use super::{Sources, problems};
use crate::screen::{Screen, Style};

/// What an import of events read and did.
pub fn events_imported(screen: &Screen, report: &EventImportReport) -> String {
    let said = if report.preview {
        phrase!("cli.events_preview", rows = count(report.rows))
    } else {
        phrase!(
            "cli.events_imported",
            imported = count(report.imported),
            known = count(report.known),
            rows = count(report.rows)
        )
    };
    let mut text =
        format!("{} {}\n", screen.paint(Style::Good, "✓"), screen.paint(Style::Bold, screen.text(&said)));
    let mapping = &report.mapping;
    let event = match &mapping.event {
        EventNaming::Column { column } => column.clone(),
        EventNaming::Constant { name } => format!("= {name}"),
    };
    let people: Vec<&str> =
        std::iter::once(&mapping.person).chain(&mapping.person_else).map(String::as_str).collect();
    let mut facts = vec![
        (screen.word("mapped_person"), people.join(", ")),
        (screen.word("mapped_time"), format!("{} ({})", mapping.time, mapping.zone)),
        (screen.word("mapped_event"), event),
    ];
    if let Some(key) = &mapping.key {
        facts.push((screen.word("mapped_key"), key.clone()));
    }
    if !mapping.properties.is_empty() {
        let names: Vec<&str> = mapping.properties.iter().take(12).map(String::as_str).collect();
        let dots = if mapping.properties.len() > 12 { ", …" } else { "" };
        facts.push((screen.word("mapped_properties"), format!("{}{dots}", names.join(", "))));
    }
    facts.push((screen.word("mapped_people"), count(report.people)));
    if let (Some(first), Some(last)) = (&report.first, &report.last) {
        facts.push((screen.word("mapped_span"), format!("{first} … {last}")));
    }
    if !report.preview {
        facts.push((screen.word("took"), duration(report.secs, screen.language)));
    }
    text.push_str(&pairs(screen, &facts));
    for action in report.actions.iter().chain(&report.guessed) {
        text.push_str(&format!("  · {}\n", screen.text(action)));
    }
    if report.aside > 0 {
        let aside = phrase!("cli.rows_aside", count = count(report.aside));
        text.push_str(&format!("  {} {}\n", screen.paint(Style::Warn, "!"), screen.text(&aside)));
        for row in &report.aside_examples {
            text.push_str(&format!(
                "    {} {} · {}\n",
                screen.word("row"),
                row.place,
                screen.text(&row.reason)
            ));
        }
    }
    if report.preview {
        for example in &report.examples {
            text.push_str(&format!("  {}\n", screen.paint(Style::Dim, &example.to_string())));
        }
    }
    text.push_str(&problems(screen, &report.warnings, &Sources::default()));
    text
}
