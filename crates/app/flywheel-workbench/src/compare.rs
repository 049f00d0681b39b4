//! Runs side by side: the settings in which they differ, and what came of it.

use std::collections::BTreeMap;

use flywheel_learn::evaluate::{metric_words, written};
use flywheel_spec::check::read_recipe;
use flywheel_spec::draft::value_text;
use flywheel_spec::phrase;
use flywheel_spec::recipe::MetricName;
use flywheel_spec::run::{ComparedMetric, ComparedSetting, RunComparison, RunDetail};
use serde_json::Value;

use crate::run::{REQUEST, RunChoices};
use crate::{Failure, Workbench, file};

impl Workbench {
    /// Runs side by side, in the order asked for.
    ///
    /// # Errors
    /// When one of them is not there.
    pub async fn compare(&self, ids: &[String]) -> Result<RunComparison, Failure> {
        let mut runs = Vec::new();
        for id in ids {
            runs.push(self.run(id).await?);
        }
        let mut settings = Vec::new();
        for run in &runs {
            settings.push(self.settings_of(run)?);
        }
        let settings = differing(&settings);
        let metrics = metrics(&runs);
        let mut findings = Vec::new();
        if settings.iter().any(|setting| ["data.table", "data.target"].contains(&setting.path.as_str())) {
            findings.push(phrase!("workbench.other_data"));
        } else {
            for metric in &metrics {
                findings.extend(winner(metric, &runs));
            }
        }
        if settings.is_empty() {
            findings.push(phrase!("workbench.same_settings"));
        }
        Ok(RunComparison {
            runs: runs.into_iter().map(|run| run.summary).collect(),
            settings,
            metrics,
            findings,
        })
    }

    /// Every setting of a run by its path, as TOML: its model's, else its recipe's with what was chosen beside it.
    fn settings_of(&self, run: &RunDetail) -> Result<BTreeMap<String, String>, Failure> {
        let spec = match self.kept_recipe(run)? {
            Some(kept) => read_recipe(&kept, "recipe.toml").ok().map(|(spec, _)| spec),
            None => {
                let request = self.folder().run(&run.summary.id).join(REQUEST);
                let choices: RunChoices = file::read_json(&request)?.unwrap_or_default();
                read_recipe(&run.recipe, "recipe.toml").ok().map(|(mut spec, _)| {
                    choices.apply(&mut spec);
                    spec
                })
            }
        };
        let mut settings = BTreeMap::new();
        if let Some(spec) = spec {
            let value = serde_json::to_value(spec).unwrap_or(Value::Null);
            flatten("", &value, &mut settings);
        }
        Ok(settings)
    }

    /// The recipe that the run's model keeps, in which stands what came of the rounds before; absent without a model.
    fn kept_recipe(&self, run: &RunDetail) -> Result<Option<String>, Failure> {
        let model = run.summary.model.as_deref().and_then(|model| model.split_once('@'));
        let Some((name, Ok(version))) = model.map(|(name, version)| (name, version.parse::<u64>())) else {
            return Ok(None);
        };
        file::read_text(&self.bundle_folder(name, version).join("recipe.toml"))
    }
}

fn flatten(path: &str, value: &Value, settings: &mut BTreeMap<String, String>) {
    let below = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    match value {
        Value::Object(inner) => inner.iter().for_each(|(name, value)| flatten(&below(name), value, settings)),
        Value::Array(items) if items.iter().any(Value::is_object) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, value)| flatten(&below(&index.to_string()), value, settings));
        }
        _ => {
            settings.insert(path.to_owned(), value_text(value));
        }
    }
}

fn differing(runs: &[BTreeMap<String, String>]) -> Vec<ComparedSetting> {
    let mut paths: Vec<&String> = runs.iter().flat_map(BTreeMap::keys).collect();
    paths.sort();
    paths.dedup();
    paths
        .into_iter()
        .map(|path| ComparedSetting {
            path: path.clone(),
            values: runs.iter().map(|run| run.get(path).cloned().unwrap_or_default()).collect(),
        })
        .filter(|setting| setting.values.windows(2).any(|pair| pair[0] != pair[1]))
        .collect()
}

fn metrics(runs: &[RunDetail]) -> Vec<ComparedMetric> {
    let measured = |run: &RunDetail, metric: MetricName| {
        let report = run.report.as_ref()?.validation.as_ref()?;
        report.metrics.iter().find(|value| value.metric == metric).map(|value| value.value)
    };
    let mut names: Vec<MetricName> = runs
        .iter()
        .filter_map(|run| run.report.as_ref()?.validation.as_ref())
        .flat_map(|report| report.metrics.iter().map(|value| value.metric))
        .collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|metric| ComparedMetric {
            metric,
            values: runs.iter().map(|run| measured(run, metric)).collect(),
        })
        .collect()
}

/// Which run is best by a metric, or that none is; said for the metric that some run was judged by.
fn winner(metric: &ComparedMetric, runs: &[RunDetail]) -> Option<flywheel_spec::Phrase> {
    if !runs.iter().any(|run| run.summary.metric == Some(metric.metric)) {
        return None;
    }
    let sign = if metric.metric.more_is_better() { 1.0 } else { -1.0 };
    let measured: Vec<(usize, f64)> =
        metric.values.iter().enumerate().filter_map(|(index, value)| Some((index, (*value)?))).collect();
    let best = measured.iter().max_by(|left, right| (left.1 * sign).total_cmp(&(right.1 * sign)));
    let (index, value) = *best?;
    let shown = written(metric.metric, value);
    let found = if measured.len() > 1 && measured.iter().all(|(_, other)| other.total_cmp(&value).is_eq()) {
        phrase!("workbench.equal_runs", value = shown)
    } else {
        phrase!("workbench.best_run", run = runs[index].summary.id, value = shown)
    };
    Some(found.with_phrase("metric", &metric_words(metric.metric)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_that_differ_are_shown() {
        let settings = |units: u32, seed: u32| {
            let value = serde_json::json!({"seed": seed, "network": [{"kind": "dense", "units": units}], "columns": ["a"]});
            let mut settings = BTreeMap::new();
            flatten("", &value, &mut settings);
            settings
        };
        let compared = differing(&[settings(4, 0), settings(8, 0)]);
        assert_eq!(
            compared,
            [ComparedSetting { path: "network.0.units".into(), values: vec!["4".into(), "8".into()] }]
        );
    }
}
