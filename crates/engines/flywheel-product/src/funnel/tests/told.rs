//! What is told of one person, of those who left, and of what separates them.

use flywheel_people::person_of;
use serde_json::{Value, json};

use super::{ask, ask_in, context, journeys, question};
use crate::plan::Context;

#[test]
fn one_person_is_explained_event_by_event() {
    let none = Value::Null;
    let lines = [
        ("me", "b", "2026-03-01 00:00:00", none.clone()),
        ("me", "a", "2026-03-01 01:00:00", none.clone()),
        ("me", "a", "2026-03-02 01:00:00", none.clone()),
        ("me", "b", "2026-03-02 02:00:00", none.clone()),
        ("me", "x", "2026-03-02 02:30:00", none.clone()),
        ("me", "b", "2026-03-02 03:00:00", none.clone()),
        ("me", "c", "2026-03-03 02:00:00", none.clone()),
        ("you", "a", "2026-03-01 01:00:00", none.clone()),
    ];
    let spec = |id: &str| {
        question(json!({
            "steps": ["a", "b", "c"],
            "window": { "count": 1, "unit": "day" },
            "exclusions": [{ "event": "x", "from": 1, "to": 2 }],
            "explain": id,
        }))
    };
    let told = ask(&spec("me"), &journeys(&lines)).explained.expect("told");
    assert_eq!(told.reached, 2);
    assert_eq!(told.summary.expect("a summary").key, "funnel.explain_stopped");
    let keys: Vec<&str> = told.events.iter().map(|event| event.did.key.as_str()).collect();
    assert_eq!(
        keys,
        [
            "funnel.did_before",
            "funnel.did_before",
            "funnel.did_first",
            "funnel.did_step",
            "funnel.did_exclusion_off",
            "funnel.did_again",
            "funnel.did_late"
        ]
    );
    assert_eq!(told.events[3].did.args["since"], "1h");
    assert_eq!(told.events[6].did.args["late"], "1h");
    let unknown = ask(&spec("nobody"), &journeys(&lines)).explained.expect("told");
    assert_eq!(unknown.summary.expect("a summary").key, "funnel.explain_unknown");
    let you = ask(&spec("you"), &journeys(&lines)).explained.expect("told");
    assert_eq!((you.reached, you.events.len()), (1, 1));
}

#[test]
fn somebody_is_explained_by_an_id_of_which_no_event_is_here() {
    let lines = [("me", "a", "2026-03-01 00:00:00", Value::Null)];
    let spec = question(json!({ "steps": ["a", "b"], "explain": "me before" }));
    let context = Context { merged: [("me before".to_owned(), person_of("me"))].into(), ..context() };
    let report = ask_in(&context, &spec, &journeys(&lines), person_of).expect("a plan");
    let told = report.explained.expect("told");
    assert_eq!((told.reached, told.events.len()), (1, 1));
}

#[test]
fn a_removed_person_is_told_why() {
    let none = Value::Null;
    let lines = [
        ("me", "a", "2026-03-01 00:00:00", none.clone()),
        ("me", "x", "2026-03-01 01:00:00", none.clone()),
        ("me", "b", "2026-03-01 02:00:00", none.clone()),
    ];
    let spec = question(json!({ "steps": ["a", "b"], "exclusions": [{ "event": "x" }], "explain": "me" }));
    let told = ask(&spec, &journeys(&lines)).explained.expect("told");
    assert_eq!((told.reached, told.summary.expect("a summary").key.as_str()), (0, "funnel.explain_removed"));
    assert_eq!(told.events[1].did.key, "funnel.did_exclusion");
}

#[test]
fn who_left_is_named() {
    let none = Value::Null;
    let lines = [
        ("left", "a", "2026-03-01 00:00:00", none.clone()),
        ("stayed", "a", "2026-03-01 00:00:00", none.clone()),
        ("stayed", "b", "2026-03-01 01:00:00", none.clone()),
        ("never", "b", "2026-03-01 01:00:00", none.clone()),
    ];
    for (outcome, expected) in [("dropped", "left"), ("did", "stayed")] {
        let spec = question(json!({ "steps": ["a", "b"], "people": { "step": 2, "outcome": outcome } }));
        let people = ask(&spec, &journeys(&lines)).people;
        assert_eq!(people.len(), 1);
        assert_eq!(
            (people[0].person.clone(), people[0].distinct_ids.as_slice()),
            (person_of(expected).to_string(), &[expected.to_owned()][..])
        );
    }
}

#[test]
fn what_separates_is_found_and_what_does_not_is_not() {
    let mut lines = Vec::new();
    let names: Vec<String> = (0..400).map(|number| format!("p{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        let pro = number % 2 == 0;
        let properties = json!({ "plan": if pro { "pro" } else { "free" }, "coin": (number / 2 % 2).to_string(), "same": 1 });
        lines.push((name.as_str(), "a", "2026-03-01 00:00:00", properties));
        // Four in five of the one part go on, and two in five of the other.
        if number / 4 % 5 < if pro { 4 } else { 2 } {
            lines.push((name.as_str(), "b", "2026-03-01 01:00:00", Value::Null));
        }
    }
    let spec = question(json!({
        "steps": ["a", "b"],
        "separate": { "properties": [{ "name": "coin" }, { "name": "same" }, { "name": "plan" }] },
    }));
    let report = ask(&spec, &journeys(&lines));
    let found: Vec<_> =
        report.separating.iter().map(|one| (one.property.name.as_str(), one.words.key.as_str())).collect();
    assert_eq!(
        found,
        [
            ("plan", "funnel.separates"),
            ("coin", "funnel.separates_not"),
            ("same", "funnel.separates_unknown")
        ]
    );
    let plan = &report.separating[0];
    // 80% of 200 against 40% of 200: chi-squared is 66.667, so V is 0.408.
    assert!((plan.effect.expect("an effect") - (66.666_666_666_666_67_f64 / 400.0).sqrt()).abs() < 1e-12);
    assert!(plan.p.expect("a probability") < 1e-10);
    assert!(report.findings.iter().any(|finding| finding.key == "funnel.separates"));
}

#[test]
fn findings_say_the_rate_and_where_most_leave() {
    let none = Value::Null;
    let mut lines = Vec::new();
    let names: Vec<String> = (0..10).map(|number| format!("p{number}")).collect();
    for (number, name) in names.iter().enumerate() {
        lines.push((name.as_str(), "a", "2026-03-01 00:00:00", none.clone()));
        if number < 9 {
            lines.push((name.as_str(), "b", "2026-03-01 01:00:00", none.clone()));
        }
        if number < 3 {
            lines.push((name.as_str(), "c", "2026-03-01 02:00:00", none.clone()));
        }
    }
    let report = ask(&question(json!({ "steps": ["a", "b", "c"] })), &journeys(&lines));
    let text: Vec<&str> = report.findings.iter().map(|finding| finding.en.as_str()).collect();
    assert_eq!(text[0], "3 of 10 who did a also did c: 30.0% (95% sure: 10.8% to 60.3%)");
    assert_eq!(text[1], "most leave between b and c: 6 of 9 (66.7%)");
}

#[test]
fn steps_in_any_order_are_named_in_each_language() {
    let none = Value::Null;
    let lines = [
        ("me", "b", "2026-03-01 00:00:00", none.clone()),
        ("me", "a", "2026-03-01 01:00:00", none.clone()),
        ("you", "a", "2026-03-01 01:00:00", none.clone()),
    ];
    let spec = question(json!({ "steps": ["a", "b"], "order": "unordered", "explain": "you" }));
    let report = ask(&spec, &journeys(&lines));
    let labels: Vec<&str> = report.steps.iter().map(|step| step.label.as_str()).collect();
    assert_eq!(labels, ["1/2", "2/2"]);
    let leave = report.findings.iter().find(|finding| finding.key == "funnel.leave_most").expect("told");
    assert_eq!(leave.en, "most leave between 1 done and 2 done: 1 of 2 (50.0%)");
    assert_eq!(leave.zh, "流失最多的是从 完成 1 步 到 完成 2 步：2 中流失 1（50.0%）");
    let stopped = report.explained.expect("told").summary.expect("a summary");
    assert!(stopped.zh.contains("完成 1 步") && !stopped.zh.contains("done"), "{stopped:?}");
}
