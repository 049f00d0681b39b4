//! How good a model is: one file a metric, each with a 95% interval, the worst mistakes, and a verdict against guessing.

mod accuracy;
mod answers;
mod auc;
mod average_precision;
mod balanced_accuracy;
mod calibration_error;
mod confusion;
mod f1;
mod log_loss;
mod macro_mean;
mod mae;
mod mistakes;
mod precision;
mod r2;
mod recall;
mod rmse;
mod sure;
mod verdict;

use std::cell::OnceCell;

use flywheel_spec::Problem;
use flywheel_spec::evaluation::{ClassReport, EvaluationReport, MetricValue};
use flywheel_spec::model::Sureness;
use flywheel_spec::recipe::MetricName;
use flywheel_stats::Interval;
use flywheel_stats::chance::Chance;
use flywheel_tables::frame::Frame;

use crate::prepare::Preparation;

pub use answers::{Answers, ClassAnswers, NumberAnswers};
pub use confusion::Confusion;
pub use sure::{calibrated, sureness};
pub use verdict::{metric_words, written};

pub(crate) use answers::{choose, probabilities};
pub(crate) use sure::SMALLEST;

/// The metrics of a model of classes, in the order shown.
const CLASS_METRICS: [MetricName; 11] = [
    MetricName::Accuracy,
    MetricName::BalancedAccuracy,
    MetricName::Precision,
    MetricName::Recall,
    MetricName::F1,
    MetricName::F1Macro,
    MetricName::F1Weighted,
    MetricName::Auc,
    MetricName::AveragePrecision,
    MetricName::LogLoss,
    MetricName::CalibrationError,
];

/// The metrics of a model of numbers, in the order shown.
const NUMBER_METRICS: [MetricName; 3] = [MetricName::Rmse, MetricName::Mae, MetricName::R2];

/// What is judged, and what is known besides.
#[derive(Debug, Clone)]
pub struct Judgement<'a> {
    /// `train`, `validation`, `test`, or the name of another table.
    pub part: &'a str,
    /// What the model answered beside what was true.
    pub answers: &'a Answers,
    /// The frame's row of each answer.
    pub rows: &'a [usize],
    /// Where the rows stand, for showing mistakes.
    pub frame: &'a Frame,
    /// The model's preparation; its target holds the naive baseline.
    pub preparation: &'a Preparation,
    /// The headline metric; accuracy or RMSE when absent or when it doesn't suit the task.
    pub metric: Option<MetricName>,
    /// The headline metric on the training part, where it was measured; it tells overfitting from underfitting.
    pub train_value: Option<f64>,
    /// Keys the bootstrap's draws.
    pub seed: u64,
    /// When the model is sure, where it was asked to tell.
    pub sure: Option<Sureness>,
    /// Doubts that the report is to carry.
    pub warnings: Vec<Problem>,
}

/// Judges answers on all metrics; the time is mostly that of a bootstrap, a fifth of a second for 10,000 rows of ten classes.
pub fn judge(judgement: &Judgement<'_>) -> EvaluationReport {
    let answers = judgement.answers;
    let chance = Chance::new(judgement.seed).stream("evaluate");
    let metrics = estimates(answers, &chance);
    let (classes, confusion, calibration) = match answers {
        Answers::Classes(class_answers) => {
            let confusion = Confusion::of(class_answers);
            let classes = class_reports(judgement.preparation.labels(), &confusion);
            (classes, confusion.cells, calibration_error::bins(class_answers))
        }
        Answers::Numbers(_) => (Vec::new(), Vec::new(), Vec::new()),
    };
    let sure = match (answers, judgement.sure) {
        (Answers::Classes(answers), Some(sureness)) => sure::report(sureness, answers),
        _ => None,
    };
    EvaluationReport {
        verdict: verdict::verdict(judgement, &metrics),
        part: judgement.part.to_owned(),
        rows: answers.len() as u64,
        task: judgement.preparation.task,
        metrics,
        classes,
        confusion,
        calibration,
        sure,
        mistakes: mistakes::worst(answers, judgement.preparation, judgement.frame, judgement.rows),
        warnings: judgement.warnings.clone(),
    }
}

/// Every metric that is defined on these answers, each with its 95% interval.
pub fn estimates(answers: &Answers, chance: &Chance) -> Vec<MetricValue> {
    let intervals: &dyn Fn(MetricName) -> Option<Interval> = match answers {
        Answers::Classes(answers) => &class_intervals(answers, chance),
        Answers::Numbers(answers) => &|metric| number_interval(metric, answers, chance),
    };
    let defined: &[MetricName] = match answers {
        Answers::Classes(_) => &CLASS_METRICS,
        Answers::Numbers(_) => &NUMBER_METRICS,
    };
    defined
        .iter()
        .filter_map(|&metric| {
            let value = measure(metric, answers)?;
            let interval = intervals(metric).unwrap_or(Interval { low: value, high: value });
            Some(MetricValue { metric, value, low: interval.low, high: interval.high })
        })
        .collect()
}

/// One metric without its interval, as training asks for after every epoch; absent where it is undefined.
pub fn measure(metric: MetricName, answers: &Answers) -> Option<f64> {
    match answers {
        Answers::Classes(answers) => {
            let confusion = || Confusion::of(answers);
            match metric {
                MetricName::Accuracy => accuracy::value(answers),
                MetricName::BalancedAccuracy => balanced_accuracy::value(&confusion()),
                MetricName::Precision => precision::value(&confusion()),
                MetricName::Recall => recall::value(&confusion()),
                MetricName::F1 => f1::value(&confusion()),
                MetricName::F1Macro => f1::mean_value(&confusion(), f1::Mean::Macro),
                MetricName::F1Weighted => f1::mean_value(&confusion(), f1::Mean::Weighted),
                MetricName::Auc => auc::value(answers),
                MetricName::AveragePrecision => average_precision::value(answers),
                MetricName::LogLoss => log_loss::value(answers),
                MetricName::CalibrationError => calibration_error::value(answers),
                MetricName::Rmse | MetricName::Mae | MetricName::R2 => None,
            }
        }
        Answers::Numbers(answers) => match metric {
            MetricName::Rmse => rmse::value(answers),
            MetricName::Mae => mae::value(answers),
            MetricName::R2 => r2::value(answers),
            _ => None,
        },
    }
    .filter(|value| value.is_finite())
}

/// The intervals of classes' metrics; those that share a bootstrap run it once.
fn class_intervals(answers: &ClassAnswers, chance: &Chance) -> impl Fn(MetricName) -> Option<Interval> {
    let confusion = Confusion::of(answers);
    let once = OnceCell::new();
    move |metric| {
        let means = || *once.get_or_init(|| f1::mean_intervals(answers, &confusion, chance));
        match metric {
            MetricName::Accuracy => accuracy::interval(answers),
            MetricName::BalancedAccuracy => balanced_accuracy::interval(&confusion),
            MetricName::Precision => precision::interval(&confusion),
            MetricName::Recall => recall::interval(&confusion),
            MetricName::F1 => f1::interval(&confusion, means),
            MetricName::F1Macro => means().map(|means| means.unweighted),
            MetricName::F1Weighted => means().map(|means| means.weighted),
            MetricName::Auc => auc::interval(answers),
            MetricName::AveragePrecision => average_precision::interval(answers),
            MetricName::LogLoss => log_loss::interval(answers),
            MetricName::CalibrationError => calibration_error::interval(answers, chance),
            MetricName::Rmse | MetricName::Mae | MetricName::R2 => None,
        }
    }
}

fn number_interval(metric: MetricName, answers: &NumberAnswers, chance: &Chance) -> Option<Interval> {
    match metric {
        MetricName::Rmse => rmse::interval(answers, chance),
        MetricName::Mae => mae::interval(answers),
        MetricName::R2 => r2::interval(answers, chance),
        _ => None,
    }
}

fn class_reports(labels: &[String], confusion: &Confusion) -> Vec<ClassReport> {
    labels
        .iter()
        .enumerate()
        .map(|(class, label)| ClassReport {
            class: label.clone(),
            rows: confusion.true_rows[class],
            precision: precision::of_class(confusion, class),
            recall: recall::of_class(confusion, class),
            f1: f1::of_class(confusion, class),
        })
        .collect()
}

#[cfg(test)]
mod tests;
