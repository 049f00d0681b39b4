//! Runs: the list, one in full, several side by side.

use flywheel_spec::event::EpochReport;
use flywheel_spec::run::{AcceptRound, RunComparison, RunDetail, RunKind, RunState, RunSummary, TrainReport};
use flywheel_spec::{Phrase, phrase};

use super::evaluation::evaluation;
use super::number::{bytes, duration, metric, significant};
use super::plan::{pairs, plan};
use super::table::{left, right, table};
use super::{Sources, problems, tune};
use crate::screen::{Screen, Style};

/// Every run, newest first.
pub fn runs(screen: &Screen, runs: &[RunSummary]) -> String {
    if runs.is_empty() {
        return format!("{}\n", screen.word("no_runs"));
    }
    let header = [
        left(screen.word("run")),
        left(screen.word("kind")),
        left(screen.word("state")),
        right(screen.word("epochs")),
        right(screen.word("best")),
        left(screen.word("model")),
        right(screen.word("took")),
        left(screen.word("started")),
    ];
    let rows: Vec<Vec<String>> = runs.iter().map(|run| line(screen, run)).collect();
    table(screen, &header, &rows)
}

/// A state in the user's language.
pub fn state_word(screen: &Screen, state: RunState) -> String {
    screen.word(match state {
        RunState::Running => "state_running",
        RunState::Finished => "state_finished",
        RunState::Stopped => "state_stopped",
        RunState::Failed => "state_failed",
        RunState::Interrupted => "state_interrupted",
    })
}

fn line(screen: &Screen, run: &RunSummary) -> Vec<String> {
    let kind = match run.kind {
        RunKind::Train => "kind_train",
        RunKind::UntilAccepted => "kind_until_accepted",
        RunKind::Tune => "kind_tune",
    };
    let best = run.metric.zip(run.best).map(|(name, value)| {
        format!("{} {}", screen.word(&format!("metric_{}", name.name())), metric(name, value))
    });
    vec![
        run.id.clone(),
        screen.word(kind),
        state_word(screen, run.state),
        format!("{}/{}", run.epochs, run.planned_epochs),
        best.unwrap_or_default(),
        run.model.clone().unwrap_or_default(),
        duration(run.secs, screen.language),
        run.started_at.clone(),
    ]
}

/// A run in full.
pub fn run(screen: &Screen, run: &RunDetail) -> String {
    let mut text = String::new();
    if let Some(report) = &run.report {
        text.push_str(&train_report(screen, report));
    } else if run.tune.is_none() {
        if let Some(summary) = &run.plan {
            text.push_str(&plan(screen, summary));
        }
        text.push_str(&epochs(screen, &run.epochs));
        if !run.rounds.is_empty() {
            text.push('\n');
            text.push_str(&rounds(screen, &run.rounds));
        }
    }
    if let Some(report) = &run.tune {
        text.push_str(&tune(screen, report));
    }
    text.push('\n');
    text.push_str(&runs(screen, std::slice::from_ref(&run.summary)));
    let said = run.report.as_ref().and_then(|report| report.stopped_because.as_ref());
    // A search's trials stand in its table already.
    let counted = |note: &Phrase| run.tune.is_some() && note.key == "workbench.trial";
    for note in run.notes.iter().filter(|note| Some(*note) != said && !counted(note)) {
        text.push_str(&format!("  · {}\n", screen.text(note)));
    }
    if matches!(run.summary.state, RunState::Interrupted | RunState::Stopped) {
        let hint = phrase!("cli.goes_on_with", run = run.summary.id);
        text.push_str(&format!("{}\n", screen.text(&hint)));
    }
    text
}

/// What came out of a training, the verdict first.
pub fn train_report(screen: &Screen, report: &TrainReport) -> String {
    let judged = report.test.as_ref().or(report.validation.as_ref());
    let mut text = String::new();
    if let Some(evaluated) = judged {
        text.push_str(&evaluation(screen, evaluated));
    }
    for other in [&report.validation, &report.train].into_iter().flatten() {
        if judged.is_some_and(|judged| judged.part == other.part) {
            continue;
        }
        text.push_str(&format!("\n{}\n", super::evaluation::part_name(screen, &other.part)));
        text.push_str(&super::evaluation::metrics(screen, &other.metrics));
    }
    text.push('\n');
    text.push_str(&epochs(screen, &report.epochs));
    if !report.rounds.is_empty() {
        text.push('\n');
        text.push_str(&rounds(screen, &report.rounds));
    }
    for finding in report.stopped_because.iter().chain(&report.findings) {
        text.push_str(&format!("  · {}\n", screen.text(finding)));
    }
    text.push_str(&problems(screen, &report.warnings, &Sources::default()));
    text.push('\n');
    let mut facts = vec![
        (
            screen.word("engine"),
            format!("{} · {}", report.plan.engine, screen.text(&report.plan.engine_reason)),
        ),
        (
            screen.word("took"),
            format!("{} · {}", duration(report.secs, screen.language), bytes(report.peak_bytes)),
        ),
        (screen.word("data"), shortened(&report.data_fingerprint)),
        (screen.word("seed"), report.seed.to_string()),
        (screen.word("test_openings"), report.test_openings.to_string()),
    ];
    if let Some(model) = &report.model {
        facts.insert(0, (screen.word("model"), model.clone()));
    }
    text.push_str(&pairs(screen, &facts));
    text
}

/// Epochs, all when they are few, else the first, the best and the last.
fn epochs(screen: &Screen, epochs: &[EpochReport]) -> String {
    const SHOWN: usize = 12;
    if epochs.is_empty() {
        return String::new();
    }
    let best = epochs.iter().rposition(|epoch| epoch.best);
    let shown =
        |index: usize| epochs.len() <= SHOWN || index < 3 || index + 3 >= epochs.len() || Some(index) == best;
    let word = screen.word(&format!("metric_{}", epochs[0].metric.name()));
    let header = [
        right(screen.word("epoch")),
        right(screen.word("loss")),
        right(screen.word("loss_validation")),
        right(format!("{word} ({})", screen.word("part_validation"))),
        right(screen.word("took")),
        left(""),
    ];
    let mut rows = Vec::new();
    for (index, epoch) in epochs.iter().enumerate().filter(|(index, _)| shown(*index)) {
        rows.push(vec![
            epoch.epoch.to_string(),
            significant(epoch.train_loss),
            significant(epoch.validation_loss),
            epoch.validation_metric.map_or_else(|| "–".to_owned(), |value| metric(epoch.metric, value)),
            duration(epoch.secs, screen.language),
            if Some(index) == best { screen.word("kept") } else { String::new() },
        ]);
    }
    table(screen, &header, &rows)
}

fn rounds(screen: &Screen, rounds: &[AcceptRound]) -> String {
    let mut text = format!("{}\n", screen.paint(Style::Bold, &screen.word("rounds")));
    for round in rounds {
        let bars: Vec<String> = round
            .bars
            .iter()
            .map(|bar| {
                let value = bar.value.map_or_else(|| "–".to_owned(), |value| metric(bar.metric, value));
                let sign = if bar.met { "✓" } else { "✗" };
                let name = screen.word(&format!("metric_{}", bar.metric.name()));
                format!("{sign} {name} {value} ({} {})", screen.word("bar"), metric(bar.metric, bar.bar))
            })
            .collect();
        text.push_str(&format!(
            "  {}. {} · {} {} · {}\n",
            round.round,
            bars.join(", "),
            round.epochs,
            screen.word("epochs"),
            duration(round.secs, screen.language)
        ));
        for change in &round.changes {
            text.push_str(&format!("     {}\n", screen.text(change)));
        }
    }
    text
}

/// Runs side by side.
pub fn comparison(screen: &Screen, report: &RunComparison) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text.push_str(&format!("{}\n", screen.text(finding)));
    }
    text.push('\n');
    let mut header = vec![left("")];
    header.extend(report.runs.iter().map(|run| right(run.id.clone())));
    let mut rows = Vec::new();
    for compared in &report.metrics {
        let mut row = vec![screen.word(&format!("metric_{}", compared.metric.name()))];
        row.extend(
            compared
                .values
                .iter()
                .map(|value| value.map_or_else(|| "–".to_owned(), |value| metric(compared.metric, value))),
        );
        rows.push(row);
    }
    let mut took = vec![screen.word("took")];
    took.extend(report.runs.iter().map(|run| duration(run.secs, screen.language)));
    rows.push(took);
    for setting in &report.settings {
        let mut row = vec![setting.path.clone()];
        row.extend(
            setting.values.iter().map(|value| if value.is_empty() { "–".to_owned() } else { value.clone() }),
        );
        rows.push(row);
    }
    text.push_str(&table(screen, &header, &rows));
    text
}

/// The fingerprint's first digits; `--json` has them all.
fn shortened(fingerprint: &str) -> String {
    match fingerprint.split_once(':') {
        Some((table, digest)) => format!("{table}:{}", digest.chars().take(12).collect::<String>()),
        None => fingerprint.to_owned(),
    }
}
