//! A run's events: one line of JSON each, appended live, followed by whoever shows them.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::time::Duration;

use flywheel_spec::Phrase;
use flywheel_spec::event::{EpochReport, TrainEvent};
use flywheel_spec::plan::PlanSummary;
use futures::Stream;

use super::lock::alive;

/// A run's events with their line numbers, from 1.
pub type EventStream = Pin<Box<dyn Stream<Item = (u64, TrainEvent)> + Send>>;

/// How long a follower sleeps between two looks at the file.
const PAUSE: Duration = Duration::from_millis(60);

/// The file's name in a run's folder.
const NAME: &str = "events.jsonl";

/// Appends events to a run's file.
#[derive(Debug)]
pub(crate) struct EventWriter {
    file: File,
}

impl EventWriter {
    /// Opens the file; a line that a killed process left half-written is cut off.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let mut file =
            OpenOptions::new().create(true).truncate(false).read(true).write(true).open(folder.join(NAME))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        file.set_len(whole as u64)?;
        file.seek(SeekFrom::End(0))?;
        Ok(Self { file })
    }

    /// Appends one event, in one piece.
    pub fn write(&mut self, event: &TrainEvent) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        self.file.write_all(&line)
    }
}

/// What the events so far add up to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Story {
    pub plan: Option<PlanSummary>,
    pub epochs: Vec<EpochReport>,
    pub notes: Vec<Phrase>,
}

/// The number of a run's last line.
pub(crate) fn last_line(folder: &Path) -> io::Result<u64> {
    let mut tail = Tail::new(folder);
    tail.more()?;
    Ok(tail.line)
}

impl Story {
    /// Reads a run's events from its folder.
    pub fn read(folder: &Path) -> io::Result<Self> {
        let mut tail = Tail::new(folder);
        let mut story = Self::default();
        for (_, event) in tail.more()? {
            story.take(event);
        }
        Ok(story)
    }

    fn take(&mut self, event: TrainEvent) {
        match event {
            TrainEvent::Started { plan, resumed_epoch } => {
                // What an interrupted process did beyond its last checkpoint is done again.
                self.epochs.truncate(resumed_epoch);
                self.plan = Some(*plan);
            }
            TrainEvent::Epoch(report) => self.epochs.push(report),
            TrainEvent::Note { message } => self.notes.push(message),
            TrainEvent::Progress { .. } | TrainEvent::Finished { .. } => {}
        }
    }
}

/// Follows a run from the line after `after` until it ends, whichever process works at it.
pub(crate) fn follow(folder: PathBuf, after: u64) -> EventStream {
    let follower = Follower { tail: Tail::new(&folder), folder, after, ready: VecDeque::new(), finish: None };
    Box::pin(futures::stream::unfold(follower, async |mut follower| {
        let event = follower.next().await?;
        Some((event, follower))
    }))
}

struct Follower {
    tail: Tail,
    folder: PathBuf,
    after: u64,
    ready: VecDeque<(u64, TrainEvent)>,
    /// A finish that was read; it counts when the run is over, and not when a resumed one goes on after it.
    finish: Option<(u64, TrainEvent)>,
}

impl Follower {
    async fn next(&mut self) -> Option<(u64, TrainEvent)> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(event);
            }
            // Asked before reading, so that nothing written before the end is missed.
            let over = !alive(&self.folder);
            let fresh = self.tail.more().unwrap_or_default();
            if fresh.is_empty() {
                if over {
                    return self.finish.take();
                }
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            self.take(fresh);
        }
    }

    fn take(&mut self, fresh: Vec<(u64, TrainEvent)>) {
        for (line, event) in fresh.into_iter().filter(|(line, _)| *line > self.after) {
            if matches!(event, TrainEvent::Finished { .. }) {
                self.finish = Some((line, event));
            } else {
                self.finish = None;
                self.ready.push_back((line, event));
            }
        }
    }
}

/// Reads whole lines as they come.
#[derive(Debug)]
struct Tail {
    path: PathBuf,
    offset: u64,
    line: u64,
}

impl Tail {
    fn new(folder: &Path) -> Self {
        Self { path: folder.join(NAME), offset: 0, line: 0 }
    }

    fn more(&mut self) -> io::Result<Vec<(u64, TrainEvent)>> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
        self.offset += whole as u64;
        let mut events = Vec::new();
        for line in bytes[..whole].split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
            self.line += 1;
            // A line of a newer program may be unknown here; what follows it still counts.
            if let Ok(event) = serde_json::from_slice(line) {
                events.push((self.line, event));
            }
        }
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::run::RunState;
    use futures::StreamExt;

    use super::super::lock::RunLock;
    use super::*;

    fn note(text: &str) -> TrainEvent {
        TrainEvent::Note { message: Phrase::verbatim(text) }
    }

    fn finished() -> TrainEvent {
        TrainEvent::Finished { state: RunState::Finished, message: Phrase::verbatim("done") }
    }

    #[tokio::test]
    async fn a_follower_sees_what_another_handle_writes_and_ends_with_the_run() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = RunLock::take(folder.path()).expect("taken");
        let mut writer = EventWriter::open(folder.path()).expect("opened");
        writer.write(&note("one")).expect("written");
        let events = tokio::spawn(follow(folder.path().to_owned(), 0).collect::<Vec<_>>());
        tokio::time::sleep(Duration::from_millis(150)).await;
        writer.write(&note("two")).expect("written");
        writer.write(&finished()).expect("written");
        drop(lock);
        let events = events.await.expect("followed");
        assert_eq!(events.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_finish_that_a_resumed_run_goes_on_after_does_not_end_the_story() {
        let folder = tempfile::tempdir().expect("a folder");
        let lock = RunLock::take(folder.path()).expect("taken");
        let mut writer = EventWriter::open(folder.path()).expect("opened");
        writer.write(&note("one")).expect("written");
        writer.write(&finished()).expect("written");
        let events = tokio::spawn(follow(folder.path().to_owned(), 0).collect::<Vec<_>>());
        tokio::time::sleep(Duration::from_millis(150)).await;
        writer.write(&note("two")).expect("written");
        writer.write(&finished()).expect("written");
        drop(lock);
        let events = events.await.expect("followed");
        assert_eq!(events.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 3, 4]);
    }

    #[tokio::test]
    async fn a_follower_of_a_killed_run_ends_and_a_half_line_is_cut_off() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("lock"), "").expect("written");
        EventWriter::open(folder.path()).expect("opened").write(&note("one")).expect("written");
        let mut file = OpenOptions::new().append(true).open(folder.path().join(NAME)).expect("opened");
        file.write_all(b"{\"kind\":\"no").expect("written");
        assert_eq!(follow(folder.path().to_owned(), 0).count().await, 1);
        EventWriter::open(folder.path()).expect("opened").write(&finished()).expect("written");
        assert_eq!(follow(folder.path().to_owned(), 1).count().await, 1);
    }
}
