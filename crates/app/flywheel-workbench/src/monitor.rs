//! How a deployed model fares: its log held against what training looked like.

use flywheel_learn::monitor::{PredictionRecord, Watched, report};
use flywheel_spec::monitor::MonitorReport;
use flywheel_spec::predict::{ClassProbability, Prediction};

use crate::data::blocking;
use crate::predictions::{History, LoggedPrediction};
use crate::{Failure, Workbench};

impl Workbench {
    /// How a model fares: load, answers, drift, and realised quality.
    ///
    /// # Errors
    /// When there is no such model, or the log cannot be read at all.
    pub async fn monitor(&self, name: &str) -> Result<MonitorReport, Failure> {
        let (model, found) = self.version(name, None).await?;
        let bundle = self.bundle(name, found.version).await?;
        let history = self.history(name).await?;
        let name = name.to_owned();
        blocking(move || {
            let History { predictions, truths, damages } = history;
            let records: Vec<PredictionRecord> = predictions.into_iter().map(record).collect();
            let truths: Vec<(String, String)> =
                truths.into_iter().map(|truth| (truth.id, truth.label)).collect();
            let expected = bundle.judged.validation.as_ref().map_or(&[][..], |report| &report.metrics);
            report(&Watched {
                model: &name,
                version: model.deployed,
                reference: Some(&bundle.reference),
                target: Some(&bundle.preparation.target),
                expected,
                records: &records,
                truths: &truths,
                warnings: damages,
            })
        })
        .await
    }
}

fn record(logged: LoggedPrediction) -> PredictionRecord {
    let class = |(label, probability)| ClassProbability { label, probability };
    PredictionRecord {
        version: logged.version,
        at_secs: logged.at_micros as f64 / 1e6,
        latency_micros: logged.latency_micros,
        prediction: Prediction {
            id: Some(logged.id),
            label: logged.label,
            value: logged.value,
            probabilities: logged.probabilities.into_iter().map(class).collect(),
            sure: None,
            notes: Vec::new(),
        },
        input: logged.input,
    }
}
