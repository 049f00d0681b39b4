//! Tasks that made-up people try, beside what is counted by hand.

use std::collections::BTreeSet;

use flywheel_people::event::Event;
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_stats::chance::Chance;
use serde_json::json;

use super::*;
use crate::make_believe::{HOUR, alike, ask, ask_spread, cases, context, event, micros, random, who};

/// Attempts found by looking for each start's end, not by walking with a state.
fn attempts(mine: &[&Event], to: i64) -> [u64; 6] {
    let rank = |name: &str| {
        ["start", "step", "$exception", "done", "fail", "quit"].iter().position(|known| *known == name)
    };
    let mut mine: Vec<&Event> = mine.iter().copied().filter(|event| rank(&event.event).is_some()).collect();
    mine.sort_by_key(|event| (event.time, rank(&event.event)));
    let within = 12 * HOUR;
    // Succeeded, abandoned, failed, dead ends, open, errors at the start or step.
    let mut found = [0; 6];
    let mut from = 0;
    while let Some(start) = (from..mine.len()).find(|at| mine[*at].event == "start") {
        let limit = mine[start].time + within;
        let end = (start + 1..mine.len()).find(|at| {
            mine[*at].time > limit || ["done", "fail", "quit"].contains(&mine[*at].event.as_str())
        });
        let in_time = end.filter(|at| mine[*at].time <= limit);
        let kind = match in_time.map(|at| mine[at].event.as_str()) {
            Some("done") => 0,
            Some("quit") => 1,
            Some(_) => 2,
            None if limit < to => 3,
            None => 4,
        };
        found[kind] += 1;
        let last = in_time.or(end).unwrap_or(mine.len());
        if kind != 4 {
            found[5] += u64::from(mine[start..last].iter().any(|event| event.event == "$exception"));
        }
        from = if in_time.is_some() { last + 1 } else { last };
    }
    found
}

#[test]
fn random_attempts_end_as_by_search() {
    for case in 0..cases() {
        let mut chance = Chance::new(11).stream("experience").stream(case);
        let names = ["start", "start", "step", "done", "fail", "quit", "$exception", "$rageclick"];
        let events = random(
            &mut chance,
            &names,
            10,
            120,
            |chance, _| json!({"$pathname": *chance.pick(&["/a", "/b"])}),
        );
        let question: QuestionSpec = serde_json::from_value(json!({
            "kind": "experience", "period": {"from": "2026-03-01", "to": "2026-03-10"},
            "tasks": [{
                "name": "buy", "start": {"event": "start"}, "steps": [{"event": "step"}], "success": {"event": "done"},
                "abandon": {"event": "quit"}, "fail": {"event": "fail"}, "within_minutes": 720
            }]
        }))
        .expect("a question");
        let context = context("UTC", "2026-04-01");
        let answer = ask(&question, &context, &events);
        alike(&answer, &ask_spread(&question, &context, &events, 3)).expect("the same from several readers");
        let Answer::Experience(report) = answer else { panic!() };
        let people: BTreeSet<i64> = events.iter().map(|event| who(&event.distinct_id)).collect();
        let mut expected = [0; 6];
        for person in &people {
            let mine: Vec<&Event> =
                events.iter().filter(|event| who(&event.distinct_id) == *person).collect();
            let found = attempts(&mine, micros("2026-03-11T00:00:00Z"));
            expected.iter_mut().zip(found).for_each(|(sum, found)| *sum += found);
        }
        let task = &report.tasks[0];
        let ends = [task.succeeded, task.abandoned, task.failed, task.dead_ends, task.open];
        assert_eq!(ends, expected[..5], "case {case}");
        // An attempt may meet errors at both of its steps.
        let met: u64 = task.steps.iter().map(|step| step.with_error).sum();
        assert!(met >= expected[5] && met <= 2 * expected[5], "case {case}: {met} {}", expected[5]);
        let rage = &report.friction[0];
        let count = events.iter().filter(|event| event.event == "$rageclick").count() as u64;
        assert_eq!(rage.events, count, "case {case}");
        assert_eq!(rage.places.iter().map(|place| place.events).sum::<u64>(), count);
    }
}

#[test]
fn a_checkout_is_told_step_by_step() {
    let at = |minute: i64| micros("2026-03-05T10:00:00Z") + minute * MINUTE_MICROS;
    let events = [
        event("a", "start", at(0), json!({})),
        event("a", "pay", at(1), json!({})),
        event("a", "$exception", at(2), json!({"$pathname": "/pay"})),
        event("a", "start", at(3), json!({})),
        event("a", "done", at(5), json!({})),
        event("b", "start", at(0), json!({})),
        event("b", "pay", at(1), json!({})),
        event("b", "$rageclick", at(1), json!({"$pathname": "/pay"})),
    ];
    let question: QuestionSpec = serde_json::from_value(json!({
        "kind": "experience", "period": {"from": "2026-03-01", "to": "2026-03-10"},
        "tasks": [{"name": "checkout", "start": {"event": "start"}, "steps": [{"event": "pay"}], "success": {"event": "done"}}]
    }))
    .expect("a question");
    let Answer::Experience(report) = ask(&question, &context("UTC", "2026-04-01"), &events) else { panic!() };
    let task = &report.tasks[0];
    assert_eq!((task.attempts, task.succeeded, task.dead_ends, task.retries), (2, 1, 1, 1));
    let pay = &task.steps[1];
    assert_eq!((pay.reached, pay.with_error, pay.rage_clicks, pay.dead_ends), (2, 1, 1, 1));
    assert!((task.median_secs.expect("a median").value - 300.0).abs() < 1e-9);
    assert!(report.findings.iter().all(|finding| !finding.en.contains('{')), "{:?}", report.findings);
}
