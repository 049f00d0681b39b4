//! Runs side by side: the settings in which they differ, and what came of it.

use std::collections::BTreeMap;

use flywheel_spec::check::read_recipe;
use flywheel_spec::draft::value_text;
use flywheel_spec::phrase;
use flywheel_spec::recipe::MetricName;
use flywheel_spec::run::{ComparedMetric, ComparedSetting, RunComparison, RunDetail};
use serde_json::Value;

use crate::{Failure, Workbench};

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
        let settings = differing(&runs.iter().map(settings_of).collect::<Vec<_>>());
        let metrics = metrics(&runs);
        let mut findings = Vec::new();
        for metric in &metrics {
            findings.extend(winner(metric, &runs));
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
}

/// Every setting of a run's recipe by its path, as TOML.
fn settings_of(run: &RunDetail) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::new();
    if let Ok((spec, _)) = read_recipe(&run.recipe, "recipe.toml") {
        let value = serde_json::to_value(spec).unwrap_or(Value::Null);
        flatten("", &value, &mut settings);
    }
    settings
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

/// Which run is best by a metric, said for the metric that some run was judged by.
fn winner(metric: &ComparedMetric, runs: &[RunDetail]) -> Option<flywheel_spec::Phrase> {
    if !runs.iter().any(|run| run.summary.metric == Some(metric.metric)) {
        return None;
    }
    let sign = if metric.metric.more_is_better() { 1.0 } else { -1.0 };
    let measured =
        metric.values.iter().enumerate().filter_map(|(index, value)| value.map(|value| (index, value)));
    let (index, value) = measured.max_by(|left, right| (left.1 * sign).total_cmp(&(right.1 * sign)))?;
    Some(phrase!(
        "workbench.best_run",
        run = runs[index].summary.id,
        metric = metric.metric.name(),
        value = format!("{value:.4}"),
    ))
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
