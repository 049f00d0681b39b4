//! Collected events: the catalogue, one event, properties, what was kept aside.

use flywheel_spec::events::{
    AsideReport, Catalogue, EventDetail, EventSummary, PropertySummary, SeenEvent, Sender,
};
use flywheel_spec::product::Owner;

use super::number::count;
use super::plan::pairs;
use super::table::{left, right, table};
use super::{Sources, problems};
use crate::screen::{Screen, Style};

/// Letters of a text in a table.
const SHOWN: usize = 60;

/// Every event.
pub fn catalogue(screen: &Screen, catalogue: &Catalogue) -> String {
    if catalogue.events.is_empty() && catalogue.aside == 0 {
        let warnings = problems(screen, &catalogue.warnings, &Sources::default());
        return format!("{}\n{warnings}", screen.word("no_events"));
    }
    let header = [
        left(screen.word("event")),
        right(screen.word("count")),
        left(screen.word("first_seen")),
        left(screen.word("last_seen")),
        left(screen.word("sent_by")),
        right(screen.word("violations")),
    ];
    let rows: Vec<Vec<String>> = catalogue.events.iter().map(|event| line(event)).collect();
    let mut text = table(screen, &header, &rows);
    let facts = [
        (screen.word("events_total"), count(catalogue.total)),
        (screen.word("derived_ids"), count(catalogue.derived_ids)),
        (screen.word("without_ids"), count(catalogue.without_ids)),
        (screen.word("kept_aside"), count(catalogue.aside)),
    ];
    text.push_str(&format!("\n{}", pairs(screen, &facts)));
    text.push_str(&problems(screen, &catalogue.warnings, &Sources::default()));
    text
}

fn line(event: &EventSummary) -> Vec<String> {
    vec![
        event.event.clone(),
        count(event.count),
        minute(&event.first_seen),
        minute(&event.last_seen),
        senders(&event.senders),
        if event.violations == 0 { String::new() } else { count(event.violations) },
    ]
}

fn senders(senders: &[Sender]) -> String {
    let name = |sender: &Sender| match &sender.library {
        Some(library) => format!("{} {library}", sender.source),
        None => sender.source.clone(),
    };
    senders.iter().take(3).map(name).collect::<Vec<_>>().join(", ")
}

/// One event.
pub fn event_detail(screen: &Screen, detail: &EventDetail) -> String {
    let summary = &detail.summary;
    let mut text = format!("{}\n", screen.paint(Style::Bold, &summary.event));
    if let Some(description) = &summary.description {
        text.push_str(&format!("{description}\n"));
    }
    let facts = [
        (screen.word("count"), count(summary.count)),
        (screen.word("first_seen"), minute(&summary.first_seen)),
        (screen.word("last_seen"), minute(&summary.last_seen)),
        (screen.word("sent_by"), senders(&summary.senders)),
        (screen.word("derived_ids"), count(summary.derived_ids)),
        (screen.word("without_ids"), count(summary.without_ids)),
    ];
    text.push_str(&pairs(screen, &facts));
    text.push_str(&format!("\n{}", properties(screen, &detail.properties)));
    if !detail.violations.is_empty() {
        let header = [
            left(screen.word("violation")),
            right(screen.word("count")),
            left(screen.word("last_seen")),
            left(screen.word("examples")),
        ];
        let rows: Vec<Vec<String>> = detail
            .violations
            .iter()
            .map(|violation| {
                vec![
                    screen.text(&violation.rule).to_owned(),
                    count(violation.count),
                    minute(&violation.last_seen),
                    shortened(
                        &violation.examples.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", "),
                    ),
                ]
            })
            .collect();
        text.push_str(&format!("\n{}", table(screen, &header, &rows)));
    }
    text
}

/// Every property.
pub fn properties(screen: &Screen, properties: &[PropertySummary]) -> String {
    if properties.is_empty() {
        return format!("{}\n", screen.word("no_properties"));
    }
    let header = [
        left(screen.word("property")),
        left(screen.word("of")),
        right(screen.word("count")),
        left(screen.word("kinds")),
        left(screen.word("examples")),
    ];
    let rows: Vec<Vec<String>> = properties
        .iter()
        .map(|property| {
            let of = match property.of {
                Owner::Person => "of_person",
                Owner::Group => "of_group",
                Owner::Event | Owner::Segment => "of_event",
            };
            let kinds: Vec<String> = property
                .kinds
                .iter()
                .map(|kind| screen.word(&format!("value_{}", kind.kind.name())))
                .collect();
            vec![
                property.name.clone(),
                screen.word(of),
                count(property.count),
                kinds.join(", "),
                shortened(
                    &property.examples.iter().take(5).map(String::as_str).collect::<Vec<_>>().join(", "),
                ),
            ]
        })
        .collect();
    table(screen, &header, &rows)
}

/// What was kept aside.
pub fn asides(screen: &Screen, asides: &[AsideReport]) -> String {
    if asides.is_empty() {
        return format!("{}\n", screen.word("none_aside"));
    }
    let header = [
        left("id"),
        left(screen.word("arrived")),
        left(screen.word("source")),
        left(screen.word("reason")),
        left(screen.word("resent")),
    ];
    let rows: Vec<Vec<String>> = asides
        .iter()
        .map(|aside| {
            vec![
                aside.id.clone(),
                minute(&aside.at),
                aside.source.clone(),
                screen.text(&aside.reason).to_owned(),
                aside.resent_at.as_deref().map(minute).unwrap_or_default(),
            ]
        })
        .collect();
    table(screen, &header, &rows)
}

/// One that was kept aside.
pub fn aside(screen: &Screen, aside: &AsideReport) -> String {
    let mut facts = vec![
        (screen.word("arrived"), minute(&aside.at)),
        (screen.word("source"), aside.source.clone()),
        (screen.word("reason"), screen.text(&aside.reason).to_owned()),
    ];
    if let Some(resent) = &aside.resent_at {
        facts.push((screen.word("resent"), minute(resent)));
    }
    format!("{}\n{}\n", pairs(screen, &facts), aside.raw)
}

/// One that was sent again.
pub fn resent(screen: &Screen, event: &SeenEvent) -> String {
    let taken = screen.paint(Style::Good, "✓");
    format!("{taken} {} · {} · {}\n", event.event, event.distinct_id, minute(&event.time))
}

/// `2026-03-01 09:31`.
pub(super) fn minute(moment: &str) -> String {
    moment.get(..16).map_or_else(|| moment.to_owned(), |start| start.replace('T', " "))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
