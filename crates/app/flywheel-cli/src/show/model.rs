//! Models: the list, one with its card, a deployment.

use flywheel_spec::Language;
use flywheel_spec::model::{DeploymentReport, ModelDetail, ModelSummary, VersionSummary};

use super::number::{bytes, metric};
use super::table::{left, right, table};
use crate::screen::{Screen, Style};

/// Every model with its newest version.
pub fn models(screen: &Screen, models: &[ModelSummary]) -> String {
    if models.is_empty() {
        return format!("{}\n", screen.word("no_models"));
    }
    let header = [
        left(screen.word("model")),
        right(screen.word("version")),
        left(screen.word("deployed")),
        right(screen.word("value")),
        left(screen.word("run")),
        right(screen.word("size")),
        left(screen.word("made")),
    ];
    let mut rows = Vec::new();
    for model in models {
        for version in &model.versions {
            rows.push(line(screen, &model.name, version));
        }
    }
    table(screen, &header, &rows)
}

fn line(screen: &Screen, name: &str, version: &VersionSummary) -> Vec<String> {
    let value = version.metric.map(|value| {
        format!(
            "{} {}",
            screen.word(&format!("metric_{}", value.metric.name())),
            metric(value.metric, value.value)
        )
    });
    vec![
        name.to_owned(),
        version.version.to_string(),
        if version.deployed { "✓".to_owned() } else { String::new() },
        value.unwrap_or_default(),
        version.run.clone(),
        bytes(version.bytes),
        version.created_at.clone(),
    ]
}

/// One version: its card, and what was deployed when.
pub fn model(screen: &Screen, detail: &ModelDetail) -> String {
    let card = match screen.language {
        Language::En => &detail.card_en,
        Language::Zh => &detail.card_zh,
    };
    let mut text = format!("{}\n\n", card.trim_end());
    text.push_str(&models(screen, std::slice::from_ref(&detail.model)));
    if !detail.deployments.is_empty() {
        text.push_str(&format!("\n{}\n", screen.paint(Style::Bold, &screen.word("deployments"))));
        for report in &detail.deployments {
            text.push_str(&format!(
                "  {}  {} {}@{}\n",
                report.at,
                screen.word(&report.action),
                report.name,
                report.version
            ));
        }
    }
    text
}

/// What answers from now on.
pub fn deployment(screen: &Screen, report: &DeploymentReport) -> String {
    let mut text = format!(
        "{} {}@{} {}",
        screen.paint(Style::Good, "✓"),
        report.name,
        report.version,
        screen.word("answers_now")
    );
    if let Some(previous) = report.previous.filter(|previous| *previous != report.version) {
        text.push_str(&format!(" ({} @{previous})", screen.word("before_it")));
    }
    text.push('\n');
    text
}
