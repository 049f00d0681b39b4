//! The way from raw values to inputs, against scikit-learn's, and what is said of bad columns.

use std::sync::Arc;
use std::time::Instant;

use flywheel_spec::table::ColumnKind;
use flywheel_tables::infer::Writing;
use serde_json::{Value, json};

use super::*;
use crate::split::Seal;

fn text(name: &str, values: &[Option<&str>]) -> Column {
    Column {
        name: name.to_owned(),
        values: Values::Text(values.iter().map(|value| value.map(Arc::from)).collect()),
    }
}

fn number(name: &str, values: Vec<f64>) -> Column {
    Column { name: name.to_owned(), values: Values::Number(values) }
}

fn table(columns: Vec<(Column, ColumnKind)>) -> Table {
    let (columns, kinds) = columns.into_iter().unzip();
    Table {
        name: "t".to_owned(),
        version: 0,
        fingerprint: "t@0:0".to_owned(),
        frame: Frame { columns },
        kinds,
        writing: Default::default(),
    }
}

fn spec(changes: Value) -> TrainSpec {
    let mut recipe = json!({
        "name": "m",
        "data": { "table": "t", "target": "y" },
        "split": { "kind": "random", "validation": 0.25, "test": 0.0 },
    });
    for (section, change) in changes.as_object().unwrap() {
        match (recipe.get_mut(section).and_then(Value::as_object_mut), change.as_object()) {
            (Some(section), Some(change)) => section.extend(change.clone()),
            _ => recipe[section] = change.clone(),
        }
    }
    serde_json::from_value(recipe).unwrap()
}

/// A target of two classes in turn, long enough for every check.
fn target(rows: usize) -> (Column, ColumnKind) {
    let values: Vec<Option<&str>> =
        (0..rows).map(|row| Some(if row % 3 == 0 { "yes" } else { "no" })).collect();
    (text("y", &values), ColumnKind::Boolean)
}

fn rows_inputs(preparation: &Preparation, frame: &Frame) -> (usize, Vec<f32>, Vec<u32>) {
    let rows: Vec<usize> = (0..frame.rows()).collect();
    match preparation.apply_inputs(frame, &rows).unwrap().inputs {
        Inputs::Rows { width, numbers, categories, .. } => (width, numbers, categories),
        Inputs::Images { .. } | Inputs::Sparse(_) => {
            unreachable!("the tables here hold no images and no texts")
        }
    }
}

fn column_of(values: &[f32], width: usize, at: usize) -> Vec<f32> {
    values.iter().skip(at).step_by(width).copied().collect()
}

#[test]
fn normalisation_is_that_of_scikit_learn_over_the_training_part() {
    let raw: Vec<f64> = (0..40).map(|row| ((row * 17) % 23) as f64 + 0.5).collect();
    let table = table(vec![(number("x", raw.clone()), ColumnKind::Number), target(40)]);
    for (rule, centre_and_scale) in [
        ("standard", (|train: &[f64]| mean_and_deviation(train)) as fn(&[f64]) -> (f64, f64)),
        ("min_max", |train| {
            let low = train.iter().copied().fold(f64::MAX, f64::min);
            (low, train.iter().copied().fold(f64::MIN, f64::max) - low)
        }),
        ("none", |_| (0.0, 1.0)),
    ] {
        let prepared = prepare(&table, &spec(json!({ "prepare": { "normalise": rule } }))).unwrap();
        let train: Vec<f64> = prepared.parts.train.rows().iter().map(|&row| raw[row]).collect();
        let (centre, scale) = centre_and_scale(&train);
        let (width, numbers, _) = rows_inputs(&prepared.preparation, &table.frame);
        assert_eq!(width, 1);
        for (found, raw) in numbers.iter().zip(&raw) {
            assert!((f64::from(*found) - (raw - centre) / scale).abs() < 1e-6, "{rule}");
        }
    }
}

fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    (mean, (values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt())
}

#[test]
fn nothing_of_the_rows_that_judge_leaks_into_what_was_fitted() {
    let plain: Vec<f64> = (0..80).map(|row| (row % 9) as f64).collect();
    let build = |x: Vec<f64>| table(vec![(number("x", x), ColumnKind::Number), target(80)]);
    let first = build(plain.clone());
    let recipe = spec(json!({ "split": { "test": 0.25 } }));
    let prepared = prepare(&first, &recipe).unwrap();
    let mut changed = plain;
    for row in prepared.parts.validation.rows() {
        changed[*row] = 1e6;
    }
    for row in prepared.parts.test.open(&mut Seal::default()).rows() {
        changed[*row] = f64::NAN;
    }
    let again = prepare(&build(changed), &recipe).unwrap();
    assert_eq!(again.preparation, prepared.preparation);
}

#[test]
fn missing_numbers_are_filled_and_flagged() {
    let raw: Vec<f64> = (0..60).map(|row| if row % 4 == 0 { f64::NAN } else { (row % 5) as f64 }).collect();
    let table = table(vec![(number("x", raw.clone()), ColumnKind::Number), target(60)]);
    for (rule, fill) in [("median", 2.0), ("constant", 9.0), ("most_frequent", f64::NAN)] {
        let recipe = json!({ "prepare": { "missing": rule, "fill": 9.0, "normalise": "none" } });
        let prepared = prepare(&table, &spec(recipe)).unwrap();
        let (width, numbers, _) = rows_inputs(&prepared.preparation, &table.frame);
        assert_eq!(width, 2, "a number and its indicator");
        for (row, value) in column_of(&numbers, 2, 0).into_iter().enumerate() {
            let missing = raw[row].is_nan();
            assert_eq!(numbers[row * 2 + 1], f32::from(u8::from(missing)));
            match missing {
                true if fill.is_nan() => assert!((0.0..5.0).contains(&value)),
                true => assert_eq!(f64::from(value), fill, "{rule}"),
                false => assert_eq!(f64::from(value), raw[row]),
            }
        }
        assert!(
            prepared.actions.iter().any(|action| action.en.contains("missing")),
            "{:?}",
            prepared.actions
        );
    }
}

#[test]
fn outliers_are_clipped_or_missing_as_asked() {
    let mut raw: Vec<f64> = (0..60).map(|row| (row % 10) as f64).collect();
    raw[5] = 1000.0;
    let table = table(vec![(number("x", raw), ColumnKind::Number), target(60)]);
    let answer = |rule: &str| {
        let recipe =
            spec(json!({ "prepare": { "outliers": rule, "normalise": "none", "missing_indicator": false } }));
        let prepared = prepare(&table, &recipe).unwrap();
        rows_inputs(&prepared.preparation, &table.frame).1[5]
    };
    assert_eq!(answer("keep"), 1000.0);
    assert!((10.0..40.0).contains(&answer("clip")));
    assert!((0.0..10.0).contains(&answer("missing")));
}

#[test]
fn categories_keep_a_place_for_the_unseen() {
    let values: Vec<Option<&str>> = (0..60).map(|row| [Some("red"), Some("blue"), None][row % 3]).collect();
    let table = table(vec![(text("colour", &values), ColumnKind::Category), target(60)]);
    let asked = Frame {
        columns: vec![text("colour", &[Some("red"), Some("blue"), None, Some("green"), Some(" red ")])],
    };

    let prepared = prepare(&table, &spec(json!({}))).unwrap();
    let (width, numbers, _) = rows_inputs(&prepared.preparation, &asked);
    assert_eq!(width, 4, "unseen, blue, red, and whether it was missing");
    let rows: Vec<&[f32]> = numbers.chunks(4).collect();
    assert_eq!(rows[0], [0.0, 0.0, 1.0, 0.0]);
    assert_eq!(rows[1], [0.0, 1.0, 0.0, 0.0]);
    assert_eq!(rows[2][3], 1.0, "missing");
    assert_eq!(rows[3], [0.0, 0.0, 0.0, 0.0], "nothing was learned of the unseen, so nothing is said");
    assert_eq!(rows[4], rows[0], "spaces around a category don't make another");

    let recipe = spec(json!({ "prepare": { "categories": "embedding", "missing": "constant" } }));
    let prepared = prepare(&table, &recipe).unwrap();
    let (width, _, places) = rows_inputs(&prepared.preparation, &asked);
    assert_eq!((width, places), (0, vec![2, 1, 3, 0, 2]), "the missing are a category of their own");
    let InputPlan::Rows { numbers: 0, embeddings } = prepared.preparation.input_plan() else { panic!() };
    assert_eq!(embeddings, [EmbeddingPlan { categories: 4, width: 2 }]);
}

#[test]
fn a_missing_category_that_no_row_taught_is_as_the_unseen() {
    let values: Vec<Option<&str>> = (0..60).map(|row| Some(["red", "blue"][row % 2])).collect();
    let table = table(vec![(text("colour", &values), ColumnKind::Category), target(60)]);
    let asked = Frame { columns: vec![text("colour", &[None, Some("green"), Some("red")])] };
    for columns in [json!([]), json!([{ "name": "colour", "fill": "none" }])] {
        let recipe = spec(json!({ "prepare": { "missing": "constant", "columns": columns } }));
        let prepared = prepare(&table, &recipe).unwrap();
        let (width, numbers, _) = rows_inputs(&prepared.preparation, &asked);
        assert_eq!((width, numbers), (3, vec![0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0]));
    }
}

#[test]
fn a_constant_with_gaps_does_not_explode_on_the_first_other_value() {
    let raw: Vec<f64> = (0..48).map(|row| if row % 4 == 0 { f64::NAN } else { 0.1 }).collect();
    let first = table(vec![(number("x", raw), ColumnKind::Number), target(48)]);
    for rule in ["standard", "robust", "min_max"] {
        let prepared = prepare(&first, &spec(json!({ "prepare": { "normalise": rule } }))).unwrap();
        let asked = Frame { columns: vec![number("x", vec![0.2])] };
        let (_, numbers, _) = rows_inputs(&prepared.preparation, &asked);
        assert!((numbers[0] - 0.1).abs() < 1e-6, "{rule}: {numbers:?}");
    }
    for (values, expected) in [(vec![0.1; 36], 1.0), (vec![1.0, 3.0], 1.0), (vec![1e9, 1e9 + 0.5], 0.25)] {
        let TargetCode::Number { deviation, .. } = TargetCode::fit_number(&values) else { panic!() };
        assert_eq!(deviation, expected, "{values:?}");
    }
}

#[test]
fn rare_categories_teach_the_place_of_the_unseen() {
    let mut values: Vec<Option<&str>> = (0..60).map(|row| Some(["a", "b"][row % 2])).collect();
    values[3] = Some("rare");
    values[4] = Some("odd");
    values[11] = Some("lone");
    let table = table(vec![(text("kind", &values), ColumnKind::Category), target(60)]);
    let prepared = prepare(&table, &spec(json!({}))).unwrap();
    let (_, numbers, _) =
        rows_inputs(&prepared.preparation, &Frame { columns: vec![text("kind", &[Some("never")])] });
    assert_eq!(numbers, [1.0, 0.0, 0.0]);
}

#[test]
fn booleans_read_every_usual_spelling() {
    let values: Vec<Option<&str>> = (0..60).map(|row| Some(["Yes", "No"][row % 2])).collect();
    let table = table(vec![(text("member", &values), ColumnKind::Boolean), target(60)]);
    let prepared = prepare(&table, &spec(json!({}))).unwrap();
    let asked = text("member", &[Some("Yes"), Some("no"), Some("true"), Some("0"), Some("是")]);
    let (_, numbers, _) = rows_inputs(&prepared.preparation, &Frame { columns: vec![asked] });
    assert_eq!(numbers, [1.0, 0.0, 1.0, 0.0, 1.0]);
}

#[test]
fn moments_come_apart_and_go_round_in_circles() {
    let hour = 3600.0;
    let start = read_time_as("2024-01-01 00:00:00", Default::default()).unwrap();
    let values = Values::Time((0..790).map(|row| start + f64::from(row) * 11.0 * hour).collect());
    let table = table(vec![(Column { name: "at".to_owned(), values }, ColumnKind::Time), target(790)]);
    let prepared = prepare(&table, &spec(json!({}))).unwrap();
    let (width, numbers, _) = rows_inputs(
        &prepared.preparation,
        &Frame { columns: vec![text("at", &[Some("2024-07-01T06:00:00Z"), Some("2024-07-01"), None])] },
    );
    // elapsed, month (2), day, weekday (7), hour (2); all rows are of 2024, so no year.
    assert_eq!(width, 1 + 2 + 1 + 7 + 2);
    let row = &numbers[..width];
    assert!(row[1].abs() < 1e-6 && (row[2] + 1.0).abs() < 1e-6, "July is opposite January: {row:?}");
    assert_eq!(row[3], 0.0, "the first of the month");
    assert_eq!(&row[4..11], [1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], "a Monday");
    assert!((row[11] - 1.0).abs() < 1e-6 && row[12].abs() < 1e-6, "six in the morning is a quarter of a day");
    assert!(numbers[2 * width..].iter().all(|input| *input == 0.0), "no moment, no inputs");
}

#[test]
fn later_rows_are_read_as_the_column_was_written() {
    let rows = 300;
    let days = Values::Time((0..rows).map(|row| (row * 29 % 211) as f64 * 86_400.0).collect());
    let prices = (0..rows).map(|row| ((row * 13) % 47) as f64 / 8.0).collect();
    let classes: Vec<Option<&str>> = (0..rows).map(|row| Some(["1", "2", "3"][row * row % 7 % 3])).collect();
    let mut table = table(vec![
        (Column { name: "at".to_owned(), values: days }, ColumnKind::Time),
        (number("price", prices), ColumnKind::Number),
        (text("class", &classes), ColumnKind::Category),
        target(rows),
    ]);
    let written = [("at".to_owned(), Writing::DayFirst), ("price".to_owned(), Writing::DecimalComma)];
    table.writing = written.into();
    let preparation = prepare(&table, &spec(json!({}))).unwrap().preparation;
    assert_eq!(preparation.columns.len(), 3);
    let at = |values| Column { name: "at".to_owned(), values };
    let typed =
        vec![at(Values::Time(vec![172_800.0])), number("price", vec![1.234]), text("class", &[Some("1")])];
    let typed = rows_inputs(&preparation, &Frame { columns: typed });
    let texts =
        vec![text("at", &[Some("3/1/1970")]), text("price", &[Some("1,234")]), text("class", &[Some("1.0")])];
    let texts = Frame { columns: texts };
    assert!(preparation.check(&texts).problems.is_empty());
    assert_eq!(rows_inputs(&preparation, &texts), typed);
    let packed = vec![
        at(Values::Number(vec![19_700_103.0])),
        number("price", vec![1.234]),
        number("class", vec![1.0]),
    ];
    assert_eq!(rows_inputs(&preparation, &Frame { columns: packed }), typed);
}

#[test]
fn a_boolean_that_is_neither_is_named_with_its_row() {
    let values: Vec<Option<&str>> = (0..60).map(|row| Some(["yes", "no"][row % 2])).collect();
    let table = table(vec![(text("member", &values), ColumnKind::Boolean), target(60)]);
    let preparation = prepare(&table, &spec(json!({}))).unwrap().preparation;
    let cases = [
        (text("member", &[Some("yes"), Some("maybe"), None, Some("NA"), Some("1.0")]), vec![2]),
        (number("member", vec![1.0, 0.0, f64::NAN, 2.0]), vec![4]),
    ];
    for (column, rows) in cases {
        let problems = preparation.check(&Frame { columns: vec![column] }).problems;
        let found: Vec<u64> = problems.iter().filter_map(|problem| problem.place.row).collect();
        assert_eq!(found, rows);
        assert!(problems.iter().all(|problem| problem.code == "models.value_boolean"));
    }
}

#[test]
fn columns_that_say_nothing_are_left_out_with_the_reason() {
    let rows = 200;
    let words: Vec<String> = (0..rows).map(|row| format!("id-{row}")).collect();
    let ids: Vec<Option<&str>> = words.iter().map(|word| Some(word.as_str())).collect();
    let sentences: Vec<String> =
        (0..rows).map(|row| format!("these{row} are{row} words{row} all{row} apart{row}")).collect();
    let names: Vec<String> = (0..rows).map(|row| format!("Ann Lee-{row}")).collect();
    let names: Vec<Option<&str>> = names.iter().map(|name| Some(name.as_str())).collect();
    let sentences: Vec<Option<&str>> = sentences.iter().map(|sentence| Some(sentence.as_str())).collect();
    let mut told = target(rows).0;
    told.name = "outcome".to_owned();
    let table = table(vec![
        (text("customer", &ids), ColumnKind::Category),
        (number("row", (0..rows).map(|row| row as f64).collect()), ColumnKind::Number),
        (number("constant", vec![4.0; rows]), ColumnKind::Number),
        (text("empty", &vec![None; rows]), ColumnKind::Category),
        (text("comment", &sentences), ColumnKind::Text),
        (text("name", &names), ColumnKind::Text),
        (text("ticket", &ids), ColumnKind::Text),
        (number("useful", (0..rows).map(|row| ((row * 31) % 17) as f64).collect()), ColumnKind::Number),
        (told, ColumnKind::Boolean),
        target(rows),
    ]);
    let no_pieces = json!({ "prepare": { "texts": { "pieces": false } } });
    let prepared = prepare(&table, &spec(no_pieces)).unwrap();
    let used: Vec<&str> = prepared.preparation.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(used, ["useful", "outcome"]);
    let reason = |name: &str| {
        let column = prepared.columns.iter().find(|column| column.name == name).unwrap();
        assert_eq!(column.inputs, 0);
        column.steps[0].key.clone()
    };
    assert_eq!(reason("customer"), "prepare.left_identifier");
    assert_eq!(reason("row"), "prepare.left_identifier");
    assert_eq!(reason("constant"), "prepare.left_constant");
    assert_eq!(reason("empty"), "prepare.left_empty");
    assert_eq!(reason("comment"), "prepare.left_text_apart");
    assert_eq!(reason("name"), "prepare.left_short_text");
    assert_eq!(reason("ticket"), "prepare.left_identifier");
    let leak = prepared.warnings.iter().find(|warning| warning.code == "prepare.leak_class").unwrap();
    assert_eq!(leak.place.column.as_deref(), Some("outcome"));
}

#[test]
fn bad_targets_are_refused_and_missing_ones_counted() {
    let x = || (number("x", (0..30).map(f64::from).map(f64::sqrt).collect()), ColumnKind::Number);
    let constant = table(vec![x(), (text("y", &[Some("a"); 30]), ColumnKind::Category)]);
    let refused = |table: &Table, changes: Value| {
        let problems = prepare(table, &spec(changes)).unwrap_err().problems;
        problems.into_iter().map(|problem| problem.code).collect::<Vec<_>>()
    };
    assert_eq!(refused(&constant, json!({})), ["prepare.constant_target"]);
    assert_eq!(
        refused(&constant, json!({ "data": { "target": "z", "leave_out": ["q"], "columns": ["xx"] } })),
        ["prepare.no_such_column"; 3]
    );
    let advice = |table: &Table| {
        let problems = prepare(table, &spec(json!({}))).unwrap_err().problems;
        problems[0].advice.clone().unwrap().key
    };
    let plus: Vec<Option<&str>> = (0..30).map(|row| (row % 2 == 0).then_some("+")).collect();
    let plus = table(vec![x(), (text("y", &plus), ColumnKind::Category)]);
    assert_eq!(advice(&constant), "prepare.constant_target_advice");
    assert_eq!(advice(&plus), "prepare.constant_target_missing_advice");
    let words = table(vec![x(), target(30)]);
    assert_eq!(refused(&words, json!({ "data": { "task": "regression" } })), ["prepare.target_not_a_number"]);
    assert_eq!(
        refused(&words, json!({ "data": { "classes": ["yes", "no", "mabye"] } })),
        ["prepare.unknown_class"]
    );
    assert_eq!(refused(&words, json!({ "data": { "leave_out": ["x"] } })), ["prepare.nothing_to_learn_from"]);

    let mut some: Vec<Option<&str>> = (0..30).map(|row| Some(["p", "q"][row % 2])).collect();
    some[3] = None;
    some[9] = None;
    let some = table(vec![x(), (text("y", &some), ColumnKind::Category)]);
    let prepared = prepare(&some, &spec(json!({}))).unwrap();
    assert_eq!(prepared.selection.rows.len(), 28);
    assert!(prepared.actions[0].en.starts_with("2 rows"), "{:?}", prepared.actions);
}

#[test]
fn repeated_rows_are_dropped_before_the_split_but_never_the_tables_own_test_rows() {
    let x: Vec<f64> = (0..60).map(|row| (row % 20) as f64 * 1.5).collect();
    let y: Vec<Option<&str>> = (0..60).map(|row| Some(["p", "q"][row % 2])).collect();
    let part: Vec<Option<&str>> = (0..60).map(|row| Some(if row >= 50 { "test" } else { "train" })).collect();
    let table = table(vec![
        (number("x", x), ColumnKind::Number),
        (text("y", &y), ColumnKind::Category),
        (text("part", &part), ColumnKind::Category),
    ]);
    let prepared = prepare(&table, &spec(json!({ "prepare": { "drop_duplicates": true } }))).unwrap();
    assert_eq!(prepared.parts.test.len(), 10);
    // Twenty different rows; ten of them stand in the test part.
    assert_eq!(prepared.selection.rows.len(), 20);
}

#[test]
fn rows_are_repeated_by_what_the_model_reads_of_them() {
    let texts = ["it crashes", "so slow", "well done"];
    let said: Vec<Option<&str>> = (0..60).map(|row| Some(texts[row % 3])).collect();
    let kinds: Vec<Option<&str>> = (0..60).map(|row| Some(["bug", "praise"][row % 3 / 2])).collect();
    let people: Vec<String> = (0..60).map(|row| format!("p{row}")).collect();
    let people: Vec<Option<&str>> = people.iter().map(|person| Some(person.as_str())).collect();
    let table = table(vec![
        (text("text", &said), ColumnKind::Category),
        (text("y", &kinds), ColumnKind::Category),
        (text("person", &people), ColumnKind::Category),
    ]);
    let left = |changes: Value| {
        let mut recipe = spec(changes);
        recipe.prepare.drop_duplicates = true;
        Selection::of(&table, &recipe).unwrap().rows.len()
    };
    let by_person = json!({ "split": { "kind": "group", "column": "person" } });
    let cases = [
        (json!({}), 60),
        (json!({ "data": { "columns": ["text"] } }), 3),
        (json!({ "data": { "leave_out": ["person"] } }), 3),
        (by_person, 3),
    ];
    for (changes, rows) in cases {
        assert_eq!(left(changes.clone()), rows, "{changes}");
    }
}

#[test]
fn classes_that_are_numbers_stand_in_their_order() {
    let digits: Vec<String> = (0..60).map(|row| (row % 12).to_string()).collect();
    let digits: Vec<Option<&str>> = digits.iter().map(|digit| Some(digit.as_str())).collect();
    let x = (number("x", (0..60).map(f64::from).map(f64::sqrt).collect()), ColumnKind::Number);
    let table = table(vec![x, (text("y", &digits), ColumnKind::Category)]);
    let prepared = prepare(&table, &spec(json!({}))).unwrap();
    assert_eq!(prepared.preparation.labels().join(" "), "0 1 2 3 4 5 6 7 8 9 10 11");
}

#[test]
fn numbers_come_back_in_their_unit() {
    let y: Vec<f64> = (0..80).map(|row| 1000.0 + ((row * 29) % 41) as f64 * 3.0).collect();
    let x = (number("x", (0..80).map(f64::from).map(f64::sqrt).collect()), ColumnKind::Number);
    let table = table(vec![x, (number("y", y.clone()), ColumnKind::Number)]);
    let prepared = prepare(&table, &spec(json!({}))).unwrap();
    let examples = prepared.preparation.apply(&table.frame, &[3, 5, 8]).unwrap();
    let Targets::Numbers(standardised) = examples.targets else { panic!() };
    for (row, value) in [3, 5, 8].into_iter().zip(standardised) {
        assert!((prepared.preparation.number(value) - y[row]).abs() < 1e-3);
    }
}

#[test]
fn a_preparation_survives_its_file() {
    let values: Vec<Option<&str>> = (0..60).map(|row| [Some("red"), Some("blue"), None][row % 3]).collect();
    let raw: Vec<f64> = (0..60).map(|row| if row % 7 == 0 { f64::NAN } else { row as f64 / 3.0 }).collect();
    let table = table(vec![
        (text("colour", &values), ColumnKind::Category),
        (number("x", raw), ColumnKind::Number),
        target(60),
    ]);
    let prepared = prepare(&table, &spec(json!({ "prepare": { "outliers": "clip" } }))).unwrap();
    let file = serde_json::to_string_pretty(&prepared.preparation).unwrap();
    assert_eq!(serde_json::from_str::<Preparation>(&file).unwrap(), prepared.preparation);
}

#[test]
fn one_row_takes_microseconds() {
    let rows = 500;
    let mut columns: Vec<(Column, ColumnKind)> = (0..15)
        .map(|place| {
            let values = (0..rows).map(|row| ((row * (place + 3)) % 101) as f64 / 7.0).collect();
            (number(&format!("x{place}"), values), ColumnKind::Number)
        })
        .collect();
    let values: Vec<Option<&str>> = (0..rows).map(|row| Some(["red", "blue", "green"][row % 3])).collect();
    columns.extend((0..5).map(|place| (text(&format!("c{place}"), &values), ColumnKind::Category)));
    columns.push(target(rows));
    let table = table(columns);
    let prepared = prepare(&table, &spec(json!({}))).unwrap();
    let one = table.frame.take(&[17]);
    let mut times: Vec<f64> = (0..2000)
        .map(|_| {
            let begun = Instant::now();
            std::hint::black_box(prepared.preparation.apply_inputs(&one, &[0]).unwrap());
            begun.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("20 columns, one row: p50 {:.2} µs", times[1000]);
    assert!(times[1000] < 20.0, "{} µs", times[1000]);
}
