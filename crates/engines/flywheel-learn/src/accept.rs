//! *Until it is good enough*: from the rounds so far to the next change of the recipe, with its reason.
//!
//! Each round changes one thing of the best round so far, the first remedy for what ails that round that has not been
//! tried on it yet: the same order in which a person with a validation curve before them would go about it.

use flywheel_spec::evaluation::EvaluationReport;
use flywheel_spec::event::EpochReport;
use flywheel_spec::recipe::{
    AcceptSpec, AugmentSpec, LayerSpec, MetricName, OptimizerSpec, ScheduleSpec, TrainSpec,
};
use flywheel_spec::run::BarResult;
use flywheel_spec::{Phrase, phrase};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::evaluate::written;

/// A round that is over.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// What was trained, its network written out layer by layer.
    pub recipe: TrainSpec,
    /// What was changed before it, as [`next`] gave it.
    pub changes: Vec<Phrase>,
    /// Its epochs.
    pub epochs: Vec<EpochReport>,
    /// Each bar with its value on the validation part.
    pub bars: Vec<BarResult>,
    /// The first bar's metric on the training part, where it was measured.
    pub train_value: Option<f64>,
    /// Whether numbers left the finite.
    pub diverged: bool,
    /// Whether it learns from images, which can be moved about.
    pub images: bool,
    /// Seconds it took.
    pub secs: f64,
}

/// The next round.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextRound {
    /// What to train.
    pub recipe: TrainSpec,
    /// What was changed, and why.
    pub changes: Vec<Phrase>,
}

/// Each bar against the report on the validation part.
pub fn bars(accept: &AcceptSpec, report: Option<&EvaluationReport>) -> Vec<BarResult> {
    accept
        .bars()
        .into_iter()
        .map(|(metric, bar)| {
            let found = report.and_then(|report| report.metrics.iter().find(|value| value.metric == metric));
            let value = found.map(|found| found.value);
            let met =
                value.is_some_and(|value| if metric.more_is_better() { value >= bar } else { value <= bar });
            BarResult { metric, bar, value, met }
        })
        .collect()
}

/// The round that comes nearest to its bars, of equals the one with the least loss: the kept one when the budget is spent.
pub fn best(rounds: &[Round]) -> Option<usize> {
    let runnable =
        (0..rounds.len()).filter(|&round| !rounds[round].bars.is_empty() && !rounds[round].diverged);
    // Answers that all stay the same move no bar for a while; the loss tells which way leads on.
    let place = |round: usize| (rounds[round].shortfall(), rounds[round].least_loss());
    runnable.min_by(|&a, &b| {
        let ((a_short, a_loss), (b_short, b_loss)) = (place(a), place(b));
        a_short.total_cmp(&b_short).then(a_loss.total_cmp(&b_loss)).then(a.cmp(&b))
    })
}

/// What to train next with so many seconds left; absent when the bars are met, the time does not suffice, or nothing is left to try.
pub fn next(rounds: &[Round], left_secs: f64) -> Option<NextRound> {
    if rounds.iter().any(Round::accepted) {
        return None;
    }
    let base = match best(rounds) {
        Some(base) => base,
        // Nothing but divergence so far: mend the last.
        None => rounds.len().checked_sub(1)?,
    };
    let round = &rounds[base];
    // What later rounds tried on this one in vain.
    let tried: Vec<&Phrase> = rounds[base + 1..].iter().flat_map(|later| &later.changes).collect();
    let ailments = remedies(round);
    let remedy = ailments.into_iter().find_map(|remedy| {
        let (recipe, change, times) = remedy(round, left_secs)?;
        let is_new = tried.iter().all(|phrase| phrase.key != change.key || phrase.args != change.args);
        (is_new && round.secs * times <= left_secs).then_some((recipe, change))
    });
    remedy.map(|(recipe, change)| NextRound { recipe, changes: vec![change] })
}

impl Round {
    /// True when all bars were met.
    pub fn accepted(&self) -> bool {
        !self.bars.is_empty() && self.bars.iter().all(|bar| bar.met)
    }

    /// How far the worst bar is missed, as a share of what the bar allows.
    fn shortfall(&self) -> f64 {
        let miss = |bar: &BarResult| match bar.value {
            None => f64::INFINITY,
            Some(value) => {
                let scale = errors(bar.metric, bar.bar).abs().max(1e-6);
                (errors(bar.metric, value) - errors(bar.metric, bar.bar)) / scale
            }
        };
        self.bars.iter().map(miss).fold(f64::NEG_INFINITY, f64::max)
    }

    fn least_loss(&self) -> f64 {
        self.epochs.iter().map(|epoch| epoch.validation_loss).fold(f64::INFINITY, f64::min)
    }

    fn value(&self) -> Option<(MetricName, f64)> {
        self.bars.first().and_then(|bar| Some((bar.metric, bar.value?)))
    }

    /// The training part fares clearly better than the validation part.
    fn learned_by_heart(&self) -> bool {
        let (Some((metric, value)), Some(train)) = (self.value(), self.train_value) else { return false };
        let (left, train_left) = (errors(metric, value), errors(metric, train));
        left > 1.5 * train_left && left - train_left > 0.002 * left.max(1.0)
    }

    fn hardly_learned(&self) -> bool {
        match (self.epochs.first(), self.epochs.last()) {
            (Some(first), Some(last)) => {
                last.validation_loss > 0.9 * first.validation_loss && !self.learned_by_heart()
            }
            _ => true,
        }
    }

    fn best_epoch(&self) -> usize {
        self.epochs.iter().rev().find(|epoch| epoch.best).map_or(0, |epoch| epoch.epoch)
    }

    fn still_improving(&self) -> bool {
        let planned = self.recipe.train.epochs;
        self.epochs.len() >= planned && self.best_epoch() * 10 >= planned * 9
    }

    /// The training and validation values in words, for a reason.
    fn compared(&self) -> [String; 2] {
        let Some((metric, value)) = self.value() else { return ["?".to_owned(), "?".to_owned()] };
        [
            self.train_value.map_or_else(|| "?".to_owned(), |train| written(metric, train)),
            written(metric, value),
        ]
    }
}

/// A change of the recipe with its reason and how many times the round's seconds it takes; absent where it can't be made.
type Remedy = fn(&Round, f64) -> Option<(TrainSpec, Phrase, f64)>;

/// The remedies for what ails a round, the most promising first; the rest follow, so that the budget is used.
fn remedies(round: &Round) -> Vec<Remedy> {
    let mut order: Vec<Remedy> = Vec::new();
    if round.diverged {
        return vec![calmer];
    }
    if round.hardly_learned() {
        order.extend([adam as Remedy, faster]);
    }
    if round.learned_by_heart() {
        order.extend([augment as Remedy, dropout, longer_if_improving, cosine, penalise]);
    } else {
        order.extend([longer_if_improving as Remedy, cosine, wider, smaller_batch, augment]);
    }
    let rest: [Remedy; 9] =
        [cosine, dropout, wider, longer, slower, smaller_batch, augment, penalise, faster];
    order.extend(rest);
    order
}

fn calmer(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    let from = round.recipe.train.optimizer.learning_rate();
    let recipe = with_rate(&round.recipe, from / 10.0)?;
    Some((recipe, phrase!("tune.accept_diverged", from = rate(from), to = rate(from / 10.0)), 1.0))
}

fn adam(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    let from = match round.recipe.train.optimizer {
        OptimizerSpec::GradientDescent { .. } => "gradient_descent",
        OptimizerSpec::Sgd { .. } => "sgd",
        _ => return None,
    };
    let mut recipe = round.recipe.clone();
    recipe.train.optimizer = OptimizerSpec::default();
    let to = rate(recipe.train.optimizer.learning_rate());
    Some((recipe, phrase!("tune.accept_adam", from = from, to = to), 1.5))
}

fn faster(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    let from = round.recipe.train.optimizer.learning_rate();
    let to = from * 3.0;
    let recipe = with_rate(&round.recipe, to).filter(|_| to <= 1.0 && round.hardly_learned())?;
    Some((recipe, phrase!("tune.accept_faster", from = rate(from), to = rate(to)), 1.0))
}

fn slower(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    let from = round.recipe.train.optimizer.learning_rate();
    let recipe = with_rate(&round.recipe, from / 3.0)?;
    Some((recipe, phrase!("tune.accept_slower", from = rate(from), to = rate(from / 3.0)), 1.0))
}

fn longer_if_improving(round: &Round, left_secs: f64) -> Option<(TrainSpec, Phrase, f64)> {
    round.still_improving().then(|| longer(round, left_secs)).flatten()
}

/// Twice the epochs, or as many as the time left allows when that is at least a third more.
fn longer(round: &Round, left_secs: f64) -> Option<(TrainSpec, Phrase, f64)> {
    let from = round.recipe.train.epochs;
    let fits = (left_secs / round.secs.max(1e-9)).min(2.0);
    let to = (from as f64 * fits).floor() as usize;
    if fits < 4.0 / 3.0 || to <= from {
        return None;
    }
    let mut recipe = round.recipe.clone();
    recipe.train.epochs = to;
    Some((recipe, phrase!("tune.accept_epochs", from = from, to = to), fits))
}

fn cosine(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    if round.recipe.train.schedule != ScheduleSpec::Constant {
        return None;
    }
    let mut recipe = round.recipe.clone();
    recipe.train.schedule = ScheduleSpec::Cosine { floor: 0.0 };
    Some((recipe, phrase!("tune.accept_cosine"), 1.0))
}

fn smaller_batch(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    let from = round.recipe.train.batch_size;
    if from < 64 || matches!(round.recipe.train.optimizer, OptimizerSpec::GradientDescent { .. }) {
        return None;
    }
    let mut recipe = round.recipe.clone();
    recipe.train.batch_size = from / 2;
    Some((recipe, phrase!("tune.accept_batch", from = from, to = from / 2), 1.6))
}

/// Every hidden layer twice as wide; the reason names the widest.
fn wider(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    if round.recipe.start_from.is_some() {
        return None;
    }
    let (place, from) = widest(&round.recipe.network)?;
    if from > 4096 {
        return None;
    }
    let mut recipe = round.recipe.clone();
    for layer in &mut recipe.network {
        match layer {
            LayerSpec::Dense { units, .. } => *units *= 2,
            LayerSpec::Conv2d { filters, .. } => *filters *= 2,
            _ => {}
        }
    }
    let change = phrase!(
        "tune.accept_wider",
        from = from,
        to = from * 2,
        layer = format!("network.{place}"),
        train = round.compared()[0]
    );
    Some((recipe, change, 3.0))
}

/// A dropout before the last layer, or more of those that are there.
fn dropout(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    let [train, value] = round.compared();
    let mut recipe = round.recipe.clone();
    let mut from = None;
    for layer in &mut recipe.network {
        if let LayerSpec::Dropout { rate } = layer {
            from = Some(from.map_or(*rate, |largest: f64| largest.max(*rate)));
            *rate = (*rate + 0.15).min(0.6);
        }
    }
    match from {
        Some(from) if from >= 0.6 => None,
        Some(from) => {
            let to = format!("{:.2}", (from + 0.15).min(0.6));
            let from = format!("{from:.2}");
            let change =
                phrase!("tune.accept_more_dropout", from = from, to = to, train = train, value = value);
            Some((recipe, change, 1.1))
        }
        None => {
            let last =
                recipe.network.iter().rposition(|layer| !matches!(layer, LayerSpec::Activation { .. }))?;
            // Before the output, after the widest hidden layer's function.
            let hidden =
                recipe.network[..last].iter().rposition(|layer| matches!(layer, LayerSpec::Dense { .. }))?;
            recipe.network.insert(last, LayerSpec::Dropout { rate: 0.3 });
            let layer = format!("network.{hidden}");
            let change =
                phrase!("tune.accept_dropout", to = "0.3", layer = layer, train = train, value = value);
            Some((recipe, change, 1.1))
        }
    }
}

fn penalise(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    let from = round.recipe.train.l2;
    if from >= 1e-2 || !round.learned_by_heart() {
        return None;
    }
    let to = if from > 0.0 { from * 5.0 } else { 1e-5 };
    let mut recipe = round.recipe.clone();
    recipe.train.l2 = to;
    let [train, value] = round.compared();
    Some((
        recipe,
        phrase!("tune.accept_l2", from = rate(from), to = rate(to), train = train, value = value),
        1.0,
    ))
}

/// Moves of two pixels, ten degrees and a tenth in size keep a digit, a letter and most objects what they are.
fn augment(round: &Round, _: f64) -> Option<(TrainSpec, Phrase, f64)> {
    if !round.images || round.recipe.augment.is_some() {
        return None;
    }
    let mut recipe = round.recipe.clone();
    recipe.augment = Some(AugmentSpec { shift: 2.0, rotate: 10.0, scale: 0.1, ..AugmentSpec::default() });
    let [train, value] = round.compared();
    Some((recipe, phrase!("tune.accept_augment", train = train, value = value), 1.5))
}

/// The recipe with another learning rate, whatever its optimizer.
fn with_rate(spec: &TrainSpec, rate: f64) -> Option<TrainSpec> {
    let mut optimizer: Value = serde_json::to_value(spec.train.optimizer).ok()?;
    // Three digits read better than what a division leaves.
    *optimizer.get_mut("learning_rate")? = json!(format!("{rate:.2e}").parse::<f64>().ok()?);
    let mut recipe = spec.clone();
    recipe.train.optimizer = serde_json::from_value(optimizer).ok()?;
    Some(recipe)
}

fn widest(network: &[LayerSpec]) -> Option<(usize, usize)> {
    let width = |layer: &LayerSpec| match layer {
        LayerSpec::Dense { units, .. } => Some(*units),
        LayerSpec::Conv2d { filters, .. } => Some(*filters),
        _ => None,
    };
    let widths = network.iter().enumerate().filter_map(|(place, layer)| Some((place, width(layer)?)));
    widths.max_by_key(|&(place, width)| (width, std::cmp::Reverse(place)))
}

/// What is left to do, smaller being better.
fn errors(metric: MetricName, value: f64) -> f64 {
    if metric.more_is_better() { 1.0 - value } else { value }
}

fn rate(value: f64) -> String {
    crate::figure::plain(format!("{value:.2e}").parse().unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe() -> TrainSpec {
        serde_json::from_value(json!({
            "name": "digits",
            "data": { "table": "mnist", "target": "label" },
            "network": [
                { "kind": "flatten" },
                { "kind": "dense", "units": 512, "activation": "relu" },
                { "kind": "output" },
            ],
        }))
        .unwrap()
    }

    fn round(recipe: TrainSpec, changes: Vec<Phrase>, value: f64, train: f64) -> Round {
        let epochs = (1..=recipe.train.epochs).map(|epoch| EpochReport {
            epoch,
            learning_rate: 0.001,
            train_loss: 1.0 / epoch as f64,
            train_metric: None,
            validation_loss: 1.0 / epoch as f64,
            validation_metric: None,
            metric: MetricName::Accuracy,
            best: epoch <= 5,
            secs: 1.0,
        });
        Round {
            epochs: epochs.collect(),
            recipe,
            changes,
            bars: vec![BarResult {
                metric: MetricName::Accuracy,
                bar: 0.98,
                value: Some(value),
                met: value >= 0.98,
            }],
            train_value: Some(train),
            diverged: false,
            images: false,
            secs: 10.0,
        }
    }

    #[test]
    fn rounds_go_on_until_the_bar_is_met_or_the_budget_is_spent() {
        let mut rounds = vec![round(recipe(), vec![phrase!("tune.accept_first")], 0.97, 0.999)];
        let mut left = 1000.0;
        let mut keys = Vec::new();
        while let Some(next) = next(&rounds, left) {
            left -= 10.0;
            keys.push(next.changes[0].key.clone());
            // Each remedy helps a little, the eighth round enough.
            let value = 0.97 + 0.0015 * rounds.len() as f64;
            rounds.push(round(next.recipe, next.changes, value, 0.999));
            assert!(rounds.len() < 50, "{keys:?}");
        }
        assert!(rounds.last().unwrap().accepted(), "{keys:?}");
        assert_eq!(keys[0], "tune.accept_dropout", "{keys:?}");
    }

    #[test]
    fn a_remedy_that_did_not_help_is_not_repeated_and_the_rounds_end() {
        let mut rounds = vec![round(recipe(), vec![phrase!("tune.accept_first")], 0.97, 0.999)];
        let mut seen = Vec::new();
        while let Some(next) = next(&rounds, 1e6) {
            assert!(!seen.contains(&next.recipe), "{:?}", next.changes);
            seen.push(next.recipe.clone());
            rounds.push(round(next.recipe, next.changes, 0.5, 0.999));
        }
        assert!((4..20).contains(&seen.len()), "{}", seen.len());
        assert_eq!(best(&rounds), Some(0));
    }

    #[test]
    fn no_round_begins_that_the_budget_can_not_finish() {
        let rounds = vec![round(recipe(), Vec::new(), 0.97, 0.999)];
        assert_eq!(next(&rounds, 5.0), None);
    }

    #[test]
    fn divergence_is_met_with_a_tenth_of_the_rate() {
        let mut diverged = round(recipe(), Vec::new(), 0.1, 0.1);
        diverged.diverged = true;
        diverged.bars[0].value = None;
        let next = next(&[diverged], 100.0).unwrap();
        assert_eq!(next.changes[0].key, "tune.accept_diverged");
        assert!((next.recipe.train.optimizer.learning_rate() - 1e-4).abs() < 1e-12);
    }

    #[test]
    fn images_learned_by_heart_are_moved_about() {
        let mut images = round(recipe(), Vec::new(), 0.97, 0.999);
        images.images = true;
        let next = next(&[images], 100.0).unwrap();
        assert_eq!(next.changes[0].key, "tune.accept_augment");
        assert!(next.recipe.augment.is_some());
    }
}
