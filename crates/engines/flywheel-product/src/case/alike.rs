//! Past cases that are like a new opportunity, and how they went.

use std::collections::{BTreeMap, BTreeSet};

use flywheel_spec::feedback::case::{AlikeCase, CaseTraits, Verdict};
use flywheel_spec::phrase;

use crate::figures::percent;

/// How much each trait counts: terms of the name, aspects, the step, the kinds.
const WEIGHTS: [f64; 4] = [0.5, 0.2, 0.15, 0.15];
/// Below it two are not called alike.
const ALIKE_FROM: f64 = 0.15;

/// A case of the library, as far as likeness needs it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PastCase {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How it went.
    pub verdict: Verdict,
    /// By what it is found.
    pub traits: CaseTraits,
}

/// The cases most like an opportunity, at most so many, the most alike first.
///
/// Likeness is the weighted mean, over the traits that both have, of: the terms in common (each by how rare it is among the
/// cases, `ln(1 + n / (1 + cases with it))`), the aspects in common (Jaccard), the same step, and the kinds (cosine);
/// what only one of them has counts as nothing in common. Kinds alone make no case alike: most complaints share them.
pub fn alike(new: &CaseTraits, library: &[PastCase], most: usize) -> Vec<AlikeCase> {
    let rare = rarity(library);
    let mut cases: Vec<AlikeCase> = library
        .iter()
        .filter(|past| share_a_subject(new, &past.traits))
        .filter_map(|past| {
            let likeness = likeness(new, &past.traits, &rare, library.len());
            (likeness >= ALIKE_FROM).then(|| told(new, past, likeness))
        })
        .collect();
    cases.sort_by(|one, two| two.likeness.total_cmp(&one.likeness).then(one.id.cmp(&two.id)));
    cases.truncate(most);
    cases
}

/// Whether both have a term, an aspect or the step in common.
fn share_a_subject(one: &CaseTraits, two: &CaseTraits) -> bool {
    let share = |one: &[String], two: &[String]| one.iter().any(|text| two.contains(text));
    share(&one.terms, &two.terms)
        || share(&one.aspects, &two.aspects)
        || one.funnel_step.is_some() && one.funnel_step == two.funnel_step
}

fn rarity(library: &[PastCase]) -> BTreeMap<&str, usize> {
    let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
    for past in library {
        for term in set(&past.traits.terms) {
            *cases.entry(term).or_default() += 1;
        }
    }
    cases
}

fn set(texts: &[String]) -> BTreeSet<&str> {
    texts.iter().map(String::as_str).collect()
}

fn likeness(one: &CaseTraits, two: &CaseTraits, rare: &BTreeMap<&str, usize>, count: usize) -> f64 {
    let worth =
        |term: &&str| (1.0 + count as f64 / (1.0 + rare.get(*term).copied().unwrap_or(0) as f64)).ln();
    let parts = [
        overlap(&set(&one.terms), &set(&two.terms), worth),
        overlap(&set(&one.aspects), &set(&two.aspects), |_| 1.0),
        match (&one.funnel_step, &two.funnel_step) {
            (None, None) => None,
            (one, two) => Some(f64::from(u8::from(one == two))),
        },
        cosine(&one.kinds, &two.kinds),
    ];
    let known = parts.iter().zip(WEIGHTS).filter_map(|(part, weight)| Some((part.as_ref()?, weight)));
    let (sum, weights) =
        known.fold((0.0, 0.0), |(sum, weights), (part, weight)| (sum + weight * part, weights + weight));
    if weights > 0.0 { sum / weights } else { 0.0 }
}

/// The worth in common over the worth of both; absent where neither has any.
fn overlap(one: &BTreeSet<&str>, two: &BTreeSet<&str>, worth: impl Fn(&&str) -> f64) -> Option<f64> {
    let all: f64 = one.union(two).map(&worth).sum();
    (all > 0.0).then(|| one.intersection(two).map(&worth).sum::<f64>() / all)
}

fn cosine(one: &BTreeMap<String, u64>, two: &BTreeMap<String, u64>) -> Option<f64> {
    let length = |kinds: &BTreeMap<String, u64>| {
        kinds.values().map(|count| (*count as f64).powi(2)).sum::<f64>().sqrt()
    };
    let product: f64 =
        one.iter().map(|(kind, count)| *count as f64 * two.get(kind).copied().unwrap_or(0) as f64).sum();
    let lengths = length(one) * length(two);
    (lengths > 0.0).then(|| (product / lengths).min(1.0))
}

fn told(new: &CaseTraits, past: &PastCase, likeness: f64) -> AlikeCase {
    let shared = |one: &[String], two: &[String]| -> Vec<String> {
        set(one).intersection(&set(two)).map(|text| (*text).to_owned()).collect()
    };
    let key = match past.verdict {
        Verdict::Worked => "opportunity.alike_worked",
        Verdict::Unclear => "opportunity.alike_unclear",
        Verdict::DidNot => "opportunity.alike_did_not",
    };
    AlikeCase {
        id: past.id.clone(),
        name: past.name.clone(),
        verdict: past.verdict,
        likeness,
        shared_terms: shared(&new.terms, &past.traits.terms),
        shared_aspects: shared(&new.aspects, &past.traits.aspects),
        same_step: new.funnel_step.is_some() && new.funnel_step == past.traits.funnel_step,
        says: phrase!(key, name = past.name).with("likeness", percent(likeness)),
    }
}
