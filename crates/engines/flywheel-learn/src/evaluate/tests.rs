//! Metrics against scikit-learn's, verdicts in every situation, and the time they take.

use flywheel_spec::recipe::Task;

use super::*;
use crate::prepare::{Preparation, TargetCode};

#[test]
fn metrics_of_three_classes_are_those_of_scikit_learn() {
    // scikit-learn 1.9.1 and numpy 2.4.6 on the same rows; the calibration error by its definition.
    let answers = Answers::Classes(class_answers(90, 3));
    for (metric, expected) in SKLEARN_THREE {
        close(measure(metric, &answers), expected, metric);
    }
    let Answers::Classes(answers) = answers else { unreachable!() };
    assert_eq!(Confusion::of(&answers).cells, SKLEARN_CONFUSION);
}

#[test]
fn metrics_of_two_classes_are_those_of_the_second() {
    // scikit-learn 1.9.1.
    let answers = Answers::Classes(class_answers(80, 2));
    for (metric, expected) in SKLEARN_TWO {
        close(measure(metric, &answers), expected, metric);
    }
}

#[test]
fn metrics_of_numbers_are_those_of_scikit_learn() {
    // scikit-learn 1.9.1.
    let answers = Answers::Numbers(number_answers(60));
    for (metric, expected) in SKLEARN_NUMBERS {
        close(measure(metric, &answers), expected, metric);
    }
}

#[test]
fn every_interval_holds_its_estimate() {
    let chance = Chance::new(5);
    let all = [
        estimates(&Answers::Classes(class_answers(90, 3)), &chance),
        estimates(&Answers::Classes(class_answers(80, 2)), &chance),
        estimates(&Answers::Numbers(number_answers(60)), &chance),
    ];
    assert_eq!(all.iter().map(Vec::len).collect::<Vec<_>>(), [11, 11, 3]);
    for value in all.into_iter().flatten() {
        assert!(value.low < value.value && value.value < value.high, "{value:?}");
    }
}

#[test]
fn intervals_cover_the_truth_about_95_times_of_100() {
    // A made-up model that is right with probability 0.8 in each of three equally frequent classes.
    let (mut covered, trials) = (0, 200);
    for trial in 0..trials {
        let mut chance = Chance::new(trial).stream("coverage");
        let truths: Vec<u32> = (0..300).map(|row| row % 3).collect();
        let answer =
            |truth: &u32| if chance.coin(0.8) { *truth } else { (*truth + 1 + chance.u32() % 2) % 3 };
        let predicted: Vec<u32> = truths.iter().map(answer).collect();
        let probabilities = predicted.iter().flat_map(|&answer| one_hot(answer, 3)).collect();
        let answers = Answers::Classes(ClassAnswers { classes: 3, truths, predicted, probabilities });
        let values = estimates(&answers, &Chance::new(trial));
        let macro_f1 = values.iter().find(|value| value.metric == MetricName::F1Macro).unwrap();
        covered += u32::from(macro_f1.low <= 0.8 && 0.8 <= macro_f1.high);
    }
    assert!((180..=199).contains(&covered), "{covered} of {trials}");
}

#[test]
fn a_perfect_part_is_not_taken_for_certainty() {
    let mut answers = class_answers(90, 3);
    answers.predicted = answers.truths.clone();
    answers.probabilities = answers.truths.iter().flat_map(|&truth| one_hot(truth, 3)).collect();
    for value in estimates(&Answers::Classes(answers), &Chance::new(1)) {
        let counted = matches!(
            value.metric,
            MetricName::Accuracy
                | MetricName::BalancedAccuracy
                | MetricName::F1Macro
                | MetricName::Recall
                | MetricName::Auc
                | MetricName::AveragePrecision
        );
        assert!(!counted || (value.value == 1.0 && value.low < 0.99), "{value:?}");
    }
}

#[test]
fn a_single_row_of_a_class_is_no_certainty() {
    // One positive of 1,000, at the height of the fiftieth negative; and three positives above all others.
    for (positives, above, most_low) in [(1, 50, 0.3), (3, 0, 0.5)] {
        let rows = 1000;
        let truths: Vec<u32> = (0..rows).map(|row| u32::from(row < positives)).collect();
        let height = |row: u32| if row < positives { rows - above } else { rows - row };
        let score = |row: u32| height(row) as f32 / 1001.0;
        let probabilities: Vec<f32> = (0..rows).flat_map(|row| [1.0 - score(row), score(row)]).collect();
        let answers = ClassAnswers { classes: 2, truths, predicted: vec![0; rows as usize], probabilities };
        let values = estimates(&Answers::Classes(answers), &Chance::new(1));
        for metric in [MetricName::Auc, MetricName::AveragePrecision] {
            let found = values.iter().find(|value| value.metric == metric).unwrap();
            assert!(found.low < most_low && found.low < found.value, "{positives} positives: {found:?}");
        }
    }
}

#[test]
fn a_target_of_equal_numbers_has_no_variance_to_explain() {
    let truths = |last: f64| [vec![0.1; 9], vec![last]].concat();
    let answers = |truths: Vec<f64>| {
        let predicted = truths.iter().map(|truth| truth + 0.01).collect();
        Answers::Numbers(NumberAnswers { truths, predicted })
    };
    assert_eq!(measure(MetricName::R2, &answers(truths(0.1))), None);
    // Many replicates are without the one row that differs.
    let values = estimates(&answers(truths(0.2)), &Chance::new(1));
    let r2 = values.iter().find(|value| value.metric == MetricName::R2).unwrap();
    assert!(r2.low > 0.8, "{r2:?}");
}

#[test]
fn the_verdict_names_the_baseline_and_the_next_step() {
    let good = verdict_of(class_answers(900, 3), None);
    assert!(
        good.better_than_guessing && good.against_guessing.en.contains("always answering `a`"),
        "{good:?}"
    );
    assert!(good.how_good.zh.contains("900"), "{good:?}");

    let mut guessing = class_answers(900, 3);
    guessing.predicted.fill(0);
    let bad = verdict_of(guessing, None);
    assert!(!bad.better_than_guessing, "{bad:?}");
    assert_eq!(bad.next.key, "evaluate.next_learned_nothing");

    assert_eq!(verdict_of(class_answers(900, 3), Some(0.999)).next.key, "evaluate.next_overfitted");
    assert_eq!(verdict_of(class_answers(60, 3), None).next.key, "evaluate.next_few_rows");
}

#[test]
fn a_model_that_is_not_clearly_better_is_not_said_to_have_learned_nothing_where_it_has() {
    // Right as often as the guess, by accident of a few rows.
    let mut few = class_answers(30, 3);
    few.predicted = (0..30).map(|row| if row % 10 == 0 { few.truths[row] } else { 0 }).collect();
    assert_eq!(verdict_of(few, None).next.key, "evaluate.next_few_rows");

    // Its probabilities are those of a good model, and all but one of its answers the guess.
    let mut likelier = class_answers(900, 3);
    likelier.predicted.fill(0);
    likelier.predicted[7] = 1;
    let verdict = verdict_of(likelier, None);
    assert!(!verdict.better_than_guessing, "{verdict:?}");
    assert_eq!(verdict.next.key, "evaluate.next_likelier", "{verdict:?}");
}

#[test]
fn ten_thousand_rows_of_ten_classes_are_judged_in_half_a_second() {
    let answers = Answers::Classes(class_answers(10_000, 10));
    let begun = cpu_secs();
    assert_eq!(estimates(&answers, &Chance::new(1)).len(), 11);
    let took = cpu_secs() - begun;
    println!("10,000 rows, 10 classes: {took:.3} s");
    assert!(took < 0.5, "{took} s");
}

/// Seconds that this thread computed, so that others at work on the machine don't count.
fn cpu_secs() -> f64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the answer, and the clock exists on every Unix.
    assert_eq!(unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) }, 0);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

fn close(found: Option<f64>, expected: f64, metric: MetricName) {
    let found = found.unwrap_or(f64::NAN);
    assert!((found - expected).abs() < 1e-6, "{metric:?}: {found}, expected {expected}");
}

fn verdict_of(answers: ClassAnswers, train_value: Option<f64>) -> flywheel_spec::evaluation::Verdict {
    let labels = vec!["a".to_owned(), "b".to_owned(), "c".to_owned()];
    let preparation = Preparation {
        task: Task::Classification,
        target_column: "kind".to_owned(),
        target: TargetCode::Classes { labels, counts: vec![50, 30, 20] },
        columns: Vec::new(),
    };
    let answers = Answers::Classes(answers);
    let rows: Vec<usize> = (0..answers.len()).collect();
    let judgement = Judgement {
        part: "validation",
        answers: &answers,
        rows: &rows,
        frame: &Frame::default(),
        preparation: &preparation,
        metric: None,
        train_value,
        seed: 0,
        sure: None,
        warnings: Vec::new(),
    };
    let report = judge(&judgement);
    assert!(report.mistakes.len() <= 24);
    report.verdict
}

/// The rows that scikit-learn was given.
fn class_answers(rows: usize, classes: usize) -> ClassAnswers {
    let truths: Vec<u32> = (0..rows).map(|row| ((row * 7 + row / 3) % classes) as u32).collect();
    let mut probabilities = Vec::new();
    for (row, &truth) in truths.iter().enumerate() {
        let logit = |class: usize| {
            (0.7 * row as f64 + 2.0 * class as f64).sin() + if class == truth as usize { 0.8 } else { 0.0 }
        };
        let sum: f64 = (0..classes).map(|class| logit(class).exp()).sum();
        probabilities.extend((0..classes).map(|class| (logit(class).exp() / sum) as f32));
    }
    let predicted = probabilities.chunks_exact(classes).map(|row| choose(row, None)).collect();
    ClassAnswers { classes, truths, predicted, probabilities }
}

fn number_answers(rows: usize) -> NumberAnswers {
    let truth = |row: usize| 10.0 + (row as f64 * 0.5).sin() * 3.0 + row as f64 * 0.1;
    NumberAnswers {
        truths: (0..rows).map(truth).collect(),
        predicted: (0..rows).map(|row| truth(row) + (row as f64 * 1.3).cos()).collect(),
    }
}

fn one_hot(class: u32, classes: u32) -> Vec<f32> {
    (0..classes).map(|other| if other == class { 1.0 } else { 0.0 }).collect()
}

const SKLEARN_THREE: [(MetricName, f64); 9] = [
    (MetricName::Accuracy, 0.5),
    (MetricName::BalancedAccuracy, 0.5),
    (MetricName::Precision, 0.479_365_079_365_079_27),
    (MetricName::Recall, 0.5),
    (MetricName::F1, 0.487_956_487_956_488),
    (MetricName::Auc, 0.757_777_777_777_777_7),
    (MetricName::AveragePrecision, 0.671_024_935_870_282_1),
    (MetricName::LogLoss, 0.866_307_970_788_792_2),
    (MetricName::CalibrationError, 0.280_766_629_355_720_17),
];

const SKLEARN_CONFUSION: [[u64; 3]; 3] = [[5, 15, 10], [10, 20, 0], [10, 0, 20]];

const SKLEARN_TWO: [(MetricName, f64); 7] = [
    (MetricName::Precision, 0.461_538_461_538_461_56),
    (MetricName::Recall, 0.666_666_666_666_666_6),
    (MetricName::F1, 0.545_454_545_454_545_4),
    (MetricName::F1Macro, 0.613_152_804_642_166_4),
    (MetricName::Auc, 0.786_163_522_012_578_7),
    (MetricName::AveragePrecision, 0.699_712_108_225_658_1),
    (MetricName::LogLoss, 0.503_288_250_512_679_1),
];

const SKLEARN_NUMBERS: [(MetricName, f64); 3] = [
    (MetricName::Rmse, 0.707_941_706_932_193_9),
    (MetricName::Mae, 0.636_824_368_987_045_9),
    (MetricName::R2, 0.927_109_942_143_352),
];
