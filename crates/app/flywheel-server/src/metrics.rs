//! What the server counts about itself, for Prometheus (text format 0.0.4).

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use flywheel_spec::predict::PredictResponse;

/// Upper bounds of the histograms' buckets, seconds.
const BOUNDS: [f64; 14] =
    [0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1.0, 5.0];

/// The counts of one server since it started.
#[derive(Debug, Default)]
pub struct Metrics {
    counts: Mutex<Counts>,
}

/// What is measured at the moment of asking.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gauges {
    /// Predictions that wait to be written to the log.
    pub log_queue: u64,
    /// Predictions that could not be written to the log.
    pub log_lost: u64,
    /// The version that answers, by model.
    pub deployed: BTreeMap<String, u64>,
}

#[derive(Debug, Default)]
struct Counts {
    /// By method, route and status.
    requests: BTreeMap<(&'static str, String, u16), u64>,
    /// By model, version and label; no label in regression.
    predictions: BTreeMap<(String, u64, String), u64>,
    /// By model.
    latencies: BTreeMap<String, Histogram>,
}

#[derive(Debug, Clone, Default)]
struct Histogram {
    /// How many fell into each bucket and no lower one; the last is beyond all bounds.
    buckets: [u64; BOUNDS.len() + 1],
    sum: f64,
}

impl Metrics {
    /// Counts a request; the route is the endpoint's template, so that ids do not make lines of their own.
    pub fn request(&self, method: &axum::http::Method, route: &str, status: u16) {
        let method = match method.as_str() {
            "GET" => "GET",
            "HEAD" => "HEAD",
            "POST" => "POST",
            _ => "other",
        };
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.requests.entry((method, route.to_owned(), status)).or_default() += 1;
    }

    /// Counts the answers of one request and the time that it took inside the server.
    pub fn predictions(&self, answer: &PredictResponse, latency: Duration) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for prediction in &answer.predictions {
            let label = prediction.label.clone().unwrap_or_default();
            *counts.predictions.entry((answer.model.clone(), answer.version, label)).or_default() += 1;
        }
        counts.latencies.entry(answer.model.clone()).or_default().observe(latency.as_secs_f64());
    }

    /// Everything in Prometheus' text format.
    pub fn text(&self, gauges: &Gauges) -> String {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::new();
        head(&mut text, "flywheel_build_info", "gauge", "The program's version.");
        let _ = writeln!(text, "flywheel_build_info{{version=\"{}\"}} 1", env!("CARGO_PKG_VERSION"));

        head(&mut text, "flywheel_http_requests_total", "counter", "Requests by method, route and status.");
        for ((method, route, status), count) in &counts.requests {
            let route = escaped(route);
            let _ = writeln!(
                text,
                "flywheel_http_requests_total{{method=\"{method}\",route=\"{route}\",status=\"{status}\"}} {count}"
            );
        }

        head(&mut text, "flywheel_predictions_total", "counter", "Answers by model, version and label.");
        for ((model, version, label), count) in &counts.predictions {
            let (model, label) = (escaped(model), escaped(label));
            let _ = writeln!(
                text,
                "flywheel_predictions_total{{model=\"{model}\",version=\"{version}\",label=\"{label}\"}} {count}"
            );
        }

        let name = "flywheel_prediction_duration_seconds";
        head(
            &mut text,
            name,
            "histogram",
            "Time inside the server from a prediction's body read to its answer.",
        );
        for (model, histogram) in &counts.latencies {
            histogram.write(&mut text, name, &escaped(model));
        }

        head(
            &mut text,
            "flywheel_prediction_log_queue",
            "gauge",
            "Predictions that wait to be written to the log.",
        );
        let _ = writeln!(text, "flywheel_prediction_log_queue {}", gauges.log_queue);

        let name = "flywheel_prediction_log_lost_total";
        head(&mut text, name, "counter", "Predictions that could not be written to the log.");
        let _ = writeln!(text, "{name} {}", gauges.log_lost);

        head(&mut text, "flywheel_deployed_version", "gauge", "The version that answers, by model.");
        for (model, version) in &gauges.deployed {
            let _ = writeln!(text, "flywheel_deployed_version{{model=\"{}\"}} {version}", escaped(model));
        }
        text
    }
}

impl Histogram {
    fn observe(&mut self, secs: f64) {
        let bucket = BOUNDS.iter().position(|&bound| secs <= bound).unwrap_or(BOUNDS.len());
        self.buckets[bucket] += 1;
        self.sum += secs;
    }

    fn write(&self, text: &mut String, name: &str, model: &str) {
        let mut below = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            below += count;
            let bound = BOUNDS.get(bucket).map_or("+Inf".to_owned(), f64::to_string);
            let _ = writeln!(text, "{name}_bucket{{model=\"{model}\",le=\"{bound}\"}} {below}");
        }
        let _ = writeln!(text, "{name}_sum{{model=\"{model}\"}} {}", self.sum);
        let _ = writeln!(text, "{name}_count{{model=\"{model}\"}} {below}");
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use axum::http::Method;
    use flywheel_spec::predict::Prediction;

    use super::*;

    fn answer(label: &str) -> PredictResponse {
        let prediction = Prediction {
            id: None,
            label: Some(label.into()),
            value: None,
            probabilities: Vec::new(),
            sure: None,
            notes: Vec::new(),
        };
        PredictResponse {
            model: "digits".into(),
            version: 2,
            predictions: vec![prediction.clone(), prediction],
        }
    }

    #[test]
    fn everything_is_said_in_prometheus_words() {
        let metrics = Metrics::default();
        metrics.request(&Method::GET, "/api/v1/runs/{id}", 200);
        metrics.request(&Method::GET, "/api/v1/runs/{id}", 200);
        metrics.request(&Method::PATCH, "page", 405);
        metrics.predictions(&answer("a \"7\"\n"), Duration::from_micros(300));
        metrics.predictions(&answer("8"), Duration::from_secs(9));
        let gauges =
            Gauges { log_queue: 4, log_lost: 1, deployed: BTreeMap::from([("digits".to_owned(), 2)]) };
        insta::assert_snapshot!(metrics.text(&gauges));
    }
}
