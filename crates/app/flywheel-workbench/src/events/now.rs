//! Every acknowledged event at one moment, each once: the table's files, what waits behind them, and who is whom.

use std::sync::Arc;

use flywheel_people::{Event, Identity};
use flywheel_spec::Problem;
use flywheel_tables::events::{Snapshot, Whole};
use flywheel_tables::fold::EventsView;

use super::moment::damage;
use crate::{Failure, Workbench};

/// Every acknowledged event at one moment.
#[derive(Debug, Clone)]
pub struct EventsNow {
    /// The table at a version.
    pub snapshot: Arc<Snapshot>,
    /// Its files, and where they lie.
    pub view: EventsView,
    /// What waits and is not in the table, each event once, in the order acknowledged.
    pub tail: Arc<Vec<Event>>,
    /// Who is whom, by everything that is in either.
    pub identity: Arc<Identity>,
    /// Stretches of what waits that cannot be read.
    pub warnings: Vec<Problem>,
}

impl Workbench {
    /// Every acknowledged event at this moment, each once, whichever process took it.
    ///
    /// # Errors
    /// When the table, the spool or the ledger cannot be read.
    pub async fn events(&self) -> Result<EventsNow, Failure> {
        let store = self.event_store()?;
        let Whole { snapshot, tail, damages } = self.tail().lock().await.read(store).await?;
        let identity = self.identity_now(snapshot.settled_steps(), &tail).await?;
        let view = EventsView {
            store: store.files(),
            root: store.location().to_string(),
            files: snapshot.files.clone(),
        };
        Ok(EventsNow { snapshot, view, tail, identity, warnings: damages.iter().map(damage).collect() })
    }
}
