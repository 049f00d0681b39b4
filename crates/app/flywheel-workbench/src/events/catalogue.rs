//! The catalogue of events and properties: what the ledger has counted, and what waits behind it.

use flywheel_spec::events::{
    Catalogue, EventDetail, EventSummary, KindCount, PropertySummary, Sender, ValueKind,
};
use flywheel_spec::{Problem, phrase};
use flywheel_tables::spool;
use flywheel_text::personal::mask_value;

use super::moment::{damage, day, rfc3339};
use super::seen_event;
use super::tally::{EventTally, PropertyTally, Tally, join};
use crate::data::blocking;
use crate::{Failure, Workbench};

/// The newest events that are shown of one.
const NEWEST: usize = 20;

impl Workbench {
    /// Every event that was seen, most frequent first.
    ///
    /// # Errors
    /// When the ledger or what waits cannot be read.
    pub async fn catalogue(&self) -> Result<Catalogue, Failure> {
        self.judge_anew().await?;
        let (events, mut warnings) = self.summaries(None).await?;
        let sum = |of: fn(&EventSummary) -> u64| events.iter().map(of).sum();
        if let Err(wrong) = self.tracking_plan() {
            warnings.extend(wrong.problems().problems);
        }
        warnings.extend(self.kept_damage().await?);
        Ok(Catalogue {
            total: sum(|event| event.count),
            derived_ids: sum(|event| event.derived_ids),
            without_ids: sum(|event| event.without_ids),
            aside: self.count_asides().await?,
            events,
            warnings,
        })
    }

    /// One event in full.
    ///
    /// # Errors
    /// When no such event was seen; the nearest name is shown.
    pub async fn event_detail(&self, event: &str) -> Result<EventDetail, Failure> {
        self.judge_anew().await?;
        let (summaries, _) = self.summaries(Some(event)).await?;
        let Some(summary) = summaries.into_iter().next() else {
            let known = self.event_names().await?;
            return Err(Failure::not_found(phrase!("events.no_event", name = event), &known, event));
        };
        let mut violations = self.ledger().violations(Some(event), &self.plan_now()).await?;
        for violation in &mut violations {
            mask_examples(&violation.property, &mut violation.examples);
        }
        let now = self.events().await?;
        let newest = now.tail.iter().rev().filter(|waiting| waiting.event == event).take(NEWEST);
        Ok(EventDetail {
            summary,
            properties: self.event_properties(Some(event)).await?,
            violations,
            newest: newest.map(seen_event).collect(),
        })
    }

    /// The properties of one event, or of all, most frequent first; personal data in their examples is masked.
    ///
    /// # Errors
    /// When the ledger or what waits cannot be read.
    pub async fn event_properties(&self, event: Option<&str>) -> Result<Vec<PropertySummary>, Failure> {
        let mut found = self.known_properties(event).await?;
        for property in &mut found {
            mask_examples(&property.name, &mut property.examples);
        }
        Ok(found)
    }

    /// The properties with their examples as they came, for what is not shown.
    pub(crate) async fn known_properties(
        &self,
        event: Option<&str>,
    ) -> Result<Vec<PropertySummary>, Failure> {
        let mut found = self.ledger().property_summaries(event).await?;
        let (waiting, _) = self.waiting_tally().await?;
        let mut names: Vec<&String> = waiting.events.keys().collect();
        names.sort();
        for name in names.into_iter().filter(|name| event.is_none_or(|event| event == *name)) {
            let tally = &waiting.events[name];
            for (of, _, properties) in tally.properties() {
                for (property, counted) in properties {
                    let known = found.iter_mut().find(|known| known.of == of && known.name == *property);
                    match known {
                        Some(known) => add_property(known, counted, name),
                        None => {
                            let mut fresh =
                                PropertySummary { name: property.clone(), of, ..Default::default() };
                            add_property(&mut fresh, counted, name);
                            found.push(fresh);
                        }
                    }
                }
            }
        }
        found.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.name, a.of).cmp(&(&b.name, b.of))));
        Ok(found)
    }

    /// The names of all events that were seen, in order.
    pub(crate) async fn event_names(&self) -> Result<Vec<String>, Failure> {
        let mut names: Vec<String> =
            self.summaries(None).await?.0.into_iter().map(|summary| summary.event).collect();
        names.sort();
        Ok(names)
    }

    async fn summaries(&self, only: Option<&str>) -> Result<(Vec<EventSummary>, Vec<Problem>), Failure> {
        let plan = self.plan_now();
        let (waiting, warnings) = self.waiting_tally().await?;
        let mut summaries = self.ledger().event_summaries(only, &plan).await?;
        for (name, tally) in waiting.events {
            if only.is_some_and(|only| only != name) {
                continue;
            }
            match summaries.iter_mut().find(|summary| summary.event == name) {
                Some(summary) => add_event(summary, &tally),
                None => {
                    let mut fresh = EventSummary { event: name, ..EventSummary::default() };
                    add_event(&mut fresh, &tally);
                    summaries.push(fresh);
                }
            }
        }
        let (spec, _) = self.tracking_plan().unwrap_or_default();
        for planned in spec.events {
            if let Some(summary) = summaries.iter_mut().find(|summary| summary.event == planned.name) {
                summary.description = planned.description;
            }
        }
        summaries.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.event.cmp(&b.event)));
        Ok((summaries, warnings))
    }

    /// What is counted of the events that the ledger has not taken in yet.
    async fn waiting_tally(&self) -> Result<(Tally, Vec<Problem>), Failure> {
        let now = self.events().await?;
        let plan = self.plan_now();
        let tail = now.tail.clone();
        let tally = blocking(move || {
            let mut tally = Tally::default();
            tail.iter().for_each(|event| tally.add(event, &plan));
            tally
        });
        Ok((tally.await?, now.warnings))
    }

    /// What was damaged in segments that are kept aside.
    async fn kept_damage(&self) -> Result<Vec<Problem>, Failure> {
        let folder = self.folder().damaged();
        blocking(move || {
            let read = spool::read(&folder, |_| {}).map_err(|error| Failure::io(&folder, &error))?;
            Ok(read.iter().map(damage).collect())
        })
        .await?
    }
}

fn add_event(summary: &mut EventSummary, tally: &EventTally) {
    summary.count += tally.count;
    summary.derived_ids += tally.derived;
    summary.without_ids += tally.arrivals;
    summary.violations += tally.violations.values().map(|violation| violation.count).sum::<u64>();
    widen(&mut summary.first_seen, &mut summary.last_seen, tally.first, tally.last);
    for (number, count) in &tally.days {
        let name = day(*number);
        match summary.days.iter_mut().find(|known| known.day == name) {
            Some(known) => known.count += count,
            None => summary.days.push(flywheel_spec::events::DayCount { day: name, count: *count }),
        }
    }
    summary.days.sort_by(|a, b| a.day.cmp(&b.day));
    for ((source, library), count) in &tally.senders {
        let library = Some(library.clone()).filter(|library| !library.is_empty());
        let same = |known: &&mut Sender| known.source == *source && known.library == library;
        match summary.senders.iter_mut().find(same) {
            Some(known) => known.count += count,
            None => summary.senders.push(Sender { source: source.clone(), library, count: *count }),
        }
    }
    summary.senders.sort_by(|a, b| {
        b.count.cmp(&a.count).then_with(|| (&a.source, &a.library).cmp(&(&b.source, &b.library)))
    });
}

fn add_property(summary: &mut PropertySummary, tally: &PropertyTally, event: &str) {
    summary.count += tally.count;
    widen(&mut summary.first_seen, &mut summary.last_seen, tally.first, tally.last);
    for (kind, count) in ValueKind::ALL.into_iter().zip(tally.kinds).filter(|(_, count)| *count > 0) {
        match summary.kinds.iter_mut().find(|known| known.kind == kind) {
            Some(known) => known.count += count,
            None => summary.kinds.push(KindCount { kind, count }),
        }
    }
    summary.kinds.sort_by_key(|kind| (std::cmp::Reverse(kind.count), kind.kind));
    join(&mut summary.examples, tally.examples.clone());
    if !summary.events.iter().any(|known| known == event) {
        summary.events.push(event.to_owned());
    }
}

/// Masks what may be shown; values that look alike then are one example.
fn mask_examples(property: &str, examples: &mut Vec<String>) {
    let raw = std::mem::take(examples);
    join(examples, raw.iter().map(|example| mask_value(property, example)).collect());
}

fn widen(first: &mut String, last: &mut String, from: i64, to: i64) {
    let micros = |text: &str| text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_microsecond);
    if micros(first).is_none_or(|known| from < known) {
        *first = rfc3339(from);
    }
    if micros(last).is_none_or(|known| to > known) {
        *last = rfc3339(to);
    }
}
