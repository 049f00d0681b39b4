//! A person is erased: from every version of every table, from what waits, from logs, and from whatever quotes them.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;
use std::time::Duration;

use flywheel_collect::identity::Line;
use flywheel_people::Event;
use flywheel_spec::events::{EraseReport, EraseRequest};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::events::Erase;
use flywheel_tables::events::erase::ERASED;
use flywheel_tables::spool;
use flywheel_tables::warehouse::Cell;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::commit::remove_segments;
use super::export::{Person, nobody, people_of};
use super::log::EventLog;
use super::quoted::out_of_cases;
use super::read::read_segment;
use super::redact::{Quotes, files};
use super::tally::Tally;
use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// How long another process may take to erase.
const PATIENCE: Duration = Duration::from_secs(900);

/// What the process that takes arrivals answers to a request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Answered {
    Done { report: EraseReport },
    Refused { not_found: bool, problems: Problems },
}

impl Workbench {
    /// Erases a person by one of their distinct ids, through the server where one takes this project's events.
    ///
    /// # Errors
    /// When nothing is known of them, or the disk refuses; done again, it goes on where it ended.
    pub async fn erase_person(&self, distinct_id: &str) -> Result<EraseReport, Failure> {
        match self.event_log().await {
            Ok(log) => self.erase_person_here(&log, distinct_id).await,
            Err(Failure::Conflict(_)) => self.ask_to_erase(distinct_id).await,
            Err(failure) => Err(failure),
        }
    }

    /// Erases a person in the process that takes arrivals.
    ///
    /// # Errors
    /// As [`Self::erase_person`].
    pub async fn erase_person_here(&self, log: &EventLog, distinct_id: &str) -> Result<EraseReport, Failure> {
        // What waits is brought into the table, so that one place is left to look at.
        log.commit().await?;
        let person = self.person(distinct_id).await?;
        let quotes = Quotes::new(&person.ids);
        let events = self.events_by_ids(&person.ids).await?;
        let mut report = EraseReport { distinct_ids: person.ids.len() as u64, ..EraseReport::default() };
        self.erase_events(log, &person, &mut report).await?;
        self.erase_from_ledger(&person, &quotes, &events, &mut report).await?;
        self.erase_predictions(&quotes, &mut report).await?;
        self.erase_rows(&quotes, &mut report).await?;
        self.forget_feedback()?;
        report.quoting += self.forget_customer(&quotes)?;
        let said = events.iter().map(|event| event.uuid.to_string()).collect();
        self.erase_quotes(&quotes, said, &mut report).await?;
        self.ledger().forget_for_good().await?;
        let found = report.events
            + report.aside
            + report.predictions
            + report.rows
            + report.quoting
            + person.lines.len() as u64;
        if found == 0 {
            return Err(nobody(distinct_id));
        }
        report
            .findings
            .insert(0, phrase!("events.erased", events = report.events, ids = report.distinct_ids));
        Ok(report)
    }

    async fn erase_events(
        &self,
        log: &EventLog,
        person: &Person,
        report: &mut EraseReport,
    ) -> Result<(), Failure> {
        let _turn = log.turn().await;
        let store = self.event_store()?;
        let snapshot = store.snapshot().await?;
        // Also where the person did nothing: others may name them, and an erasure that broke off is ended.
        if snapshot.version.is_some() {
            let identity = self.identity_now(snapshot.settled_steps(), &[]).await?;
            let what = Erase { distinct_ids: person.ids.clone(), ..Erase::default() };
            let erased = store.erase(&what, &identity, jiff::Timestamp::now()).await?;
            report.events = erased.events;
            report.files = erased.files + erased.removed;
            report.quoting += u64::from(erased.naming > 0);
            if erased.files > 0 {
                report.findings.push(phrase!("events.erased_versions", table = "events"));
            }
        }
        let (folder, damaged) = (self.folder().spool(), self.folder().damaged());
        let (quotes, committed) = (Quotes::new(&person.ids), snapshot.committed_segment);
        blocking(move || {
            remove_segments(&folder, committed);
            let damaged = spool::segments(&damaged).map_err(|error| Failure::io(&damaged, &error))?;
            for (number, path) in damaged {
                // Nobody can say of what is damaged whom it speaks of.
                let mut holds = std::fs::read(&path).is_ok_and(|bytes| quotes.are_in(&bytes));
                read_segment(number, &path, |record| {
                    holds |= record.event.is_some_and(|event| speaks_of(&quotes, &event))
                        || record.aside.is_some_and(|aside| quotes.are_in(aside.raw.as_bytes()));
                })?;
                if holds {
                    std::fs::remove_file(&path).map_err(|error| Failure::io(&path, &error))?;
                }
            }
            Ok::<_, Failure>(())
        })
        .await??;
        let quotes = Quotes::new(&person.ids);
        log.waiting().forget_newest(|event| speaks_of(&quotes, event));
        Ok(())
    }

    /// The log of who is whom, what was kept aside, and the examples and counts of the catalogue.
    async fn erase_from_ledger(
        &self,
        person: &Person,
        quotes: &Quotes,
        events: &[Event],
        report: &mut EraseReport,
    ) -> Result<(), Failure> {
        let about = self.ledger().lines_about(&people_of(&person.ids)).await?;
        let blank = |id: &String| if person.ids.contains(id) { ERASED.to_owned() } else { id.clone() };
        let lines: Vec<(u64, Line)> = about
            .into_iter()
            .filter_map(|(number, line)| {
                let line = match line {
                    Line::Identified { at, id, .. } => {
                        Line::Identified { at, event: Uuid::nil(), id: blank(&id) }
                    }
                    // A merge of somebody with nobody would make strangers one: it becomes none at all.
                    Line::Merged { at, how, .. } => Line::Merged {
                        at,
                        event: Uuid::nil(),
                        how,
                        from: ERASED.to_owned(),
                        into: ERASED.to_owned(),
                    },
                    Line::Refused { at, how, from, into, why, .. } => Line::Refused {
                        at,
                        event: Uuid::nil(),
                        how,
                        from: blank(&from),
                        into: blank(&into),
                        why,
                    },
                    Line::Undone { .. } => return None,
                };
                Some((number, line))
            })
            .collect();
        self.ledger().rewrite_lines(&lines).await?;
        self.forget_known().await;
        report.aside = self.ledger().erase_asides(|raw| quotes.are_in(raw.as_bytes())).await?;
        let (mut tally, plan) = (Tally::default(), self.plan_now());
        // Every value of theirs is taken for an example that may be shown.
        let mut values: HashSet<String> = person.ids.clone();
        for event in events {
            tally.add(event, &plan);
            values.extend(super::tally::examples_of(event));
        }
        self.ledger().uncount(&tally).await?;
        self.ledger()
            .forget_examples(|example| values.contains(example) || quotes.are_in(example.as_bytes()))
            .await
    }

    async fn erase_predictions(&self, quotes: &Quotes, report: &mut EraseReport) -> Result<(), Failure> {
        self.seal_predictions().await?;
        let (folder, quotes) = (self.folder().predictions(), quotes.clone());
        report.predictions = blocking(move || {
            let mut removed = 0;
            for (_, path) in spool::segments(&folder).map_err(|error| Failure::io(&folder, &error))? {
                let bytes = std::fs::read(&path).map_err(|error| Failure::io(&path, &error))?;
                // What is damaged of it is no record.
                let mut holds = quotes.are_in(&bytes);
                spool::read_segment_file(&path, |content| holds = holds || quotes.are_in(content))
                    .map_err(|error| Failure::io(&path, &error))?;
                if holds {
                    let rewritten = spool::rewrite_segment(&path, |content| !quotes.are_in(content));
                    removed += rewritten.map_err(|error| Failure::io(&path, &error))?;
                }
            }
            Ok::<_, Failure>(removed)
        })
        .await??;
        Ok(())
    }

    /// Rows of other tables that name them.
    async fn erase_rows(&self, quotes: &Quotes, report: &mut EraseReport) -> Result<(), Failure> {
        for table in self.warehouse().table_names()? {
            if self.folder().tables().join(&table) == self.folder().events() {
                continue;
            }
            let (quotes, name) = (quotes.clone(), table.clone());
            let fits = move |column: &str, cell: Cell<'_>| quotes.are_in_cell(&name, column, cell);
            let rows = self.warehouse().erase_rows(&table, fits, jiff::Timestamp::now()).await?;
            if rows > 0 {
                report.rows += rows;
                report.findings.push(phrase!("events.erased_versions", table = table));
                for model in self.models_of(&table) {
                    report.findings.push(phrase!("events.erased_model", model = model));
                }
            }
        }
        Ok(())
    }

    /// Runs, models, recipes and cases that quote them; `said` are the ids of what they said.
    async fn erase_quotes(
        &self,
        quotes: &Quotes,
        said: HashSet<String>,
        report: &mut EraseReport,
    ) -> Result<(), Failure> {
        let (folder, quotes) = (self.folder().clone(), quotes.clone());
        let changed = blocking(move || {
            let mut changed = BTreeSet::new();
            let from_root =
                |path: &Path| path.strip_prefix(folder.root()).unwrap_or(path).display().to_string();
            for path in out_of_cases(&folder.cases(), &said)? {
                changed.insert(from_root(&path));
            }
            for path in quotes.out_of_settings(&folder.recipes(), ERASED)? {
                changed.insert(from_root(&path));
            }
            for quoting in [folder.runs(), folder.feedback(), folder.support(), folder.cases()] {
                for path in quotes.out_of_folder(&quoting, ERASED)? {
                    changed.insert(from_root(&path));
                }
            }
            for manifest in files(&folder.hidden().join("models"))? {
                if manifest.file_name().is_none_or(|name| name != "bundle.json") {
                    continue;
                }
                let bundle = manifest.parent().unwrap_or(Path::new("."));
                let without = |text: &str| quotes.without(text, ERASED);
                let files = flywheel_learn::bundle::redact(bundle, without)
                    .map_err(|error| Failure::io(bundle, &error))?;
                if files > 0 {
                    changed.insert(from_root(bundle));
                }
            }
            // What was fetched from elsewhere holds whole tables, which can be fetched again.
            for path in files(&folder.downloads())? {
                let holds = std::fs::read(&path).is_ok_and(|bytes| quotes.are_in(&bytes));
                if holds {
                    std::fs::remove_file(&path).map_err(|error| Failure::io(&path, &error))?;
                    changed.insert(from_root(&path));
                }
            }
            Ok::<_, Failure>(changed)
        });
        let changed = changed.await??;
        report.quoting += changed.len() as u64;
        for file in changed {
            report.findings.push(phrase!("events.erased_quoted", file = file));
        }
        Ok(())
    }

    /// The models, as `name@version`, that were trained on a table.
    fn models_of(&self, table: &str) -> Vec<String> {
        let manifests = files(&self.folder().hidden().join("models")).unwrap_or_default();
        let mut models: Vec<String> = manifests
            .iter()
            .filter(|path| path.file_name().is_some_and(|name| name == "bundle.json"))
            .filter_map(|path| flywheel_learn::bundle::read_manifest(path.parent()?).ok())
            .filter(|manifest| manifest.origin.data_fingerprint.starts_with(&format!("{table}@")))
            .map(|manifest| format!("{}@{}", manifest.origin.name, manifest.origin.version))
            .collect();
        models.sort();
        models
    }

    /// Asks the process that takes arrivals, and waits for its answer.
    async fn ask_to_erase(&self, distinct_id: &str) -> Result<EraseReport, Failure> {
        let name = crate::prediction_id();
        let request = self.folder().requests().join(format!("erase-{name}.json"));
        let answer = self.folder().requests().join(format!("erased-{name}.json"));
        file::write_json(&request, &EraseRequest { distinct_id: distinct_id.to_owned() })?;
        let begun = std::time::Instant::now();
        while begun.elapsed() < PATIENCE {
            if let Some(answered) = file::read_json::<Answered>(&answer)? {
                std::fs::remove_file(&answer).map_err(|error| Failure::io(&answer, &error))?;
                return match answered {
                    Answered::Done { report } => Ok(report),
                    Answered::Refused { not_found: true, .. } => Err(nobody(distinct_id)),
                    Answered::Refused { problems, .. } => Err(Failure::Wrong(problems)),
                };
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        let _ = std::fs::remove_file(&request);
        let problem = Problem::error(Phrase::new("events.erase_waits"));
        Err(Failure::Conflict(problem.advise(Phrase::new("events.erase_waits_advice"))))
    }
}

/// Whether an event is the person's, or names them.
fn speaks_of(quotes: &Quotes, event: &Event) -> bool {
    let naming = quotes.naming();
    naming.ids.contains(&event.distinct_id) || naming.is_in_object(&event.properties)
}

impl EventLog {
    /// Answers what other processes of the project asked of this one.
    pub(super) async fn answer_requests(&self) {
        let folder = self.workbench().folder().requests();
        let Ok(entries) = std::fs::read_dir(&folder) else { return };
        let mut requests: Vec<_> = entries
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter_map(|name| Some(name.strip_prefix("erase-")?.strip_suffix(".json")?.to_owned()))
            .collect();
        requests.sort();
        for name in requests {
            let path = folder.join(format!("erase-{name}.json"));
            let Ok(Some(request)) = file::read_json::<EraseRequest>(&path) else { continue };
            // The request names them too.
            let _ = std::fs::remove_file(&path);
            let answered = match self.workbench().erase_person_here(self, &request.distinct_id).await {
                Ok(report) => Answered::Done { report },
                Err(failure) => Answered::Refused {
                    not_found: matches!(failure, Failure::NotFound(_)),
                    problems: match failure {
                        // Whoever asked knows whom they asked for; the file need not.
                        Failure::NotFound(_) => Problems::default(),
                        failure => failure.problems(),
                    },
                },
            };
            let _ = file::write_json(&folder.join(format!("erased-{name}.json")), &answered);
        }
    }
}
