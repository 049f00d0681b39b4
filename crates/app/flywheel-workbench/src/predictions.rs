//! The prediction log: every answer of a deployed model, and every truth that came later, kept off the request's path.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use flywheel_learn::monitor::InputSummary;
use flywheel_spec::predict::Prediction;
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_tables::spool::{self, Damage, DamageKind, Lost, Spool, SpoolOptions};
use serde::{Deserialize, Serialize};

use crate::data::blocking;
use crate::{Failure, Workbench};

/// One answer, as the server hands it over; it is encoded on the log's own thread.
#[derive(Debug, Clone)]
pub struct Answered {
    /// The model's name.
    pub model: Arc<str>,
    /// Its version.
    pub version: u64,
    /// The answer, with its id.
    pub prediction: Prediction,
    /// What it was asked.
    pub input: InputSummary,
    /// Time inside the server.
    pub latency: Duration,
    /// When it was answered.
    pub at: SystemTime,
}

/// One answer as it is read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedPrediction {
    /// The prediction's id.
    pub id: String,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub at_micros: u64,
    /// The model.
    pub model: String,
    /// Its version.
    pub version: u64,
    /// Time inside the server, microseconds.
    pub latency_micros: f64,
    /// The class; absent in regression.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// The number; absent for classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// Every class with its probability; empty in regression.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probabilities: Vec<(String, f64)>,
    /// What it was asked.
    pub input: InputSummary,
}

/// A truth that came later, as it is read back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LoggedTruth {
    /// The prediction's id.
    pub id: String,
    /// The model.
    pub model: String,
    /// Microseconds since 1970-01-01T00:00:00Z.
    pub at_micros: u64,
    /// The true class, or the true number as text.
    pub label: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
enum Record {
    Prediction(LoggedPrediction),
    Truth(LoggedTruth),
}

/// One record on its way to the log.
pub(crate) enum Entry {
    /// An answer.
    Answered(Box<Answered>),
    /// A truth.
    Truth(LoggedTruth),
}

/// Everything read back of one model.
#[derive(Debug, Clone, Default)]
pub(crate) struct History {
    /// In the order answered.
    pub predictions: Vec<LoggedPrediction>,
    /// In the order sent.
    pub truths: Vec<LoggedTruth>,
    /// What of the log cannot be read.
    pub damages: Vec<Problem>,
}

/// The open log; one for each process that answers. Cheap to clone.
#[derive(Clone)]
pub struct PredictionLog {
    spool: Arc<Spool<Entry>>,
}

impl std::fmt::Debug for PredictionLog {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("PredictionLog").finish_non_exhaustive()
    }
}

impl PredictionLog {
    /// Takes an answer; returns at once.
    pub fn record(&self, answered: Answered) {
        self.spool.append(Entry::Answered(Box::new(answered)));
    }

    /// Answers that wait for the disk.
    pub fn waiting(&self) -> u64 {
        self.spool.waiting()
    }

    /// What could not be written since the log was opened.
    pub fn lost(&self) -> Lost {
        self.spool.lost()
    }

    /// Returns when everything taken before is on the disk.
    ///
    /// # Errors
    /// When some of it could not be written.
    pub fn flush(&self) -> std::io::Result<()> {
        self.spool.flush()
    }
}

/// An id that no other prediction has: the moment, this process, and a count, in hexadecimal.
pub fn prediction_id() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed) & 0xFF_FFFF;
    format!("{:014x}{:06x}{count:06x}", micros(SystemTime::now()), std::process::id() & 0xFF_FFFF)
}

impl Workbench {
    /// Opens the log for writing.
    ///
    /// # Errors
    /// When its folder cannot be written.
    pub fn prediction_log(&self) -> Result<PredictionLog, Failure> {
        let folder = self.folder().predictions();
        let spool = Spool::open(&folder, SpoolOptions::default(), encode);
        let log = PredictionLog { spool: Arc::new(spool.map_err(|error| Failure::io(&folder, &error))?) };
        let mut open = self.inner.predictions.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *open = Arc::downgrade(&log.spool);
        Ok(log)
    }

    /// Ends the segment that this process writes, if it writes one, so that what stands there may be written anew.
    pub(crate) async fn seal_predictions(&self) -> Result<(), Failure> {
        let open = self.inner.predictions.lock().unwrap_or_else(std::sync::PoisonError::into_inner).upgrade();
        let Some(spool) = open else { return Ok(()) };
        let sealed = blocking(move || spool.seal()).await?;
        sealed.map(drop).map_err(|error| Failure::io(&self.folder().predictions(), &error))
    }

    /// Keeps the truth about an earlier prediction; it is on the disk when this returns.
    ///
    /// # Errors
    /// When no prediction of the model has that id, or the model gives no such label.
    pub async fn truth(
        &self,
        log: &PredictionLog,
        model: &str,
        id: &str,
        label: &str,
    ) -> Result<(), Failure> {
        let flushed = log.clone();
        blocking(move || flushed.flush())
            .await?
            .map_err(|error| Failure::io(&self.folder().predictions(), &error))?;
        let folder = self.folder().predictions();
        let (of, wanted) = (model.to_owned(), id.to_owned());
        let Some(prediction) = blocking(move || find(&folder, &of, &wanted)).await?? else {
            let problem = Problem::error(phrase!("workbench.no_prediction", id = id, model = model));
            return Err(Failure::NotFound(problem.advise(Phrase::new("workbench.no_prediction_advice"))));
        };
        check_label(&prediction, label)?;
        let truth = LoggedTruth {
            id: id.to_owned(),
            model: model.to_owned(),
            at_micros: micros(SystemTime::now()),
            label: label.to_owned(),
        };
        let spool = log.spool.clone();
        let written = blocking(move || spool.append_durably(Entry::Truth(truth))).await?;
        written.map_err(|error| Failure::io(&self.folder().predictions(), &error))
    }

    /// Everything that the log holds of a model.
    pub(crate) async fn history(&self, model: &str) -> Result<History, Failure> {
        let folder = self.folder().predictions();
        let model = model.to_owned();
        blocking(move || read_history(folder, &model)).await?
    }
}

fn read_history(folder: PathBuf, model: &str) -> Result<History, Failure> {
    let mut history = History::default();
    let take = |content: &[u8]| match serde_json::from_slice(content) {
        Ok(Record::Prediction(prediction)) if prediction.model == model => {
            history.predictions.push(prediction)
        }
        Ok(Record::Truth(truth)) if truth.model == model => history.truths.push(truth),
        // Another model's, or a newer program's record.
        _ => {}
    };
    let damages = spool::read(&folder, take).map_err(|error| Failure::io(&folder, &error))?;
    history.damages = damages.iter().map(damage).collect();
    Ok(history)
}

/// The answer of a model with that id, looked for from the newest segment back to the one that holds it.
fn find(folder: &Path, model: &str, id: &str) -> Result<Option<LoggedPrediction>, Failure> {
    let io = |error: std::io::Error| Failure::io(folder, &error);
    for (_, segment) in spool::segments(folder).map_err(io)?.into_iter().rev() {
        let mut found = None;
        let take = |content: &[u8]| {
            // Records without the id in their text need not be read as JSON.
            let holds_id = std::str::from_utf8(content).is_ok_and(|text| text.contains(id));
            if holds_id
                && let Ok(Record::Prediction(prediction)) = serde_json::from_slice(content)
                && prediction.id == id
                && prediction.model == model
            {
                found = Some(prediction);
            }
        };
        spool::read_segment_file(&segment, take).map_err(io)?;
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

fn damage(damage: &Damage) -> Problem {
    let key = match damage.kind {
        DamageKind::Torn => "workbench.log_torn",
        DamageKind::Flipped => "workbench.log_flipped",
        DamageKind::Foreign => "workbench.log_foreign",
    };
    Problem::warning(phrase!(key, offset = damage.offset, bytes = damage.bytes))
        .advise(Phrase::new("workbench.log_advice"))
        .in_file(damage.file.display().to_string())
}

fn check_label(prediction: &LoggedPrediction, label: &str) -> Result<(), Failure> {
    let problem = if prediction.value.is_some() {
        if label.trim().parse::<f64>().is_ok_and(f64::is_finite) {
            return Ok(());
        }
        Problem::error(phrase!("workbench.truth_number", found = label))
    } else {
        let known: Vec<String> = prediction.probabilities.iter().map(|(known, _)| known.clone()).collect();
        if known.is_empty() || known.iter().any(|known| known == label) {
            return Ok(());
        }
        let message = phrase!("workbench.truth_label", found = label);
        return Err(Failure::Wrong(Failure::not_found(message, &known, label).problems()));
    };
    Err(Failure::Wrong(problem.into()))
}

fn encode(entry: &Entry, bytes: &mut Vec<u8>) {
    let record = match entry {
        Entry::Truth(truth) => Record::Truth(truth.clone()),
        Entry::Answered(answered) => Record::Prediction(LoggedPrediction {
            id: answered.prediction.id.clone().unwrap_or_default(),
            at_micros: micros(answered.at),
            model: answered.model.to_string(),
            version: answered.version,
            latency_micros: answered.latency.as_nanos() as f64 / 1e3,
            label: answered.prediction.label.clone(),
            value: answered.prediction.value,
            probabilities: answered
                .prediction
                .probabilities
                .iter()
                .map(|class| (class.label.clone(), class.probability))
                .collect(),
            input: answered.input.clone(),
        }),
    };
    if let Err(error) = serde_json::to_writer(bytes, &record) {
        unreachable!("a record of plain values has a JSON form: {error}");
    }
}

fn micros(moment: SystemTime) -> u64 {
    moment.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_micros() as u64)
}

#[cfg(test)]
mod tests {
    use flywheel_spec::predict::ClassProbability;

    use super::*;

    fn answered(model: &str, id: &str) -> Answered {
        let class = |label: &str| ClassProbability { label: label.to_owned(), probability: 0.5 };
        Answered {
            model: model.into(),
            version: 1,
            prediction: Prediction {
                id: Some(id.to_owned()),
                label: Some("yes".to_owned()),
                sure: None,
                value: None,
                probabilities: vec![class("yes"), class("no")],
                notes: Vec::new(),
            },
            input: InputSummary::Row { values: serde_json::Map::new() },
            latency: Duration::from_millis(1),
            at: SystemTime::now(),
        }
    }

    #[tokio::test]
    async fn a_truth_is_looked_up_no_further_back_than_its_prediction() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = flywheel_spec::project::ProjectSpec::named("shop");
        let workbench = Workbench::init(folder.path(), &project).await.expect("a project");
        // An older segment that nobody can read.
        let older = spool::segment_path(&workbench.folder().predictions(), 1);
        std::fs::create_dir_all(&older).expect("made");
        let log = workbench.prediction_log().expect("a log");
        for (model, id) in [("churn", "a1"), ("other", "b2")] {
            log.record(answered(model, id));
        }
        workbench.truth(&log, "churn", "a1", "no").await.expect("kept");
        std::fs::remove_dir(&older).expect("removed");
        for (model, id) in [("churn", "b2"), ("churn", "c3"), ("churn", "")] {
            let refused = workbench.truth(&log, model, id, "no").await;
            assert!(matches!(refused, Err(Failure::NotFound(_))), "{model} {id}: {refused:?}");
        }
        assert!(workbench.truth(&log, "churn", "a1", "maybe").await.is_err());
        assert_eq!(workbench.history("churn").await.expect("read").truths.len(), 1);
    }

    #[test]
    fn ids_differ() {
        let ids: std::collections::HashSet<String> = (0..1000).map(|_| prediction_id()).collect();
        assert_eq!(ids.len(), 1000);
    }
}
