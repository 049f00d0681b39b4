//! The five factors of a score, each from a theme's evidence.

use flywheel_spec::evaluation::Estimate;
use flywheel_spec::feedback::opportunity::{
    EvidenceTrend, Going, OpportunityFactor, OpportunitySpec, OpportunityWeights, ScoreFactors, ThemeEvidence,
};
use flywheel_stats::normal::Z95;

use super::loss::{Expected, Loss, SPREAD, complaints, drawn_in, measured, spread};

/// The least pain, so that no theme is worth exactly nothing.
const LEAST_PAIN: f64 = 0.005;
/// The least reach.
const LEAST_REACH: f64 = 1e-6;
/// People that confidence is drawn in with.
const PEOPLE_DRAWN: f64 = 5.0;

/// The factors of all themes in their order, and the spread of losses that they were drawn in with.
pub(crate) fn factors(evidence: &[ThemeEvidence], spec: &OpportunitySpec) -> (Vec<ScoreFactors>, f64) {
    let (complaints, scale) = complaints(evidence);
    let losses = |wide: f64| -> Vec<Option<Loss>> {
        evidence
            .iter()
            .map(|theme| theme.behaviour.as_ref().and_then(|behaviour| measured(behaviour, wide)))
            .collect()
    };
    let first = losses(SPREAD);
    let mut known: Vec<(Loss, f64)> =
        first.iter().zip(&complaints).filter_map(|(loss, complaint)| Some(((*loss)?, *complaint))).collect();
    // Sorted, so that the sums do not depend on the order of themes.
    known.sort_by(|(one, _), (two, _)| one.value.total_cmp(&two.value).then(one.error.total_cmp(&two.error)));
    let expects = Expected::of(&known, (spec.mood_worth / scale).min(1.0));
    let expected: Vec<f64> = complaints.iter().map(|complaint| expects.loss(*complaint)).collect();
    known.iter_mut().for_each(|(_, complaint)| *complaint = expects.loss(*complaint));
    let wide = spread(&known);
    let losses = losses(wide);
    let most = evidence.iter().map(|theme| theme.people).max().unwrap_or(1).max(1) as f64;
    let typical = typical_effort(evidence, spec);
    let factors = evidence
        .iter()
        .zip(&complaints)
        .zip(&expected)
        .zip(losses)
        .map(|(((theme, complaint), expected), loss)| {
            let (believed, reliability) = drawn_in(loss, *expected, wide);
            let pain = pain(theme, believed);
            let given = effort_of(theme, spec);
            ScoreFactors {
                reach: reach(theme, spec.revenue_weight, most),
                pain,
                complaint: *complaint,
                measured_loss: loss.map(Loss::estimate),
                reliability,
                trend: theme.trend.as_ref().map_or(Estimate { value: 1.0, low: 1.0, high: 1.0 }, trend),
                confidence: confidence(theme.people as f64, pain.value, believed.error),
                effort: given.or(typical).unwrap_or(1.0),
                effort_given: given.is_some(),
            }
        })
        .collect();
    (factors, wide)
}

/// Reach × pain × trend × confidence ÷ effort, each to the power of its weight.
pub(crate) fn score(factors: &ScoreFactors, weights: &OpportunityWeights) -> f64 {
    ALL.iter().map(|factor| weight_of(*factor, weights) * logarithm(*factor, factors)).sum::<f64>().exp()
}

/// All factors, in the order of the formula.
pub(crate) const ALL: [OpportunityFactor; 5] = [
    OpportunityFactor::Reach,
    OpportunityFactor::Pain,
    OpportunityFactor::Trend,
    OpportunityFactor::Confidence,
    OpportunityFactor::Effort,
];

/// A factor's value.
pub(crate) fn value_of(factor: OpportunityFactor, factors: &ScoreFactors) -> f64 {
    match factor {
        OpportunityFactor::Reach => factors.reach.value,
        OpportunityFactor::Pain => factors.pain.value,
        OpportunityFactor::Trend => factors.trend.value,
        OpportunityFactor::Confidence => factors.confidence,
        OpportunityFactor::Effort => factors.effort,
    }
}

/// A factor's logarithm; that of effort is turned round, because it divides.
pub(crate) fn logarithm(factor: OpportunityFactor, factors: &ScoreFactors) -> f64 {
    let value = value_of(factor, factors).ln();
    if factor == OpportunityFactor::Effort { -value } else { value }
}

/// A factor's weight.
pub(crate) fn weight_of(factor: OpportunityFactor, weights: &OpportunityWeights) -> f64 {
    match factor {
        OpportunityFactor::Reach => weights.reach,
        OpportunityFactor::Pain => weights.pain,
        OpportunityFactor::Trend => weights.trend,
        OpportunityFactor::Confidence => weights.confidence,
        OpportunityFactor::Effort => weights.effort,
    }
}

/// The weighted mean of the shares of people and of revenue, the latter as far as its interval parts it from the former; where
/// no share is known, people out of the most that any theme has.
fn reach(theme: &ThemeEvidence, revenue_weight: f64, most: f64) -> Estimate {
    let clean = |share: Estimate| Estimate {
        value: share.value.clamp(LEAST_REACH, 1.0),
        low: share.low.clamp(LEAST_REACH, 1.0),
        high: share.high.clamp(LEAST_REACH, 1.0),
    };
    let alone = theme.people as f64 / most;
    let people = theme.share_of_people.unwrap_or(Estimate { value: alone, low: alone, high: alone });
    let people = clean(people);
    let revenue = theme.share_of_revenue.map_or(people, clean);
    // A few payers make a share by chance: it moves the reach only as far as it surely differs from that of people.
    let revenue =
        Estimate { value: people.value.clamp(revenue.low, revenue.high.max(revenue.low)), ..revenue };
    let mix = |people: f64, revenue: f64| (1.0 - revenue_weight) * people + revenue_weight * revenue;
    let value = mix(people.value, revenue.value);
    Estimate {
        value,
        low: mix(people.low, revenue.low).min(value),
        high: mix(people.high, revenue.high).max(value),
    }
}

/// The loss to believe, raised by up to a half where the theme's people drop out at a step more than others.
fn pain(theme: &ThemeEvidence, loss: Loss) -> Estimate {
    let raised = theme
        .funnel_step
        .as_ref()
        .map_or(1.0, |step| 1.0 + 0.5 * (1.0 - step.p.clamp(0.0, 1.0)) * (step.lift - 1.0).clamp(0.0, 1.0));
    let clean = |value: f64| (raised * value).clamp(LEAST_PAIN, 1.0);
    let value = clean(loss.value);
    Estimate {
        value,
        low: clean(loss.value - Z95 * loss.error).min(value),
        high: clean(loss.value + Z95 * loss.error).max(value),
    }
}

/// `ratio ^ (½ (1 − p))` with the ratio between ¼ and 4, so ½ to 2; a word stands for a ratio and a probability that are absent.
fn trend(trend: &EvidenceTrend) -> Estimate {
    let (usual, doubt) = match trend.label {
        Going::New => (3.0, 0.3),
        Going::Growing => (1.5, 0.3),
        Going::Steady => (1.0, 0.5),
        Going::Fading => (0.67, 0.3),
        // A burst passes as a rule.
        Going::Burst => (1.3, 0.5),
    };
    let ratio = trend.ratio.filter(|ratio| *ratio > 0.0).unwrap_or(usual);
    let ratio = if trend.label == Going::Burst { ratio.min(1.5) } else { ratio };
    let sure = 1.0 - trend.p.unwrap_or(doubt).clamp(0.0, 1.0);
    let logarithm = ratio.clamp(0.25, 4.0).ln();
    let value = 0.5 * sure * logarithm;
    // Between no trend at all and the whole of it.
    let (nothing, whole) = (0.0_f64.min(0.5 * logarithm), 0.0_f64.max(0.5 * logarithm));
    Estimate { value: value.exp(), low: nothing.exp(), high: whole.exp() }
}

/// `n / (n + 5) × pain / (pain + error)`: few people and wide intervals make it fall, towards 0.
fn confidence(people: f64, pain: f64, error: f64) -> f64 {
    ((people / (people + PEOPLE_DRAWN)) * pain / (pain + error)).clamp(1e-6, 1.0)
}

fn effort_of(theme: &ThemeEvidence, spec: &OpportunitySpec) -> Option<f64> {
    let given = spec.efforts.get(&theme.theme).copied().or(theme.effort);
    given.filter(|effort| *effort > 0.0 && effort.is_finite())
}

/// The middle of the efforts that are given, for the others.
fn typical_effort(evidence: &[ThemeEvidence], spec: &OpportunitySpec) -> Option<f64> {
    let given = evidence.iter().filter_map(|theme| effort_of(theme, spec));
    flywheel_stats::quantile::Sorted::of(given).quantile(0.5)
}
