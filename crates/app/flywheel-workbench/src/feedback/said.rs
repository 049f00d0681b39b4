//! What was said at a moment, and by whom: told apart from everything else that arrives, so that what was made of the
//! messages stands until somebody speaks.

use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use flywheel_people::{Event, Identity, person_of};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use uuid::Uuid;

use super::SPEAKING;
use super::kept::KeptFolder;
use super::opened::{Opened, speakers};
use crate::{EventsNow, Failure, Workbench};

/// Who spoke in each file of the table that this process has read; a file never changes.
#[derive(Debug, Default)]
pub(crate) struct Speakers {
    files: Mutex<HashMap<String, Vec<Spoken>>>,
}

/// An event that speaks, and the person of its distinct id.
pub(super) type Spoken = (Uuid, i64);

/// The moment that messages were read at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ReadAt {
    /// As long as these are the same, nothing arrived at all.
    events: EventsAt,
    said: Said,
}

/// All events, and who is whom.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct EventsAt {
    version: Option<u64>,
    waiting: usize,
    /// The newest event that waits.
    last: Option<String>,
    /// Lines of the log of merges.
    steps: u64,
}

/// The events that speak: how many, and the sum of a number made of each one's id and person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
struct Said {
    count: u64,
    sum: u64,
}

impl ReadAt {
    /// A moment with its events that speak.
    pub fn of(now: &EventsNow, opened: &[Opened]) -> Self {
        let mut said = Said::default();
        opened.iter().for_each(|event| said.add(event.spoken(), &now.identity));
        Self { events: EventsAt::of(now), said }
    }
}

impl EventsAt {
    fn of(now: &EventsNow) -> Self {
        let last = now.tail.last().map(|event| event.uuid.to_string());
        Self { version: now.snapshot.version, waiting: now.tail.len(), last, steps: now.identity.steps }
    }
}

impl Said {
    fn add(&mut self, (event, person): Spoken, identity: &Identity) {
        let mut hasher = DefaultHasher::new();
        (event, identity.of(person)).hash(&mut hasher);
        self.count += 1;
        self.sum = self.sum.wrapping_add(hasher.finish());
    }
}

impl Workbench {
    /// Whether the messages are those of that moment, said by the same people; other events may have arrived.
    pub(super) async fn is_as_read(&self, shelf: &KeptFolder, before: &ReadAt) -> Result<bool, Failure> {
        let now = self.events().await?;
        if EventsAt::of(&now) == before.events {
            return Ok(true);
        }
        let names = speaking();
        let mut files = self.inner.speakers.files.lock().await;
        let live = &now.snapshot.files;
        if live.iter().any(|file| !files.contains_key(&file.path)) {
            let (found, _) = self.opened(shelf, live, speakers).await?;
            files.extend(live.iter().map(|file| file.path.clone()).zip(found));
        }
        let paths: HashSet<&str> = live.iter().map(|file| file.path.as_str()).collect();
        files.retain(|path, _| paths.contains(path.as_str()));
        let mut said = Said::default();
        files.values().flatten().for_each(|spoken| said.add(*spoken, &now.identity));
        let waiting = now.tail.iter().filter(|event| names.contains(&event.event));
        waiting.for_each(|event| said.add(spoken_by(event), &now.identity));
        Ok(said == before.said)
    }
}

/// The names of the events that speak.
pub(super) fn speaking() -> HashSet<String> {
    SPEAKING.iter().map(|name| (*name).to_owned()).collect()
}

fn spoken_by(event: &Event) -> Spoken {
    (event.uuid, person_of(&event.distinct_id))
}

#[cfg(test)]
mod tests {
    use flywheel_people::identity::Merge;

    use super::*;
    use crate::events::testing::event;

    #[test]
    fn what_was_said_is_the_same_in_any_order_and_another_when_somebody_else_said_it() {
        let events = [event("ann", "review", 1), event("visitor", "review", 2), event("bert", "review", 3)];
        let said = |events: &[&Event], identity: &Identity| {
            let mut said = Said::default();
            events.iter().for_each(|event| said.add(spoken_by(event), identity));
            said
        };
        let [ann, visitor, bert] = &events;
        let nobody = Identity::default();
        let merge = Merge { from: person_of("visitor"), into: person_of("bert") };
        let merged = Identity::from_merges(&[merge]);
        let before = said(&[ann, visitor, bert], &nobody);
        assert_eq!(said(&[bert, ann, visitor], &nobody), before);
        for (other, what) in [
            (said(&[ann, visitor], &nobody), "one is gone"),
            (said(&[ann, visitor, bert, bert], &nobody), "one came"),
            (said(&[ann, visitor, bert], &merged), "two are one"),
        ] {
            assert_ne!(other, before, "{what}");
        }
        let other = Identity::from_merges(&[Merge { from: person_of("x"), into: person_of("y") }]);
        assert_eq!(said(&[ann, visitor, bert], &other), before, "people who said nothing");
    }
}
