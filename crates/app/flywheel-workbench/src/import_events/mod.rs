//! Events brought in from files and databases, row by row: mapped, converted, and committed in pieces that a repetition finds again.

mod convert;
mod feedback;
mod mapping;
mod moment;

use std::collections::HashSet;
use std::time::Instant;

use flywheel_collect::Aside;
use flywheel_people::Event;
use flywheel_spec::event_import::{AsideRow, EventImportReport};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::source::rows::{BadRow, Batch, Row, RowSource, Rows, Taken};
use flywheel_text::personal::{mask, mask_value};
use serde_json::Value;

use crate::{Failure, Workbench};
use convert::Converter;
use mapping::Guess;

pub(crate) use convert::NAMELESS;
pub use mapping::{FeedbackChoices, MappingChoices};

/// Rows that are looked at before anything is decided.
const LOOKED_AT: usize = 2_000;

/// Events that are committed at once.
const PIECE: usize = 200_000;

/// Rows kept aside, and events, that a report shows.
const SHOWN: usize = 10;

/// What to import and how.
#[derive(Debug, Clone)]
pub struct EventImportRequest {
    /// Where the rows come from.
    pub source: RowSource,
    /// What the source is called: rows of the same name are the same when they come again.
    pub name: Option<String>,
    /// What is known of the columns.
    pub choices: MappingChoices,
    /// Only makes the mapping and shows the first events; nothing is written.
    pub preview: bool,
}

impl Workbench {
    /// Imports events from a file or a table; events that are there already are known again.
    ///
    /// # Errors
    /// A source that cannot be read, or columns that cannot be mapped. What was committed before a failure stays,
    /// and the same import, begun again, goes on behind it.
    pub async fn import_events(
        &self,
        request: EventImportRequest,
        progress: impl FnMut(u64) + Send,
    ) -> Result<EventImportReport, Failure> {
        self.import_events_seen(request, progress, |_| {}).await
    }

    /// Imports events, and shows each to `see` before it is kept.
    pub(crate) async fn import_events_seen(
        &self,
        request: EventImportRequest,
        mut progress: impl FnMut(u64) + Send,
        mut see: impl FnMut(&Event) + Send,
    ) -> Result<EventImportReport, Failure> {
        let begun = Instant::now();
        let name = request.name.clone().unwrap_or_else(|| request.source.name());
        let mut rows = request.source.open();
        let looked_at = look(&mut rows).await?;
        let readable: Vec<&Row> = looked_at.rows.iter().filter_map(|row| row.as_ref().ok()).collect();
        if readable.is_empty() {
            let problem = Problem::error(phrase!("ask.no_rows", source = name));
            return Err(Failure::Wrong(problem.into()));
        }
        let zone = &self.project().time_zone;
        let Guess { mapping, guessed, warnings } = mapping::guess(&readable, &request.choices, &name, zone)?;
        let now = jiff::Timestamp::now().as_microsecond();
        let mut work = Work {
            converter: Converter::new(mapping.clone(), &name, now),
            now,
            people: HashSet::new(),
            times: None,
            sample: Vec::new(),
            events: Vec::new(),
            asides: Vec::new(),
            report: EventImportReport {
                source: name,
                preview: request.preview,
                mapping,
                guessed,
                rows: 0,
                imported: 0,
                known: 0,
                aside: 0,
                aside_examples: Vec::new(),
                people: 0,
                first: None,
                last: None,
                examples: Vec::new(),
                actions: looked_at.actions.clone(),
                warnings,
                secs: 0.0,
            },
        };
        let mut batch = Some(looked_at);
        while let Some(Batch { rows: taken, actions }) = batch {
            if work.report.rows > 0 {
                work.report.actions.extend(actions);
            }
            for row in taken {
                work.take(row, &mut see);
            }
            progress(work.report.rows);
            if request.preview {
                break;
            }
            if work.events.len() + work.asides.len() >= PIECE {
                self.commit_piece(&mut work).await?;
            }
            batch = rows.next().await?;
        }
        if !request.preview {
            self.commit_piece(&mut work).await?;
        }
        if work.report.known > 0
            && let Some(doubt) = self.read_otherwise(&work.sample).await?
        {
            work.report.warnings.push(doubt);
        }
        Ok(work.finish(begun.elapsed().as_secs_f64()))
    }

    /// What to say where the same rows became other events before, as with another time zone or person.
    async fn read_otherwise(&self, sample: &[Event]) -> Result<Option<Problem>, Failure> {
        let ids: HashSet<String> = sample.iter().map(|event| event.distinct_id.clone()).collect();
        let there = self.events_by_ids(&ids).await?;
        let mut found = 0;
        for now in sample {
            let Some(was) = there.iter().find(|there| there.uuid == now.uuid) else { continue };
            found += 1;
            if (was.time, &was.event) != (now.time, &now.event) {
                let doubt = phrase!(
                    "ask.known_otherwise",
                    event = was.event,
                    was = moment_of(was.time),
                    event_now = now.event,
                    now = moment_of(now.time)
                );
                return Ok(Some(Problem::warning(doubt).advise(Phrase::new("ask.known_otherwise_advice"))));
            }
        }
        // Some may have been erased, or gone with age; that all of so many have is another matter.
        let others = found == 0 && ids.len() >= SHOWN && self.project().retention.is_none();
        let doubt = others.then(|| Problem::warning(Phrase::new("ask.known_other_person")));
        Ok(doubt.map(|doubt| doubt.advise(Phrase::new("ask.known_otherwise_advice"))))
    }

    async fn commit_piece(&self, work: &mut Work) -> Result<(), Failure> {
        let events = std::mem::take(&mut work.events);
        let asides = std::mem::take(&mut work.asides);
        if events.is_empty() && asides.is_empty() {
            return Ok(());
        }
        let count = events.len() as u64;
        let new = self.take_import(events, asides).await?;
        work.report.imported += new;
        work.report.known += count - new;
        Ok(())
    }
}

/// The first rows of a source.
async fn look(rows: &mut Rows) -> Result<Batch, Failure> {
    let mut looked_at = Batch::default();
    while looked_at.rows.len() < LOOKED_AT {
        let Some(batch) = rows.next().await? else { break };
        looked_at.rows.extend(batch.rows);
        looked_at.actions.extend(batch.actions);
    }
    Ok(looked_at)
}

/// An import under way.
struct Work {
    converter: Converter,
    now: i64,
    people: HashSet<i64>,
    times: Option<(i64, i64)>,
    /// The first events, which are looked at again where they are known already.
    sample: Vec<Event>,
    events: Vec<Event>,
    asides: Vec<Aside>,
    report: EventImportReport,
}

impl Work {
    fn take(&mut self, row: Taken, see: &mut impl FnMut(&Event)) {
        self.report.rows += 1;
        let (place, reason, raw) = match row {
            Err(BadRow { place, reason, raw }) => (place, reason, raw),
            Ok(row) => {
                let (place, kept) = (row.place, row.clone());
                match self.converter.event(row) {
                    Ok(event) => {
                        see(&event);
                        return self.keep(event);
                    }
                    Err(reason) => (place, reason, self.converter.kept(kept).to_string()),
                }
            }
        };
        self.report.aside += 1;
        if self.report.aside_examples.len() < SHOWN {
            self.report.aside_examples.push(AsideRow { place, reason: reason.clone() });
        }
        self.asides.push(Aside::new(self.now, self.converter.source(), reason, raw.as_bytes()));
    }

    fn keep(&mut self, event: Event) {
        self.people.insert(flywheel_people::person_of(&event.distinct_id));
        let (first, last) = self.times.unwrap_or((event.time, event.time));
        self.times = Some((first.min(event.time), last.max(event.time)));
        if self.report.examples.len() < 3 {
            self.report.examples.push(shown(&event));
        }
        if self.sample.len() < 2 * SHOWN {
            self.sample.push(event.clone());
        }
        self.events.push(event);
    }

    fn finish(mut self, secs: f64) -> EventImportReport {
        self.report.people = self.people.len() as u64;
        self.report.first = self.times.map(|(first, _)| moment_of(first));
        self.report.last = self.times.map(|(_, last)| moment_of(last));
        self.report.secs = secs;
        if self.converter.repeated > 0 {
            let repeated = phrase!("ask.repeated_rows", count = self.converter.repeated);
            let problem = Problem::warning(repeated).advise(Phrase::new("ask.repeated_rows_advice"));
            self.report.warnings.push(problem);
        }
        if self.report.aside * 5 > self.report.rows {
            let problem = Problem::warning(phrase!(
                "ask.many_aside",
                aside = self.report.aside,
                rows = self.report.rows
            ));
            self.report.warnings.push(problem.advise(Phrase::new("ask.many_aside_advice")));
        }
        self.report
    }
}

/// A moment as people read it.
fn moment_of(micros: i64) -> String {
    jiff::Timestamp::from_microsecond(micros).map_or_else(|_| micros.to_string(), |at| at.to_string())
}

/// An event as people look at it, its personal data masked.
fn shown(event: &Event) -> Value {
    let properties = event.properties.iter().map(|(name, value)| (name.clone(), masked(name, value)));
    let properties: serde_json::Map<String, Value> = properties.collect();
    serde_json::json!({
        "event": event.event,
        "distinct_id": mask(&event.distinct_id).0,
        "time": jiff::Timestamp::from_microsecond(event.time).map(|time| time.to_string()).unwrap_or_default(),
        "uuid": event.uuid,
        "properties": properties,
    })
}

/// A property's value with its personal data masked, also inside lists and objects.
fn masked(name: &str, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::from(mask_value(name, text)),
        Value::Number(number) => {
            let text = number.to_string();
            let masked = mask_value(name, &text);
            if masked == text { value.clone() } else { Value::from(masked) }
        }
        Value::Array(values) => values.iter().map(|value| masked(name, value)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), masked(name, value))).collect())
        }
        Value::Null | Value::Bool(_) => value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_example_shows_no_personal_data() {
        for (name, value, expected) in [
            ("text", json!("ring 13812345678"), json!("ring [phone]")),
            ("phone", json!(13_812_345_678_i64), json!("[phone]")),
            (
                "$set",
                json!({"email": "jane@example.com", "plan": "pro"}),
                json!({"email": "[e-mail]", "plan": "pro"}),
            ),
            ("list", json!(["jane@example.com", 5, true, null]), json!(["[e-mail]", 5, true, null])),
            ("amount", json!(2.5), json!(2.5)),
        ] {
            assert_eq!(masked(name, &value), expected, "{name}");
        }
    }
}
