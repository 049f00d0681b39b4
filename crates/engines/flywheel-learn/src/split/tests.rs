//! Every kind of split: parts are disjoint, cover all, keep what they promise, and are the same for the same seed.

use std::sync::Arc;

use flywheel_spec::table::ColumnKind;
use flywheel_tables::frame::{Column, Frame, Values};
use proptest::prelude::*;

use super::*;

fn spec(kind: &str, column: Option<&str>, validation: f64, test: f64, seed: u64) -> TrainSpec {
    serde_json::from_value(serde_json::json!({
        "name": "split",
        "seed": seed,
        "data": { "table": "t", "target": "class" },
        "split": { "kind": kind, "validation": validation, "test": test, "column": column },
    }))
    .unwrap()
}

fn text(name: &str, values: impl IntoIterator<Item = String>) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Text(values.into_iter().map(|value| Some(Arc::from(value))).collect()),
    }
}

fn table(columns: Vec<Column>) -> Table {
    let kinds = columns
        .iter()
        .map(|column| match column.values {
            Values::Text(_) => ColumnKind::Category,
            Values::Time(_) => ColumnKind::Time,
            _ => ColumnKind::Number,
        })
        .collect();
    let frame = Frame { columns };
    let (name, fingerprint) = ("t".to_owned(), "t@0:0".to_owned());
    Table { name, version: 0, fingerprint, frame, kinds, writing: Default::default() }
}

/// Classes `a` to `c` in turn, a time with repeats, a group.
fn usual(rows: usize, groups: usize) -> Table {
    table(vec![
        text("class", (0..rows).map(|row| ["a", "b", "c"][row * row % 7 % 3].to_owned())),
        Column {
            name: "at".to_owned(),
            values: Values::Time((0..rows).map(|row| ((row * 37) % rows / 2) as f64).collect()),
        },
        text("group", (0..rows).map(|row| format!("g{}", row * row % groups))),
    ])
}

fn parts(table: &Table, spec: &TrainSpec) -> Result<(Parts, Vec<Problem>), Problems> {
    split(table, &Selection::of(table, spec)?, spec)
}

fn rows_of(parts: &Parts) -> [Vec<usize>; 3] {
    let test = parts.test.open(&mut Seal::default());
    [parts.train.rows().to_vec(), parts.validation.rows().to_vec(), test.rows().to_vec()]
}

fn keys(error: Problems) -> Vec<String> {
    error.problems.into_iter().map(|problem| problem.code).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn parts_are_disjoint_and_cover_every_row(
        rows in 60_usize..400,
        kind in prop::sample::select(vec!["random", "stratified", "time", "group"]),
        validation in 0.1_f64..0.5,
        test in 0.0_f64..0.4,
        seed in any::<u64>(),
    ) {
        let table = usual(rows, 20);
        let column = match kind { "time" => Some("at"), "group" => Some("group"), _ => None };
        let spec = spec(kind, column, validation, test, seed);
        let (found, _) = parts(&table, &spec).unwrap();
        let [train, chosen, sealed] = rows_of(&found);
        let mut all = [train.clone(), chosen.clone(), sealed.clone()].concat();
        all.sort_unstable();
        prop_assert_eq!(all, (0..rows).collect::<Vec<_>>());
        prop_assert_eq!(&parts(&table, &spec).unwrap().0, &found, "the same seed gives the same parts");

        let at = |row: usize| match &table.frame.columns[1].values { Values::Time(times) => times[row], _ => f64::NAN };
        let group = |row: usize| table.frame.columns[2].values.text(row).unwrap();
        if kind == "time" {
            let newest = train.iter().map(|&row| at(row)).fold(f64::MIN, f64::max);
            prop_assert!(chosen.iter().all(|&row| at(row) > newest));
            let newest = chosen.iter().map(|&row| at(row)).fold(newest, f64::max);
            prop_assert!(sealed.iter().all(|&row| at(row) > newest));
        }
        if kind == "group" {
            let of = |rows: &[usize]| rows.iter().map(|&row| group(row)).collect::<std::collections::BTreeSet<_>>();
            prop_assert!(of(&train).is_disjoint(&of(&chosen)) && of(&train).is_disjoint(&of(&sealed)));
            prop_assert!(of(&chosen).is_disjoint(&of(&sealed)));
        }
        if kind == "random" || kind == "stratified" {
            let wanted_test = (rows as f64 * test).round() as usize;
            let wanted = ((rows - wanted_test) as f64 * validation).round() as usize;
            prop_assert_eq!((chosen.len(), sealed.len()), (wanted, wanted_test));
        }
    }

    #[test]
    fn every_class_keeps_its_share(rows in 100_usize..600, seed in any::<u64>()) {
        let table = usual(rows, 5);
        let spec = spec("stratified", None, 0.2, 0.15, seed);
        let selection = Selection::of(&table, &spec).unwrap();
        let (found, _) = split(&table, &selection, &spec).unwrap();
        let all = selection.class_counts(&selection.rows);
        let [train, chosen, sealed] = rows_of(&found).map(|rows| selection.class_counts(&rows));
        for class in 0..3 {
            let (whole, test) = (all[class] as f64, sealed[class] as f64);
            prop_assert!((test - 0.15 * whole).abs() <= 1.0 + 1e-9);
            prop_assert!((chosen[class] as f64 - 0.2 * (whole - test)).abs() <= 1.5);
            prop_assert!(train[class] > 0);
        }
    }
}

#[test]
fn another_seed_gives_other_parts() {
    let table = usual(200, 20);
    let found = |seed| parts(&table, &spec("stratified", None, 0.2, 0.2, seed)).unwrap().0;
    assert_ne!(found(1), found(2));
}

#[test]
fn a_number_is_stratified_by_deciles() {
    let rows = 1000;
    let values = Values::Number((0..rows).map(|row| ((row * 7919) % rows) as f64).collect());
    let table = table(vec![Column { name: "class".to_owned(), values }]);
    let (found, _) = parts(&table, &spec("stratified", None, 0.2, 0.1, 3)).unwrap();
    let Values::Number(values) = &table.frame.columns[0].values else { unreachable!() };
    let [train, chosen, sealed] = rows_of(&found);
    for (part, each) in [(train, 72), (chosen, 18), (sealed, 10)] {
        for decile in 0..10 {
            let within = |row: &&usize| (values[**row] / 100.0) as usize == decile;
            assert_eq!(part.iter().filter(within).count(), each, "decile {decile}");
        }
    }
}

#[test]
fn the_tables_own_test_part_is_kept() {
    let part = text("part", (0..100).map(|row| if row % 5 == 0 { "test" } else { "train" }.to_owned()));
    let mut columns = usual(100, 10).frame.columns;
    columns.push(part);
    let table = table(columns);
    let (found, _) = parts(&table, &spec("stratified", None, 0.25, 0.5, 1)).unwrap();
    let [train, chosen, sealed] = rows_of(&found);
    assert_eq!(sealed, (0..100).step_by(5).collect::<Vec<_>>());
    assert_eq!((train.len(), chosen.len()), (60, 20));
}

#[test]
fn each_opening_of_the_test_part_is_counted() {
    let (found, _) = parts(&usual(100, 10), &spec("random", None, 0.2, 0.2, 1)).unwrap();
    let mut seal = Seal::opened(3);
    assert_eq!(found.test.open(&mut seal).rows().len(), 20);
    found.test.open(&mut seal);
    assert_eq!(seal.openings(), 5);
    assert_eq!(format!("{:?}", found.test), "SealedTest(20 rows)");
}

#[test]
fn whole_numbers_that_were_taken_for_codes_are_a_time_too() {
    let months = || (0..60).map(|row| (row % 12 + 1).to_string());
    let of_year = table(vec![
        text("class", (0..60).map(|row| ["a", "b"][row % 2].to_owned())),
        text("month", months()),
    ]);
    let (found, _) = parts(&of_year, &spec("time", Some("month"), 0.2, 0.2, 1)).unwrap();
    let [train, _, test] = rows_of(&found);
    assert!(
        train.iter().all(|row| row % 12 < 9) && test.iter().all(|row| row % 12 >= 9),
        "{train:?} {test:?}"
    );
}

#[test]
fn mistakes_are_named_all_at_once() {
    let few = usual(3, 2);
    let mut classes: Vec<String> = (0..50).map(|row| ["a", "b"][row % 2].to_owned()).collect();
    classes[7] = "lonely".to_owned();
    classes[9] = "alone".to_owned();
    let once = table(vec![text("class", classes)]);
    for (table, spec, expected) in [
        (&once, spec("stratified", None, 0.2, 0.2, 1), vec!["prepare.class_once", "prepare.class_once"]),
        (&few, spec("random", None, 0.1, 0.0, 1), vec!["prepare.empty_part"]),
        (&few, spec("random", None, 0.0, 0.3, 1), vec!["prepare.empty_part"]),
        (&few, spec("time", None, 0.2, 0.2, 1), vec!["prepare.split_needs_column"]),
        (&few, spec("group", Some("grup"), 0.2, 0.2, 1), vec!["prepare.no_such_column"]),
        (&few, spec("time", Some("group"), 0.2, 0.2, 1), vec!["prepare.time_column_kind"]),
        (&few, spec("group", Some("group"), 0.34, 0.34, 1), vec!["prepare.too_few_groups"]),
        (
            &few,
            spec("time", Some("class"), 0.95, -1.0, 1),
            vec!["prepare.share_out_of_range", "prepare.share_out_of_range", "prepare.time_column_kind"],
        ),
    ] {
        let mut errors = parts(table, &spec).unwrap_err();
        errors.problems.retain(|problem| problem.severity == flywheel_spec::Severity::Error);
        assert_eq!(keys(errors), expected, "{:?}", spec.split);
    }
}
