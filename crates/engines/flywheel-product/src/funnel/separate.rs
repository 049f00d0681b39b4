//! Which properties separate those who go on from those who leave.

use std::collections::BTreeMap;

use flywheel_spec::product::funnel::{Separating, SeparatingValue};
use flywheel_spec::{Phrase, phrase};
use flywheel_stats::correction::benjamini_hochberg;
use flywheel_stats::independence::independence;
use flywheel_stats::share::wilson;

use super::fold::Funnel;
use crate::intervals::{percent, share};

/// Values shown of each property.
const VALUES_SHOWN: usize = 20;
/// Values tested one by one; the others are pooled.
const VALUES_TESTED: usize = 50;
/// The least that is expected in each cell of a test; rarer values are pooled (Cochran's rule).
const EXPECTED_LEAST: f64 = 5.0;

/// Each property with its test, the clearest first.
pub fn separating(funnel: &Funnel, found: &[BTreeMap<Option<String>, [u64; 2]>]) -> Vec<Separating> {
    let Some(asked) = &funnel.spec.separate else { return Vec::new() };
    let empty = BTreeMap::new();
    let counts: Vec<_> = (0..asked.properties.len()).map(|at| found.get(at).unwrap_or(&empty)).collect();
    let tests: Vec<_> = counts.iter().map(|values| independence(&table(values))).collect();
    let raw: Vec<f64> = tests.iter().flatten().map(|test| test.p).collect();
    let mut corrected = benjamini_hochberg(&raw).into_iter();
    let mut all: Vec<Separating> = asked
        .properties
        .iter()
        .zip(&counts)
        .zip(&tests)
        .map(|((property, counts), test)| {
            let p = test.and_then(|_| corrected.next());
            let effect = test.map(|test| test.cramers_v);
            let mut values: Vec<SeparatingValue> =
                counts.iter().map(|(value, counts)| shown(value, *counts)).collect();
            values.sort_by(|one, other| {
                other.people.cmp(&one.people).then_with(|| one.value.cmp(&other.value))
            });
            let words = words(&property.name, p, effect, &values);
            values.truncate(VALUES_SHOWN);
            Separating { property: property.clone(), p, effect, values, words }
        })
        .collect();
    let rank = |separating: &Separating| (separating.p.unwrap_or(2.0), -separating.effect.unwrap_or(0.0));
    all.sort_by(|one, other| {
        let (one, other) = (rank(one), rank(other));
        one.0.total_cmp(&other.0).then_with(|| one.1.total_cmp(&other.1))
    });
    all
}

/// The table of the test: one row for each common value, the rare ones pooled.
fn table(values: &BTreeMap<Option<String>, [u64; 2]>) -> Vec<[f64; 2]> {
    let columns = [0, 1].map(|column| values.values().map(|counts| counts[column]).sum::<u64>() as f64);
    let total = columns[0] + columns[1];
    if total <= 0.0 {
        return Vec::new();
    }
    let mut rows: Vec<[f64; 2]> =
        values.values().map(|counts| [counts[0] as f64, counts[1] as f64]).collect();
    rows.sort_by(|one, other| (other[0] + other[1]).total_cmp(&(one[0] + one[1])));
    let rare =
        |row: &[f64; 2]| columns.iter().any(|column| (row[0] + row[1]) * column / total < EXPECTED_LEAST);
    let common = rows.iter().take_while(|row| !rare(row)).count().min(VALUES_TESTED);
    let mut pooled = [0.0; 2];
    for row in rows.drain(common..) {
        pooled[0] += row[0];
        pooled[1] += row[1];
    }
    // A pool that is too small itself joins the rarest of the common values.
    match rows.last_mut() {
        Some(last) if rare(&pooled) => {
            last[0] += pooled[0];
            last[1] += pooled[1];
        }
        _ => rows.push(pooled),
    }
    rows
}

fn shown(value: &Option<String>, [left, did]: [u64; 2]) -> SeparatingValue {
    let people = left + did;
    let bounds = wilson(did as f64, people as f64);
    SeparatingValue {
        value: value.clone(),
        people,
        did,
        rate: share(did, people),
        low: bounds.map(|bounds| bounds.low),
        high: bounds.map(|bounds| bounds.high),
    }
}

fn words(property: &str, p: Option<f64>, effect: Option<f64>, values: &[SeparatingValue]) -> Phrase {
    let (Some(p), Some(effect)) = (p, effect) else {
        return phrase!("funnel.separates_unknown", property = property);
    };
    let shown_p = if p < 0.001 { "< 0.001".to_owned() } else { format!("{p:.3}") };
    if p >= 0.05 {
        return phrase!("funnel.separates_not", property = property, p = shown_p);
    }
    // Of the values with enough people to be sure of their rate.
    let most = values.first().map_or(0, |value| value.people);
    let told = || values.iter().filter(|value| value.people * 20 >= most);
    let rate = |value: &&SeparatingValue| value.rate.unwrap_or(0.0);
    let best = told().rev().max_by(|one, other| rate(one).total_cmp(&rate(other)));
    let worst = told().rev().min_by(|one, other| rate(one).total_cmp(&rate(other)));
    let name = |value: Option<&SeparatingValue>| {
        value.and_then(|value| value.value.clone()).unwrap_or_else(|| "∅".to_owned())
    };
    let rated = |value: Option<&SeparatingValue>| {
        value.and_then(|value| value.rate).map_or_else(|| "–".to_owned(), percent)
    };
    // Cohen's bounds for a table with two columns (1988): 0.1 weak, 0.3 moderate, 0.5 strong.
    let strength = match effect {
        effect if effect < 0.1 => phrase!("funnel.weak"),
        effect if effect < 0.3 => phrase!("funnel.moderate"),
        _ => phrase!("funnel.strong"),
    };
    phrase!(
        "funnel.separates",
        property = property,
        best = name(best),
        best_rate = rated(best),
        worst = name(worst),
        worst_rate = rated(worst),
        p = shown_p,
        effect = format!("{effect:.2}"),
    )
    .with_phrase("strength", &strength)
}
