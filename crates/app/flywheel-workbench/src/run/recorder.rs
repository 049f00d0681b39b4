//! Watches a training for the workbench: keeps its events, its checkpoints and its line in the ledger, and hears the call to stop.

use std::cell::Cell;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use flywheel_learn::train::{Checkpoint, Watch};
use flywheel_spec::Phrase;
use flywheel_spec::event::TrainEvent;
use flywheel_spec::recipe::MetricName;
use flywheel_spec::run::{RunState, RunSummary};
use tokio::runtime::Handle;

use super::events::EventWriter;
use crate::ledger::Ledger;
use crate::{Failure, file};

/// The checkpoint's name in a run's folder.
pub(crate) const CHECKPOINT: &str = "checkpoint.safetensors";

/// How far the seconds in the ledger may lag behind while an epoch takes long.
const SECS_APART: f64 = 5.0;

/// Between two epochs that the ledger hears of: each is synced to the disk, which takes longer than a short epoch.
const SAVED_APART: Duration = Duration::from_millis(500);

/// The file that asks a run to stop.
pub(crate) const STOP: &str = "stop";

/// Checkpoints may take one part in so many of the time.
const SHARE: u32 = 20;

/// How often the folder is looked at for the call to stop.
const STOP_INTERVAL: Duration = Duration::from_millis(100);

/// A run as it is written down while it works.
pub(crate) struct Recorder {
    folder: PathBuf,
    ledger: Ledger,
    handle: Handle,
    events: EventWriter,
    /// The run's line in the list, kept up to date.
    pub summary: RunSummary,
    begun: Instant,
    /// When the ledger last heard of it.
    saved: Duration,
    /// Seconds that earlier processes worked.
    earlier_secs: f64,
    next_checkpoint: Duration,
    next_look: Cell<Duration>,
    stop_seen: Cell<bool>,
    /// Where the run's checkpoints go.
    checkpoint: PathBuf,
    /// Epochs of rounds before this one.
    epochs_before: usize,
    deadline: Option<Duration>,
    /// Why something could not be written down, the first time.
    pub trouble: Option<Failure>,
}

impl Recorder {
    /// Opens the run's folder for writing; the ledger is asked on the runtime of `handle`.
    pub fn open(folder: &Path, ledger: Ledger, handle: Handle, summary: RunSummary) -> Result<Self, Failure> {
        let events = EventWriter::open(folder).map_err(|error| Failure::io(folder, &error))?;
        Ok(Self {
            folder: folder.to_owned(),
            ledger,
            handle,
            events,
            earlier_secs: summary.secs,
            summary,
            begun: Instant::now(),
            saved: Duration::ZERO,
            next_checkpoint: Duration::ZERO,
            next_look: Cell::new(Duration::ZERO),
            stop_seen: Cell::new(false),
            checkpoint: folder.join(CHECKPOINT),
            epochs_before: 0,
            deadline: None,
            trouble: None,
        })
    }

    /// Lets the run end by itself after so long, the work of earlier processes included.
    pub fn limit(&mut self, budget: Duration) {
        self.deadline = Some(budget);
    }

    /// True when a person asked the run to stop, as against its time being up.
    pub fn stop_asked(&self) -> bool {
        self.stop_seen.get() || self.folder.join(STOP).exists()
    }

    /// Says something besides the curves.
    pub fn note(&mut self, message: Phrase) {
        self.write(&TrainEvent::Note { message });
    }

    /// Seconds of work, those of earlier processes included.
    pub fn secs(&self) -> f64 {
        self.earlier_secs + self.begun.elapsed().as_secs_f64()
    }

    /// What comes belongs to a round, from 1, and follows the epochs of the rounds before.
    pub fn begin_round(&mut self, number: usize, epochs_before: usize) {
        self.checkpoint = round_checkpoint(&self.folder, number);
        self.epochs_before = epochs_before;
    }

    /// Counts an epoch of a trial, whose curve is not the run's.
    pub fn count_epoch(&mut self, metric: MetricName, value: Option<f64>) {
        self.summary.epochs += 1;
        self.remember_best(metric, value);
        self.save_now_and_then();
    }

    fn remember_best(&mut self, metric: MetricName, value: Option<f64>) {
        let Some(value) = value else { return };
        let better = |best: f64| if metric.more_is_better() { value > best } else { value < best };
        if self.summary.best.is_none_or(better) {
            self.summary.best = Some(value);
        }
    }

    /// Brings the ledger up to date.
    pub fn save(&mut self) {
        self.saved = self.begun.elapsed();
        self.summary.secs = self.secs();
        if let Err(failure) = self.handle.block_on(self.ledger.update_run(&self.summary)) {
            self.trouble.get_or_insert(failure);
        }
    }

    /// Brings the ledger up to date where it has not been for a while; `finish` does in any case.
    fn save_now_and_then(&mut self) {
        if self.begun.elapsed().saturating_sub(self.saved) >= SAVED_APART {
            self.save();
        }
    }

    /// Writes the last event and the last line in the ledger.
    pub fn finish(&mut self, state: RunState, message: Phrase) {
        self.summary.state = state;
        self.save();
        self.write(&TrainEvent::Finished { state, message });
    }

    fn write(&mut self, event: &TrainEvent) {
        if let Err(error) = self.events.write(event) {
            self.trouble.get_or_insert(Failure::io(&self.folder, &error));
        }
    }
}

impl Watch for Recorder {
    fn event(&mut self, event: TrainEvent) {
        // How a run ends is said once, by `finish`, when its model stands too.
        if matches!(event, TrainEvent::Finished { .. }) {
            return;
        }
        self.write(&event);
        match event {
            TrainEvent::Started { plan, resumed_epoch } => {
                self.summary.planned_epochs = self.epochs_before + plan.epochs;
                self.summary.epochs = self.epochs_before + resumed_epoch;
                self.summary.metric = Some(plan.keep_best);
                self.save();
            }
            TrainEvent::Epoch(report) => {
                self.summary.epochs = self.epochs_before + report.epoch;
                self.remember_best(report.metric, report.validation_metric);
                self.save_now_and_then();
            }
            // Time that was spent counts against a budget, also when the process is killed within a long epoch.
            TrainEvent::Progress { .. } if self.secs() - self.summary.secs >= SECS_APART => self.save(),
            TrainEvent::Progress { .. } | TrainEvent::Note { .. } | TrainEvent::Finished { .. } => {}
        }
    }

    fn checkpoint(&mut self, checkpoint: &Checkpoint) -> io::Result<()> {
        let begun = self.begun.elapsed();
        if begun < self.next_checkpoint {
            return Ok(());
        }
        // What goes on from a checkpoint does not tell of its epochs again, so the ledger may not be behind it.
        self.save();
        file::write_io(&self.checkpoint, &checkpoint.to_bytes())?;
        let now = self.begun.elapsed();
        self.next_checkpoint = now + (now - begun) * SHARE;
        Ok(())
    }

    fn stopping(&self) -> bool {
        let now = self.begun.elapsed();
        if self.deadline.is_some_and(|deadline| self.secs() >= deadline.as_secs_f64()) {
            return true;
        }
        if self.stop_seen.get() || now < self.next_look.get() {
            return self.stop_seen.get();
        }
        self.next_look.set(now + STOP_INTERVAL);
        self.stop_seen.set(self.folder.join(STOP).exists());
        self.stop_seen.get()
    }

    fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

/// Where a round of a series, from 1, keeps its checkpoint.
pub(crate) fn round_checkpoint(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("checkpoint-{number}.safetensors"))
}
