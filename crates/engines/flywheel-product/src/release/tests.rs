//! Releases among made-up events, compared by hand too.

use std::collections::BTreeMap;

use flywheel_people::event::{Event, number_of};
use flywheel_spec::evaluation::Estimate;
use flywheel_spec::product::metric::Count;
use flywheel_spec::product::release::{ReleaseMetric, ReleaseReport};
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_stats::chance::Chance;
use serde_json::json;

use super::report::findings;
use crate::make_believe::{DAY, alike, ask, ask_spread, cases, context, event, micros, random, who};

#[test]
fn random_releases_compare_as_by_hand() {
    for case in 0..cases() {
        let mut chance = Chance::new(8).stream("release").stream(case);
        let mut events = random(
            &mut chance,
            &["use", "buy", "use"],
            30,
            120,
            |chance, _| json!({"amount": chance.below(20)}),
        );
        let marked = micros("2026-03-15T00:00:00Z") + chance.below(8) as i64 * 6 * crate::make_believe::HOUR;
        events.push(event("p0", "deploy", marked, json!({})));
        events.push(event("p1", "deploy", marked + DAY, json!({})));
        let mut question = json!({
            "kind": "release", "steps": 7,
            "metrics": [
                {"event": {"event": "use"}, "count": "events"},
                {"event": {"event": "buy"}, "count": "mean", "property": {"name": "amount"}},
                {"event": {"event": "buy"}, "count": "share", "among": {"event": "use"}}
            ]
        });
        if case % 2 == 0 {
            question["marker"] = json!({"event": "deploy"});
            question["period"] = json!({"from": "2026-03-01", "to": "2026-03-30"});
        } else {
            let moment = jiff::Timestamp::from_microsecond(marked).expect("a moment");
            question["at"] = json!(moment.to_string());
        }
        let question: QuestionSpec = serde_json::from_value(question).expect("a question");
        let context = context("UTC", "2026-04-20");
        let answer = ask(&question, &context, &events);
        alike(&answer, &ask_spread(&question, &context, &events, 3)).expect("the same from several readers");
        let Answer::Release(report) = answer else { panic!() };
        assert_eq!((report.steps_before, report.steps_after), (7, 7), "case {case}");
        let day = marked.div_euclid(DAY);
        let first = if marked % DAY == 0 { day } else { day + 1 };
        let mut expected = Vec::new();
        for days in [day - 7..day, first..first + 7] {
            let inside = |event: &&Event| days.contains(&event.time.div_euclid(DAY));
            let named =
                |name: &'static str| events.iter().filter(inside).filter(move |event| event.event == name);
            let amounts: Vec<f64> =
                named("buy").filter_map(|event| number_of(&event.properties["amount"])).collect();
            let mut days_of: BTreeMap<(i64, i64), (bool, bool)> = BTreeMap::new();
            for event in events.iter().filter(inside) {
                let key = (who(&event.distinct_id), event.time.div_euclid(DAY));
                let entry = days_of.entry(key).or_default();
                entry.0 |= event.event == "use";
                entry.1 |= event.event == "buy";
            }
            let used = days_of.values().filter(|did| did.0).count() as f64;
            let both = days_of.values().filter(|did| did.0 && did.1).count() as f64;
            expected.push([
                Some(named("use").count() as f64 / 7.0),
                (!amounts.is_empty()).then(|| amounts.iter().sum::<f64>() / amounts.len() as f64),
                (used > 0.0).then(|| both / used),
            ]);
        }
        for (index, found) in report.metrics.iter().enumerate() {
            for (told, expected) in [(found.before, expected[0][index]), (found.after, expected[1][index])] {
                let alike = match (told, expected) {
                    (Some(told), Some(expected)) => (told.value - expected).abs() < 1e-9,
                    (None, None) => true,
                    _ => false,
                };
                assert!(alike, "case {case}, metric {index}: {told:?} {expected:?}");
            }
        }
    }
}

/// People with habits of their own: the interval must hold a true difference of nothing as often as it says.
#[test]
fn ninety_five_in_a_hundred_intervals_hold_the_truth() {
    let begin = micros("2026-03-01T00:00:00Z");
    let mut held = 0;
    let rounds = 200;
    for round in 0..rounds {
        let mut chance = Chance::new(9).stream(round as u64);
        let mut events = Vec::new();
        for person in 0..60 {
            let often = chance.between(0.0, 0.9).powi(2);
            for day in 0..28 {
                let mut count = 0;
                while count < 4 && chance.coin(often) {
                    events.push(event(&format!("p{person}"), "use", begin + day * DAY + count, json!({})));
                    count += 1;
                }
            }
        }
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "release", "at": "2026-03-15", "metrics": [{"event": {"event": "use"}, "count": "events"}]
        }))
        .expect("a question");
        let Answer::Release(report) = ask(&question, &context("UTC", "2026-04-20"), &events) else {
            panic!()
        };
        let difference = report.metrics[0].difference.expect("a difference");
        held += i32::from(difference.low <= 0.0 && 0.0 <= difference.high);
    }
    // Binomial(200, 0.95): below 180 or at 200 once in a thousand.
    assert!((180..200).contains(&held), "{held} of {rounds}");
}

#[test]
fn findings_read_as_sentences() {
    let flat = |value: f64| Estimate { value, low: value, high: value };
    let metric = |name: &str, before: f64, after: f64| ReleaseMetric {
        name: name.to_owned(),
        before: Some(flat(before)),
        after: Some(flat(after)),
        difference: Some(flat(after - before)),
        relative: Some(after / before - 1.0),
        q: Some(0.01),
        earlier: None,
    };
    let metrics = vec![metric("use", 10.0, 12.0), metric("buy", 0.5, 0.75), metric("buy / use", 0.5, 1.0)];
    let counts = [Count::Events, Count::Events, Count::Share];
    let told = findings(&ReleaseReport { metrics, ..Default::default() }, &counts);
    assert_eq!(told[0].key, "growth.release_rose");
    assert!(!told[0].en.contains('{') && told[0].zh.contains("+20.0%"), "{told:?}");
    // Half an event a day is no share of anything; a share is a percentage, all of it too.
    assert!(told[1].en.contains("from 0.5000 to 0.7500: 0.2500 ("), "{told:?}");
    assert!(told[2].en.contains("from 50.0% to 100.0%: 50.0% ("), "{told:?}");
}

#[test]
fn one_person_alone_proves_no_movement() {
    let time = micros("2026-03-14T12:00:00Z");
    let events = [event("a", "use", time, json!({}))];
    let question: QuestionSpec = serde_json::from_value(json!({
        "kind": "release", "at": "2026-03-15", "metrics": [{"event": {"event": "use"}, "count": "events"}]
    }))
    .expect("a question");
    let Answer::Release(report) = ask(&question, &context("UTC", "2026-04-20"), &events) else { panic!() };
    assert_eq!(report.findings[0].key, "growth.release_same");
    assert!(report.warnings.is_empty(), "{:?}", report.warnings);
}

#[test]
fn mistakes_are_told_at_once() {
    let spec: QuestionSpec = serde_json::from_value(json!({
        "kind": "release", "at": "someday", "steps": 1,
        "metrics": [{"event": {"event": "buy"}, "count": "sum"}, {"count": "share"}]
    }))
    .expect("a question");
    let wrong = crate::plan::plan(&spec, &context("UTC", "2026-03-20")).err().expect("mistakes");
    let places: Vec<_> =
        wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
    assert_eq!(places, ["metrics.0.property", "metrics.1.among", "steps", "at"]);
}
