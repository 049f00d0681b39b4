//! Everything of one person, given out as JSON Lines.

use std::collections::HashSet;

use flywheel_collect::identity::{Line, People};
use flywheel_people::{Event, person_of};
use flywheel_spec::events::AsideReport;
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::spool;
use flywheel_tables::warehouse::Cell;
use serde_json::{Map, Value, json};

use super::redact::Quotes;
use super::seen_event;
use crate::data::blocking;
use crate::{Failure, Workbench};

/// A person as far as the log of who is whom knows.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// Every distinct id.
    pub ids: HashSet<String>,
    /// The lines of the log that name one of them, with their numbers.
    pub lines: Vec<(u64, Line)>,
}

impl Workbench {
    /// Everything of a person, by one of their distinct ids: one JSON object a line, `record` says what it is.
    ///
    /// # Errors
    /// When nothing is known of them.
    pub async fn export_person(&self, distinct_id: &str) -> Result<String, Failure> {
        let person = self.person(distinct_id).await?;
        let events = self.events_by_ids(&person.ids).await?;
        let quotes = Quotes::new(&person.ids);
        let asides = self.asides_quoting(&quotes).await?;
        let predictions = self.predictions_quoting(&quotes).await?;
        let rows = self.rows_naming(&quotes).await?;
        let asked = self.asked_by(&quotes)?;
        let nothing = events.is_empty() && asides.is_empty() && predictions.is_empty() && rows.is_empty();
        if nothing && asked.is_empty() && person.lines.is_empty() {
            return Err(nobody(distinct_id));
        }
        let mut ids: Vec<&String> = person.ids.iter().collect();
        ids.sort();
        let mut lines = vec![json!({ "record": "identity", "distinct_ids": ids })];
        for (number, line) in &person.lines {
            lines.push(json!({ "record": "merge_log", "line": number, "content": line }));
        }
        let record = |kind: &str, content: Value| {
            let mut record = json!({ "record": kind });
            if let (Value::Object(record), Value::Object(content)) = (&mut record, content) {
                record.extend(content);
            }
            record
        };
        let value = |content: Result<Value, serde_json::Error>| {
            content.map_err(|error| Failure::broken("export", error))
        };
        for event in &events {
            lines.push(record("event", value(serde_json::to_value(seen_event(event)))?));
        }
        for aside in &asides {
            lines.push(record("aside", value(serde_json::to_value(aside))?));
        }
        lines.extend(predictions.into_iter().map(|prediction| record("prediction", prediction)));
        for (table, row) in rows {
            lines.push(json!({ "record": "row", "table": table, "content": row }));
        }
        for (kind, content) in asked {
            lines.push(json!({ "record": kind, "content": content }));
        }
        Ok(lines.iter().map(|line| format!("{line}\n")).collect())
    }

    /// Who a distinct id is.
    pub(super) async fn person(&self, distinct_id: &str) -> Result<Person, Failure> {
        let lines = self.heard_lines().await?;
        let people = People::replay(&lines);
        let root = people.of(distinct_id);
        let mut ids = HashSet::from([distinct_id.to_owned()]);
        for line in &lines {
            if let Line::Merged { from, into, .. } = line {
                let same = [from, into].into_iter().filter(|id| people.of(id) == root);
                ids.extend(same.cloned());
            }
        }
        let names = |line: &Line| match line {
            Line::Identified { id, .. } => ids.contains(id),
            Line::Merged { from, into, .. } | Line::Refused { from, into, .. } => {
                ids.contains(from) || ids.contains(into)
            }
            Line::Undone { .. } => false,
        };
        let lines = (0_u64..).zip(lines.iter().cloned()).filter(|(_, line)| names(line)).collect();
        Ok(Person { ids, lines })
    }

    /// The events of some distinct ids, in the table or waiting, by time.
    pub(crate) async fn events_by_ids(&self, ids: &HashSet<String>) -> Result<Vec<Event>, Failure> {
        let now = self.events().await?;
        let mut events = self.event_store()?.events_of(&now.snapshot, ids, &now.identity).await?;
        events.extend(now.tail.iter().filter(|event| ids.contains(&event.distinct_id)).cloned());
        events.sort_by_key(|event| (event.time, event.uuid));
        Ok(events)
    }

    /// What was kept aside and quotes one of these.
    pub(super) async fn asides_quoting(&self, quotes: &Quotes) -> Result<Vec<AsideReport>, Failure> {
        let asides = self.newest_asides(true, None).await?;
        Ok(asides.into_iter().filter(|aside| quotes.are_in(aside.raw.as_bytes())).collect())
    }

    /// The rows of imported tables that name one of these, with their tables.
    async fn rows_naming(&self, quotes: &Quotes) -> Result<Vec<(String, Map<String, Value>)>, Failure> {
        let mut found = Vec::new();
        for table in self.warehouse().table_names()? {
            if self.folder().tables().join(&table) == self.folder().events() {
                continue;
            }
            let fits = |column: &str, cell: Cell<'_>| quotes.are_in_cell(&table, column, cell);
            let rows = self.warehouse().find_rows(&table, fits).await?;
            found.extend(rows.into_iter().map(|row| (table.clone(), row)));
        }
        Ok(found)
    }

    /// The logged predictions and truths that quote one of these.
    pub(super) async fn predictions_quoting(&self, quotes: &Quotes) -> Result<Vec<Value>, Failure> {
        let folder = self.folder().predictions();
        let quotes = quotes.clone();
        blocking(move || {
            let mut found = Vec::new();
            let read = spool::read(&folder, |content| {
                if quotes.are_in(content) {
                    found.extend(serde_json::from_slice::<Value>(content));
                }
            });
            read.map_err(|error| Failure::io(&folder, &error))?;
            // `record` says which of the two it is there already.
            Ok(found)
        })
        .await?
    }
}

pub(super) fn nobody(distinct_id: &str) -> Failure {
    let problem = Problem::error(phrase!("events.nobody", id = distinct_id));
    Failure::NotFound(problem.advise(Phrase::new("events.nobody_advice")))
}

/// The people that distinct ids are before any merge.
pub(super) fn people_of(ids: &HashSet<String>) -> Vec<i64> {
    let mut people: Vec<i64> = ids.iter().map(|id| person_of(id)).collect();
    people.sort_unstable();
    people
}
