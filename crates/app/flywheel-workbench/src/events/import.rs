//! Events that come from elsewhere than clients: straight into the table, each once, beside a server that takes arrivals.

use std::fs::{self, File};

use flywheel_collect::Aside;
use flywheel_collect::identity::Claim;
use flywheel_people::Event;
use flywheel_tables::events::Arrival;
use flywheel_tables::events::seen::{Runs, place};

use super::mask::Masks;
use super::tally::Tally;
use crate::data::blocking;
use crate::ledger::Taken;
use crate::{Failure, Workbench};

/// The file whose lock is the turn to import.
const LOCK: &str = "import.lock";

impl Workbench {
    /// Brings events into the table that are not there yet, and keeps aside what could not be made one; says how many were new.
    ///
    /// What was begun before a failure may be done again: nothing is counted twice.
    pub(crate) async fn take_import(
        &self,
        mut events: Vec<Event>,
        mut asides: Vec<Aside>,
    ) -> Result<u64, Failure> {
        let masks = Masks::new(self.project().privacy.as_ref());
        events.iter_mut().for_each(|event| masks.event(event));
        asides.iter_mut().for_each(|aside| masks.aside(aside));
        // Who is whom is heard of every event, also of those that are known: hearing it again changes nothing,
        // and an import that died behind its commit is made whole by its repetition.
        self.hear(&events).await?;
        let _turn = self.import_turn().await?;
        Box::pin(self.count_begun()).await?;
        let store = self.event_store()?;
        let snapshot = store.snapshot().await?;
        let plan = self.plan_now();
        let seen = store.seen().clone();
        let counted = blocking(move || {
            let places: Vec<u128> = events.iter().map(|event| place(event.uuid)).collect();
            let runs = seen.at(&snapshot, &Runs::default())?;
            let mut known = runs.map(|runs| runs.known(&places, 0)).transpose()?.unwrap_or_default();
            let mut tally = Tally::default();
            let mut fresh = Vec::with_capacity(events.len());
            for (event, place) in events.into_iter().zip(places) {
                if known.insert(place) {
                    tally.add(&event, &plan);
                    fresh.push(event);
                }
            }
            Ok::<_, std::io::Error>((fresh, tally))
        });
        let folder = self.folder().seen();
        let (fresh, tally) = counted.await?.map_err(|error| Failure::io(&folder, &error))?;
        let identity = self.identity_now(None, &[]).await?;
        if !fresh.is_empty() {
            let places: Vec<u128> = fresh.iter().map(|event| place(event.uuid)).collect();
            self.ledger().import_begins(&places).await?;
        }
        let committed = store.commit(Arrival::Import, fresh, &identity, jiff::Timestamp::now()).await?;
        let taken = Taken { tally, asides, ..Taken::default() };
        self.ledger().take_in(&taken).await?;
        Ok(committed.written)
    }

    /// Counts what an import brought into the table that died before the catalogue knew.
    pub(super) async fn finish_imports(&self) -> Result<(), Failure> {
        let _turn = self.import_turn().await?;
        self.count_begun().await
    }

    /// What was begun while this process has the turn was begun by one that is gone.
    async fn count_begun(&self) -> Result<(), Failure> {
        let begun = self.ledger().imports_begun().await?;
        if begun.is_empty() {
            return Ok(());
        }
        let (mut tally, plan) = (Tally::default(), self.plan_now());
        let store = self.event_store()?;
        let snapshot = store.snapshot().await?;
        let count = store.every_event(&snapshot, |events| {
            let brought_in = events.iter().filter(|event| begun.contains(&place(event.uuid)));
            brought_in.for_each(|event| tally.add(event, &plan));
        });
        count.await?;
        self.ledger().take_in(&Taken { tally, ..Taken::default() }).await?;
        Ok(())
    }

    /// The turn to import, which one process of a project has; it ends when it is dropped.
    async fn import_turn(&self) -> Result<File, Failure> {
        let folder = self.folder().seen();
        let turn = move || {
            let taken = fs::create_dir_all(&folder).and_then(|()| {
                let path = folder.join(LOCK);
                let file = File::options().create(true).truncate(false).write(true).open(path)?;
                match file.lock() {
                    // Some file systems have no locks; whoever imports there imports alone.
                    Err(error) if error.kind() != std::io::ErrorKind::Unsupported => Err(error),
                    _ => Ok(file),
                }
            });
            taken.map_err(|error| Failure::io(&folder, &error))
        };
        blocking(turn).await?
    }

    /// Hears what events say of who is whom.
    async fn hear(&self, events: &[Event]) -> Result<(), Failure> {
        if !events.iter().any(|event| Claim::of(event).is_some()) {
            return Ok(());
        }
        loop {
            let mut now = self.people_now().await?;
            let lines: Vec<_> = events.iter().flat_map(|event| now.people.hear(event)).collect();
            if self.ledger().add_lines(&lines, now.lines).await? {
                now.lines += lines.len() as u64;
                self.people_became(now).await;
                return Ok(());
            }
        }
    }
}
