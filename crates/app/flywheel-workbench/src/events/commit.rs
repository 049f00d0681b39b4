//! From the spool into the table: segment by segment, each once, with what it means for the ledger.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use flywheel_collect::Aside;
use flywheel_collect::identity::Claim;
use flywheel_people::Event;
use flywheel_spec::Problem;
use flywheel_tables::events::seen::{Runs, place};
use flywheel_tables::events::{Arrival, EventStore, Location};
use flywheel_tables::spool;
use tokio::sync::watch;

use super::log::EventLog;
use super::read::{Damaged, read_segment};
use super::tally::Tally;
use crate::data::blocking;
use crate::ledger::Taken;
use crate::{Failure, Workbench};

/// Bytes that wait before they are brought into the table at once.
const ENOUGH: u64 = 16 << 20;

/// Bytes that one commit takes.
const AT_MOST: u64 = 64 << 20;

/// How often what waits is looked at.
const LOOK: Duration = Duration::from_millis(200);

/// How long a segment stays after its commit, for readers of the table's version before.
const GRACE: Duration = Duration::from_secs(5);

/// How long arrivals wait where machines that cannot see this one's disk ask questions of the table.
const SHARED: Duration = Duration::from_secs(1);

/// The longest pause after the table refused.
const PAUSE_AT_MOST: Duration = Duration::from_secs(30);

impl EventLog {
    /// Brings what arrives into the table and keeps the table in order, until the server stops.
    pub async fn run_commits(self, mut stopping: watch::Receiver<bool>) {
        let upkeep = tokio::spawn(self.clone().keep_up(stopping.clone()));
        let mut pause = Duration::ZERO;
        let remote =
            self.workbench().event_store().is_ok_and(|store| matches!(store.location(), Location::Url(_)));
        loop {
            let stopped = tokio::select! {
                _ = stopping.wait_for(|stopping| *stopping) => true,
                () = tokio::time::sleep(LOOK.max(pause)) => false,
            };
            if stopped {
                break;
            }
            self.answer_requests().await;
            let due = self.waiting().load().is_some_and(|load| {
                let patience = if remote { SHARED } else { patience(load.events) };
                load.bytes >= ENOUGH || load.since.elapsed() >= patience
            });
            if !due {
                pause = Duration::ZERO;
                continue;
            }
            match self.commit().await {
                Ok(_) => pause = Duration::ZERO,
                Err(failure) => {
                    pause = (pause * 2).clamp(Duration::from_secs(1), PAUSE_AT_MOST);
                    let problem = failure.problems().problems.into_iter().next();
                    self.waiting().troubled(problem.unwrap_or_else(|| Problem::warning(Default::default())));
                }
            }
        }
        let _ = upkeep.await;
    }

    /// Brings everything that arrived before into the table; says how many events were new.
    ///
    /// # Errors
    /// When the disk refuses; what was not brought in still waits.
    pub async fn commit(&self) -> Result<u64, Failure> {
        let _turn = self.turn().await;
        self.waiting().begin();
        let sealed = self.seal().await?;
        let mut written = 0;
        loop {
            let store = self.workbench().event_store()?;
            let committed = store.snapshot().await?.committed_segment;
            if committed >= sealed {
                return Ok(written);
            }
            written += self.commit_some(committed, sealed).await?;
        }
    }

    /// Brings whole segments into the table, as many as one version takes.
    async fn commit_some(&self, committed: u64, sealed: u64) -> Result<u64, Failure> {
        let folder = self.workbench().folder().spool();
        let batch = blocking(move || Batch::read(&folder, committed, sealed)).await??;
        let workbench = self.workbench();
        let store = workbench.event_store()?;
        self.keep_damaged(&batch.damaged)?;
        let fresh = fresh(store, batch.events).await?;
        workbench.take_in(Some(batch.segment), &fresh, &batch.asides).await?;
        let identity = workbench.identity_now(None, &[]).await?;
        let events = fresh.into_iter().map(|(_, event)| event).collect();
        let segment = Arrival::Segment(batch.segment);
        let brought_in = store.commit(segment, events, &identity, jiff::Timestamp::now()).await?;
        self.waiting().committed(batch.bytes, batch.segment < sealed);
        self.remove_segments_later(batch.segment);
        Ok(brought_in.written)
    }

    /// Segments of which something is damaged are kept aside: what is in them may still be mended.
    fn keep_damaged(&self, damaged: &[Damaged]) -> Result<(), Failure> {
        let folder = self.workbench().folder().damaged();
        for damaged in damaged.iter().filter(|damaged| damaged.is_wrong()) {
            let io = |error| Failure::io(&folder, &error);
            fs::create_dir_all(&folder).map_err(io)?;
            for (_, path) in spool::segments(&self.workbench().folder().spool())
                .map_err(io)?
                .into_iter()
                .filter(|(number, _)| *number == damaged.segment)
            {
                fs::copy(&path, folder.join(path.file_name().unwrap_or_default())).map_err(io)?;
            }
        }
        Ok(())
    }

    /// Removes segments that are in the table, after a while.
    fn remove_segments_later(&self, through: u64) {
        let folder = self.workbench().folder().spool();
        tokio::spawn(async move {
            tokio::time::sleep(GRACE).await;
            let _ = blocking(move || remove_segments(&folder, through)).await;
        });
    }
}

/// Removes segments up to one that is in the table; one that cannot be removed now goes with a later one.
pub(super) fn remove_segments(folder: &Path, through: u64) {
    for (number, path) in spool::segments(folder).unwrap_or_default() {
        if number <= through {
            let _ = fs::remove_file(path);
        }
    }
}

/// How long so many events may wait: few of them are not worth a version of the table each second.
fn patience(events: u64) -> Duration {
    Duration::from_secs(match events {
        0..100 => 30,
        100..2_000 => 10,
        _ => 2,
    })
}

/// Whole segments that are brought into the table together.
#[derive(Debug, Default)]
struct Batch {
    /// The last of them.
    segment: u64,
    /// The bytes of all.
    bytes: u64,
    /// The events, in order, with their segments.
    events: Vec<(u64, Event)>,
    /// What is kept aside, with their segments.
    asides: Vec<(u64, Aside)>,
    /// Segments of which something is damaged.
    damaged: Vec<Damaged>,
}

impl Batch {
    /// Reads segments after one up to another, as many as one version takes.
    fn read(folder: &Path, after: u64, sealed: u64) -> Result<Self, Failure> {
        let segments = spool::segments(folder).map_err(|error| Failure::io(folder, &error))?;
        let mut batch = Self { segment: sealed, ..Self::default() };
        let mut within = segments.into_iter().filter(|(number, _)| *number > after && *number <= sealed);
        let mut last = after;
        for (number, path) in within.by_ref() {
            if batch.bytes > AT_MOST {
                batch.segment = last;
                break;
            }
            last = number;
            batch.bytes += path.metadata().map_or(0, |data| data.len());
            let Batch { events, asides, .. } = &mut batch;
            let damaged = read_segment(number, &path, |record| {
                events.extend(record.event.map(|event| (number, event)));
                asides.extend(record.aside.map(|aside| (number, aside)));
            })?;
            batch.damaged.extend(damaged);
        }
        Ok(batch)
    }
}

/// The events that are not in the table, the first of each uuid.
async fn fresh(store: &EventStore, events: Vec<(u64, Event)>) -> Result<Vec<(u64, Event)>, Failure> {
    let folder = store.seen().folder().to_owned();
    let mut events = events;
    for attempt in 0.. {
        let (seen, snapshot) = (store.seen().clone(), store.snapshot().await?);
        let look = move || {
            let places: Vec<u128> = events.iter().map(|(_, event)| place(event.uuid)).collect();
            let Some(runs) = seen.at(&snapshot, &Runs::default())? else { return Ok(Err(events)) };
            let mut known = runs.known(&places, 0)?;
            let fresh = events.into_iter().zip(places).filter(|(_, place)| known.insert(*place));
            Ok(Ok(fresh.map(|(event, _)| event).collect()))
        };
        match blocking(look).await?.map_err(|error: std::io::Error| Failure::io(&folder, &error))? {
            Ok(fresh) => return Ok(fresh),
            // The list is merged just now; or it was lost, and the commit makes it anew.
            Err(again) if attempt < 3 => events = again,
            Err(all) => return Ok(all),
        }
    }
    Ok(Vec::new())
}

impl Workbench {
    /// Takes a stretch of new events into the ledger, exactly once where they come from a segment.
    pub(super) async fn take_in(
        &self,
        segment: Option<u64>,
        events: &[(u64, Event)],
        asides: &[(u64, Aside)],
    ) -> Result<(), Failure> {
        loop {
            // What a process that died between ledger and table has taken in is not counted again.
            let done = if segment.is_some() { self.ledger().segment_taken().await? } else { 0 };
            let is_new = |at: u64| segment.is_none() || at > done;
            let new: Vec<&Event> =
                events.iter().filter(|(at, _)| is_new(*at)).map(|(_, event)| event).collect();
            let asides: Vec<Aside> =
                asides.iter().filter(|(at, _)| is_new(*at)).map(|(_, aside)| aside.clone()).collect();
            let mut people = None;
            let (mut lines, mut first_line) = (Vec::new(), 0);
            if new.iter().any(|event| Claim::of(event).is_some()) {
                let mut now = self.people_now().await?;
                first_line = now.lines;
                lines = new.iter().flat_map(|event| now.people.hear(event)).collect();
                now.lines += lines.len() as u64;
                people = Some(now);
            }
            let plan = self.plan_now();
            let mut tally = Tally::default();
            for (place, event) in new.iter().enumerate() {
                tally.add(event, &plan);
                if place % 1_000 == 999 {
                    // Whoever waits for an answer need not wait for the counting.
                    tokio::task::yield_now().await;
                }
            }
            let taken = Taken { segment, lines, first_line, asides, tally };
            if self.ledger().take_in(&taken).await? {
                if let Some(people) = people {
                    self.people_became(people).await;
                }
                return Ok(());
            }
        }
    }
}

/// When something was last done, for what is done now and then.
pub(super) struct Every {
    every: Duration,
    last: Option<Instant>,
}

impl Every {
    /// So often; the first time at once.
    pub fn new(every: Duration) -> Self {
        Self { every, last: None }
    }

    /// True when it is time again.
    pub fn is_due(&mut self) -> bool {
        let due = self.last.is_none_or(|last| last.elapsed() >= self.every);
        if due {
            self.last = Some(Instant::now());
        }
        due
    }
}
