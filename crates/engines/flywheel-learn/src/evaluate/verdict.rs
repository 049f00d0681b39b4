//! The three sentences every report begins with: how good, compared with guessing, what to do next.

use flywheel_spec::evaluation::{MetricValue, Verdict};
use flywheel_spec::recipe::{MetricName, Task};
use flywheel_spec::{Phrase, phrase};

use super::answers::{Answers, most_frequent};
use super::confusion::Confusion;
use super::{Judgement, measure};
use crate::figure;
use crate::prepare::TargetCode;

/// Fewer rows than this tell nothing of what another would give.
const TELLING_ROWS: usize = 2;

/// Below so many rows the first advice is to judge on more.
const FEW_ROWS: usize = 100;

/// A class recognised less often than this is what to work on.
const WEAK_RECALL: f64 = 0.7;

/// The AUC of answering all alike.
const GUESSED_AUC: f64 = 0.5;

/// A table answered better than this usually holds its own answer.
const TOO_GOOD: f64 = 0.999;

/// So many times the training part's errors are overfitting, if they are also so many more of all rows.
const OVERFITTED: (f64, f64) = (1.5, 0.03);

/// Says how good, against what, and what next.
pub(super) fn verdict(judgement: &Judgement<'_>, metrics: &[MetricValue]) -> Verdict {
    let headline = headline(judgement, metrics);
    let guesses = judgement.answers.baseline(&judgement.preparation.target);
    let baseline = measure(headline.metric, &guesses).unwrap_or(0.0);
    let beyond =
        if headline.metric.more_is_better() { headline.low > baseline } else { headline.high < baseline };
    let better = beyond && judgement.answers.len() >= TELLING_ROWS;
    Verdict {
        how_good: how_good(judgement, headline, metrics),
        against_guessing: against_guessing(judgement, headline, baseline, better),
        next: next(judgement, headline, metrics, baseline, better),
        metric: headline.metric,
        value: headline.value,
        baseline,
        better_than_guessing: better,
    }
}

/// The metric asked for, else accuracy or RMSE, else whatever is defined.
fn headline(judgement: &Judgement<'_>, metrics: &[MetricValue]) -> MetricValue {
    let usual = match judgement.preparation.task {
        Task::Classification => MetricName::Accuracy,
        Task::Regression => MetricName::Rmse,
    };
    let of = |name: MetricName| metrics.iter().find(|value| value.metric == name).copied();
    let nothing = MetricValue { metric: usual, value: 0.0, low: 0.0, high: 0.0 };
    judgement.metric.and_then(of).or_else(|| of(usual)).or(metrics.first().copied()).unwrap_or(nothing)
}

fn how_good(judgement: &Judgement<'_>, headline: MetricValue, metrics: &[MetricValue]) -> Phrase {
    let rows = judgement.answers.len();
    let target = &judgement.preparation.target_column;
    let key = match headline.metric {
        MetricName::Accuracy => "evaluate.good_accuracy",
        MetricName::Rmse | MetricName::Mae => "evaluate.good_error",
        _ => "evaluate.good_metric",
    };
    let seen = if judgement.part == "train" { phrase!("evaluate.seen") } else { phrase!("evaluate.unseen") };
    let phrase = Phrase::new(key)
        .with_phrase("seen", &seen)
        .with_phrase("metric", &metric_words(headline.metric))
        .with("value", written(headline.metric, headline.value))
        .with("low", written(headline.metric, headline.low))
        .with("high", written(headline.metric, headline.high))
        .with("target", target)
        .with("rows", rows);
    let r2 = metrics.iter().find(|value| value.metric == MetricName::R2);
    let explained = r2.map_or_else(|| "0%".to_owned(), |r2| figure::percent(r2.value.max(0.0)));
    phrase.with("explained", explained)
}

fn against_guessing(judgement: &Judgement<'_>, headline: MetricValue, baseline: f64, better: bool) -> Phrase {
    let guess = match &judgement.preparation.target {
        TargetCode::Classes { labels, counts } => {
            phrase!("evaluate.guess_class", class = labels[most_frequent(counts)])
        }
        TargetCode::Number { mean, .. } => phrase!("evaluate.guess_mean", mean = figure::plain(*mean)),
    };
    let errors = |value: f64| match headline.metric {
        MetricName::LogLoss | MetricName::CalibrationError | MetricName::Rmse | MetricName::Mae => value,
        _ => 1.0 - value,
    };
    let fewer = if errors(baseline) > 0.0 { 1.0 - errors(headline.value) / errors(baseline) } else { 0.0 };
    let key = match (better, headline.metric) {
        (false, _) => "evaluate.no_better",
        (true, MetricName::Accuracy) => "evaluate.better_accuracy",
        (true, MetricName::Rmse | MetricName::Mae) => "evaluate.better_error",
        (true, _) => "evaluate.better_metric",
    };
    Phrase::new(key)
        .with_phrase("guess", &guess)
        .with_phrase("metric", &metric_words(headline.metric))
        .with("baseline", written(headline.metric, baseline))
        .with("value", written(headline.metric, headline.value))
        .with("fewer", figure::percent(fewer.max(0.0)))
}

/// The first thing that holds, in the order of what would mislead most.
fn next(
    judgement: &Judgement<'_>,
    headline: MetricValue,
    metrics: &[MetricValue],
    baseline: f64,
    better: bool,
) -> Phrase {
    let target = &judgement.preparation.target_column;
    let rows = judgement.answers.len();
    if !better && rows >= TELLING_ROWS {
        // So few rows would not show a good model to be better than a guess either.
        if rows < FEW_ROWS && (headline.low..=headline.high).contains(&baseline) {
            return phrase!("evaluate.next_few_rows", rows = rows);
        }
        if let Some(auc) = tells_likelier(judgement, headline, metrics) {
            return phrase!("evaluate.next_likelier", auc = written(MetricName::Auc, auc));
        }
        return match judgement.train_value.is_some_and(|train| far_better(headline, train)) {
            true => phrase!("evaluate.next_learned_by_heart", target = target),
            false => phrase!("evaluate.next_learned_nothing", target = target),
        };
    }
    if too_good(judgement, metrics) {
        return phrase!("evaluate.next_too_good", target = target);
    }
    if rows < FEW_ROWS {
        return phrase!("evaluate.next_few_rows", rows = rows);
    }
    if let Some(train) = judgement.train_value.filter(|&train| far_better(headline, train)) {
        return phrase!(
            "evaluate.next_overfitted",
            train = written(headline.metric, train),
            value = written(headline.metric, headline.value)
        );
    }
    match judgement.answers {
        Answers::Classes(answers) => next_for_classes(judgement, &Confusion::of(answers)),
        Answers::Numbers(_) => {
            let r2 = metrics.iter().find(|value| value.metric == MetricName::R2).map_or(0.0, |r2| r2.value);
            if r2 < 0.5 {
                phrase!(
                    "evaluate.next_explains_little",
                    explained = figure::percent(r2.max(0.0)),
                    target = target
                )
            } else {
                phrase!("evaluate.next_deploy_number")
            }
        }
    }
}

fn next_for_classes(judgement: &Judgement<'_>, confusion: &Confusion) -> Phrase {
    let labels = judgement.preparation.labels();
    let recall = |class: usize| confusion.hits(class) as f64 / confusion.true_rows[class] as f64;
    let present = (0..labels.len()).filter(|&class| confusion.true_rows[class] >= 5);
    let weakest = present.min_by(|&a, &b| recall(a).total_cmp(&recall(b)).then(a.cmp(&b)));
    let mistaken = weakest.and_then(|class| Some((class, confusion.most_mistaken_for(class)?)));
    let Some((class, (other, count))) = mistaken else { return phrase!("evaluate.next_deploy") };
    if recall(class) < WEAK_RECALL {
        return phrase!(
            "evaluate.next_weak_class",
            class = labels[class],
            recall = figure::percent(recall(class)),
            other = labels[other]
        );
    }
    let commonest = (0..labels.len())
        .filter_map(|class| Some((class, confusion.most_mistaken_for(class)?)))
        .max_by_key(|&(class, (_, count))| (count, std::cmp::Reverse(class)));
    let (class, (other, count)) = commonest.unwrap_or((class, (other, count)));
    phrase!("evaluate.next_deploy_mistake", class = labels[class], other = labels[other], count = count)
}

/// The AUC of a model whose answers are hardly better than the guess though its probabilities clearly are; absent of one that
/// only ever gives one answer.
fn tells_likelier(judgement: &Judgement<'_>, headline: MetricValue, metrics: &[MetricValue]) -> Option<f64> {
    let Answers::Classes(answers) = judgement.answers else { return None };
    let differ = answers.predicted.iter().any(|&class| class != answers.predicted[0]);
    let auc = metrics.iter().find(|value| value.metric == MetricName::Auc && value.low > GUESSED_AUC)?;
    (differ && headline.metric == MetricName::Accuracy).then_some(auc.value)
}

/// A table (not images) that is answered without fail usually holds a column that is only known afterwards.
fn too_good(judgement: &Judgement<'_>, metrics: &[MetricValue]) -> bool {
    let reached = |name| metrics.iter().any(|value| value.metric == name && value.value >= TOO_GOOD);
    judgement.preparation.image().is_none() && (reached(MetricName::Accuracy) || reached(MetricName::R2))
}

/// Whether the training part fares so much better that the rest was learned by heart.
fn far_better(headline: MetricValue, train: f64) -> bool {
    let (times, more) = OVERFITTED;
    if headline.metric.more_is_better() {
        let (errors, train_errors) = (1.0 - headline.value, 1.0 - train);
        errors > train_errors * times && errors - train_errors > more
    } else {
        headline.value > train * times
    }
}

/// The metric's name in words.
pub fn metric_words(metric: MetricName) -> Phrase {
    Phrase::new(&format!("evaluate.metric_{}", metric.name()))
}

/// A value as a reader expects it: shares as percentages, areas and losses as numbers.
pub fn written(metric: MetricName, value: f64) -> String {
    match metric {
        MetricName::Accuracy
        | MetricName::BalancedAccuracy
        | MetricName::Precision
        | MetricName::Recall
        | MetricName::CalibrationError => figure::percent(value),
        MetricName::F1
        | MetricName::F1Macro
        | MetricName::F1Weighted
        | MetricName::Auc
        | MetricName::AveragePrecision
        | MetricName::R2 => {
            // Adding 0 turns the minus zero that rounding leaves into 0.
            format!("{:.3}", (value * 1000.0).round() / 1000.0 + 0.0)
        }
        MetricName::LogLoss | MetricName::Rmse | MetricName::Mae => figure::plain(value),
    }
}
