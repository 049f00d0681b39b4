//! The table of trials and what it says.

use flywheel_spec::tune::{SettingImportance, TrialReport, TrialState, TriedSetting, TuneReport};
use flywheel_spec::{Language, Phrase, draft, phrase};
use flywheel_stats::chance::Chance;

use super::{Trial, TuneState, Tuning, importance};
use crate::evaluate::{metric_words, written};
use crate::figure;

/// The report of a search so far.
pub fn report(tuning: &Tuning, state: &TuneState) -> TuneReport {
    let best = tuning.best(state);
    let importance = shares(tuning, state);
    let best_recipe = best.and_then(|best| {
        let recipe = tuning.space.apply(&tuning.spec, &state.trials[best].settings).ok()?;
        Some(draft::recipe_text(&recipe, "recipe.toml", Language::En))
    });
    TuneReport {
        findings: findings(tuning, state, best, &importance),
        metric: tuning.metric,
        trials: state
            .trials
            .iter()
            .enumerate()
            .map(|(index, trial)| trial_report(tuning, index, trial))
            .collect(),
        best: best.map(|best| best + 1),
        best_recipe,
        importance,
        epochs_spent: state.trials.iter().map(|trial| trial.curve.len()).sum(),
        budget_epochs: tuning.budget_epochs(),
    }
}

fn trial_report(tuning: &Tuning, index: usize, trial: &Trial) -> TrialReport {
    let settings = tuning.space.settings.iter().zip(&trial.settings);
    TrialReport {
        trial: index + 1,
        settings: settings
            .map(|(setting, value)| TriedSetting { path: setting.path.clone(), value: value.clone() })
            .collect(),
        state: trial.state,
        epochs: trial.curve.len(),
        value: trial.best(tuning.metric),
        secs: trial.secs,
    }
}

fn findings(
    tuning: &Tuning,
    state: &TuneState,
    best: Option<usize>,
    importance: &[SettingImportance],
) -> Vec<Phrase> {
    let metric = tuning.metric;
    let Some((best, value)) = best.and_then(|best| Some((best, state.trials[best].best(metric)?))) else {
        return vec![phrase!("tune.no_value", count = state.trials.len())];
    };
    let mut findings = vec![
        phrase!("tune.best", trial = best + 1, value = written(metric, value), count = state.trials.len())
            .with_phrase("metric", &metric_words(metric)),
    ];
    let began_as_typed = tuning.space.current(&tuning.spec).is_some();
    let first = state.trials.first().filter(|_| began_as_typed).and_then(|trial| trial.best(metric));
    if let Some(first) = first {
        let key = if best == 0 { "tune.as_typed_is_best" } else { "tune.as_typed" };
        findings.push(Phrase::new(key).with("value", written(metric, first)));
    }
    if let Some(most) = importance.first().filter(|most| most.share >= 0.1) {
        findings.push(phrase!("tune.mattered_most", path = most.path, share = figure::percent(most.share)));
    }
    let count = |wanted: TrialState| state.trials.iter().filter(|trial| trial.state == wanted).count();
    if count(TrialState::StoppedEarly) > 0 {
        findings.push(phrase!("tune.stopped_early", count = count(TrialState::StoppedEarly)));
    }
    if count(TrialState::Failed) > 0 {
        findings.push(phrase!("tune.failed", count = count(TrialState::Failed)));
    }
    if at_edge(tuning, &state.trials[best]).next().is_some() {
        let paths: Vec<&str> = at_edge(tuning, &state.trials[best]).collect();
        findings.push(phrase!("tune.at_edge", paths = paths.join("`, `")));
    }
    findings
}

/// Settings whose best value lies within a fiftieth of a range's end: the range may be too narrow.
fn at_edge<'a>(tuning: &'a Tuning, best: &'a Trial) -> impl Iterator<Item = &'a str> {
    tuning.space.settings.iter().zip(&best.settings).filter_map(|(setting, value)| {
        let (low, high) = setting.span()?;
        let place = (setting.point(value)? - low) / (high - low);
        (!(0.02..=0.98).contains(&place)).then_some(setting.path.as_str())
    })
}

fn shares(tuning: &Tuning, state: &TuneState) -> Vec<SettingImportance> {
    let settings = &tuning.space.settings;
    let measured = state.trials.iter().filter(|trial| trial.state != TrialState::Failed);
    let (points, values): (Vec<Vec<f64>>, Vec<f64>) = measured
        .filter_map(|trial| {
            let scaled = settings.iter().zip(&trial.settings).map(|(setting, value)| {
                let point = setting.point(value)?;
                Some(match setting.span() {
                    Some((low, high)) => (point - low) / (high - low),
                    None => (point + 0.5) / setting.choices().len() as f64,
                })
            });
            Some((scaled.collect::<Option<Vec<f64>>>()?, trial.best(tuning.metric)?))
        })
        .unzip();
    let chance = Chance::new(tuning.spec.seed).stream("importance");
    let Some(shares) = importance::importance(&points, &values, &chance) else { return Vec::new() };
    let mut importance: Vec<SettingImportance> = settings
        .iter()
        .zip(shares)
        .map(|(setting, share)| SettingImportance { path: setting.path.clone(), share })
        .collect();
    importance.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.path.cmp(&b.path)));
    importance
}
