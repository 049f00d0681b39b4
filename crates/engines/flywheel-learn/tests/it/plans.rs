//! Recipes against their tables: every mistake at once, every default filled, and the plan that runs.

use std::sync::Arc;

use flywheel_learn::engine::Tensor;
use flywheel_learn::plan::{Base, Machine, TrainPlan, plan};
use flywheel_learn::table::Table;
use flywheel_learn::train::{Unwatched, train};
use flywheel_spec::recipe::{LayerSpec, MetricName, TrainSpec};
use flywheel_spec::run::RunState;
use flywheel_spec::table::{ColumnKind, ImageShape};
use flywheel_spec::{Problem, Problems, Severity};
use flywheel_stats::chance::Chance;
use flywheel_tables::frame::{Column, Frame, Images, Values};
use serde_json::{Value, json};

const MACHINE: Machine = Machine { threads: 2, gflops: 50.0 };

fn spec(recipe: Value) -> TrainSpec {
    serde_json::from_value(recipe).expect("a recipe of the right form")
}

fn table(columns: Vec<(&str, Values, ColumnKind)>) -> Table {
    let kinds = columns.iter().map(|(_, _, kind)| *kind).collect();
    let columns =
        columns.into_iter().map(|(name, values, _)| Column { name: name.to_owned(), values }).collect();
    Table {
        name: "t".to_owned(),
        version: 3,
        fingerprint: "t@3:0".to_owned(),
        frame: Frame { columns },
        kinds,
        writing: Default::default(),
    }
}

fn words(values: impl Iterator<Item = &'static str>) -> Values {
    Values::Text(values.map(|value| Some(Arc::from(value))).collect())
}

/// Customers whose churn depends on their visits and their plan; `spend` is a number to predict.
fn customers() -> Table {
    let mut chance = Chance::new(4);
    let rows = 600;
    let visits: Vec<f64> = (0..rows).map(|_| chance.below(20) as f64).collect();
    let plans: Vec<&str> = (0..rows).map(|_| *chance.pick(&["free", "team", "firm"])).collect();
    let churned: Vec<&str> = visits
        .iter()
        .zip(&plans)
        .map(|(&visits, &plan)| {
            let loyal = visits + if plan == "firm" { 8.0 } else { 0.0 } + 2.0 * chance.normal();
            if loyal < 9.0 { "yes" } else { "no" }
        })
        .collect();
    let spend = visits.iter().map(|visits| 3.0 * visits + 10.0 + chance.normal()).collect();
    table(vec![
        ("visits", Values::Number(visits), ColumnKind::Number),
        ("plan", words(plans.into_iter()), ColumnKind::Category),
        ("churned", words(churned.into_iter()), ColumnKind::Boolean),
        ("spend", Values::Number(spend), ColumnKind::Number),
    ])
}

/// Grey images whose class is where the light falls.
fn lights(rows: usize, places: &[&'static str]) -> Table {
    let mut chance = Chance::new(8);
    let shape = ImageShape { height: 12, width: 12, channels: 1 };
    let mut pixels = Vec::new();
    let mut labels = Vec::new();
    for _ in 0..rows {
        let place = chance.below(places.len() as u64) as usize;
        labels.push(places[place]);
        for pixel in 0..144 {
            let lit = pixel / 12 / 3 == place;
            pixels.push((chance.below(70) + if lit { 120 } else { 0 }) as u8);
        }
    }
    let images = Values::Image(Images { shape, pixels: pixels.into() });
    table(vec![
        ("image", images, ColumnKind::Image),
        ("place", words(labels.into_iter()), ColumnKind::Category),
    ])
}

fn planned(recipe: Value, table: &Table, base: Option<&Base>) -> (TrainPlan, Vec<Problem>) {
    match plan(&spec(recipe), table, base, &MACHINE) {
        Ok(planned) => planned,
        Err(problems) => panic!("{problems}"),
    }
}

fn refused(recipe: Value, table: &Table, base: Option<&Base>) -> Vec<String> {
    match plan(&spec(recipe), table, base, &MACHINE) {
        Ok(_) => panic!("the recipe was planned"),
        Err(Problems { problems }) => problems
            .iter()
            .filter(|problem| problem.severity == Severity::Error)
            .map(|problem| {
                assert!(problem.advice.is_some(), "{problem:?} has no advice");
                let place = problem.place.setting.as_deref().unwrap_or("");
                format!("{place} {}", problem.code)
            })
            .collect(),
    }
}

#[test]
fn a_recipe_of_two_lines_gets_every_default() {
    let (planned, warnings) =
        planned(json!({"name": "churn", "data": {"table": "t", "target": "churned"}}), &customers(), None);
    assert!(warnings.is_empty(), "{warnings:?}");
    let summary = planned.summary();
    assert_eq!(summary.keep_best, MetricName::Accuracy);
    assert_eq!(summary.engine, "native");
    assert_eq!(summary.version, 3);
    assert_eq!(summary.classes.iter().map(|class| class.value.as_str()).collect::<Vec<_>>(), ["no", "yes"]);
    assert_eq!(summary.parts.train + summary.parts.validation + summary.parts.test, 600);
    assert_eq!(summary.network.layers.len(), planned.spec.network.len());
    assert!(matches!(planned.spec.network.last(), Some(LayerSpec::Output { .. })));
    assert!(
        summary.network.parameters > 0 && summary.expected_bytes > 0 && summary.expected_epoch_secs > 0.0
    );
    let outcome = train(&planned, None, &mut Unwatched).expect("a fresh run");
    let best = outcome.best_epoch.expect("an epoch was judged");
    let accuracy = outcome.epochs[best - 1].validation_metric.expect("accuracy is defined");
    assert!(accuracy > 0.85, "accuracy {accuracy}");
}

#[test]
fn a_target_of_numbers_is_of_classes_where_they_measure_nothing() {
    let halves = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 10.5];
    let cases: [(&[f64], usize, bool); 5] = [
        (&[2.0, 4.0], 2, false),
        (&[-1.0, 1.0], 2, false),
        (&[-1.0, 0.0, 1.0], 3, false),
        (&[3.0, 4.0, 5.0, 8.0], 0, true),
        (&halves, 0, false),
    ];
    for (values, classes, doubted) in cases {
        let mut table = customers();
        let Values::Number(visits) = &table.frame.columns[0].values else { panic!("visits are numbers") };
        let y = visits.iter().map(|&visits| values[visits as usize % values.len()]).collect();
        table.frame.columns.push(Column { name: "y".to_owned(), values: Values::Number(y) });
        table.kinds.push(ColumnKind::Number);
        let recipe = json!({"name": "m", "data": {"table": "t", "target": "y"}});
        let (planned, warnings) = planned(recipe, &table, None);
        assert_eq!(planned.summary().classes.len(), classes, "{values:?}");
        let doubts = warnings.iter().filter(|warning| warning.code == "prepare.few_numbers").count();
        assert_eq!(doubts == 1, doubted, "{values:?}: {warnings:?}");
    }
}

#[test]
fn a_target_that_is_absent_hides_no_mistake_of_the_network() {
    let recipe = |network: Value| json!({"name": "bad", "data": {"table": "t", "target": "chruned"}, "network": network});
    let rows = json!([
        {"kind": "conv2d", "filters": 4, "kernel": 3},
        {"kind": "dropout", "rate": 1.5},
        {"kind": "dense", "units": 7},
    ]);
    let found = refused(recipe(rows), &customers(), None);
    assert!(found.iter().any(|problem| problem.starts_with("data.target")), "{found:?}");
    assert!(found.contains(&"network.0 network.wants_image".to_owned()), "{found:?}");
    assert!(found.contains(&"network.1 network.dropout_rate".to_owned()), "{found:?}");
    assert_eq!(found.len(), 3, "the width of the last layer depends on the target: {found:?}");
    let images = json!([{"kind": "max_pool", "size": 13}, {"kind": "flatten"}, {"kind": "output"}]);
    let found = refused(recipe(images), &lights(40, &["left", "right"]), None);
    assert!(found.contains(&"network.0 network.window_too_large".to_owned()), "{found:?}");
}

#[test]
fn every_mistake_of_a_recipe_comes_at_once() {
    let recipe = json!({
        "name": "bad",
        "frozen_layers": 2,
        "data": {"table": "t", "target": "churned"},
        "network": [
            {"kind": "conv2d", "filters": 4, "kernel": 3},
            {"kind": "dense", "units": 5, "activation": "softmax"},
            {"kind": "dense", "units": 3},
        ],
        "train": {
            "epochs": 2,
            "warmup_epochs": 5.0,
            "keep_best": "rmse",
            "class_weights": {"kind": "by_hand", "weights": {"yes": 2.0, "perhaps": 1.0}},
            "optimizer": {"kind": "sgd", "nesterov": true},
        },
        "augment": {"shift": 2.0},
        "accept": {"r2": 0.5},
        "tune": {"metric": "mae", "search": [{"path": "train.epochz", "low": 1.0, "high": 2.0}]},
    });
    assert_eq!(
        refused(recipe, &customers(), None),
        [
            "train.warmup_epochs train.warmup_too_long",
            "train.optimizer.nesterov train.nesterov_without_momentum",
            "tune.search.0 tune.refused",
            "train.keep_best train.metric_unsuited",
            "accept.r2 train.metric_unsuited",
            "tune.metric train.metric_unsuited",
            "augment train.augment_rows",
            "network.0 network.wants_image",
            "network.1 network.softmax_inside",
            "network.2 network.wants_one_per_class",
            "frozen_layers train.frozen_without_base",
            "train.class_weights.weights.perhaps train.weight_of_unknown",
        ]
    );
}

#[test]
fn losses_must_suit_the_target() {
    let recipe = |target: &str, loss: &str| json!({"name": "m", "data": {"table": "t", "target": target}, "train": {"loss": {"kind": loss}}});
    assert_eq!(
        refused(recipe("spend", "cross_entropy"), &customers(), None),
        ["train.loss train.loss_of_classes"]
    );
    assert_eq!(
        refused(recipe("plan", "binary_cross_entropy"), &customers(), None)[0],
        "train.loss train.binary_of_many"
    );
    let (_, warnings) = planned(recipe("churned", "mse"), &customers(), None);
    let codes: Vec<&str> = warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(codes, ["network.softmax_under_mse"]);
}

#[test]
fn a_number_is_learned_in_its_own_unit() {
    let recipe = json!({
        "name": "spend",
        "data": {"table": "t", "target": "spend", "leave_out": ["churned"]},
        "train": {"epochs": 30, "batch_size": 16, "optimizer": {"kind": "adam", "learning_rate": 0.01}},
    });
    for engine in ["auto", "burn"] {
        let mut recipe = recipe.clone();
        recipe["train"]["engine"] = json!(engine);
        let (planned, _) = planned(recipe, &customers(), None);
        let outcome = train(&planned, None, &mut Unwatched).expect("a fresh run");
        let best = &outcome.epochs[outcome.best_epoch.expect("judged") - 1];
        assert_eq!(best.metric, MetricName::Rmse);
        // The noise has deviation 1 and the target about 17.
        let rmse = best.validation_metric.expect("defined");
        assert!((0.8..3.0).contains(&rmse), "{engine}: RMSE {rmse}");
        let met = best.train_metric.expect("met");
        assert!((0.8..8.0).contains(&met), "{engine}: RMSE as met {met}");
    }
}

#[test]
fn balanced_weights_count_the_rare_class_more() {
    let recipe = json!({
        "name": "churn",
        "data": {"table": "t", "target": "churned"},
        "train": {"class_weights": {"kind": "balanced"}},
    });
    let (planned, _) = planned(recipe, &customers(), None);
    let classes = planned.summary().classes;
    let rows: u64 = classes.iter().map(|class| class.count).sum();
    for (class, weight) in classes.iter().zip(&planned.blueprint.class_weights) {
        let wanted = rows as f64 / (2.0 * class.count as f64);
        assert!((f64::from(*weight) - wanted).abs() < 1e-5, "{}: {weight}, wanted {wanted}", class.value);
    }
}

#[test]
fn a_new_model_starts_from_the_layers_of_another() {
    let recipe = json!({
        "name": "lights",
        "data": {"table": "t", "target": "place"},
        "network": [
            {"kind": "conv2d", "filters": 4, "kernel": 3, "activation": "relu"},
            {"kind": "flatten"},
            {"kind": "dense", "units": 12, "activation": "relu"},
            {"kind": "dense", "units": 3},
        ],
        "train": {"epochs": 3},
    });
    let (first, _) = planned(recipe, &lights(300, &["top", "middle", "bottom"]), None);
    let outcome = train(&first, None, &mut Unwatched).expect("a fresh run");
    let base = Base {
        name: "lights@1".to_owned(),
        layers: first.spec.network.clone(),
        preparation: first.prepared.preparation.clone(),
        network: first.blueprint.network.clone(),
        weights: outcome.weights.expect("judged"),
    };

    let other = lights(200, &["first", "second", "third", "fourth"]);
    let transfer = json!({
        "name": "transfer",
        "start_from": "lights",
        "frozen_layers": 1,
        "data": {"table": "t", "target": "place"},
        "train": {"epochs": 2},
    });
    let (second, _) = planned(transfer.clone(), &other, Some(&base));
    let summary = second.summary().network;
    let reused: Vec<bool> = summary.layers.iter().map(|layer| layer.reused).collect();
    assert_eq!(reused, [true, false, true, false]);
    assert_eq!(summary.frozen_parameters, 40);
    let find = |tensors: &[Tensor], name: &str| tensors.iter().find(|tensor| tensor.name == name).cloned();
    assert_eq!(find(&second.initial, "layers.0.weight"), find(&base.weights, "layers.0.weight"));
    for engine in ["auto", "burn"] {
        let mut transfer = transfer.clone();
        transfer["train"] = json!({"epochs": 2, "engine": engine});
        let (second, _) = planned(transfer, &other, Some(&base));
        let outcome = train(&second, None, &mut Unwatched).expect("a fresh run");
        let weights = outcome.weights.expect("judged");
        let moved = |name: &str| find(&weights, name) != find(&base.weights, name);
        assert!(!moved("layers.0.weight") && !moved("layers.0.bias"), "{engine}: a frozen layer moved");
        assert!(moved("layers.3.weight"), "{engine}: the dense layer did not move");
    }

    // As many classes of other names are other classes; the same ones keep the last layer.
    for (classes, expected) in [(["up", "mid", "down"], false), (["top", "middle", "bottom"], true)] {
        let (second, _) = planned(transfer.clone(), &lights(200, &classes), Some(&base));
        let last = second.summary().network.layers.last().map(|layer| layer.reused);
        assert_eq!(last, Some(expected), "{classes:?}");
    }

    let mut brighter = transfer.clone();
    brighter["prepare"] = json!({"pixels": "standard"});
    assert_eq!(refused(brighter, &other, Some(&base)), ["start_from train.base_reads_otherwise"]);
    let mut deeper = transfer.clone();
    deeper["frozen_layers"] = json!(3);
    assert_eq!(refused(deeper, &other, Some(&base)), ["frozen_layers train.frozen_not_reused"]);
    let mut foreign = transfer.clone();
    foreign["network"] = json!([{"kind": "flatten"}, {"kind": "output"}]);
    assert_eq!(refused(foreign, &other, Some(&base)), ["start_from train.nothing_reused"]);
    assert_eq!(refused(transfer, &other, None), ["start_from train.no_such_base"]);
}

#[test]
fn weights_learned_for_other_columns_are_refused() {
    let recipe = |name: &str| json!({"name": name, "data": {"table": "t", "target": "churned"}});
    let (first, _) = planned(recipe("churn"), &customers(), None);
    let base = Base {
        name: "churn@1".to_owned(),
        layers: first.spec.network.clone(),
        preparation: first.prepared.preparation.clone(),
        network: first.blueprint.network.clone(),
        weights: first.initial.clone(),
    };
    let mut again = recipe("again");
    again["start_from"] = json!("churn");
    // Later rows with another mean are the same columns.
    let mut later = customers();
    if let Values::Number(visits) = &mut later.frame.columns[0].values {
        visits.iter_mut().for_each(|visits| *visits += 3.0);
    }
    assert!(planned(again.clone(), &later, Some(&base)).0.reused_layers > 0);
    let mut renamed = customers();
    renamed.frame.columns[0].name = "calls".to_owned();
    let mut other_plans = customers();
    if let Values::Text(plans) = &mut other_plans.frame.columns[1].values {
        for plan in plans.iter_mut().filter(|plan| plan.as_deref() == Some("firm")) {
            *plan = Some(Arc::from("gold"));
        }
    }
    for table in [renamed, other_plans] {
        assert_eq!(refused(again.clone(), &table, Some(&base)), ["start_from train.base_reads_otherwise"]);
    }
}

#[test]
fn full_batch_gradient_descent_is_one_step_an_epoch() {
    let recipe = json!({
        "name": "full",
        "data": {"table": "t", "target": "churned"},
        "train": {"epochs": 3, "optimizer": {"kind": "gradient_descent"}},
    });
    let (planned, _) = planned(recipe, &customers(), None);
    let summary = planned.summary();
    assert_eq!(summary.steps_per_epoch, 1);
    assert_eq!(summary.batch_size, summary.parts.train);
    let outcome = train(&planned, None, &mut Unwatched).expect("a fresh run");
    assert_eq!(outcome.state, RunState::Finished);
    assert_eq!(outcome.epochs.len(), 3);
}
