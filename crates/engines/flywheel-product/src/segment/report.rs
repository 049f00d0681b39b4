//! The segment told: how many, who, and the groups of recency, frequency and value.

use flywheel_people::FoldError;
use flywheel_spec::product::segment::{RfmGroup, RfmRow, SegmentReport, SegmentSpec};
use flywheel_spec::product::{Chart, ChartKind, Series};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_stats::share::wilson;

use super::fold::{Scored, Segment, State};
use super::rfm::{GROUPS, groups, title};
use super::who::Leaf;
use crate::calendar::DAY_MICROS;
use crate::intervals::{percent, share};

/// The report, its invariants checked.
pub fn report(
    spec: &SegmentSpec,
    question: &Segment,
    mut state: State,
    now: i64,
) -> Result<SegmentReport, FoldError> {
    let rfm = if question.scoring.is_some() { score(question, &mut state, now) } else { Vec::new() };
    let wrong = |what: &str| Err(FoldError::Invariant(format!("segment: {what}")));
    if state.size > state.population {
        return wrong("more people belong than there are");
    }
    if spec.list && state.persons.len() as u64 != state.size {
        return wrong("the list is not as long as the segment is large");
    }
    state.persons.sort_unstable();
    if state.persons.windows(2).any(|pair| pair[0] == pair[1]) {
        return wrong("a person was seen twice");
    }
    let unknown = question.listed.difference(&state.found).count() as u64;
    let mut warnings = Vec::new();
    if unknown > 0 {
        warnings.push(Problem::warning(phrase!("following.segment_unknown", unknown = unknown)));
    }
    Ok(SegmentReport {
        findings: findings(&state, &rfm),
        name: spec.name.clone(),
        size: state.size,
        population: state.population,
        share: share(state.size, state.population),
        examples: state.examples.into_iter().collect(),
        persons: state.persons.iter().map(i64::to_string).collect(),
        unknown,
        charts: chart(&rfm),
        rfm,
        warnings,
    })
}

/// Scores everybody against each other, then keeps who belongs.
fn score(question: &Segment, state: &mut State, now: i64) -> Vec<RfmRow> {
    let candidates = std::mem::take(&mut state.candidates);
    let people: Vec<Scored> = candidates.iter().filter_map(|candidate| candidate.scored).collect();
    let with_value = question.scoring.as_ref().is_some_and(|scoring| scoring.value.is_some());
    let found = groups(&people, with_value);
    let mut next = found.iter().copied();
    for candidate in &candidates {
        let group = candidate.scored.and_then(|_| next.next());
        let mut bits = candidate.bits;
        for (place, leaf) in question.leaves.iter().enumerate() {
            if let Leaf::Rfm { groups } = leaf
                && group.is_some_and(|group| groups.contains(&group))
            {
                bits |= 1 << place;
            }
        }
        if question.who.holds(bits) {
            question.keep(state, candidate.person, candidate.id.as_deref());
        }
    }
    GROUPS.iter().map(|group| row(*group, &people, &found, with_value, now)).collect()
}

fn row(group: RfmGroup, people: &[Scored], found: &[RfmGroup], with_value: bool, now: i64) -> RfmRow {
    let mut members: Vec<&Scored> =
        people.iter().zip(found).filter(|(_, found)| **found == group).map(|(person, _)| person).collect();
    // A sum of floating-point numbers is the same in every order of readers only when it has one order.
    members.sort_by(|one, other| one.value.total_cmp(&other.value));
    let count = members.len() as u64;
    let events: u64 = members.iter().map(|person| person.events).sum();
    let since: i128 = members.iter().map(|person| i128::from(now - person.last)).sum();
    let mean = |sum: f64| (count > 0).then(|| sum / count as f64);
    RfmRow {
        group,
        title: title(group),
        people: count,
        share: share(count, people.len() as u64).unwrap_or(0.0),
        mean_days_since: mean(since as f64 / DAY_MICROS as f64),
        mean_events: mean(events as f64),
        mean_value: mean(members.iter().map(|person| person.value).sum()).filter(|_| with_value),
    }
}

fn findings(state: &State, rfm: &[RfmRow]) -> Vec<Phrase> {
    let Some(ends) = wilson(state.size as f64, state.population as f64) else {
        return vec![phrase!("following.segment_nobody")];
    };
    let mut findings = vec![phrase!(
        "following.segment_size",
        size = state.size,
        population = state.population,
        share = percent(state.size as f64 / state.population as f64),
        low = percent(ends.low),
        high = percent(ends.high)
    )];
    // The first of the largest: groups stand best first.
    let largest = rfm.iter().rev().max_by_key(|row| row.people).filter(|row| row.people > 0);
    if let Some(largest) = largest {
        findings.push(
            phrase!("following.segment_rfm", people = largest.people, share = percent(largest.share))
                .with_phrase("group", &largest.title),
        );
    }
    findings
}

fn chart(rfm: &[RfmRow]) -> Vec<Chart> {
    if rfm.is_empty() {
        return Vec::new();
    }
    let name = |row: &RfmRow| row.title.key.trim_start_matches("following.rfm_").to_owned();
    vec![Chart {
        kind: ChartKind::Bar,
        title: phrase!("following.segment_rfm_chart"),
        axis: rfm.iter().map(name).collect(),
        axis_titles: rfm.iter().map(|row| row.title.clone()).collect(),
        series: vec![Series::word("people", rfm.iter().map(|row| Some(row.people as f64)).collect())],
    }]
}
