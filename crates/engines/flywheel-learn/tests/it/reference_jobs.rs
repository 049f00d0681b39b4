//! The reference jobs on real data, where `$FLYWHEEL_DATA` points to it; its absence is said aloud.

use std::path::{Path, PathBuf};

use flywheel_learn::evaluate::{Answers, measure};
use flywheel_learn::plan::{Machine, TrainPlan, plan};
use flywheel_learn::split::Seal;
use flywheel_learn::table::Table;
use flywheel_learn::train::{Unwatched, outputs, train};
use flywheel_spec::TrainSpec;
use flywheel_spec::check::read_recipe;
use flywheel_spec::recipe::MetricName;
use flywheel_tables::{ImportOptions, Source, import};

fn recipe(name: &str) -> TrainSpec {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../recipes").join(format!("{name}.toml"));
    let text = std::fs::read_to_string(&path).expect("the recipe is there");
    read_recipe(&text, name).unwrap_or_else(|problems| panic!("{problems}")).0
}

pub(crate) fn table(path: &str) -> Option<Table> {
    let folder = std::env::var_os("FLYWHEEL_DATA").map(PathBuf::from);
    let Some(path) = folder.map(|folder| folder.join(path)).filter(|path| path.exists()) else {
        eprintln!("SKIPPED: {path} is absent; set FLYWHEEL_DATA to the folder of real data");
        return None;
    };
    let imported = import(&Source::Path(&path), &ImportOptions::default())
        .unwrap_or_else(|problems| panic!("{problems}"));
    Some(Table {
        name: "real".to_owned(),
        version: 0,
        fingerprint: "real@0:0".to_owned(),
        frame: imported.frame,
        kinds: imported.kinds,
        writing: imported.writing,
    })
}

/// Trains, opens the test part, and measures it.
fn test_value(spec: &TrainSpec, table: &Table, metric: MetricName) -> (f64, TrainPlan) {
    let machine = Machine { threads: 2, gflops: 100.0 };
    let (plan, _) = plan(spec, table, None, &machine).unwrap_or_else(|problems| panic!("{problems}"));
    let outcome = train(&plan, None, &mut Unwatched).expect("a fresh run");
    let weights = outcome.weights.expect("judged");
    let mut engine = plan.build_engine_with(&weights).expect("its own weights");
    let test = plan.prepared.parts.test.open(&mut Seal::default());
    let preparation = &plan.prepared.preparation;
    let examples = preparation.apply(&table.frame, test.rows()).expect("the same table");
    let answers = outputs(&mut *engine, &examples);
    let answers = Answers::read(preparation, plan.blueprint.network.head, None, &answers, &examples.targets);
    (measure(metric, &answers.expect("known targets")).expect("defined"), plan)
}

#[test]
fn digits_are_read_after_two_epochs() {
    let Some(table) = table("vision_mnist") else { return };
    let mut spec = recipe("digits");
    spec.train.epochs = 2;
    let (accuracy, plan) = test_value(&spec, &table, MetricName::Accuracy);
    assert!(accuracy > 0.962, "accuracy {accuracy}");
    assert_eq!(plan.summary().network.parameters, 407_050);
}

#[test]
fn churn_is_foretold() {
    let Some(table) = table("tabular_telco_churn/Telco-Customer-Churn.csv") else { return };
    let (auc, _) = test_value(&recipe("churn"), &table, MetricName::Auc);
    assert!(auc >= 0.83, "AUC {auc}");
}

#[test]
fn rented_bikes_are_foretold() {
    let Some(table) = table("tabular_bike_sharing/bike-hour.csv.gz") else { return };
    let (r2, _) = test_value(&recipe("bikes"), &table, MetricName::R2);
    assert!(r2 >= 0.90, "R² {r2}");
}
