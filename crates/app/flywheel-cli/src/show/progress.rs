//! A run's progress: a bar on a terminal, plain lines elsewhere, nothing when a program reads.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flywheel_spec::event::TrainEvent;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::number::{count, duration, metric, significant};
use crate::screen::Screen;

/// Shows a run's events as they come.
pub struct Progress {
    screen: Screen,
    bar: Option<ProgressBar>,
    epochs: usize,
}

impl Progress {
    /// Ready for the first event.
    pub fn new(screen: Screen) -> Self {
        Self { screen, bar: None, epochs: 0 }
    }

    /// Takes an event.
    pub fn take(&mut self, event: &TrainEvent) {
        match event {
            TrainEvent::Started { plan, resumed_epoch } => {
                self.epochs = plan.epochs;
                self.clear();
                self.line(&format!(
                    "{} · {} {} · {} · {}",
                    plan.name,
                    count(plan.network.parameters),
                    self.screen.word("parameters"),
                    plan.engine,
                    self.screen.text(&plan.engine_reason),
                ));
                if *resumed_epoch > 0 {
                    self.line(&format!("{} {resumed_epoch}", self.screen.word("goes_on_after")));
                }
                if self.screen.live {
                    self.bar = Some(bar(plan.steps_per_epoch as u64));
                }
            }
            TrainEvent::Progress { epoch, step, steps, loss, rows_per_sec, left_secs } => {
                let Some(bar) = &self.bar else { return };
                bar.set_length(*steps as u64);
                bar.set_position(*step as u64);
                bar.set_prefix(format!("{} {epoch}/{}", self.screen.word("epoch"), self.epochs));
                bar.set_message(format!(
                    "{} {} · {} {}/s · {} {}",
                    self.screen.word("loss"),
                    significant(*loss),
                    count(*rows_per_sec as u64),
                    self.screen.word("rows_word"),
                    self.screen.word("left"),
                    duration(*left_secs, self.screen.language),
                ));
            }
            TrainEvent::Epoch(report) => {
                let value = report
                    .validation_metric
                    .map_or_else(|| "–".to_owned(), |value| metric(report.metric, value));
                self.line(&format!(
                    "{} {}/{} · {} {} · {} {} · {} {value} · {}{}",
                    self.screen.word("epoch"),
                    report.epoch,
                    self.epochs,
                    self.screen.word("loss"),
                    significant(report.train_loss),
                    self.screen.word("loss_validation"),
                    significant(report.validation_loss),
                    self.screen.word(&format!("metric_{}", report.metric.name())),
                    duration(report.secs, self.screen.language),
                    if report.best { " ★" } else { "" },
                ));
            }
            TrainEvent::Note { message } => self.line(self.screen.text(message)),
            TrainEvent::Finished { message, .. } => {
                self.clear();
                self.line(self.screen.text(message));
            }
        }
    }

    fn line(&self, text: &str) {
        match &self.bar {
            Some(bar) => bar.println(text),
            None => self.screen.aside(text),
        }
    }

    fn clear(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}

/// Bars for files that arrive.
pub struct Downloads {
    screen: Screen,
    current: Mutex<Option<(String, ProgressBar)>>,
}

impl Downloads {
    /// Ready for the first file.
    pub fn new(screen: Screen) -> Self {
        Self { screen, current: Mutex::new(None) }
    }

    /// Takes how far a file is: its name, the bytes that are here, and all of them where that is known.
    pub fn take(&self, file: &str, bytes: u64, total: Option<u64>) {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if current.as_ref().is_none_or(|(name, _)| name != file) {
            *current = Some((file.to_owned(), self.begin(file)));
        }
        if let Some((_, bar)) = current.as_ref() {
            bar.set_length(total.unwrap_or(bytes));
            bar.set_position(bytes);
        }
    }

    fn begin(&self, file: &str) -> ProgressBar {
        if !self.screen.live {
            self.screen.aside(file);
            return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style("{prefix} {bar:32} {bytes}/{total_bytes} {bytes_per_sec}"));
        bar.set_prefix(file.to_owned());
        bar
    }
}

/// A count of rows that are read.
pub struct Rows {
    bar: ProgressBar,
}

impl Rows {
    /// Ready for the first row.
    pub fn new(screen: Screen) -> Self {
        let target = if screen.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style("{spinner} {human_pos} {prefix} {per_sec}"));
        bar.set_prefix(screen.word("rows_word"));
        Self { bar }
    }

    /// Takes how many there are so far.
    pub fn take(&self, done: u64) {
        self.bar.set_position(done);
    }

    /// Goes away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}

/// Messages that are read by meaning, of how many.
#[derive(Clone)]
pub struct Messages {
    bar: ProgressBar,
}

impl Messages {
    /// Ready for the first message.
    pub fn new(screen: Screen) -> Self {
        let target = if screen.live { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        bar.set_style(style("{bar:32} {human_pos}/{human_len} {prefix} {per_sec} {eta}"));
        bar.set_prefix(screen.word("messages"));
        Self { bar }
    }

    /// Takes how many are read, of how many.
    pub fn take(&self, done: usize, all: usize) {
        self.bar.set_length(all as u64);
        self.bar.set_position(done as u64);
    }

    /// Goes away.
    pub fn done(&self) {
        self.bar.finish_and_clear();
    }
}

fn bar(steps: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(steps), ProgressDrawTarget::stderr());
    bar.set_style(style("{prefix} {bar:32} {msg}"));
    bar.enable_steady_tick(Duration::from_millis(250));
    bar
}

fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    style.progress_chars("━╸ ")
}
