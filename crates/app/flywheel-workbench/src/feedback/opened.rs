//! What was said in each file of the table of events, opened once and kept: of a day's events only the files that came are
//! opened.
//!
//! A file of the table never changes; what was merged into a new one, or taken out of one, is opened there.

use flywheel_people::{Event, person_of};
use flywheel_tables::events::{EventFile, Snapshot};
use flywheel_text::Message;
use flywheel_text::shelf::{key, version_of};
use uuid::Uuid;

use super::SPEAKING;
use super::kept::KeptFolder;
use super::messages::{RATINGS, TEXTS, message};
use super::said::{Spoken, speaking};
use crate::data::blocking;
use crate::import_events::NAMELESS;
use crate::{Failure, Workbench};

/// To be raised whenever an event becomes another message than before, or is kept in another form.
const OPENING: &str = "1";

/// An event that speaks.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Opened {
    pub uuid: Uuid,
    pub distinct_id: String,
    pub time: i64,
    /// What it says; none where nothing was said in words.
    said: Option<Message>,
}

impl Opened {
    pub fn of(event: Event) -> Self {
        let (uuid, distinct_id, time) = (event.uuid, event.distinct_id.clone(), event.time);
        Self { uuid, distinct_id, time, said: message(event) }
    }

    pub fn spoken(&self) -> Spoken {
        (self.uuid, person_of(&self.distinct_id))
    }

    /// The message that it is, of whom it is of by now.
    pub fn message(self) -> Option<Message> {
        let nameless = self.distinct_id.starts_with(NAMELESS);
        let said = self.said?;
        Some(Message { person: (!nameless).then_some(self.distinct_id), ..said })
    }
}

impl Workbench {
    /// What `read` finds in each of these files of the table, all those of a version; and how many were opened for it.
    pub(super) async fn opened<T: Send + 'static>(
        &self,
        shelf: &KeptFolder,
        files: &[EventFile],
        read: fn(&[u8]) -> Option<T>,
    ) -> Result<(Vec<T>, usize), Failure> {
        let store = self.event_store()?;
        let place = store.location().to_string();
        let keys: Vec<u128> = files.iter().map(|file| key(format!("{place}\n{file:?}").as_bytes())).collect();
        let (folder, wanted) = (shelf.clone(), keys.clone());
        let (kept, mut found) = blocking(move || {
            let kept = folder.opened();
            let found: Vec<Option<T>> = wanted.iter().map(|key| read(kept.get(*key)?.bytes())).collect();
            (kept, found)
        })
        .await?;
        let names = speaking();
        let mut made = Vec::new();
        for (at, file) in files.iter().enumerate() {
            if found[at].is_some() {
                continue;
            }
            let alone = Snapshot { files: vec![file.clone()], ..Snapshot::default() };
            let events = store.events_named(&alone, &names).await?;
            let bytes =
                blocking(move || written(&events.into_iter().map(Opened::of).collect::<Vec<_>>())).await?;
            found[at] = read(&bytes);
            made.push((keys[at], bytes));
        }
        let opened = made.len();
        let folder = shelf.clone();
        blocking(move || folder.keep_opened(&kept, &keys, &made)).await??;
        let whole: Option<Vec<T>> = found.into_iter().collect();
        Ok((whole.ok_or_else(|| Failure::broken("messages", "a file could not be read back"))?, opened))
    }
}

/// What decides on what is kept of a file.
pub(super) fn version() -> u64 {
    let lists = [&SPEAKING[..], &TEXTS, &RATINGS];
    let words = lists.into_iter().flatten().copied();
    version_of([OPENING, env!("CARGO_PKG_VERSION"), NAMELESS].into_iter().chain(words))
}

/// The events of a file as they are kept: who speaks in it, then each whole.
fn written(opened: &[Opened]) -> Vec<u8> {
    let mut to = Writer(Vec::with_capacity(opened.len() * 256 + 4));
    to.number(opened.len());
    for (uuid, person) in opened.iter().map(Opened::spoken) {
        to.0.extend(uuid.as_bytes());
        to.0.extend(person.to_le_bytes());
    }
    for Opened { distinct_id, time, said, .. } in opened {
        to.0.extend(time.to_le_bytes());
        to.text(Some(distinct_id));
        to.0.push(u8::from(said.is_some()));
        if let Some(Message { text, rating, source, version, more, .. }) = said {
            to.text(Some(text));
            to.0.push(u8::from(rating.is_some()));
            to.0.extend(rating.unwrap_or_default().to_le_bytes());
            to.text(source.as_deref());
            to.text(version.as_deref());
            to.number(more.len());
            for (name, value) in more {
                to.text(Some(name));
                to.text(Some(value));
            }
        }
    }
    to.0
}

/// Who speaks in a file that is kept.
pub(super) fn speakers(bytes: &[u8]) -> Option<Vec<Spoken>> {
    Source(bytes).speakers()
}

/// The events of a file that is kept.
pub(super) fn events(bytes: &[u8]) -> Option<Vec<Opened>> {
    let mut from = Source(bytes);
    let mut opened = Vec::new();
    for (uuid, _) in from.speakers()? {
        let time = i64::from_le_bytes(from.bytes()?);
        let distinct_id = from.text()??;
        let said = if from.flag()? {
            let text = from.text()??;
            let (rated, rating) = (from.flag()?, f64::from_le_bytes(from.bytes()?));
            let (source, version) = (from.text()?, from.text()?);
            let more = (0..from.number()?).map(|_| Some((from.text()??, from.text()??)));
            Some(Message {
                id: uuid.to_string(),
                text,
                time,
                person: None,
                rating: rated.then_some(rating),
                source,
                version,
                more: more.collect::<Option<_>>()?,
            })
        } else {
            None
        };
        opened.push(Opened { uuid, distinct_id, time, said });
    }
    from.0.is_empty().then_some(opened)
}

/// What stands for the length of a text that is not there.
const ABSENT: u32 = u32::MAX;

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: usize) {
        self.0.extend((number as u32).to_le_bytes());
    }

    fn text(&mut self, text: Option<&str>) {
        self.number(text.map_or(ABSENT as usize, str::len));
        self.0.extend(text.unwrap_or_default().as_bytes());
    }
}

struct Source<'a>(&'a [u8]);

impl Source<'_> {
    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (first, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<u32> {
        self.bytes().map(u32::from_le_bytes)
    }

    fn flag(&mut self) -> Option<bool> {
        Some(self.bytes::<1>()?[0] != 0)
    }

    /// A text, where there is one.
    fn text(&mut self) -> Option<Option<String>> {
        let length = self.number()?;
        if length == ABSENT {
            return Some(None);
        }
        let (text, rest) = self.0.split_at_checked(length as usize)?;
        self.0 = rest;
        String::from_utf8(text.to_vec()).ok().map(Some)
    }

    fn speaker(&mut self) -> Option<Spoken> {
        Some((Uuid::from_bytes(self.bytes()?), i64::from_le_bytes(self.bytes()?)))
    }

    fn speakers(&mut self) -> Option<Vec<Spoken>> {
        (0..self.number()?).map(|_| self.speaker()).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::events::testing::event;

    fn said(who: &str, name: &str, at: i64, properties: serde_json::Value) -> Event {
        let properties = properties.as_object().cloned().unwrap_or_default();
        Event { properties, ..event(who, name, at) }
    }

    #[test]
    fn events_come_back_as_they_were_kept() {
        let spoken = [
            said("ann", "review", 1, json!({"text": "慢 and slow", "rating": 2, "plan": "pro", "n": 3})),
            said("anonymous:1", "feedback", -2, json!({"text": "", "source": "", "version": "2.10"})),
            said("bert", "survey sent", 3, json!({"$survey_response": 9})),
        ];
        let opened: Vec<Opened> = spoken.iter().cloned().map(Opened::of).collect();
        let bytes = written(&opened);
        let found = events(&bytes).expect("just written");
        let messages = |opened: &[Opened]| -> Vec<Option<Message>> {
            opened.iter().cloned().map(Opened::message).collect()
        };
        assert_eq!(messages(&found), messages(&opened));
        assert_eq!(messages(&found), spoken.clone().map(message), "as if it was never kept");
        let who: Vec<Spoken> = opened.iter().map(Opened::spoken).collect();
        assert_eq!(speakers(&bytes), Some(who));
        for end in 0..bytes.len() {
            assert_eq!(events(&bytes[..end]), None, "{end} bytes");
        }
        assert_eq!(events(&written(&[])), Some(Vec::new()));
    }
}
