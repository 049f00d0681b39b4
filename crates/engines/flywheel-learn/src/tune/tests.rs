//! Searches on functions whose best is known: better than chance, replayable, resumable, within budget.

use flywheel_spec::check;
use flywheel_spec::recipe::{LossSpec, OptimizerSpec};

use super::*;

const RECIPE: &str = r#"
name = "tuned"
seed = 7
[data]
table = "t"
target = "y"
[train]
epochs = 3
l2 = 0.1
[train.optimizer]
kind = "adam"
learning_rate = 0.1
[tune]
trials = 40
[[tune.search]]
path = "train.optimizer.learning_rate"
low = 1e-5
high = 1.0
log = true
[[tune.search]]
path = "train.l2"
low = 0.0
high = 1.0
[[tune.search]]
path = "train.batch_size"
low = 1
high = 256
integer = true
[[tune.search]]
path = "train.schedule.kind"
choices = ["constant", "cosine"]
"#;

/// Answers a function of the settings that is 1 at a rate of 1e-3, an l2 of 0.3, a batch of 64 and a cosine.
struct Known {
    kept: usize,
    stop_after: usize,
}

impl Known {
    fn value(recipe: &TrainSpec) -> f64 {
        let rate = (recipe.train.optimizer.learning_rate().log10() + 3.0) / 5.0;
        let l2 = recipe.train.l2 - 0.3;
        let batch = (recipe.train.batch_size as f64 - 64.0) / 256.0;
        let cosine = recipe.train.schedule != flywheel_spec::recipe::ScheduleSpec::Constant;
        let schedule = if cosine { 0.0 } else { 0.1 };
        1.0 - 3.0 * rate * rate - l2 * l2 - batch * batch - schedule
    }
}

impl TrialRunner for Known {
    fn run(
        &mut self,
        number: usize,
        recipe: &TrainSpec,
        after_epoch: &mut dyn FnMut(Option<f64>) -> bool,
    ) -> TrialEnd {
        if number > self.stop_after {
            return TrialEnd::Interrupted;
        }
        for epoch in 1..=recipe.train.epochs {
            let share = epoch as f64 / recipe.train.epochs as f64;
            if !after_epoch(Some(Self::value(recipe) * share)) {
                break;
            }
        }
        TrialEnd::Ran { secs: 0.5 }
    }

    fn keep(&mut self, state: &TuneState) {
        self.kept = state.trials.len();
    }
}

fn tuning(changes: &[(&str, &str)]) -> Tuning {
    let text = changes.iter().fold(RECIPE.to_owned(), |text, (from, to)| text.replace(from, to));
    let (spec, _) = check::read_recipe(&text, "tuned.toml").unwrap();
    Tuning::of(&spec, MetricName::Accuracy).unwrap().unwrap()
}

fn searched(tuning: &Tuning) -> TuneState {
    let mut state = TuneState::default();
    assert!(tuning.run(&mut state, &mut Known { kept: 0, stop_after: usize::MAX }));
    state
}

fn best_value(tuning: &Tuning, state: &TuneState) -> f64 {
    state.trials[tuning.best(state).unwrap()].best(MetricName::Accuracy).unwrap()
}

#[test]
fn the_estimator_beats_chance_over_twenty_seeds() {
    let shortfall = |method: &str| {
        let mut found: Vec<f64> = (0..20)
            .map(|seed| {
                let seed = format!("seed = {seed}");
                let method = format!("[tune]\nmethod = \"{method}\"");
                let tuning =
                    tuning(&[("seed = 7", &seed), ("[tune]", &method), ("trials = 40", "trials = 60")]);
                1.0 - best_value(&tuning, &searched(&tuning))
            })
            .collect();
        found.sort_by(f64::total_cmp);
        found[10]
    };
    let (random, tpe) = (shortfall("random"), shortfall("tpe"));
    println!("median shortfall after 60 trials: random {random:.5}, tpe {tpe:.5}");
    // Optuna 5.0.0 on the same function, first trial, trials and number of seeds: random 0.0524, TPESampler 0.0023.
    assert!(tpe < 0.25 * random, "random {random}, tpe {tpe}");
}

#[test]
fn a_search_that_was_killed_goes_on_as_if_it_never_had_been() {
    let tuning = tuning(&[]);
    let whole = searched(&tuning);
    let mut state = TuneState::default();
    assert!(!tuning.run(&mut state, &mut Known { kept: 0, stop_after: 17 }));
    assert_eq!(state.trials.len(), 17);
    let text = serde_json::to_string(&state).unwrap();
    let mut resumed: TuneState = serde_json::from_str(&text).unwrap();
    let mut runner = Known { kept: 0, stop_after: usize::MAX };
    assert!(tuning.run(&mut resumed, &mut runner));
    assert_eq!(resumed, whole);
    assert_eq!(runner.kept, 40);
}

#[test]
fn the_first_trial_is_the_recipe_as_typed() {
    let tuning = tuning(&[]);
    let first = tuning.next(&TuneState::default());
    assert_eq!(first, [Value::from(0.1), Value::from(0.1), Value::from(128), Value::from("constant")]);
}

#[test]
fn the_budget_is_never_exceeded_and_hopeless_trials_spend_less() {
    let tuning = tuning(&[
        ("trials = 40", "trials = 40\nbudget_epochs = 100\nasha = { min_epochs = 1, reduction = 3 }"),
        ("epochs = 3", "epochs = 9"),
    ]);
    let state = searched(&tuning);
    let report = report(&tuning, &state);
    assert!(report.epochs_spent <= 100 && report.epochs_spent > 80, "{}", report.epochs_spent);
    let stopped = state.trials.iter().filter(|trial| trial.state == TrialState::StoppedEarly).count();
    let finished = state.trials.iter().filter(|trial| trial.state == TrialState::Finished).count();
    assert!(stopped > 5 && finished >= 2, "{stopped} stopped, {finished} finished");
    assert!(state.trials.len() > 100 / 9, "{} trials", state.trials.len());
}

#[test]
fn the_report_names_the_best_recipe_and_what_mattered() {
    let tuning = tuning(&[]);
    let state = searched(&tuning);
    let report = report(&tuning, &state);
    assert_eq!(report.importance[0].path, "train.optimizer.learning_rate", "{:?}", report.importance);
    let (best, _) = check::read_recipe(&report.best_recipe.unwrap(), "best.toml").unwrap();
    let value = report.trials[report.best.unwrap() - 1].value.unwrap();
    assert!((Known::value(&best) - value).abs() < 1e-9);
    assert!(
        report.findings.iter().any(|finding| finding.key == "tune.mattered_most"),
        "{:?}",
        report.findings
    );
}

#[test]
fn a_kind_that_is_searched_keeps_the_settings_that_it_has_too() {
    let searched = |path: &str, choices: &str| {
        let text = format!(
            "name = \"tuned\"\n[data]\ntable = \"t\"\ntarget = \"y\"\n\
             [train.optimizer]\nkind = \"adam\"\nlearning_rate = 0.02\nbeta1 = 0.8\n\
             [[tune.search]]\npath = \"{path}\"\nchoices = {choices}\n"
        );
        let (spec, _) = check::read_recipe(&text, "kinds.toml").unwrap();
        Tuning::of(&spec, MetricName::Accuracy).unwrap()
    };
    let with =
        |tuning: &Tuning, kind: &str| tuning.space.apply(&tuning.spec, &[Value::from(kind)]).unwrap().train;
    let optimizers = searched("train.optimizer.kind", r#"["adam", "sgd", "adam_w", "rmsprop"]"#).unwrap();
    let sgd = OptimizerSpec::Sgd { learning_rate: 0.02, momentum: 0.0, nesterov: false };
    assert_eq!(with(&optimizers, "sgd").optimizer, sgd);
    for kind in ["adam", "adam_w"] {
        let optimizer = serde_json::to_value(with(&optimizers, kind).optimizer).unwrap();
        assert_eq!((&optimizer["kind"], &optimizer["beta1"]), (&Value::from(kind), &Value::from(0.8)));
    }
    let losses = searched("train.loss.kind", r#"["cross_entropy", "mse"]"#).unwrap();
    assert_eq!(with(&losses, "mse").loss, Some(LossSpec::Mse {}));
    searched("train.schedule.kind", r#"["constant", "cosine", "one_cycle", "reduce_on_plateau"]"#).unwrap();
    for (path, choices, said) in [
        ("train.schedule.kind", r#"["step"]"#, "lacks"),
        ("train.optimizer.kind", r#"["sgdd"]"#, "sgdd"),
        ("train.epochs.kind", r#"["sgd"]"#, "train.epochs.kind"),
    ] {
        let problems = searched(path, choices).unwrap_err().problems;
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(problems[0].message.en.contains(said), "{problems:#?}");
    }
}

#[test]
fn every_mistake_in_a_search_is_named_at_once() {
    let text = r#"
name = "tuned"
[data]
table = "t"
target = "y"
[[tune.search]]
path = "train.batch_sise"
low = 1.0
high = 2.0
[[tune.search]]
path = "train.epochs"
low = 5
high = 2
[[tune.search]]
path = "network.4.units"
choices = [1, 2]
[[tune.search]]
path = "train.l1"
low = -1.0
high = 1.0
[[tune.search]]
path = "train.l2"
"#;
    let (spec, _) = check::read_recipe(text, "bad.toml").unwrap();
    let problems = Tuning::of(&spec, MetricName::Accuracy).unwrap().unwrap_err().problems;
    let mistyped = problems[0].advice.as_ref().expect("advice");
    assert!(mistyped.en.contains("`batch_size`") && mistyped.zh.contains("`batch_size`"), "{mistyped:?}");
    let places: Vec<&str> = problems.iter().filter_map(|problem| problem.place.setting.as_deref()).collect();
    assert_eq!(places.len(), 5, "{problems:#?}");
    assert!((0..5).all(|index| places.contains(&format!("tune.search.{index}").as_str())), "{places:?}");
}
