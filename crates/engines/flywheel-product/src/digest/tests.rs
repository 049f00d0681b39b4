//! Digests of made-up weeks: quiet ones, moved ones and young ones.

use std::collections::BTreeSet;

use flywheel_people::event::Event;
use flywheel_spec::product::digest::Measured;
use flywheel_stats::chance::Chance;
use serde_json::json;

use super::*;
use crate::make_believe::{DAY, alike, cases, context, event, micros, random, states, who};

fn digest(spec: &DigestSpec, events: &[Event], readers: i64) -> DigestReport {
    let plan = plan(spec, &context("UTC", "2026-05-13")).expect("a plan");
    let states = states(plan.folds().iter().map(AsRef::as_ref), events, readers);
    plan.finish(states).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn random_weeks_are_counted_as_by_sets() {
    for case in 0..cases() {
        let mut chance = Chance::new(12).stream("digest").stream(case);
        let events = random(&mut chance, &["a", "b", "c"], 80, 200, |_, _| json!({}));
        let spec = DigestSpec { least_people: 0, ..DigestSpec::default() };
        let plan = plan(&spec, &context("UTC", "2026-05-13")).expect("a plan");
        let state = states(plan.folds().iter().map(AsRef::as_ref), &events, 3).remove(0);
        let mut state = *state.into_any().downcast::<State>().expect("the state");
        plan.question.make_room(&mut state);
        alike(&digest(&spec, &events, 1), &digest(&spec, &events, 3)).expect("the same from several readers");
        let edges = &plan.question.weeks.edges;
        // Wednesday 13 May: the last whole week begins on 4 May.
        assert_eq!(edges[edges.len() - 2], micros("2026-05-04T00:00:00Z"));
        assert_eq!(edges.len(), 11);
        let people = |from: i64, to: i64, name: Option<&str>| -> BTreeSet<i64> {
            events
                .iter()
                .filter(|event| {
                    (from..to).contains(&event.time) && name.is_none_or(|name| name == event.event)
                })
                .map(|event| who(&event.distinct_id))
                .collect()
        };
        for week in 0..edges.len() - 1 {
            let (from, to) = (edges[week], edges[week + 1]);
            let active = people(from, to, None);
            let earlier = people(i64::MIN, from, None);
            assert_eq!(state.active[week], active.len() as u64, "case {case}");
            assert_eq!(state.new[week], active.difference(&earlier).count() as u64, "case {case}");
            if week > 0 {
                let before = people(edges[week - 1], from, None);
                assert_eq!(state.returned[week], active.intersection(&before).count() as u64, "case {case}");
            }
            for name in ["a", "b", "c"] {
                let found = state.events.get(name).map_or(Week::default(), |weeks| weeks[week]);
                assert_eq!(found.people, people(from, to, Some(name)).len() as u64, "case {case}");
                let count = events
                    .iter()
                    .filter(|event| event.event == name && (from..to).contains(&event.time))
                    .count();
                assert_eq!(found.count, count as f64, "case {case}");
            }
        }
    }
}

/// A product of some hundred people with events of very different shares, growing, its weeks a little moody.
fn product(chance: &mut Chance, mood: f64, this_week: impl Fn(usize) -> f64) -> Vec<Event> {
    let begin = micros("2026-03-02T00:00:00Z");
    let mut events = Vec::new();
    for week in 0..10 {
        let people = 300 + 10 * week;
        let moods: Vec<f64> = (0..8).map(|_| (mood * chance.normal()).exp()).collect();
        for person in 0..people {
            // Everybody is seen, and one in two of last week's again.
            let name = format!("p{}", person + week * people / 2);
            let time = begin + (week * 7) as i64 * DAY + chance.below(7) as i64 * DAY;
            events.push(event(&name, "open", time, json!({})));
            for (which, mood) in moods.iter().enumerate() {
                let mut share = (0.15 + 0.08 * which as f64) * mood;
                if week == 9 {
                    share *= this_week(which);
                }
                if chance.coin(share.min(0.98)) {
                    events.push(event(&name, &format!("do {which}"), time + 1, json!({})));
                }
            }
        }
    }
    events
}

#[test]
fn it_is_quiet_when_nothing_changed() {
    let mut loud = 0;
    let rounds = 60;
    for round in 0..rounds {
        let mut chance = Chance::new(13).stream(round as u64);
        let mood = [0.0, 0.05, 0.15][round % 3];
        let report = digest(&DigestSpec::default(), &product(&mut chance, mood, |_| 1.0), 1);
        assert!(report.looked_at >= 18, "{}", report.looked_at);
        loud += usize::from(!report.changes.is_empty());
        if report.changes.is_empty() {
            assert_eq!(report.findings[0].key, "growth.digest_quiet");
        }
    }
    // One digest in twenty may be loud by chance: of 60 more than 8 less than once in a hundred.
    assert!(loud <= 8, "{loud} of {rounds}");
}

#[test]
fn what_changed_comes_first_with_its_evidence() {
    for round in 0..5_u64 {
        let mut chance = Chance::new(14).stream(round);
        let halved = |which: usize| if which == 5 { 0.4 } else { 1.0 };
        let report = digest(&DigestSpec::default(), &product(&mut chance, 0.03, halved), 2);
        let first = report.changes.first().expect("a change");
        assert_eq!(first.event.as_deref(), Some("do 5"), "{:?}", report.findings);
        assert!(first.relative < -0.4 && first.at_least < -0.1 && first.q < 0.05, "{first:?}");
        assert!(first.expected_low < first.expected && first.expected < first.expected_high);
        assert!(!report.findings[0].en.contains('{'), "{:?}", report.findings[0]);
    }
}

#[test]
fn what_was_expected_is_what_there_was_in_steady_weeks() {
    // Forty people in each of nine weeks, all of whom come back; ten in the last: 10 / 40 − 1, of both.
    let begin = micros("2026-03-02T00:00:00Z");
    let people =
        (0..10).flat_map(|week| (0..if week == 9 { 10 } else { 40 }).map(move |person| (week, person)));
    let events: Vec<Event> = people
        .map(|(week, person)| event(&format!("p{person}"), "open", begin + week * 7 * DAY, json!({})))
        .collect();
    let report = digest(&DigestSpec::default(), &events, 1);
    let told: Vec<(Measured, f64)> =
        report.changes.iter().map(|change| (change.what, change.value)).collect();
    assert_eq!(told, [(Measured::ActivePeople, 10.0), (Measured::CameBack, 0.25)]);
    let drawn: Vec<&str> = report.charts.iter().map(|chart| chart.title.zh.as_str()).collect();
    assert_eq!(drawn, ["活跃人数（按周）", "回访比例（按周）"]);
    for (change, expected) in report.changes.iter().zip([40.0, 1.0]) {
        assert!((change.expected - expected).abs() < 1e-9, "{change:?}");
        assert!((change.relative + 0.75).abs() < 1e-9, "{change:?}");
        assert!((change.at_least - (change.value / change.expected_low - 1.0)).abs() < 1e-9, "{change:?}");
    }
}

#[test]
fn a_young_product_is_told_so() {
    let events = [event("a", "open", micros("2026-05-05T00:00:00Z"), json!({}))];
    assert_eq!(digest(&DigestSpec::default(), &events, 1).findings[0].key, "growth.digest_young");
    let wrong = plan(
        &DigestSpec { weeks: 2, week_of: Some("2026-05-12".to_owned()), ..DigestSpec::default() },
        &context("UTC", "2026-05-13"),
    );
    let places: Vec<_> = wrong
        .err()
        .expect("mistakes")
        .problems
        .iter()
        .map(|problem| problem.place.setting.clone().unwrap_or_default())
        .collect();
    assert_eq!(places, ["weeks", "week_of"]);
}
