//! The log of who is whom: shown, tried out, added to and taken back by people.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use flywheel_collect::identity::{How, Line, People, undo};
use flywheel_spec::events::{MergeKind, MergeLine, MergeLog, MergePreview, MergeRequest, PersonParts};
use flywheel_spec::{Phrase, Problem, phrase};
use uuid::Uuid;

use super::moment::{now, rfc3339};
use crate::{Failure, Workbench};

/// Refused merges that are shown.
const REFUSED: usize = 200;

/// What a person's own merge says as its cause.
const BY_HAND: &str = "person";

impl Workbench {
    /// Which people became one, what was taken back, and what was refused; newest first.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn merge_log(&self) -> Result<MergeLog, Failure> {
        let lines = self.heard_lines().await?;
        let mut undone_by: HashMap<u64, u64> = HashMap::new();
        for (place, line) in (0_u64..).zip(&lines) {
            if let Line::Undone { merge, .. } = line {
                undone_by.entry(*merge).or_insert(place);
            }
        }
        let mut log = MergeLog::default();
        for (id, line) in lines.iter().enumerate().rev() {
            let id = id as u64;
            let shown = |kind, from: &str, into: &str, cause: &str, at, other| MergeLine {
                id,
                kind,
                from: from.to_owned(),
                into: into.to_owned(),
                cause: cause.to_owned(),
                at: rfc3339(at),
                other,
            };
            match line {
                Line::Identified { .. } => {}
                Line::Merged { at, event, how, from, into } => {
                    let other = undone_by.get(&id).copied();
                    log.lines.push(shown(MergeKind::Merge, from, into, cause(*how, *event), *at, other));
                }
                Line::Undone { at, merge } => {
                    let place = usize::try_from(*merge).unwrap_or(usize::MAX);
                    if let Some(Line::Merged { from, into, .. }) = lines.get(place) {
                        log.lines.push(shown(MergeKind::Undo, from, into, BY_HAND, *at, Some(*merge)));
                    }
                }
                Line::Refused { at, event, how, from, into, .. } => {
                    if log.refused.len() < REFUSED {
                        let cause = cause(*how, *event);
                        log.refused.push(shown(MergeKind::Refused, from, into, cause, *at, None));
                    }
                }
            }
        }
        Ok(log)
    }

    /// Makes two people one, or only shows what that would do.
    ///
    /// # Errors
    /// When they are one already.
    pub async fn merge_people(&self, request: &MergeRequest) -> Result<MergePreview, Failure> {
        let (from, into) = (request.from.trim(), request.into.trim());
        for (setting, id) in [("from", from), ("into", into)] {
            if id.is_empty() {
                let problem = Problem::error(phrase!("events.nobody", id = id));
                return Err(Failure::Wrong(problem.at_setting(setting).into()));
            }
        }
        let lines = self.heard_lines().await?;
        let people = People::replay(&lines);
        if people.are_one(from, into) {
            let problem = Problem::error(phrase!("events.already_one", from = from, into = into));
            return Err(Failure::Conflict(problem));
        }
        let line = Line::Merged {
            at: now(),
            event: Uuid::nil(),
            how: How::Dangerous,
            from: from.to_owned(),
            into: into.to_owned(),
        };
        let mut after = lines.clone();
        after.push(line.clone());
        let mut report = self.compared(&lines, &after, &[from, into]).await?;
        if people.is_identified(from) && people.is_identified(into) {
            report.findings.push(Phrase::new("events.both_known"));
        }
        let events = report.after.iter().map(|person| person.events).sum::<u64>();
        let said = if request.preview {
            phrase!("events.would_merge", from = from, into = into, events = events)
        } else {
            self.add_line(&lines, line).await?;
            phrase!("events.did_merge", from = from, into = into)
        };
        report.findings.insert(0, said);
        Ok(report)
    }

    /// Takes a merge back, in every answer from now on, or only shows what that would do.
    ///
    /// # Errors
    /// When there is no such merge, or it was taken back already.
    pub async fn undo_merge(&self, id: u64, preview: bool) -> Result<MergePreview, Failure> {
        let lines = self.heard_lines().await?;
        let place = usize::try_from(id).unwrap_or(usize::MAX);
        let (from, into) = match lines.get(place) {
            Some(Line::Merged { from, into, .. }) => (from.clone(), into.clone()),
            Some(Line::Undone { .. }) => {
                return Err(Failure::Conflict(Problem::error(phrase!("events.no_undo_of_undo", id = id))));
            }
            _ => {
                let problem = Problem::error(phrase!("events.no_merge", id = id));
                return Err(Failure::NotFound(problem.advise(Phrase::new("events.no_merge_advice"))));
            }
        };
        let Some(line) = undo(&lines, id, now()) else {
            return Err(Failure::Conflict(Problem::error(phrase!("events.already_undone", id = id))));
        };
        let mut after = lines.clone();
        after.push(line.clone());
        let mut report = self.compared(&lines, &after, &[&from, &into]).await?;
        if People::replay(&after).are_one(&from, &into) {
            report.findings.push(phrase!("events.undo_changes_nothing", from = from, into = into));
        }
        let said = if preview {
            phrase!("events.would_undo", id = id, people = report.after.len())
        } else {
            self.add_line(&lines, line).await?;
            phrase!("events.did_undo", id = id)
        };
        report.findings.insert(0, said);
        Ok(report)
    }

    /// The log with what events that wait will add to it.
    pub(super) async fn heard_lines(&self) -> Result<Vec<Line>, Failure> {
        let now = self.events().await?;
        let mut lines = self.ledger().lines_from(0).await?;
        let mut people = People::replay(&lines);
        for event in now.tail.iter() {
            lines.extend(people.hear(event));
        }
        Ok(lines)
    }

    /// Writes a line behind what was looked at; what only waited until now is written before it.
    async fn add_line(&self, looked_at: &[Line], line: Line) -> Result<(), Failure> {
        let known = self.ledger().line_count().await?;
        let behind = looked_at.get(usize::try_from(known).unwrap_or(usize::MAX)..).unwrap_or_default();
        let mut lines = behind.to_vec();
        lines.push(line);
        if self.ledger().add_lines(&lines, known).await? {
            return Ok(());
        }
        let problem = Problem::error(Phrase::new("events.log_moved"));
        Err(Failure::Conflict(problem.advise(Phrase::new("events.log_moved_advice"))))
    }

    /// The people of some ids before and after, with their known ids and events.
    async fn compared(&self, before: &[Line], after: &[Line], ids: &[&str]) -> Result<MergePreview, Failure> {
        let mut named: BTreeSet<&str> = ids.iter().copied().collect();
        for line in after {
            if let Line::Merged { from, into, .. } = line {
                named.extend([from.as_str(), into.as_str()]);
            }
        }
        let (was, is) = (People::replay(before), People::replay(after));
        let wanted: BTreeSet<i64> = ids.iter().flat_map(|id| [was.of(id), is.of(id)]).collect();
        let concerned: Vec<&str> = named
            .into_iter()
            .filter(|id| wanted.contains(&was.of(id)) || wanted.contains(&is.of(id)))
            .collect();
        let counts = self.events_by_id(&concerned).await?;
        let parts = |people: &People| {
            let mut parts: BTreeMap<i64, PersonParts> = BTreeMap::new();
            for id in &concerned {
                let person = parts
                    .entry(people.of(id))
                    .or_insert_with(|| PersonParts { distinct_ids: Vec::new(), events: 0 });
                person.distinct_ids.push((*id).to_owned());
                person.events += counts.get(*id).copied().unwrap_or(0);
            }
            let mut parts: Vec<PersonParts> = parts.into_values().collect();
            parts.sort_by(|a, b| a.distinct_ids.cmp(&b.distinct_ids));
            parts
        };
        Ok(MergePreview { findings: Vec::new(), before: parts(&was), after: parts(&is) })
    }

    /// How many events each of these distinct ids has.
    async fn events_by_id(&self, ids: &[&str]) -> Result<HashMap<String, u64>, Failure> {
        let mut counts = HashMap::new();
        for event in self.events_by_ids(&ids.iter().map(|id| (*id).to_owned()).collect()).await? {
            *counts.entry(event.distinct_id).or_default() += 1;
        }
        Ok(counts)
    }
}

fn cause(how: How, event: Uuid) -> &'static str {
    match how {
        _ if event.is_nil() => BY_HAND,
        How::Identify => "$identify",
        How::Alias => "$create_alias",
        How::Dangerous => "$merge_dangerously",
    }
}
