//! The model card: what a stranger should know before relying on the model (Mitchell et al. 2019), in both languages.

use flywheel_spec::evaluation::EvaluationReport;
use flywheel_spec::model::ModelSignature;
use flywheel_spec::recipe::TrainSpec;
use flywheel_spec::{Language, Phrase, phrase};

use super::{Judged, Origin};
use crate::evaluate::{metric_words, written};
use crate::network::NetworkPlan;

/// The card in English and in Chinese.
pub(super) fn cards(
    origin: &Origin,
    spec: &TrainSpec,
    network: &NetworkPlan,
    signature: &ModelSignature,
    judged: &Judged,
) -> [String; 2] {
    [Language::En, Language::Zh].map(|language| {
        let say = |phrase: Phrase| phrase.text(language).to_owned();
        let parameters: usize = network.parameters().iter().map(|parameter| parameter.len()).sum();
        let mut card = format!("# {}@{}\n\n", origin.name, origin.version);
        if let Some(description) = &spec.description {
            card.push_str(&format!("{description}\n\n"));
        }
        let purpose = if signature.labels.is_empty() {
            phrase!("models.card_number", target = signature.target)
        } else {
            phrase!("models.card_classes", target = signature.target, labels = signature.labels.join("`, `"))
        };
        card.push_str(&format!("{}\n", say(purpose)));
        card.push_str(&format!("{}\n\n", say(phrase!("models.card_bounds"))));
        for (key, report) in
            [("models.card_test", &judged.test), ("models.card_validation", &judged.validation)]
        {
            if let Some(report) = report {
                card.push_str(&format!("## {}\n\n", say(phrase!(key, rows = report.rows))));
                card.push_str(&judged_words(report, language));
            }
        }
        card.push_str(&format!("## {}\n\n", say(phrase!("models.card_reads"))));
        for input in &signature.inputs {
            let kind = serde_json::to_value(input.kind).ok();
            let kind = kind.as_ref().and_then(|kind| kind.as_str()).unwrap_or_default();
            let kind = Phrase::new(&format!("cli.kind_{kind}"));
            card.push_str(&format!("- `{}` ({})\n", input.name, kind.text(language)));
        }
        card.push_str(&format!("\n## {}\n\n", say(phrase!("models.card_origin"))));
        let origin_lines = [
            phrase!("models.card_made", run = origin.run, at = origin.created_at, program = origin.program),
            phrase!("models.card_data", fingerprint = origin.data_fingerprint),
            phrase!(
                "models.card_network",
                layers = network.layers.len(),
                parameters = parameters,
                seed = origin.seed
            ),
        ];
        let refit = spec.train.refit.then(|| phrase!("models.card_refit"));
        for line in origin_lines.into_iter().chain(refit) {
            card.push_str(&format!("- {}\n", say(line)));
        }
        card
    })
}

fn judged_words(report: &EvaluationReport, language: Language) -> String {
    let verdict = &report.verdict;
    let mut words = String::new();
    for sentence in [&verdict.how_good, &verdict.against_guessing] {
        words.push_str(&format!("{}\n", sentence.text(language)));
    }
    let heads =
        [phrase!("models.card_metric"), phrase!("models.card_value"), phrase!("models.card_interval")];
    let [metric, value, interval] = heads.map(|head| head.text(language).to_owned());
    words.push_str(&format!("\n| {metric} | {value} | {interval} |\n| --- | --- | --- |\n"));
    for one in &report.metrics {
        let name = metric_words(one.metric);
        words.push_str(&format!(
            "| {} | {} | {} – {} |\n",
            name.text(language).trim(),
            written(one.metric, one.value),
            written(one.metric, one.low),
            written(one.metric, one.high)
        ));
    }
    words.push('\n');
    if let Some(sure) = &report.sure {
        words.push_str(&format!("{}\n\n", sure.finding.text(language)));
    }
    words
}
