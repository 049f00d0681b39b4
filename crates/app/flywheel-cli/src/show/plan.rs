//! A plan: what will run, layer by layer, and what it is expected to take.

use flywheel_spec::plan::{CheckReport, NetworkSummary, PlanSummary};
use flywheel_spec::recipe::Task;

use super::number::{bytes, count, duration};
use super::table::{left, right, table};
use super::{Sources, problems};
use crate::screen::{Screen, Style};

/// What `flywheel check` found.
pub fn check(screen: &Screen, report: &CheckReport, sources: &Sources) -> String {
    let mut text = problems(screen, &report.problems, sources);
    if let Some(summary) = &report.plan {
        text.push_str(&plan(screen, summary));
    }
    let (style, key) = if report.runnable { (Style::Good, "runnable") } else { (Style::Bad, "not_runnable") };
    text.push_str(&format!("\n{}\n", screen.paint(style, &screen.word(key))));
    text
}

/// What will run.
pub fn plan(screen: &Screen, plan: &PlanSummary) -> String {
    let word = |key: &str| screen.word(key);
    let mut text = format!("{}\n", screen.paint(Style::Bold, &plan.name));
    let task = match plan.task {
        Task::Classification => {
            format!("{} · {} {}", word("classification"), plan.classes.len(), word("classes"))
        }
        Task::Regression => word("regression"),
    };
    let facts = [
        (word("learns_from"), format!("{} @ {}", plan.table, plan.version)),
        (word("predicts"), format!("{} · {task}", plan.target)),
        (
            word("rows"),
            format!(
                "{} {} · {} {} · {} {}",
                count(plan.parts.train as u64),
                word("part_train"),
                count(plan.parts.validation as u64),
                word("part_validation"),
                count(plan.parts.test as u64),
                word("part_test"),
            ),
        ),
        (
            word("steps"),
            format!(
                "{} {} × {} {} · {} {}",
                plan.epochs,
                word("epochs"),
                count(plan.steps_per_epoch as u64),
                word("steps_word"),
                word("batch"),
                plan.batch_size
            ),
        ),
        (
            word("engine"),
            format!(
                "{} · {} · {} {}",
                plan.engine,
                screen.text(&plan.engine_reason),
                plan.threads,
                word("threads")
            ),
        ),
        (
            word("expected"),
            format!(
                "{} {} · {}",
                duration(plan.expected_epoch_secs, screen.language),
                word("per_epoch"),
                bytes(plan.expected_bytes)
            ),
        ),
    ];
    text.push_str(&pairs(screen, &facts));
    if !plan.actions.is_empty() {
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &word("preparation"))));
        for action in &plan.actions {
            text.push_str(&format!("  · {}\n", screen.text(action)));
        }
    }
    text.push('\n');
    text.push_str(&network(screen, &plan.network));
    text
}

/// The layers with shapes and parameters.
fn network(screen: &Screen, network: &NetworkSummary) -> String {
    let header = [
        right("#"),
        left(screen.word("layer")),
        left(screen.word("output")),
        right(screen.word("parameters")),
        left(""),
    ];
    let mut rows =
        vec![vec![String::new(), screen.word("input"), network.input.clone(), String::new(), String::new()]];
    for layer in &network.layers {
        let mut notes = Vec::new();
        if layer.reused {
            notes.push(screen.word("reused"));
        }
        if layer.frozen {
            notes.push(screen.word("frozen"));
        }
        rows.push(vec![
            layer.index.to_string(),
            layer.description.clone(),
            layer.output.clone(),
            if layer.parameters == 0 { "–".to_owned() } else { count(layer.parameters) },
            notes.join(", "),
        ]);
    }
    let mut text = table(screen, &header, &rows);
    let frozen = match network.frozen_parameters {
        0 => String::new(),
        frozen => format!(" ({} {})", count(frozen), screen.word("frozen")),
    };
    text.push_str(&format!("  {} {}{frozen}\n", count(network.parameters), screen.word("parameters")));
    text
}

/// Names and values beneath each other, the values aligned.
pub(super) fn pairs(screen: &Screen, pairs: &[(String, String)]) -> String {
    use unicode_width::UnicodeWidthStr;
    let widest = pairs.iter().map(|(name, _)| name.width()).max().unwrap_or(0);
    pairs
        .iter()
        .map(|(name, value)| {
            let gap = " ".repeat(widest - name.width() + 2);
            format!("  {}{gap}{value}\n", screen.paint(Style::Dim, name))
        })
        .collect()
}
