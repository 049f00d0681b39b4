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

/// A validation loss that is by this share below that of the classes' shares tells something of the classes.
const TOLD: f64 = 0.1;

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
    let losses: Vec<f64> = reports.iter().map(|report| report.validation_loss).collect();
    let ran_to_its_end = reports.len() == course.epochs;
    if overfitted.is_none() && !rising && ran_to_its_end && still_falls(&losses) {
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
            let guess = shares(&course.train.targets).into_iter().fold(0.0, f64::max);
            let closed = (values.fold(0.0, f64::max) - guess) / (1.0 - guess).max(1e-9);
            (closed < HARDLY && !tells_likelier(course, reports)) || (flat && closed < WELL)
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

/// True when the validation loss came well below that of the classes' shares: what is likelier was learned, though it seldom
/// is likely enough to be the answer.
fn tells_likelier(course: &Course<'_>, reports: &[EpochReport]) -> bool {
    let of_shares = matches!(course.objective.loss, LossSpec::CrossEntropy { .. })
        && course.objective.class_weights.is_empty();
    let entropy: f64 = shares(&course.train.targets)
        .into_iter()
        .filter(|&share| share > 0.0)
        .map(|share| -share * share.ln())
        .sum();
    let lowest = reports.iter().map(|report| report.validation_loss).fold(f64::MAX, f64::min);
    of_shares && lowest < (1.0 - TOLD) * entropy
}

/// Says that it hardly learned, and what suits the way it was trained.
fn hardly(course: &Course<'_>, reports: &[EpochReport]) -> Phrase {
    let steps = course.steps() * reports.len();
    if course.batch_size >= course.train.len() {
        let rows = course.train.len();
        let batch_size = (rows / 8).clamp(1, 128);
        return phrase!("train.hardly_full_batch", steps = steps, rows = rows, batch_size = batch_size);
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

/// True when the validation loss still fell at the end: by a hundredth in each of the last three epochs, or by a fiftieth
/// from the tenth of the epochs before the last tenth to that.
fn still_falls(losses: &[f64]) -> bool {
    let falls = |pair: &[f64]| pair[1] < 0.99 * pair[0];
    let each = losses.len() >= 4 && losses[losses.len() - 4..].windows(2).all(falls);
    let tenth = losses.len() / 10;
    let (before, last) = losses[losses.len() - 2 * tenth..].split_at(tenth);
    let mean = |losses: &[f64]| losses.iter().sum::<f64>() / losses.len() as f64;
    // A few epochs may rise among many that fall; two on either side tell nothing.
    each || (tenth >= 3 && mean(last) < 0.98 * mean(before))
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

/// The share of each class.
fn shares(targets: &Targets) -> Vec<f64> {
    let Targets::Classes(classes) = targets else { return Vec::new() };
    let mut counts = Vec::new();
    for &class in classes {
        if counts.len() <= class as usize {
            counts.resize(class as usize + 1, 0_usize);
        }
        counts[class as usize] += 1;
    }
    counts.into_iter().map(|count| count as f64 / classes.len().max(1) as f64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_that_falls_at_its_end_is_told_from_one_that_has_arrived() {
        let curve = |epochs: usize, loss: fn(f64) -> f64| {
            (0..epochs).map(|epoch| loss(epoch as f64)).collect::<Vec<f64>>()
        };
        let cases: [(&str, Vec<f64>, bool); 6] = [
            ("three steep epochs", vec![1.0, 0.9, 0.8, 0.7], true),
            ("too few to say", vec![1.0, 0.9, 0.8], false),
            ("arrived", curve(40, |epoch| 0.3 + (-epoch).exp()), false),
            ("slow and steady", curve(40, |epoch| (-0.008 * epoch).exp()), true),
            (
                "slow, with a rise in every other epoch",
                curve(40, |epoch| (-0.02 * epoch).exp() + 0.01 * (epoch % 2.0)),
                true,
            ),
            ("wavering", curve(40, |epoch| 0.3 + 0.01 * (epoch % 2.0)), false),
        ];
        for (name, losses, falls) in cases {
            assert_eq!(still_falls(&losses), falls, "{name}");
        }
    }
}
