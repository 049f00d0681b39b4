//! A table of texts in two languages from raw row to prediction: it learns, a bundle answers as training did, and odd texts are no trouble.

use std::sync::Arc;
use std::time::Instant;

use flywheel_learn::bundle::{self, Bundle, Judged, Origin};
use flywheel_learn::evaluate::{Answers, Judgement, judge, measure};
use flywheel_learn::monitor::Reference;
use flywheel_learn::plan::{Machine, TrainPlan, plan, refit};
use flywheel_learn::predict::Predictor;
use flywheel_learn::split::Seal;
use flywheel_learn::table::Table;
use flywheel_learn::train::{Outcome, Unwatched, outputs, train};
use flywheel_spec::TrainSpec;
use flywheel_spec::predict::PredictRequest;
use flywheel_spec::recipe::MetricName;
use flywheel_spec::run::RunState;
use flywheel_spec::table::ColumnKind;
use flywheel_stats::chance::Chance;
use flywheel_tables::frame::{Column, Frame, Values};
use serde_json::{Value, json};

/// What people say of each kind, in both languages.
const SAID: [(&str, [&str; 4], [&str; 4]); 3] = [
    (
        "payment",
        ["payment failed", "card was charged twice", "refund never came", "cannot pay"],
        ["付款失败", "银行卡扣了两次钱", "退款一直没到", "无法支付"],
    ),
    (
        "login",
        ["password is rejected", "cannot log in", "code never arrives", "signed out again"],
        ["密码不对", "登录不了", "验证码收不到", "又被退出登录"],
    ),
    (
        "speed",
        ["so slow", "pages take forever", "it freezes", "loading never ends"],
        ["太慢了", "页面半天打不开", "一直卡顿", "加载不完"],
    ),
];

const BEFORE: [&str; 5] = ["since yesterday", "hello,", "on my phone", "please help:", "again"];
const BEFORE_ZH: [&str; 5] = ["从昨天开始", "你好,", "手机上", "请帮忙:", "更新以后"];

/// Messages of three kinds; every tenth is labelled at random, so that nobody can be sure of all.
fn messages(rows: usize) -> (Vec<Option<String>>, Vec<&'static str>) {
    let mut chance = Chance::new(6);
    let mut texts = Vec::new();
    let mut kinds = Vec::new();
    for row in 0..rows {
        let (kind, english, chinese) = chance.pick(&SAID);
        let text = if row % 2 == 0 {
            format!("{} {} no{}", chance.pick(&BEFORE), chance.pick(english), chance.below(40))
        } else {
            format!("{}{}", chance.pick(&BEFORE_ZH), chance.pick(chinese))
        };
        texts.push((row % 50 != 49).then_some(text));
        kinds.push(if row % 10 == 9 { chance.pick(&SAID).0 } else { *kind });
    }
    (texts, kinds)
}

fn table(rows: usize) -> Table {
    let (texts, kinds) = messages(rows);
    let texts = texts.into_iter().map(|text| text.map(Arc::from)).collect();
    let kinds = kinds.into_iter().map(|kind| Some(Arc::from(kind))).collect();
    let stars = (0..rows).map(|row| (row * 7 % 5 + 1) as f64).collect();
    let columns = vec![
        Column { name: "text".to_owned(), values: Values::Text(texts) },
        Column { name: "stars".to_owned(), values: Values::Number(stars) },
        Column { name: "kind".to_owned(), values: Values::Text(kinds) },
    ];
    let kinds = vec![ColumnKind::Text, ColumnKind::Number, ColumnKind::Category];
    let (name, fingerprint) = ("said".into(), "said@0:0".into());
    Table { name, version: 0, fingerprint, frame: Frame { columns }, kinds, writing: Default::default() }
}

fn spec(engine: &str) -> TrainSpec {
    serde_json::from_value(json!({
        "name": "kinds",
        "data": { "table": "said", "target": "kind" },
        "train": { "epochs": 12, "batch_size": 32, "engine": engine },
        "serve": { "sure": { "kind": "errors", "most": 0.08 } },
    }))
    .expect("a recipe of the right form")
}

fn trained(spec: &TrainSpec, table: &Table) -> (TrainPlan, Vec<flywheel_learn::engine::Tensor>, f64) {
    let machine = Machine { threads: 2, gflops: 50.0 };
    let (plan, _) = plan(spec, table, None, &machine).unwrap_or_else(|problems| panic!("{problems}"));
    let outcome = train(&plan, None, &mut Unwatched).expect("a fresh run");
    let weights = outcome.weights.expect("judged");
    let mut engine = plan.build_engine_with(&weights).expect("its own weights");
    let test = plan.prepared.parts.test.open(&mut Seal::default());
    let preparation = &plan.prepared.preparation;
    let examples = preparation.apply(&table.frame, test.rows()).expect("the same table");
    let given = outputs(&mut *engine, &examples);
    let answers = Answers::read(preparation, plan.blueprint.network.head, None, &given, &examples.targets);
    let accuracy = measure(MetricName::Accuracy, &answers.expect("known targets")).expect("defined");
    (plan, weights, accuracy)
}

fn bundle_of(plan: &TrainPlan, weights: Vec<flywheel_learn::engine::Tensor>, table: &Table) -> Bundle {
    let mut engine = plan.build_engine_with(&weights).expect("its own weights");
    let sure = plan.sureness(&mut *engine);
    let given = outputs(&mut *engine, &plan.validation);
    let preparation = &plan.prepared.preparation;
    let head = plan.blueprint.network.head;
    let answers = Answers::read(preparation, head, None, &given, &plan.validation.targets).expect("known");
    let report = judge(&Judgement {
        part: "validation",
        answers: &answers,
        rows: plan.prepared.parts.validation.rows(),
        frame: &table.frame,
        preparation,
        metric: None,
        train_value: None,
        seed: 0,
        sure,
        warnings: Vec::new(),
    });
    let origin = Origin {
        name: "kinds".into(),
        version: 1,
        run: "run".into(),
        created_at: "2026-01-01T00:00:00Z".into(),
        data_fingerprint: table.fingerprint.clone(),
        seed: 0,
        program: "flywheel".into(),
    };
    let reference = Reference::of(preparation, &table.frame, &plan.prepared.parts.train);
    Bundle::new(
        origin,
        &plan.spec,
        String::new(),
        plan.blueprint.network.clone(),
        weights,
        preparation.clone(),
        reference,
        Judged { validation: Some(report), test: None },
    )
}

fn asked(texts: &[Value]) -> PredictRequest {
    let rows: Vec<Value> = texts.iter().map(|text| json!({ "text": text, "stars": 3 })).collect();
    serde_json::from_value(json!({ "rows": rows })).expect("a request")
}

#[test]
fn kinds_of_messages_are_learned_in_both_engines_and_answered_from_a_bundle() {
    let table = table(900);
    let (plan, weights, accuracy) = trained(&spec("auto"), &table);
    let (_, _, with_burn) = trained(&spec("burn"), &table);
    // A tenth has a label of chance, a fiftieth no text.
    assert!(accuracy > 0.87 && with_burn > 0.87, "native {accuracy}, burn {with_burn}");
    let text = plan.prepared.columns.iter().find(|column| column.name == "text").expect("the column");
    assert!(text.inputs > 100, "{} terms", text.inputs);
    assert!(plan.summary().expected_bytes < 200 << 20);

    let made = bundle_of(&plan, weights, &table);
    let sure = made.judged.validation.as_ref().and_then(|report| report.sure.clone()).expect("asked for");
    assert!(sure.coverage.value > 0.3, "{sure:?}");
    assert!(made.card_en.contains("it is sure of"), "{}", made.card_en);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("kinds");
    bundle::write(&path, &made).expect("room on the disk");
    let read = bundle::read(&path).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(read, made);
    let lengths: Vec<&str> = read.reference.columns.iter().map(|column| column.column.as_str()).collect();
    assert_eq!(lengths, ["text.length", "text.language", "stars"]);
    assert_eq!(read.reference.columns[1].counts[..2].iter().sum::<u64>() > 400, true);

    let predictor = Predictor::new(read).unwrap_or_else(|problems| panic!("{problems}"));
    let examples = plan.prepared.preparation.apply_inputs(&table.frame, &[0, 1, 2, 49]).expect("prepared");
    let mut engine = plan.build_engine_with(&made.weights).expect("its own weights");
    assert_eq!(predictor.outputs_of(&examples), outputs(&mut *engine, &examples), "the same bits");

    let answers = predictor
        .answer(&asked(&[json!("my card was charged twice!"), json!("密碼不對，登錄不了"), json!("kaarten")]))
        .unwrap_or_else(|problems| panic!("{problems}"));
    let labels: Vec<&str> = answers.iter().filter_map(|answer| answer.prediction.label.as_deref()).collect();
    assert_eq!(labels[..2], ["payment", "login"], "traditional characters are read as simplified ones");
    assert!(answers[..2].iter().all(|answer| answer.prediction.sure == Some(true)), "{answers:?}");
}

#[test]
fn odd_texts_are_answered_and_noted() {
    let table = table(400);
    let (plan, weights, _) = trained(&spec("auto"), &table);
    let predictor = Predictor::new(bundle_of(&plan, weights, &table)).expect("a whole bundle");
    let long = "it freezes and pages take forever. 页面半天打不开。 ".repeat(20_000);
    assert!(long.len() > 1_000_000);
    let cases = [
        (json!("التطبيق"), Some("models.note_unread")),
        (json!(""), Some("models.note_missing")),
        (json!(null), Some("models.note_missing")),
        (json!("👍👍👍"), Some("models.note_unread")),
        (json!("\u{0}\u{feff}payment failed"), None),
        (json!(12345), None),
        (json!(long), None),
    ];
    for (text, note) in cases {
        let began = Instant::now();
        let answers =
            predictor.answer(&asked(&[text.clone()])).unwrap_or_else(|problems| panic!("{problems}"));
        let prediction = &answers[0].prediction;
        let sum: f64 = prediction.probabilities.iter().map(|class| class.probability).sum();
        assert!((sum - 1.0).abs() < 1e-6);
        if let Some(note) = note {
            assert!(prediction.notes.iter().any(|found| found.key == note), "{note}: {:?}", prediction.notes);
            assert_eq!(prediction.sure, Some(false), "{text}");
        }
        assert!(began.elapsed().as_secs() < 5, "a text of {} bytes", text.to_string().len());
    }
    let answers = predictor.answer(&asked(&[json!(long)])).expect("read");
    assert_eq!(answers[0].prediction.label.as_deref(), Some("speed"));
}

#[test]
fn a_single_text_twice_and_texts_without_a_word_in_common_are_no_trouble() {
    let mut table = table(60);
    let apart: Vec<Option<Arc<str>>> =
        (0..60).map(|row| Some(Arc::from(format!("v{row}a w{row}b x{row}c y{row}d z{row}e")))).collect();
    table.frame.columns[0].values = Values::Text(apart);
    let mut spec = spec("auto");
    spec.prepare.texts.pieces = false;
    let (plan, ..) = trained(&spec, &table);
    let text = plan.prepared.columns.iter().find(|column| column.name == "text").expect("the column");
    assert_eq!((text.inputs, text.steps[0].key.as_str()), (0, "prepare.left_text_apart"));
}

#[test]
fn a_recipe_may_have_the_weights_learn_from_the_validation_part_too() {
    let table = table(600);
    let machine = Machine { threads: 2, gflops: 50.0 };
    let planned = |refit: bool| {
        let mut spec = spec("auto");
        spec.train.refit = refit;
        plan(&spec, &table, None, &machine).unwrap_or_else(|problems| panic!("{problems}")).0
    };
    let outcome = train(&planned(false), None, &mut Unwatched).expect("a fresh run");
    let anew = |plan: &TrainPlan, outcome: &Outcome| {
        refit(plan, &table.frame, outcome, &mut Unwatched).expect("the same table")
    };
    assert!(anew(&planned(false), &outcome).is_none(), "nobody asked");
    let plan = planned(true);
    let stopped = Outcome { state: RunState::Stopped, ..outcome.clone() };
    assert!(anew(&plan, &stopped).is_none(), "who stops a training does not wait for another");
    let again = anew(&plan, &outcome).expect("asked for");
    let rows = plan.train.len() + plan.validation.len();
    assert_eq!(
        (again.finding.key.as_str(), again.finding.args["rows"].as_str()),
        ("train.refitted", rows.to_string().as_str())
    );
    let weights = again.weights.expect("finished");
    assert_ne!(Some(&weights), outcome.weights.as_ref());
    // The rows that it had not seen before fit it better than they fitted the weights that they judged.
    let loss = |weights: &[flywheel_learn::engine::Tensor]| {
        let given =
            outputs(&mut *plan.build_engine_with(weights).expect("its own weights"), &plan.validation);
        let head = plan.blueprint.network.head;
        let answers = Answers::read(&plan.prepared.preparation, head, None, &given, &plan.validation.targets);
        measure(MetricName::LogLoss, &answers.expect("known targets")).expect("defined")
    };
    assert!(loss(&weights) < loss(outcome.weights.as_ref().expect("judged")));
}
