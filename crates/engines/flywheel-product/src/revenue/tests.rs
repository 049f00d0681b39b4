//! Payments of made-up people beside a ledger kept by hand.

use std::collections::BTreeMap;

use flywheel_people::event::{Event, number_of};
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_stats::chance::Chance;
use serde_json::json;

use crate::make_believe::{alike, ask, ask_spread, cases, context, event, micros, random, who};

fn covered(event: &Event) -> usize {
    match event.properties.get("billing").and_then(|value| value.as_str()) {
        Some("yearly") => 12,
        Some("quarter") => 3,
        _ => event.properties.get("billing").and_then(number_of).map_or(1, |number| number as usize),
    }
}

/// Months since January 2020, in UTC.
fn month(time: i64) -> usize {
    let moment = jiff::Timestamp::from_microsecond(time).expect("a moment");
    let date = moment.to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
    (i64::from(date.year()) - 2020) as usize * 12 + date.month() as usize - 1
}

#[test]
fn random_payments_move_as_by_a_ledger() {
    for case in 0..cases() {
        let mut chance = Chance::new(3).stream("revenue").stream(case);
        let mut events = random(&mut chance, &["pay", "pay", "tip", "see"], 180, 50, |chance, _| {
            let billing = [json!("yearly"), json!("quarter"), json!("month"), json!(2), json!(null)];
            let amount = chance.below(30) as f64 - 3.0;
            json!({"amount": amount, "billing": chance.pick(&billing).clone()})
        });
        for event in &mut events {
            // Some long before the period.
            if chance.coin(0.15) {
                event.time -= 500 * crate::make_believe::DAY;
            }
        }
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "revenue", "event": {"event": "pay"}, "one_off": {"event": "tip"}, "active": {"event": "see"},
            "covers": {"name": "billing"}, "period": {"from": "2026-03-01", "to": "2026-07-31"}
        }))
        .expect("a question");
        let context = context("UTC", "2026-09-10");
        let answer = ask(&question, &context, &events);
        alike(&answer, &ask_spread(&question, &context, &events, 3)).expect("the same from several readers");
        let Answer::Revenue(report) = answer else { panic!() };
        let to = micros("2026-08-01T00:00:00Z");
        let mut ledger: BTreeMap<i64, Vec<f64>> = BTreeMap::new();
        for event in events.iter().filter(|event| event.event == "pay" && event.time < to) {
            let months = ledger.entry(who(&event.distinct_id)).or_insert_with(|| vec![0.0; 140]);
            let amount = event.properties.get("amount").and_then(number_of).expect("an amount");
            let covers = covered(event);
            for paid in &mut months[month(event.time)..month(event.time) + covers] {
                *paid += amount / covers as f64;
            }
        }
        for (step, found) in report.steps.iter().enumerate() {
            let at = (2026 - 2020) * 12 + 2 + step;
            let mut expected = [0.0; 6];
            for months in ledger.values() {
                let (before, now) = (months[at - 1].max(0.0), months[at].max(0.0));
                let ever = months[..at].iter().any(|paid| *paid > 0.0);
                expected[0] += now;
                match (before > 0.0, now > 0.0) {
                    (false, true) if ever => expected[2] += now,
                    (false, true) => expected[1] += now,
                    (true, true) => {
                        expected[3] += (now - before).max(0.0);
                        expected[4] += (before - now).max(0.0);
                    }
                    (true, false) => expected[5] += before,
                    _ => {}
                }
            }
            let told =
                [found.mrr, found.new, found.reactivation, found.expansion, found.contraction, found.churn];
            for (one, two) in told.iter().zip(expected) {
                assert!((one - two).abs() < 1e-6, "case {case}, {}: {told:?} {expected:?}", found.step);
            }
            let inside = |event: &&Event| month(event.time) == at && event.time < to;
            let revenue: f64 = events
                .iter()
                .filter(inside)
                .filter(|event| event.event != "see")
                .filter_map(|event| event.properties.get("amount").and_then(number_of))
                .sum();
            assert!((found.revenue - revenue).abs() < 1e-6, "case {case}");
            let mut seen: Vec<i64> = events
                .iter()
                .filter(inside)
                .filter(|event| event.event == "see")
                .map(|event| who(&event.distinct_id))
                .collect();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(found.active, Some(seen.len() as u64), "case {case}");
        }
    }
}

#[test]
fn who_was_paid_back_all_they_paid_has_paid() {
    let time = micros("2026-02-15T00:00:00Z");
    let pay = |who: &str, amount: i64| event(who, "pay", time, json!({"amount": amount}));
    // B's payment was paid back, c's plan is free, d was there.
    let events = [pay("a", 30), pay("b", 10), pay("b", -10), pay("c", 0), event("d", "see", time, json!({}))];
    let question: QuestionSpec = serde_json::from_value(json!({
        "kind": "revenue", "event": {"event": "pay"}, "active": {"event": "see"},
        "period": {"from": "2026-02-01", "to": "2026-02-28"}
    }))
    .expect("a question");
    let Answer::Revenue(report) = ask(&question, &context("UTC", "2026-04-10"), &events) else { panic!() };
    assert_eq!(report.steps[0].arpu.expect("people").value, 10.0);
}

#[test]
fn a_yearly_plan_is_a_twelfth_each_month() {
    let events = [
        event("a", "pay", micros("2026-01-15T00:00:00Z"), json!({"amount": 120, "billing": "year"})),
        event("b", "pay", micros("2026-02-15T00:00:00Z"), json!({"amount": 20})),
        event("c", "pay", micros("2026-02-20T00:00:00Z"), json!({"amount": "free"})),
    ];
    let question: QuestionSpec = serde_json::from_value(json!({
        "kind": "revenue", "event": {"event": "pay"}, "covers": {"name": "billing"},
        "period": {"from": "2026-02-01", "to": "2026-03-31"}
    }))
    .expect("a question");
    let Answer::Revenue(report) = ask(&question, &context("UTC", "2026-04-10"), &events) else { panic!() };
    let told: Vec<_> =
        report.steps.iter().map(|step| (step.mrr, step.new, step.churn, step.revenue)).collect();
    assert_eq!(told, [(30.0, 20.0, 0.0, 20.0), (10.0, 0.0, 20.0, 0.0)]);
    assert_eq!(report.warnings[0].code, "growth.revenue_unread");
    // Half of two payers stopped: Wilson's interval of 1 in 2.
    let churn = report.steps[1].payer_churn.expect("a share");
    assert!((churn.low - 0.094_531).abs() < 1e-5 && (churn.high - 0.905_469).abs() < 1e-5, "{churn:?}");
}
