//! Measures text columns on real data through the one path of prepare, train and predict; nothing is kept.
//!
//! `benchmark_text SET|all [FOLDS] [KEY=JSON …]`, with `$FLYWHEEL_DATA` set: `SET` is `airline`, `banking`,
//! `banking-test`, `reviews`, `hotel`, `shopping-mood`, `shopping-kind`, `smp` or `titles`; `all` is every set but
//! `banking`, whose training part is for choosing settings.
//! The recipe is `recipes/feedback-kind.toml`, whose settings `flywheel feedback train` writes too; a `KEY=JSON`
//! overrides it, such as `train.epochs=5`. Below 3,000 texts it takes the smaller batches that are drafted then.
//!
//! Folds are stratified, seed 0. Of the rows outside the judged fold, the recipe's share of each label chooses the best
//! epoch; with the recipe's `train.refit` the weights then learn from all of them. `banking-test` and `titles` judge on their own test parts, the others on folds of the part that may be
//! looked at. Labels of fewer than five texts are not learned and count as mistakes in the accuracy; macro-F1 is that
//! of the learned labels. Texts that stand there twice are kept, as in the numbers that others publish.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use flywheel_learn::evaluate::{Answers, measure};
use flywheel_learn::plan::{Machine, plan, refit};
use flywheel_learn::split::Seal;
use flywheel_learn::table::Table;
use flywheel_learn::train::{Unwatched, outputs, train};
use flywheel_spec::TrainSpec;
use flywheel_spec::check::read_recipe;
use flywheel_spec::recipe::{EarlyStoppingSpec, MetricName};
use flywheel_spec::table::ColumnKind;
use flywheel_stats::chance::Chance;
use flywheel_tables::frame::{Column, Frame, Values};
use flywheel_tables::{ImportOptions, Source, import};

/// Texts with their labels, and of some sets which of them judge.
struct Set {
    texts: Vec<String>,
    labels: Vec<String>,
    test: Vec<bool>,
}

/// What `all` measures.
const ALL: &[&str] =
    &["airline", "banking-test", "reviews", "hotel", "shopping-mood", "shopping-kind", "smp", "titles"];

/// Texts below which a label is not learned, as in `flywheel feedback train`.
const FEWEST: usize = 5;

/// Texts below which `flywheel feedback train` drafts smaller batches and more passes.
const FEW: usize = 3_000;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_else(|| "airline".to_owned());
    let rest: Vec<String> = arguments.collect();
    let folds = rest.iter().find_map(|word| word.parse::<usize>().ok());
    let recipe = recipe(rest.iter().filter(|word| word.contains('=')));
    let names = if name == "all" { ALL.to_vec() } else { vec![name.as_str()] };
    names.iter().for_each(|name| measured(name, folds, &recipe));
}

/// Measures one set and prints what came of it.
fn measured(name: &str, folds: Option<usize>, recipe: &TrainSpec) {
    let (set, rare) = learnable(read(name));
    let mut recipe = recipe.clone();
    if set.texts.len() < FEW {
        recipe.train.epochs = 40;
        recipe.train.batch_size = 32;
        recipe.train.early_stopping = Some(EarlyStoppingSpec { patience: 8, min_delta: 0.0 });
    }
    let own = set.test.contains(&true);
    let folds = folds.unwrap_or(if own { 1 } else { 5 });
    let classes: BTreeSet<&String> = set.labels.iter().collect();
    println!("{name}: {} texts, {} classes; {rare} texts of rare labels", set.texts.len(), classes.len());
    let fold_of = dealt(&set.labels, |_| true, 5, false);
    let mut all: Vec<(f64, f64)> = Vec::new();
    for fold in 0..folds {
        let judges = |row: usize| if own { set.test[row] } else { fold_of[row] == fold };
        let share = (1.0 / recipe.split.validation).round() as usize;
        let hand = dealt(&set.labels, |row| !judges(row), share, true);
        let part = |row: usize| match row {
            row if judges(row) => "test",
            row if hand[row] == 0 => "validation",
            _ => "train",
        };
        let parts: Vec<&str> = (0..set.texts.len()).map(part).collect();
        let (accuracy, f1) = run(&set, &parts, &recipe);
        let known = set.texts.len() as f64 / (set.texts.len() + rare) as f64;
        all.push((accuracy * known, f1));
    }
    let mean = |of: fn(&(f64, f64)) -> f64| all.iter().map(of).sum::<f64>() / all.len() as f64;
    println!("{name}: accuracy {:.4}, macro-F1 {:.4} over {folds} parts", mean(|m| m.0), mean(|m| m.1));
}

/// A set without the labels that stand on too few texts, and how many texts those are.
fn learnable(set: Set) -> (Set, usize) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for label in &set.labels {
        *counts.entry(label.clone()).or_default() += 1;
    }
    let all = set.texts.len();
    let rows = set.texts.into_iter().zip(set.labels).zip(set.test);
    let kept: Vec<_> = rows.filter(|((_, label), _)| counts[label] >= FEWEST).collect();
    let rare = all - kept.len();
    let (pairs, test): (Vec<_>, Vec<_>) = kept.into_iter().unzip();
    let (texts, labels) = pairs.into_iter().unzip();
    (Set { texts, labels, test }, rare)
}

/// Trains on a part, judges on another: accuracy and macro-F1.
fn run(set: &Set, parts: &[&str], recipe: &TrainSpec) -> (f64, f64) {
    let column = |name: &str, values: Vec<Option<Arc<str>>>| Column {
        name: name.to_owned(),
        values: Values::Text(values),
    };
    let frame = Frame {
        columns: vec![
            column("text", set.texts.iter().map(|text| Some(Arc::from(text.as_str()))).collect()),
            column("label", set.labels.iter().map(|label| Some(Arc::from(label.as_str()))).collect()),
            column("part", parts.iter().map(|part| Some(Arc::from(*part))).collect()),
        ],
    };
    let kinds = vec![ColumnKind::Text, ColumnKind::Category, ColumnKind::Category];
    let (name, fingerprint) = ("t".into(), "t@0:0".into());
    let table = Table { name, version: 0, fingerprint, frame, kinds, writing: Default::default() };
    let machine = Machine { threads: 2, gflops: 50.0 };
    let began = Instant::now();
    let (plan, _) = plan(recipe, &table, None, &machine).unwrap_or_else(|problems| panic!("{problems}"));
    let prepared = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let outcome = train(&plan, None, &mut Unwatched).unwrap_or_else(|problems| panic!("{problems}"));
    let refit =
        refit(&plan, &table.frame, &outcome, &mut Unwatched).unwrap_or_else(|problems| panic!("{problems}"));
    let trained = began.elapsed().as_secs_f64();
    let weights = refit.and_then(|refit| refit.weights).or(outcome.weights).expect("an epoch was judged");
    let mut engine = plan.build_engine_with(&weights).expect("its own weights");
    let test = plan.prepared.parts.test.open(&mut Seal::default());
    let preparation = &plan.prepared.preparation;
    let examples =
        preparation.apply(&table.frame, test.rows()).unwrap_or_else(|problems| panic!("{problems}"));
    let given = outputs(&mut *engine, &examples);
    let answers = Answers::read(preparation, plan.blueprint.network.head, None, &given, &examples.targets);
    let answers = answers.expect("targets are known");
    let value = |metric| measure(metric, &answers).unwrap_or(f64::NAN);
    let (accuracy, f1) = (value(MetricName::Accuracy), value(MetricName::F1Macro));
    let losses: Vec<String> =
        outcome.epochs.iter().map(|epoch| format!("{:.4}", epoch.validation_metric.unwrap_or(0.0))).collect();
    println!(
        "  accuracy {accuracy:.4}, macro-F1 {f1:.4}, log loss {:.4}; {} inputs; prepared {prepared:.1} s, {} epochs (best {}) {trained:.1} s; validation {}",
        value(MetricName::LogLoss),
        preparation.columns[0].inputs(),
        outcome.epochs.len(),
        outcome.best_epoch.unwrap_or(0),
        losses.join(" ")
    );
    (accuracy, f1)
}

/// The recipe for a project's own labels, with overrides.
fn recipe<'a>(overrides: impl Iterator<Item = &'a String>) -> TrainSpec {
    const OWN: &[&str] = &["data.table=t", "data.target=label", "prepare.drop_duplicates=false"];
    let text = include_str!("../../../../recipes/feedback-kind.toml");
    let (spec, _) = read_recipe(text, "feedback-kind.toml").unwrap_or_else(|problems| panic!("{problems}"));
    let mut recipe = serde_json::to_value(spec).expect("a recipe is plain data");
    for word in OWN.iter().copied().chain(overrides.map(String::as_str)) {
        let (path, value) = word.split_once('=').expect("a key and a value");
        let value = serde_json::from_str(value).unwrap_or_else(|_| value.into());
        let mut place = &mut recipe;
        for key in path.split('.') {
            place = &mut place[key];
        }
        *place = value;
    }
    serde_json::from_value(recipe).unwrap_or_else(|error| panic!("{error}"))
}

/// The hand of each row, from 0: the rows of each label that take part are shuffled by seed 0 and dealt out.
/// With `anew` each label begins at hand 0, which then lacks none; otherwise where the label before it ended.
fn dealt(labels: &[String], takes_part: impl Fn(usize) -> bool, hands: usize, anew: bool) -> Vec<usize> {
    let mut by_label: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (row, label) in labels.iter().enumerate().filter(|(row, _)| takes_part(*row)) {
        by_label.entry(label).or_default().push(row);
    }
    let mut hand_of = vec![hands; labels.len()];
    let mut chance = Chance::new(0).stream("folds");
    let mut next = 0;
    for rows in by_label.values_mut() {
        chance.shuffle(rows);
        next = if anew { 0 } else { next };
        for &row in rows.iter() {
            hand_of[row] = next % hands;
            next += 1;
        }
    }
    hand_of
}

fn folder() -> PathBuf {
    std::env::var_os("FLYWHEEL_DATA").map(PathBuf::from).expect("$FLYWHEEL_DATA is the folder of real data")
}

fn table(path: &str, file_name: &str) -> Frame {
    let path = folder().join(path).join(file_name);
    let imported = import(&Source::Path(&path), &ImportOptions::default());
    imported.unwrap_or_else(|problems| panic!("{problems}")).frame
}

fn columns(frame: &Frame, text: &str, label: &str) -> Vec<(String, String)> {
    let texts = &frame.column(text).expect("the text").values;
    let labels = &frame.column(label).expect("the label").values;
    let pairs = (0..frame.rows()).map(|row| (texts.text(row).unwrap_or_default(), labels.text(row)));
    pairs.filter_map(|(text, label)| Some((text, label?))).collect()
}

fn set(pairs: Vec<(String, String)>, test: Vec<(String, String)>) -> Set {
    let judged =
        std::iter::repeat_n(false, pairs.len()).chain(std::iter::repeat_n(true, test.len())).collect();
    let (texts, labels) = pairs.into_iter().chain(test).unzip();
    Set { texts, labels, test: judged }
}

fn read(name: &str) -> Set {
    match name {
        "airline" => set(
            columns(&table("text_en_airline_tweets", "Tweets.csv.gz"), "text", "airline_sentiment"),
            vec![],
        ),
        "banking" => set(columns(&table("text_en_banking77", "train.csv"), "text", "category"), vec![]),
        "banking-test" => set(
            columns(&table("text_en_banking77", "train.csv"), "text", "category"),
            columns(&table("text_en_banking77", "test.csv"), "text", "category"),
        ),
        "reviews" => set(
            columns(&table("text_en_app_review_types", "app_reviews_open.csv"), "review", "label"),
            vec![],
        ),
        "hotel" => set(
            columns(&table("text_zh_chnsenticorp_hotel", "ChnSentiCorp_htl_all.csv.gz"), "review", "label"),
            vec![],
        ),
        "shopping-mood" | "shopping-kind" => {
            let label = if name == "shopping-mood" { "label" } else { "cat" };
            set(
                columns(&table("text_zh_online_shopping", "online_shopping_10_cats.zip"), "review", label),
                vec![],
            )
        }
        "smp" => {
            let path = folder().join("text_zh_smp2019_intents/train.json");
            let text = std::fs::read_to_string(path).expect("the file is there");
            // The file says `NaN` where a value is missing, which JSON has no word for.
            let text = text.replace(": NaN", ": null");
            let rows: Vec<serde_json::Value> = serde_json::from_str(&text).expect("a list");
            let word = |row: &serde_json::Value, key: &str| row[key].as_str().unwrap_or_default().to_owned();
            set(rows.iter().map(|row| (word(row, "text"), word(row, "domain"))).collect(), vec![])
        }
        "titles" => {
            let part = |file: &str| {
                let path = folder().join("text_zh_thucnews_titles").join(file);
                let text = std::fs::read_to_string(path).expect("the file is there");
                let pairs = text.lines().filter_map(|line| line.split_once('\t'));
                pairs.map(|(text, label)| (text.to_owned(), label.trim().to_owned())).collect::<Vec<_>>()
            };
            set(part("dev.txt"), part("test.txt"))
        }
        other => panic!("no data set `{other}`"),
    }
}
