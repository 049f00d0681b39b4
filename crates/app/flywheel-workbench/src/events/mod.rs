//! Collected events of the project: taken durably, brought into the table, read as one, and kept in order.

mod aside;
mod catalogue;
mod commit;
mod erase;
mod export;
mod import;
mod judge;
mod known;
mod log;
mod mask;
mod merges;
pub(crate) mod moment;
mod now;
pub(crate) mod plan;
mod quoted;
mod read;
mod redact;
pub(crate) mod tally;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod upkeep;
mod waiting;

use std::sync::OnceLock;

use flywheel_people::Event;
use flywheel_spec::events::SeenEvent;
use flywheel_tables::events::{EventStore, Location, Tail};
use tokio::sync::Mutex;

use crate::{Failure, Workbench};
use known::Known;

pub use log::{EventLog, TakeError};
pub use now::EventsNow;
pub(crate) use redact::{Quotes, files};

/// What this process knows of the project's events.
#[derive(Debug, Default)]
pub(crate) struct Events {
    store: OnceLock<EventStore>,
    known: Known,
    tail: OnceLock<Mutex<Tail>>,
    /// Held while events are judged anew.
    judging: Mutex<()>,
}

impl Workbench {
    /// The table of events.
    pub(crate) fn event_store(&self) -> Result<&EventStore, Failure> {
        let events = &self.inner.events;
        if let Some(store) = events.store.get() {
            return Ok(store);
        }
        let location = match &self.project().events_at {
            Some(place) => match Location::parse(place) {
                // From the project's folder, wherever the program was called.
                Location::Folder(folder) => Location::Folder(self.folder().root().join(folder)),
                url @ Location::Url(_) => url,
            },
            None => Location::Folder(self.folder().events()),
        };
        let store = EventStore::open(location, self.folder().seen())?;
        Ok(events.store.get_or_init(|| store))
    }

    fn known(&self) -> &Known {
        &self.inner.events.known
    }

    fn judging(&self) -> &Mutex<()> {
        &self.inner.events.judging
    }

    fn tail(&self) -> &Mutex<Tail> {
        self.inner.events.tail.get_or_init(|| Mutex::new(Tail::new(self.folder().spool())))
    }
}

/// An event as a person looks at it.
pub fn seen_event(event: &Event) -> SeenEvent {
    SeenEvent {
        uuid: event.uuid.to_string(),
        event: event.event.clone(),
        distinct_id: event.distinct_id.clone(),
        time: moment::rfc3339(event.time),
        received: moment::rfc3339(event.received),
        source: event.source.clone(),
        properties: event.properties.clone(),
    }
}
