//! What would change the ranking: draws of what is uncertain, and the smallest changes that swap neighbours.

use flywheel_spec::feedback::opportunity::{
    Opportunity, OpportunityFactor, OpportunitySpec, OpportunityWeights, RankChange, ScoreFactors,
};
use flywheel_spec::{Phrase, phrase};
use flywheel_stats::chance::Chance;
use flywheel_stats::normal::Z95;

use super::factors::{ALL, logarithm, value_of, weight_of};
use crate::figures::number;

/// Draws of all factors.
const DRAWS: usize = 1000;
/// The largest weight that may be set.
pub(crate) const WEIGHT_AT_MOST: f64 = 3.0;

/// Puts in the places that each opportunity takes in nine of ten draws, and how often it is first.
///
/// Reach, trend and effort are drawn on the logarithm, pain as it is, each from its interval, independently; confidence stays.
/// An opportunity's draws depend on its theme and the seed alone, not on the others or their order.
pub(crate) fn draw(opportunities: &mut [Opportunity], spec: &OpportunitySpec) {
    let root = Chance::new(spec.seed).stream("opportunity");
    let drawn: Vec<Vec<f64>> = opportunities
        .iter()
        .map(|opportunity| {
            let mut chance = root.stream(opportunity.evidence.theme.as_str());
            (0..DRAWS).map(|_| one(&opportunity.factors, spec, &mut chance)).collect()
        })
        .collect();
    let mut places: Vec<Vec<u32>> = vec![Vec::with_capacity(DRAWS); opportunities.len()];
    let mut order: Vec<usize> = (0..opportunities.len()).collect();
    for draw in 0..DRAWS {
        order.sort_by(|one, two| drawn[*two][draw].total_cmp(&drawn[*one][draw]).then(one.cmp(two)));
        for (place, opportunity) in order.iter().enumerate() {
            places[*opportunity].push(place as u32 + 1);
        }
    }
    for (opportunity, places) in opportunities.iter_mut().zip(&mut places) {
        opportunity.first = places.iter().filter(|place| **place == 1).count() as f64 / DRAWS as f64;
        places.sort_unstable();
        opportunity.rank_low = places[DRAWS / 20].min(opportunity.rank);
        opportunity.rank_high = places[DRAWS - 1 - DRAWS / 20].max(opportunity.rank);
    }
}

/// The logarithm of a score with its factors drawn.
fn one(factors: &ScoreFactors, spec: &OpportunitySpec, chance: &mut Chance) -> f64 {
    let weights = &spec.weights;
    let spread = |low: f64, high: f64| (high.max(1e-9) / low.max(1e-9)).ln().max(0.0) / (2.0 * Z95);
    let reach = factors.reach.value.ln() + chance.normal() * spread(factors.reach.low, factors.reach.high);
    let side = (factors.pain.high - factors.pain.value).max(factors.pain.value - factors.pain.low);
    let pain = (factors.pain.value + chance.normal() * side / Z95).clamp(0.005, 1.0).ln();
    let trend = factors.trend.value.ln() + chance.normal() * spread(factors.trend.low, factors.trend.high);
    // What nobody has guessed yet is doubted twice as much.
    let doubt = if factors.effort_given { spec.effort_doubt } else { 2.0 * spec.effort_doubt };
    let effort = factors.effort.ln() + chance.normal() * (1.0 + doubt).ln();
    weights.reach * reach
        + weights.pain * pain
        + weights.trend * trend
        + weights.confidence * factors.confidence.ln()
        - weights.effort * effort
}

/// Puts in, for each opportunity below the first, the smallest changes by which it would pass the one above it.
pub(crate) fn swaps(opportunities: &mut [Opportunity], weights: &OpportunityWeights) {
    let above: Vec<(ScoreFactors, String)> = opportunities
        .iter()
        .map(|opportunity| (opportunity.factors, opportunity.evidence.name.clone()))
        .collect();
    for (opportunity, (factors, name)) in opportunities.iter_mut().skip(1).zip(&above) {
        let own = opportunity.evidence.name.clone();
        opportunity.changes = [
            value_change(&opportunity.factors, factors, weights),
            weight_change(&opportunity.factors, factors, weights),
        ]
        .into_iter()
        .flatten()
        .map(|change| told(change, &own, name))
        .collect();
    }
}

struct Change {
    factor: OpportunityFactor,
    weight: bool,
    from: f64,
    to: f64,
}

fn behind(own: &ScoreFactors, above: &ScoreFactors, weights: &OpportunityWeights) -> f64 {
    ALL.iter()
        .map(|factor| weight_of(*factor, weights) * (logarithm(*factor, above) - logarithm(*factor, own)))
        .sum::<f64>()
        .max(0.0)
}

/// The factor that would have to change least, as a ratio.
fn value_change(own: &ScoreFactors, above: &ScoreFactors, weights: &OpportunityWeights) -> Option<Change> {
    let behind = behind(own, above, weights);
    let change = |factor: OpportunityFactor| {
        let weight = weight_of(factor, weights);
        if weight <= 0.0 {
            return None;
        }
        let (from, step) = (value_of(factor, own), (behind / weight).exp());
        let (to, most) = match factor {
            OpportunityFactor::Effort => (from / step, f64::INFINITY),
            OpportunityFactor::Trend => (from * step, 2.0),
            _ => (from * step, 1.0),
        };
        (to <= most && to > 0.0).then_some(Change { factor, weight: false, from, to })
    };
    let size = |change: &Change| (change.to / change.from).ln().abs();
    ALL.iter().copied().filter_map(change).min_by(|one, two| size(one).total_cmp(&size(two)))
}

/// The weight that would have to change least.
fn weight_change(own: &ScoreFactors, above: &ScoreFactors, weights: &OpportunityWeights) -> Option<Change> {
    let behind = behind(own, above, weights);
    let change = |factor: OpportunityFactor| {
        let ahead = logarithm(factor, own) - logarithm(factor, above);
        let from = weight_of(factor, weights);
        let to = from + behind / ahead;
        (to.is_finite() && (0.0..=WEIGHT_AT_MOST).contains(&to)).then_some(Change {
            factor,
            weight: true,
            from,
            to,
        })
    };
    let size = |change: &Change| (change.to - change.from).abs();
    ALL.iter().copied().filter_map(change).min_by(|one, two| size(one).total_cmp(&size(two)))
}

fn told(change: Change, own: &str, above: &str) -> RankChange {
    let key = if change.weight { "opportunity.change_weight" } else { "opportunity.change_value" };
    let says: Phrase = phrase!(key)
        .with_phrase("factor", &word(change.factor))
        .with("name", own)
        .with("above", above)
        .with("from", number(change.from))
        .with("to", number(change.to));
    RankChange {
        factor: change.factor,
        weight: change.weight,
        from: change.from,
        to: change.to,
        passes: above.to_owned(),
        says,
    }
}

/// A factor's name.
pub(crate) fn word(factor: OpportunityFactor) -> Phrase {
    match factor {
        OpportunityFactor::Reach => phrase!("opportunity.word_reach"),
        OpportunityFactor::Pain => phrase!("opportunity.word_pain"),
        OpportunityFactor::Trend => phrase!("opportunity.word_trend"),
        OpportunityFactor::Confidence => phrase!("opportunity.word_confidence"),
        OpportunityFactor::Effort => phrase!("opportunity.word_effort"),
    }
}
