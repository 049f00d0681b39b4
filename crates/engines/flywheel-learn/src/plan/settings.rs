//! What a recipe says of training, checked before and beside its data.

use flywheel_spec::recipe::{
    ClassWeights, LossSpec, MetricName, OptimizerSpec, ScheduleSpec, Task, TrainSpec,
};
use flywheel_spec::{Phrase, Problem, Problems, phrase};

use crate::network::InputPlan;
use crate::prepare::{Preparation, TargetCode};
use crate::tune::Tuning;

/// What needs no data to be seen.
pub fn check(spec: &TrainSpec) -> Problems {
    let mut problems = Problems::default();
    let train = &spec.train;
    let mut error = |setting: &str, message: Phrase, advice: Phrase| {
        problems.push(Problem::error(message).advise(advice).at_setting(setting));
    };
    if train.epochs == 0 || train.batch_size == 0 {
        let setting = if train.epochs == 0 { "train.epochs" } else { "train.batch_size" };
        error(setting, phrase!("train.zero"), phrase!("train.advise_zero"));
    }
    if train.warmup_epochs >= train.epochs as f64 && train.warmup_epochs > 0.0 {
        let message = phrase!("train.warmup_too_long", warmup = train.warmup_epochs, epochs = train.epochs);
        error("train.warmup_epochs", message, phrase!("train.advise_warmup"));
    }
    if let ScheduleSpec::Step { every_epochs: 0, .. } = train.schedule {
        error("train.schedule.every_epochs", phrase!("train.zero"), phrase!("train.advise_zero"));
    }
    for (setting, value) in numbers(spec) {
        if !value.is_finite() || value < 0.0 {
            let message = phrase!("train.not_a_size", found = value);
            error(setting, message, phrase!("train.advise_not_a_size"));
        }
    }
    if train.optimizer.learning_rate() == 0.0 {
        let message = phrase!("train.rate_zero");
        let advice = phrase!("train.advise_rate_zero");
        problems.push(Problem::warning(message).advise(advice).at_setting("train.optimizer.learning_rate"));
    }
    if let OptimizerSpec::Sgd { momentum: 0.0, nesterov: true, .. } = train.optimizer {
        let advice = phrase!("train.advise_nesterov");
        let problem = Problem::error(phrase!("train.nesterov_without_momentum")).advise(advice);
        problems.push(problem.at_setting("train.optimizer.nesterov"));
    }
    // Which metric is improved says nothing of what may change.
    if let Some(Err(found)) = Tuning::of(spec, MetricName::Accuracy) {
        problems.extend(found);
    }
    problems
}

/// Numbers that must be finite and not below 0.
fn numbers(spec: &TrainSpec) -> Vec<(&'static str, f64)> {
    let train = &spec.train;
    let mut numbers = vec![
        ("train.optimizer.learning_rate", train.optimizer.learning_rate()),
        ("train.l1", train.l1),
        ("train.l2", train.l2),
        ("train.warmup_epochs", train.warmup_epochs),
    ];
    numbers.extend(train.clip_norm.map(|norm| ("train.clip_norm", norm)));
    if let ClassWeights::ByHand { weights } = &train.class_weights {
        numbers.extend(weights.values().map(|&weight| ("train.class_weights.weights", weight)));
    }
    numbers
}

/// What must suit the kind of target.
pub(super) fn check_task(spec: &TrainSpec, task: Task, classes: usize) -> Problems {
    let mut problems = Problems::default();
    let mut error = |setting: String, message: Phrase, advice: Phrase| {
        problems.push(Problem::error(message).advise(advice).at_setting(setting));
    };
    let metric_advice = || match task {
        Task::Classification => phrase!("train.advise_class_metric"),
        Task::Regression => phrase!("train.advise_number_metric"),
    };
    if let Some(metric) = spec.train.keep_best.filter(|metric| !suits(*metric, task)) {
        let message = phrase!("train.metric_unsuited", metric = metric.name());
        error("train.keep_best".to_owned(), message, metric_advice());
    }
    for (metric, _) in spec.accept.iter().flat_map(|accept| accept.bars()) {
        if !suits(metric, task) {
            let message = phrase!("train.metric_unsuited", metric = metric.name());
            error(format!("accept.{}", metric.name()), message, metric_advice());
        }
    }
    let tuned = spec.tune.as_ref().and_then(|tune| tune.metric);
    if let Some(metric) = tuned.filter(|metric| !suits(*metric, task)) {
        let message = phrase!("train.metric_unsuited", metric = metric.name());
        error("tune.metric".to_owned(), message, metric_advice());
    }
    if task == Task::Regression && spec.serve.sure.is_some() {
        let advice = phrase!("train.advise_sure_of_numbers");
        error("serve.sure".to_owned(), phrase!("train.sure_of_numbers"), advice);
    }
    match (task, spec.train.loss) {
        (Task::Regression, Some(LossSpec::CrossEntropy { .. } | LossSpec::BinaryCrossEntropy { .. })) => {
            error(
                "train.loss".to_owned(),
                phrase!("train.loss_of_classes"),
                phrase!("train.advise_loss_of_numbers"),
            );
        }
        (Task::Classification, Some(LossSpec::BinaryCrossEntropy { .. })) if classes > 2 => {
            let message = phrase!("train.binary_of_many", classes = classes);
            error("train.loss".to_owned(), message, phrase!("train.advise_loss_of_classes"));
        }
        (Task::Classification, Some(LossSpec::Mse {} | LossSpec::Mae {} | LossSpec::Huber { .. })) => {
            let problem = Problem::warning(phrase!("train.loss_of_numbers"));
            problems.push(problem.advise(phrase!("train.advise_loss_of_classes")).at_setting("train.loss"));
        }
        _ => {}
    }
    problems
}

/// What must suit the kind of input.
pub(super) fn check_input(spec: &TrainSpec, input: &InputPlan) -> Problems {
    let mut problems = Problems::default();
    if spec.augment.is_some() && matches!(input, InputPlan::Rows { .. }) {
        let problem =
            Problem::error(phrase!("train.augment_rows")).advise(phrase!("train.advise_augment_rows"));
        problems.push(problem.at_setting("augment"));
    }
    problems
}

/// True when a metric is defined for a kind of target.
fn suits(metric: MetricName, task: Task) -> bool {
    let of_numbers = matches!(metric, MetricName::Rmse | MetricName::Mae | MetricName::R2);
    of_numbers == (task == Task::Regression)
}

/// How much each class counts; empty when all count the same.
pub(super) fn class_weights(spec: &TrainSpec, preparation: &Preparation) -> (Vec<f32>, Problems) {
    let mut problems = Problems::default();
    let setting = "train.class_weights";
    let TargetCode::Classes { labels, counts } = &preparation.target else {
        if spec.train.class_weights != ClassWeights::Equal {
            let problem = Problem::error(phrase!("train.weights_of_numbers"));
            problems.push(problem.advise(phrase!("train.advise_weights_of_numbers")).at_setting(setting));
        }
        return (Vec::new(), problems);
    };
    let weights = match &spec.train.class_weights {
        ClassWeights::Equal => Vec::new(),
        ClassWeights::Balanced => {
            let rows: u64 = counts.iter().sum();
            let share = |count: &u64| rows as f64 / (labels.len() as f64 * (*count).max(1) as f64);
            counts.iter().map(|count| share(count) as f32).collect()
        }
        ClassWeights::ByHand { weights } => {
            for name in weights.keys().filter(|name| !labels.contains(name)) {
                let known = labels.iter().map(|label| format!("`{label}`")).collect::<Vec<_>>().join(", ");
                let problem = Problem::error(phrase!("train.weight_of_unknown", class = name));
                let advice = phrase!("train.advise_weight_of_unknown", known = known);
                problems.push(problem.advise(advice).at_setting(format!("{setting}.weights.{name}")));
            }
            labels.iter().map(|label| weights.get(label).map_or(1.0, |&weight| weight as f32)).collect()
        }
    };
    (weights, problems)
}
