//! Opportunities in plain words, in doubts and in charts.

use flywheel_spec::feedback::opportunity::{
    Going, Opportunity, OpportunityFactor, OpportunitySpec, OpportunityView, SetAside,
};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};

use super::changes::word;
use super::factors::{ALL, logarithm, weight_of};
use crate::figures::{number, percent, percent_with, probability};

/// Opportunities told in the findings.
const TOLD: usize = 5;
/// The largest loss that still counts as harmless.
const HARMLESS: f64 = 0.03;

/// Why an opportunity stands where it does.
pub(crate) fn reasons(opportunity: &Opportunity) -> Vec<Phrase> {
    let (evidence, factors) = (&opportunity.evidence, &opportunity.factors);
    let mut reasons = vec![
        phrase!("opportunity.reason_reach")
            .with("people", number(evidence.people as f64))
            .with("voices", number(evidence.voices as f64))
            .with("share", percent(factors.reach.value)),
    ];
    reasons.push(match &factors.measured_loss {
        Some(loss) => phrase!("opportunity.reason_measured")
            .with("loss", percent_with(loss))
            .with("pain", percent_with(&factors.pain))
            .with("reliability", percent(factors.reliability)),
        None => phrase!("opportunity.reason_mood").with("pain", percent_with(&factors.pain)),
    });
    if let Some(trend) = &evidence.trend {
        let key = match trend.label {
            Going::New => "opportunity.reason_new",
            Going::Growing => "opportunity.reason_growing",
            Going::Steady => "opportunity.reason_steady",
            Going::Fading => "opportunity.reason_fading",
            Going::Burst => "opportunity.reason_burst",
        };
        reasons.push(phrase!(key).with("factor", number(factors.trend.value)));
    }
    if let Some(step) = &evidence.funnel_step {
        reasons.push(
            phrase!("opportunity.reason_step", step = step.step)
                .with("lift", number(step.lift))
                .with("p", probability(step.p)),
        );
    }
    reasons.push(phrase!("opportunity.reason_confidence").with("confidence", percent(factors.confidence)));
    let key =
        if factors.effort_given { "opportunity.reason_effort" } else { "opportunity.reason_effort_guessed" };
    reasons.push(phrase!(key).with("weeks", number(factors.effort)));
    reasons
}

/// What the ranking means, most important first.
pub(crate) fn findings(opportunities: &[Opportunity], aside: &[SetAside]) -> Vec<Phrase> {
    let Some(first) = opportunities.first() else {
        return vec![phrase!("opportunity.nothing")];
    };
    let mut findings = vec![
        phrase!("opportunity.first", name = first.evidence.name)
            .with("people", number(first.evidence.people as f64))
            .with("pain", percent_with(&first.factors.pain))
            .with("first", percent(first.first)),
    ];
    if let Some(second) = opportunities.get(1)
        && first.first < 0.6
    {
        findings.push(
            phrase!("opportunity.close", name = first.evidence.name, second = second.evidence.name)
                .with("first", percent(first.first)),
        );
    }
    for next in opportunities.iter().skip(1).take(TOLD - 1) {
        findings.push(
            phrase!("opportunity.next", name = next.evidence.name, rank = next.rank)
                .with("low", next.rank_low)
                .with("high", next.rank_high)
                .with("people", number(next.evidence.people as f64))
                .with("pain", percent(next.factors.pain.value)),
        );
    }
    let most = opportunities.iter().max_by_key(|opportunity| opportunity.evidence.voices);
    let known = |opportunity: &&Opportunity| opportunity.factors.measured_loss.is_some();
    if let Some(loud) = most.filter(known)
        && loud.rank > 1
        && loud.factors.pain.value < HARMLESS
    {
        findings.push(
            phrase!("opportunity.loud", name = loud.evidence.name, rank = loud.rank)
                .with("voices", number(loud.evidence.voices as f64)),
        );
    }
    let mut voices: Vec<u64> = opportunities.iter().map(|opportunity| opportunity.evidence.voices).collect();
    voices.sort_unstable();
    let middle = voices[voices.len() / 2];
    let quiet = opportunities.iter().take(TOLD).find(|opportunity| {
        let loss = opportunity.factors.measured_loss;
        opportunities.len() > TOLD
            && opportunity.evidence.voices < middle
            && loss.is_some_and(|loss| loss.low > 0.0)
    });
    if let Some(quiet) = quiet {
        findings.push(
            phrase!("opportunity.quiet", name = quiet.evidence.name, rank = quiet.rank)
                .with("voices", number(quiet.evidence.voices as f64)),
        );
    }
    if let Some(praised) = aside.first() {
        findings.push(phrase!("opportunity.aside", name = praised.name, count = aside.len()));
    }
    findings.push(phrase!("opportunity.cause"));
    findings
}

/// Doubts about the ranking as a whole.
pub(crate) fn warnings(opportunities: &[Opportunity]) -> Vec<Problem> {
    let mut warnings = Vec::new();
    let count = opportunities.len();
    let given = opportunities.iter().filter(|opportunity| opportunity.factors.effort_given).count();
    if given > 0 && given < count {
        warnings.push(Problem::warning(phrase!(
            "opportunity.effort_missing",
            missing = count - given,
            count = count
        )));
    }
    let seen = opportunities.iter().filter(|opportunity| opportunity.factors.measured_loss.is_some()).count();
    if count > 0 && seen < count {
        warnings.push(Problem::warning(phrase!(
            "opportunity.behaviour_missing",
            missing = count - seen,
            count = count
        )));
    }
    warnings
}

/// The scores, their places' intervals, and what each factor adds.
pub(crate) fn charts(opportunities: &[Opportunity], spec: &OpportunitySpec) -> Vec<Chart> {
    if opportunities.is_empty() {
        return Vec::new();
    }
    let axis: Vec<String> =
        opportunities.iter().map(|opportunity| opportunity.evidence.name.clone()).collect();
    let series = |name: &str, value: &dyn Fn(&Opportunity) -> f64| {
        Series::word(name, opportunities.iter().map(|opportunity| Some(value(opportunity))).collect())
    };
    let mut charts = vec![
        Chart {
            kind: ChartKind::Bar,
            title: phrase!("opportunity.chart_score"),
            axis: axis.clone(),
            axis_titles: Vec::new(),
            series: vec![series("points", &|opportunity| opportunity.points)],
        },
        Chart {
            kind: ChartKind::Line,
            title: phrase!("opportunity.chart_rank"),
            axis: axis.clone(),
            axis_titles: Vec::new(),
            series: vec![
                series("rank", &|opportunity| f64::from(opportunity.rank)),
                series("low", &|opportunity| f64::from(opportunity.rank_low)),
                series("high", &|opportunity| f64::from(opportunity.rank_high)),
            ],
        },
        Chart {
            kind: ChartKind::Heatmap,
            title: phrase!("opportunity.chart_factors"),
            axis: axis.clone(),
            axis_titles: Vec::new(),
            series: ALL.iter().map(|factor| relative(*factor, opportunities, spec)).collect(),
        },
    ];
    if spec.view == OpportunityView::Rice {
        charts.push(Chart {
            kind: ChartKind::Bar,
            title: phrase!("opportunity.chart_rice"),
            axis,
            axis_titles: Vec::new(),
            series: vec![series("rice", &|opportunity| opportunity.rice.score)],
        });
    }
    charts
}

/// How many times the typical opportunity's score a factor alone would make, as a logarithm to base 2.
fn relative(factor: OpportunityFactor, opportunities: &[Opportunity], spec: &OpportunitySpec) -> Series {
    let weight = weight_of(factor, &spec.weights);
    let parts: Vec<f64> =
        opportunities.iter().map(|opportunity| weight * logarithm(factor, &opportunity.factors)).collect();
    let mean = parts.iter().sum::<f64>() / parts.len() as f64;
    let word = word(factor);
    Series {
        name: word.en.clone(),
        title: Some(word),
        values: parts.iter().map(|part| Some((part - mean) / std::f64::consts::LN_2)).collect(),
    }
}
