//! Reports over made-up logs with known truths.

use flywheel_spec::evaluation::MetricValue;
use flywheel_spec::predict::ClassProbability;
use flywheel_spec::recipe::MetricName;
use flywheel_spec::table::ValueCount;
use serde_json::json;

use super::*;

fn reference() -> Reference {
    Reference {
        columns: vec![
            ReferenceColumn {
                column: "age".to_owned(),
                binning: Binning::Numbers {
                    edges: vec![20.0, 30.0, 40.0],
                    moments: false,
                    writing: Default::default(),
                },
                counts: vec![100, 100, 100, 100, 0],
            },
            ReferenceColumn {
                column: "plan".to_owned(),
                binning: Binning::Categories { names: vec!["free".to_owned(), "paid".to_owned()] },
                counts: vec![300, 100, 0, 0],
            },
        ],
        labels: vec![
            ValueCount { value: "no".to_owned(), count: 300 },
            ValueCount { value: "yes".to_owned(), count: 100 },
        ],
    }
}

fn record(index: usize, age: f64, plan: &str) -> PredictionRecord {
    let label = if index.is_multiple_of(4) { "yes" } else { "no" };
    let row = json!({ "age": age, "plan": plan });
    PredictionRecord {
        version: 2,
        at_secs: 1_700_000_000.0 + index as f64 * 60.0,
        latency_micros: (index % 100) as f64,
        prediction: Prediction {
            id: Some(format!("p{index}")),
            label: Some(label.to_owned()),
            value: None,
            probabilities: ["no", "yes"]
                .map(|name| ClassProbability {
                    label: name.to_owned(),
                    probability: if name == label { 0.8 } else { 0.2 },
                })
                .to_vec(),
            sure: None,
            notes: Vec::new(),
        },
        input: InputSummary::Row { values: row.as_object().unwrap().clone() },
    }
}

fn watched<'a>(
    reference: &'a Reference,
    target: &'a TargetCode,
    expected: &'a [MetricValue],
    records: &'a [PredictionRecord],
    truths: &'a [(String, String)],
) -> Watched<'a> {
    Watched {
        model: "churn",
        version: Some(2),
        reference: Some(reference),
        target: Some(target),
        expected,
        records,
        truths,
        warnings: Vec::new(),
    }
}

fn target() -> TargetCode {
    TargetCode::Classes { labels: vec!["no".to_owned(), "yes".to_owned()], counts: vec![300, 100] }
}

#[test]
fn inputs_as_in_training_are_stable_and_others_drift() {
    let (reference, target) = (reference(), target());
    let as_before: Vec<PredictionRecord> = (0..400)
        .map(|index| {
            record(index, 15.0 + (index % 4) as f64 * 10.0, if index % 4 == 1 { "paid" } else { "free" })
        })
        .collect();
    let stable = report(&watched(&reference, &target, &[], &as_before, &[]));
    assert!(stable.drift.iter().all(|column| column.level == DriftLevel::Stable), "{:?}", stable.drift);
    assert!(stable.drift.iter().all(|column| column.psi < 0.01));

    let older: Vec<PredictionRecord> = (0..400).map(|index| record(index, 50.0, "trial")).collect();
    let moved = report(&watched(&reference, &target, &[], &older, &[]));
    assert!(moved.drift.iter().all(|column| column.level == DriftLevel::Drifted), "{:?}", moved.drift);
    assert_eq!(moved.drift[0].served.iter().sum::<f64>(), 1.0);
    assert!(moved.findings.iter().any(|finding| finding.key == "monitor.drifted"));

    let few = report(&watched(&reference, &target, &[], &older[..99], &[]));
    assert!(few.drift.iter().all(|column| column.level == DriftLevel::TooFew));
}

#[test]
fn load_labels_and_hours_are_counted() {
    let (reference, target) = (reference(), target());
    let mut records: Vec<PredictionRecord> = (0..200).map(|index| record(index, 25.0, "free")).collect();
    records[0].version = 1;
    let found = report(&watched(&reference, &target, &[], &records, &[]));
    assert_eq!(found.predictions, 200);
    assert_eq!(
        found.versions,
        [VersionCount { version: 1, count: 1 }, VersionCount { version: 2, count: 199 }]
    );
    let latency = found.latency.unwrap();
    assert_eq!((latency.p50_micros, latency.max_micros), (49.5, 99.0));
    assert_eq!(found.by_hour.iter().map(|hour| hour.count).sum::<u64>(), 200);
    assert!(found.by_hour.iter().all(|hour| hour.hour.ends_with(":00:00Z")), "{:?}", found.by_hour);
    assert_eq!(found.span.unwrap()[0], "2023-11-14T22:13:20Z");
    let yes = found.labels.iter().find(|label| label.label == "yes").unwrap();
    assert_eq!((yes.training, yes.served), (0.25, 49.0 / 199.0));
}

#[test]
fn realised_quality_appears_with_the_truths() {
    let (reference, target) = (reference(), target());
    let records: Vec<PredictionRecord> = (0..300).map(|index| record(index, 25.0, "free")).collect();
    let mut truths: Vec<(String, String)> = (0..200)
        .map(|index| {
            let right = if index % 4 == 0 { "yes" } else { "no" };
            let wrong = if index % 4 == 0 { "no" } else { "yes" };
            (format!("p{index}"), if index % 2 == 0 { right } else { wrong }.to_owned())
        })
        .collect();
    truths.push(("p250".to_owned(), "maybe".to_owned()));
    truths.push(("unknown".to_owned(), "yes".to_owned()));
    let expected = [MetricValue { metric: MetricName::Accuracy, value: 0.9, low: 0.88, high: 0.92 }];
    let found = report(&watched(&reference, &target, &expected, &records, &truths));
    assert_eq!(found.labelled, 200);
    let accuracy = found.realised.iter().find(|value| value.metric == MetricName::Accuracy).unwrap();
    assert_eq!(accuracy.value, 0.5);
    assert!(accuracy.low > 0.4 && accuracy.high < 0.6);
    assert_eq!(found.findings[0].key, "monitor.worse");
    assert_eq!(found.warnings[0].code, "monitor.foreign_truths");
}

#[test]
fn a_handful_of_truths_condemns_no_model() {
    let (reference, target) = (reference(), target());
    let records: Vec<PredictionRecord> = (0..300).map(|index| record(index, 25.0, "free")).collect();
    let wrong = |index: u64| if index.is_multiple_of(4) { "no" } else { "yes" }.to_owned();
    let expected = [MetricValue { metric: MetricName::Accuracy, value: 0.9, low: 0.88, high: 0.92 }];
    for (known, said) in [(1, "monitor.few_truths"), (19, "monitor.few_truths"), (20, "monitor.worse")] {
        let truths: Vec<(String, String)> =
            (0..known).map(|index| (format!("p{index}"), wrong(index))).collect();
        let found = report(&watched(&reference, &target, &expected, &records, &truths));
        assert_eq!((found.labelled, found.findings[0].key.as_str()), (known, said));
    }
}

#[test]
fn a_model_without_predictions_says_so() {
    let (reference, target) = (reference(), target());
    let found = report(&watched(&reference, &target, &[], &[], &[]));
    assert_eq!(found.findings[0].key, "monitor.nothing_yet");
    assert_eq!((found.latency, found.span), (None, None));
}
