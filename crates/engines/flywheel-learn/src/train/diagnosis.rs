//! What the curves say: hardly learned, diverging, learned by heart, still improving; each with what to change.

use flywheel_spec::event::EpochReport;
use flywheel_spec::recipe::{LossSpec, MetricName, Task};
use flywheel_spec::{Phrase, phrase};

use super::{Course, LoopState};
use crate::examples::Targets;
use crate::figure;

/// A network that closes less than this share of the way from guessing to perfect has hardly learned.
const HARDLY: f64 = 0.15;

/// A network that closes this share of the way is past suspicion, however flat its curve.
const WELL: f64 = 0.8;

/// A training loss that keeps more than this share of its first value is flat.
const FLAT: f64 = 0.97;

/// After numbers left the finite: what to turn down.
pub(super) fn after_divergence(course: &Course<'_>, state: &LoopState) -> Vec<Phrase> {
    let rate = course.schedule.rate(state.steps_done, &state.plateau);
    let mut findings = vec![phrase!("train.advise_diverged", rate = figure::plain(rate / 10.0))];
    if let Some(epoch) = state.best_epoch {
        findings.push(phrase!("train.kept_before_divergence", epoch = epoch));
    }
    findings
}

/// What finished epochs say; the gravest first.
pub(super) fn of_curves(course: &Course<'_>, reports: &[EpochReport]) -> Vec<Phrase> {
    let (Some(first), Some(last)) = (reports.first(), reports.last()) else { return Vec::new() };
    let mut findings = Vec::new();
    let rising = last.train_loss > 1.5 * first.train_loss && reports.len() >= 3;
    // The validation loss, because the training loss has the penalties in it.
    let astray = last.validation_loss > 3.0 * guessing_loss(course);
    if astray && !rising {
        findings.push(phrase!(
            "train.astray",
            loss = figure::plain(last.validation_loss),
            guess = figure::plain(guessing_loss(course)),
            rate = figure::plain(course.schedule.learning_rate / 10.0)
        ));
        return findings;
    }
    if rising {
        findings.push(phrase!(
            "train.diverging",
            first = figure::plain(first.train_loss),
            last = figure::plain(last.train_loss),
            rate = figure::plain(course.schedule.learning_rate / 10.0)
        ));
    }
    if !rising && hardly_learned(course, reports) {
        findings.push(hardly(course, reports));
        return findings;
    }
    let overfitted = overfitting(reports);
    findings.extend(overfitted.clone());
    if overfitted.is_none() && !rising && still_improving(course, reports) {
        findings.push(phrase!(
            "train.still_improving",
            last = figure::plain(last.validation_loss),
            epochs = 2 * course.epochs
        ));
    }
    findings
}

/// True when the best epoch is hardly better than answering always the same, or a middling one no better than the first.
fn hardly_learned(course: &Course<'_>, reports: &[EpochReport]) -> bool {
    let (Some(first), Some(last)) = (reports.first(), reports.last()) else { return false };
    let flat = reports.len() >= 3 && last.train_loss > FLAT * first.train_loss;
    let values = reports.iter().filter_map(|report| report.validation_metric);
    match (course.task, course.metric) {
        (Task::Classification, MetricName::Accuracy) => {
            let guess = largest_share(&course.train.targets);
            let closed = (values.fold(0.0, f64::max) - guess) / (1.0 - guess).max(1e-9);
            closed < HARDLY || (flat && closed < WELL)
        }
        (Task::Regression, MetricName::R2) => {
            let closed = values.fold(f64::MIN, f64::max);
            closed < HARDLY || (flat && closed < WELL)
        }
        (Task::Regression, MetricName::Rmse) => {
            let left = values.fold(f64::MAX, f64::min) / course.target_deviation.max(f64::MIN_POSITIVE);
            let closed = 1.0 - left * left;
            closed < HARDLY || (flat && closed < WELL)
        }
        _ => flat,
    }
}

/// Says that it hardly learned, and what suits the way it was trained.
fn hardly(course: &Course<'_>, reports: &[EpochReport]) -> Phrase {
    let steps = course.steps() * reports.len();
    if course.batch_size >= course.train.len() {
        return phrase!("train.hardly_full_batch", steps = steps, rows = course.train.len());
    }
    let rate = figure::plain(10.0 * course.schedule.learning_rate);
    phrase!("train.hardly", steps = steps, rate = rate, epochs = 5 * course.epochs)
}

/// Says from which epoch on it learned by heart: the validation loss rose by a tenth while the training loss went on falling.
fn overfitting(reports: &[EpochReport]) -> Option<Phrase> {
    let last = reports.last()?;
    let lowest = reports.iter().min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss))?;
    let rose = last.validation_loss > 1.1 * lowest.validation_loss && last.epoch >= lowest.epoch + 2;
    let fell = last.train_loss < lowest.train_loss;
    (rose && fell).then(|| {
        phrase!(
            "train.overfitting",
            epoch = lowest.epoch,
            lowest = figure::plain(lowest.validation_loss),
            last = figure::plain(last.validation_loss)
        )
    })
}

/// True when it ran to its end and every one of the last three epochs still lowered the validation loss by a hundredth.
fn still_improving(course: &Course<'_>, reports: &[EpochReport]) -> bool {
    let falls = |pair: &[EpochReport]| pair[1].validation_loss < 0.99 * pair[0].validation_loss;
    reports.len() == course.epochs && reports.len() >= 4 && reports[reports.len() - 4..].windows(2).all(falls)
}

/// The loss of answering all alike: uniform classes, or the mean.
fn guessing_loss(course: &Course<'_>) -> f64 {
    let classes = course.objective.outputs.max(2) as f64;
    match course.objective.loss {
        LossSpec::CrossEntropy { .. } | LossSpec::BinaryCrossEntropy { .. } => classes.ln(),
        // A standardised number has variance 1; a one-hot row of k has (k - 1) / k².
        _ if course.task == Task::Regression => 1.0,
        _ => (classes - 1.0) / (classes * classes),
    }
}

/// The share of the most frequent class.
fn largest_share(targets: &Targets) -> f64 {
    let Targets::Classes(classes) = targets else { return 0.0 };
    let mut counts = Vec::new();
    for &class in classes {
        if counts.len() <= class as usize {
            counts.resize(class as usize + 1, 0_usize);
        }
        counts[class as usize] += 1;
    }
    counts.into_iter().max().unwrap_or(0) as f64 / classes.len().max(1) as f64
}
