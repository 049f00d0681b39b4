//! How good a model is: the verdict first, then the numbers.

use flywheel_spec::evaluation::{Estimate, EvaluationReport, MetricValue, SureReport, Verdict};
use flywheel_spec::recipe::Task;

use super::number::{count, metric, percent, significant};
use super::table::{left, right, table};
use super::{Sources, problems};
use crate::screen::{Screen, Style};

/// Mistakes listed on a terminal.
const SHOWN_MISTAKES: usize = 8;

/// Confidences listed on a terminal.
const SHOWN_CONFIDENCES: usize = 8;

/// Classes up to which the confusion matrix is shown.
const SHOWN_CLASSES: usize = 16;

/// The whole report.
pub fn evaluation(screen: &Screen, report: &EvaluationReport) -> String {
    let mut text = verdict(screen, &report.verdict);
    text.push_str(&format!(
        "\n{}\n",
        screen.paint(
            Style::Bold,
            &format!(
                "{} · {} {}",
                part_name(screen, &report.part),
                count(report.rows),
                screen.word("rows_word")
            )
        )
    ));
    text.push_str(&metrics(screen, &report.metrics));
    if let Some(sure) = &report.sure {
        text.push_str(&format!("\n{}\n", screen.text(&sure.finding)));
        text.push_str(&sure_curve(screen, sure));
    }
    if !report.classes.is_empty() {
        text.push('\n');
        text.push_str(&classes(screen, report));
    }
    if (1..=SHOWN_CLASSES).contains(&report.confusion.len()) {
        text.push('\n');
        text.push_str(&confusion(screen, report));
    }
    if !report.mistakes.is_empty() {
        text.push('\n');
        text.push_str(&mistakes(screen, report));
    }
    text.push_str(&problems(screen, &report.warnings, &Sources::default()));
    text
}

/// The three sentences.
pub fn verdict(screen: &Screen, verdict: &Verdict) -> String {
    let style = if verdict.better_than_guessing { Style::Good } else { Style::Warn };
    format!(
        "{}\n{}\n{}\n",
        screen.paint(style, screen.text(&verdict.how_good)),
        screen.text(&verdict.against_guessing),
        screen.text(&verdict.next)
    )
}

pub(super) fn part_name(screen: &Screen, part: &str) -> String {
    match part {
        "train" | "validation" | "test" => screen.word(&format!("part_{part}")),
        table => format!("{} {table}", screen.word("table")),
    }
}

pub(super) fn metrics(screen: &Screen, metrics: &[MetricValue]) -> String {
    let header = [left(screen.word("metric")), right(screen.word("value")), left(screen.word("interval"))];
    let rows: Vec<Vec<String>> = metrics
        .iter()
        .map(|value| {
            let show = |number| metric(value.metric, number);
            vec![
                screen.word(&format!("metric_{}", value.metric.name())),
                show(value.value),
                format!("{} – {}", show(value.low), show(value.high)),
            ]
        })
        .collect();
    table(screen, &header, &rows)
}

/// What other confidences would give, to choose by; as many lines as are read at a glance.
fn sure_curve(screen: &Screen, sure: &SureReport) -> String {
    let header = [
        right(screen.word("confidence_from")),
        right(screen.word("sure_coverage")),
        right(screen.word("metric_accuracy")),
    ];
    let step = sure.curve.len().div_ceil(SHOWN_CONFIDENCES).max(1);
    let points = sure.curve.iter().step_by(step);
    let rows: Vec<Vec<String>> = points
        .map(|point| vec![percent(point.confidence), percent(point.coverage), percent(point.accuracy)])
        .collect();
    table(screen, &header, &rows)
}

fn classes(screen: &Screen, report: &EvaluationReport) -> String {
    let header = [
        left(screen.word("class")),
        right(screen.word("rows_word")),
        right(screen.word("metric_precision")),
        right(screen.word("metric_recall")),
        right(screen.word("metric_f1")),
    ];
    let show = |estimate: Option<Estimate>| {
        estimate.map_or_else(|| "–".to_owned(), |estimate| percent(estimate.value))
    };
    let rows: Vec<Vec<String>> = report
        .classes
        .iter()
        .map(|class| {
            vec![
                class.class.clone(),
                count(class.rows),
                show(class.precision),
                show(class.recall),
                show(class.f1),
            ]
        })
        .collect();
    table(screen, &header, &rows)
}

fn confusion(screen: &Screen, report: &EvaluationReport) -> String {
    let mut header = vec![left(screen.word("truth_below_answer"))];
    header.extend(report.classes.iter().map(|class| right(class.class.clone())));
    let rows: Vec<Vec<String>> = report
        .confusion
        .iter()
        .zip(&report.classes)
        .map(|(row, class)| {
            let cells = row.iter().map(|&rows| if rows == 0 { "·".to_owned() } else { count(rows) });
            std::iter::once(class.class.clone()).chain(cells).collect()
        })
        .collect();
    table(screen, &header, &rows)
}

fn mistakes(screen: &Screen, report: &EvaluationReport) -> String {
    let regression = report.task == Task::Regression;
    let last = if regression { screen.word("difference") } else { screen.word("confidence") };
    let header =
        [right(screen.word("row")), left(screen.word("truth")), left(screen.word("answer")), right(last)];
    let rows: Vec<Vec<String>> = report
        .mistakes
        .iter()
        .take(SHOWN_MISTAKES)
        .map(|mistake| {
            let how_wrong = match (mistake.difference, mistake.confidence) {
                (Some(difference), _) => significant(difference),
                (None, Some(confidence)) => percent(confidence),
                (None, None) => String::new(),
            };
            vec![mistake.row.to_string(), mistake.truth.clone(), mistake.predicted.clone(), how_wrong]
        })
        .collect();
    format!(
        "{}\n{}",
        screen.paint(Style::Bold, &screen.word("worst_mistakes")),
        table(screen, &header, &rows)
    )
}
