//! A search: what came of it, the trials, what mattered.

use flywheel_spec::draft::value_text;
use flywheel_spec::tune::{TrialState, TuneReport};

use super::number::{duration, metric, percent};
use super::table::{left, right, table};
use crate::screen::{Screen, Style};

/// The table of trials and what mattered.
pub fn tune(screen: &Screen, report: &TuneReport) -> String {
    let mut text: String =
        report.findings.iter().map(|finding| format!("{}\n", screen.text(finding))).collect();
    text.push('\n');
    let mut header = vec![right("#"), right(screen.word(&format!("metric_{}", report.metric.name())))];
    let paths: Vec<&String> = report
        .trials
        .first()
        .map_or_else(Vec::new, |trial| trial.settings.iter().map(|setting| &setting.path).collect());
    header.extend(paths.iter().map(|path| right((*path).clone())));
    header.extend([right(screen.word("epochs")), left(screen.word("state")), right(screen.word("took"))]);
    let rows: Vec<Vec<String>> = report
        .trials
        .iter()
        .map(|trial| {
            let mark = if report.best == Some(trial.trial) { "★ " } else { "" };
            let value = trial.value.map_or_else(|| "–".to_owned(), |value| metric(report.metric, value));
            let mut row = vec![format!("{mark}{}", trial.trial), value];
            row.extend(trial.settings.iter().map(|setting| value_text(&setting.value)));
            row.extend([
                trial.epochs.to_string(),
                screen.word(match trial.state {
                    TrialState::Running => "trial_running",
                    TrialState::Finished => "trial_finished",
                    TrialState::StoppedEarly => "trial_stopped_early",
                    TrialState::Failed => "trial_failed",
                }),
                duration(trial.secs, screen.language),
            ]);
            row
        })
        .collect();
    text.push_str(&table(screen, &header, &rows));
    if !report.importance.is_empty() {
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &screen.word("what_mattered"))));
        for setting in &report.importance {
            text.push_str(&format!("  {:>7}  {}\n", percent(setting.share), setting.path));
        }
    }
    text
}
