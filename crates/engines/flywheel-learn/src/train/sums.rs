//! Sums over an epoch as its steps are met: the loss, and the kept metric where it needs no other row.

use flywheel_spec::recipe::{MetricName, Task};

use super::{Course, EpochSums};
use crate::engine::{Batch, StepOutcome};
use crate::loss::Truth;
use crate::network::Head;

/// Adds a step.
pub(super) fn add(sums: &mut EpochSums, course: &Course<'_>, batch: &Batch<'_>, outcome: &StepOutcome) {
    sums.loss += f64::from(outcome.loss) * batch.chosen.len() as f64;
    sums.rows += batch.chosen.len() as u64;
    let rows = outcome.outputs.chunks_exact(course.objective.outputs.max(1)).zip(batch.chosen);
    for (outputs, &example) in rows {
        match batch.examples.targets.truth(example as usize) {
            Truth::Class(class) => sums.score += f64::from(u8::from(answer(outputs, course.head) == class)),
            Truth::Number(number) => {
                let error = f64::from(outputs[0] - number) * course.target_deviation;
                sums.score += error * error;
                sums.distance += error.abs();
            }
        }
    }
}

/// The kept metric over the rows met; absent where it needs all rows at once.
pub(super) fn metric(sums: &EpochSums, course: &Course<'_>) -> Option<f64> {
    let rows = sums.rows as f64;
    let mean = sums.score / rows;
    match (course.task, course.metric) {
        _ if sums.rows == 0 => None,
        (Task::Classification, MetricName::Accuracy) => Some(mean),
        (Task::Regression, MetricName::Rmse) => Some(mean.sqrt()),
        (Task::Regression, MetricName::Mae) => Some(sums.distance / rows),
        // The target was standardised with the training part's own deviation.
        (Task::Regression, MetricName::R2) => {
            Some(1.0 - mean / (course.target_deviation * course.target_deviation))
        }
        _ => None,
    }
}

/// The class that outputs answer.
fn answer(outputs: &[f32], head: Head) -> usize {
    if head == Head::Sigmoid {
        return usize::from(outputs[0] >= 0.0);
    }
    let mut highest = 0;
    for (class, output) in outputs.iter().enumerate() {
        if *output > outputs[highest] {
            highest = class;
        }
    }
    highest
}
