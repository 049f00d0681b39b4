//! Published values, and random purchases against the plainest arithmetic.

use std::collections::BTreeMap;
use std::path::PathBuf;

use flywheel_people::event::{Event, number_of};
use flywheel_spec::product::QuestionSpec;
use flywheel_spec::product::lifetime_value::LifetimeValueReport;
use flywheel_stats::chance::Chance;
use serde_json::json;

use super::*;
use crate::make_believe::{alike, ask, ask_spread, cases, context, event, micros, random, who};

#[expect(clippy::print_stderr, reason = "an absent file is said aloud")]
fn cdnow() -> Option<Vec<Event>> {
    let folder = std::env::var_os("FLYWHEEL_DATA").map(PathBuf::from);
    let path = folder.map(|folder| folder.join("events_cdnow/CDNOW_sample.txt"));
    let Some(text) = path.and_then(|path| std::fs::read_to_string(path).ok()) else {
        eprintln!(
            "SKIPPED: events_cdnow/CDNOW_sample.txt is absent; set FLYWHEEL_DATA to the folder of real data"
        );
        return None;
    };
    let events = text.lines().filter(|line| !line.trim().is_empty()).map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let date = words[2];
        let time = micros(&format!("{}-{}-{}T12:00:00Z", &date[..4], &date[4..6], &date[6..]));
        event(words[1], "purchase", time, json!({"dollars": words[4]}))
    });
    Some(events.collect())
}

fn answer(question: serde_json::Value, events: &[Event]) -> LifetimeValueReport {
    let question: QuestionSpec = serde_json::from_value(question).expect("a question");
    match ask(&question, &context("UTC", "2026-01-01"), events) {
        Answer::LifetimeValue(report) => report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn cdnow_gives_the_published_parameters() {
    let Some(events) = cdnow() else { return };
    let report = answer(
        json!({"kind": "lifetime_value", "event": {"event": "purchase"}, "value": {"name": "dollars"},
               "period": {"from": "1997-01-01", "to": "1998-06-30"}, "holdout_from": "1997-10-01", "horizon_days": 273}),
        &events,
    );
    assert_eq!(report.customers, 2357);
    let check = report.check.expect("a check");
    let model = &check.model;
    // Fader, Hardie and Lee (2005), table 1: r .243, α 4.414, a .793, b 2.426, LL −9582.4.
    for (found, published) in [(model.r, 0.243), (model.alpha, 4.414), (model.a, 0.793), (model.b, 2.426)] {
        assert!((found.value - published).abs() < 6e-4, "{found:?} {published}");
        assert!(found.low < published && published < found.high && found.low > 0.5 * published, "{found:?}");
    }
    assert!((model.log_likelihood + 9582.4).abs() < 0.05, "{}", model.log_likelihood);
    // Fader and Hardie, note 25: p 6.25, q 3.74, v 15.45 over 946 customers.
    let spend = model.spend.as_ref().expect("values");
    assert_eq!(spend.customers, 946);
    for (found, published) in [(spend.p, 6.25), (spend.q, 3.74), (spend.v, 15.45)] {
        assert!((found.value - published).abs() < 0.01, "{found:?} {published}");
    }
    // The second 39 weeks: the sample's customers came back 1,882 times (counted below by hand too).
    assert_eq!(check.days, 273);
    let by_hand = by_hand(&events);
    assert_eq!(check.actual, by_hand);
    // scipy 1.17, equation 10 with hyp2f1 over cdnow_customers_summary.csv, 39 weeks: 1653.41.
    assert!((check.predicted - 1653.41).abs() < 0.5, "{}", check.predicted);
    assert!(check.correlation.expect("a correlation") > 0.6);
    let total: u64 = check.by_repeats.iter().map(|group| group.customers).sum();
    assert_eq!(total, 2357);
}

/// Days of purchase from 1 October 1997 to 30 June 1998.
fn by_hand(events: &[Event]) -> f64 {
    let mut days: Vec<(&str, i64)> = events
        .iter()
        .filter(|event| event.time >= micros("1997-10-01T00:00:00Z"))
        .map(|event| (event.distinct_id.as_str(), event.time))
        .collect();
    days.sort_unstable();
    days.dedup();
    days.len() as f64
}

#[test]
fn customers_of_cdnow_are_expected_to_do_as_published() {
    let Some(events) = cdnow() else { return };
    let report = answer(
        json!({"kind": "lifetime_value", "event": {"event": "purchase"}, "value": {"name": "dollars"},
               "period": {"from": "1997-01-01", "to": "1997-09-30"}, "horizon_days": 273}),
        &events,
    );
    let outlook = report.outlook.expect("an outlook");
    let value = outlook.value_per_customer.expect("a value");
    assert!(value.low < value.value && value.value < value.high, "{value:?}");
    assert!(outlook.purchases.low < outlook.purchases.value, "{outlook:?}");
    // Half a year of such customers: between half and all of what then happened, see the check above.
    assert!((0.5..1.2).contains(&outlook.purchases_per_customer.value), "{outlook:?}");
    let spend = report.model.and_then(|model| model.spend).expect("values");
    // E(M) = p v / (q − 1) = 6.25 · 15.45 / 2.74 = 35.2 (lifetimes: 35.17 for customers who never came back).
    assert!((spend.mean.expect("a mean") - 35.2).abs() < 0.2, "{:?}", spend.mean);
}

#[test]
fn random_purchases_make_the_cohorts_of_plain_arithmetic() {
    for case in 0..cases() {
        let mut chance = Chance::new(2).stream("value").stream(case);
        let events = random(&mut chance, &["buy", "buy", "look"], 60, 60, |chance, _| {
            if chance.coin(0.9) { json!({"amount": chance.below(50)}) } else { json!({}) }
        });
        let context = context("UTC", "2026-05-10");
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "lifetime_value", "event": {"event": "buy"}, "value": {"name": "amount"}, "interval": "week",
            "period": {"from": "2026-03-09", "to": "2026-04-20"}, "unit": "day", "horizon_days": 30
        }))
        .expect("a question");
        let answer = ask(&question, &context, &events);
        alike(&answer, &ask_spread(&question, &context, &events, 4)).expect("the same from several readers");
        let Answer::LifetimeValue(report) = answer else { panic!() };
        let (from, to) = (micros("2026-03-09T00:00:00Z"), micros("2026-04-21T00:00:00Z"));
        let week = 7 * crate::make_believe::DAY;
        let mut people: BTreeMap<i64, Vec<(i64, f64)>> = BTreeMap::new();
        for event in events.iter().filter(|event| event.event == "buy" && event.time < to) {
            let paid = event.properties.get("amount").and_then(number_of).unwrap_or(0.0);
            people.entry(who(&event.distinct_id)).or_default().push((event.time, paid));
        }
        let mut cohorts: BTreeMap<i64, Vec<Vec<(i64, f64)>>> = BTreeMap::new();
        for bought in people.into_values() {
            let first = bought.iter().map(|(time, _)| *time).min().expect("one");
            if first >= from {
                cohorts.entry((first - from) / week).or_default().push(bought);
            }
        }
        assert_eq!(report.cohorts.len(), cohorts.len(), "case {case}");
        for (found, (cohort, customers)) in report.cohorts.iter().zip(&cohorts) {
            assert_eq!(found.customers, customers.len() as u64, "case {case}");
            // Six whole weeks, and one day of the seventh, which is not over.
            assert_eq!(found.value_by_age.len() as i64, 6 - cohort.min(&6));
            for (age, value) in found.value_by_age.iter().enumerate() {
                let end = from + (cohort + age as i64 + 1) * week;
                let sum: f64 =
                    customers.iter().flatten().filter(|(time, _)| *time < end).map(|(_, paid)| paid).sum();
                let mean = sum / customers.len() as f64;
                assert!(
                    (value.value - mean).abs() < 1e-9 && value.low <= mean && mean <= value.high,
                    "case {case}"
                );
            }
        }
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let spec: QuestionSpec = serde_json::from_value(json!({
        "kind": "lifetime_value", "event": {}, "horizon_days": 0, "holdout_from": "2020-01-01"
    }))
    .expect("a question");
    let wrong = crate::plan::plan(&spec, &context("UTC", "2026-03-20")).err().expect("mistakes");
    let places: Vec<_> =
        wrong.problems.iter().map(|problem| problem.place.setting.clone().unwrap_or_default()).collect();
    assert_eq!(places, ["event.event", "horizon_days", "holdout_from"]);
}
