//! Realised quality: the same metrics as on the validation part, over the predictions whose truth is known by now.

use std::collections::HashMap;

use flywheel_spec::evaluation::MetricValue;
use flywheel_spec::{Problem, phrase};
use flywheel_stats::chance::Chance;

use super::PredictionRecord;
use crate::evaluate::{Answers, ClassAnswers, NumberAnswers, estimates};
use crate::prepare::{TargetCode, read_number};

/// How many predictions have a truth that the model could have answered, and their metrics.
pub(super) fn realised(
    target: &TargetCode,
    records: &[&PredictionRecord],
    truths: &HashMap<&str, &str>,
    warnings: &mut Vec<Problem>,
) -> (u64, Vec<MetricValue>) {
    let known = records.iter().filter_map(|record| {
        let truth = truths.get(record.prediction.id.as_deref()?)?;
        Some((*record, *truth))
    });
    let mut foreign = 0_u64;
    let answers = match target {
        TargetCode::Classes { labels, .. } => {
            let place = |label: &str| labels.iter().position(|known| known == label);
            let mut answers = ClassAnswers {
                classes: labels.len(),
                truths: Vec::new(),
                predicted: Vec::new(),
                probabilities: Vec::new(),
            };
            for (record, truth) in known {
                let predicted = record.prediction.label.as_deref().and_then(place);
                let (Some(truth), Some(predicted)) = (place(truth), predicted) else {
                    foreign += 1;
                    continue;
                };
                let mut row = vec![0.0; labels.len()];
                for class in &record.prediction.probabilities {
                    if let Some(place) = place(&class.label) {
                        row[place] = class.probability as f32;
                    }
                }
                answers.truths.push(truth as u32);
                answers.predicted.push(predicted as u32);
                answers.probabilities.extend(row);
            }
            Answers::Classes(answers)
        }
        TargetCode::Number { .. } => {
            let mut answers = NumberAnswers { truths: Vec::new(), predicted: Vec::new() };
            for (record, truth) in known {
                let (Some(truth), Some(predicted)) = (read_number(truth), record.prediction.value) else {
                    foreign += 1;
                    continue;
                };
                answers.truths.push(truth);
                answers.predicted.push(predicted);
            }
            Answers::Numbers(answers)
        }
    };
    if foreign > 0 {
        warnings.push(Problem::warning(phrase!("monitor.foreign_truths", count = foreign)));
    }
    if answers.is_empty() {
        return (0, Vec::new());
    }
    (answers.len() as u64, estimates(&answers, &Chance::new(0).stream("realised")))
}
