//! PostHog's own stickiness cases, with their values, and the share of a month's people that a day has.

use flywheel_people::Event;
use flywheel_spec::product::Answer;
use flywheel_spec::product::stickiness::StickinessReport;
use flywheel_spec::project::Weekday;
use serde_json::{Value, json};

use super::events::{ask, calendar, event};

fn asked(mut question: Value, events: &[Event]) -> StickinessReport {
    question["kind"] = json!("stickiness");
    match ask(question, &calendar("UTC", Weekday::Sunday, "2026-01-01"), events) {
        Answer::Stickiness(report) => report,
        other => panic!("{other:?}"),
    }
}

/// `posthog/hogql_queries/insights/test/test_stickiness_query_runner.py` of PostHog/posthog; it lists one interval more than
/// the period has, always 0.
#[test]
fn posthogs_cases_come_out() {
    let mut events = Vec::new();
    for (who, days, browser) in
        [("p1", (11..=19).collect::<Vec<_>>(), "Chrome"), ("p2", vec![11, 13, 15, 17, 19], "Firefox")]
    {
        for day in days {
            for name in ["$pageview", "$pageleave"] {
                let when = format!("2020-01-{day}T12:00:00Z");
                let properties = json!({"$browser": browser, "$groups": {"organization": "org:1"}});
                events.push(event(who, &when, name, properties));
            }
        }
    }
    let period = json!({"from": "2020-01-11", "to": "2020-01-20"});
    let chrome = json!({"event": "$pageview", "where": [{"property": "$browser", "value": "Chrome"}]});
    let mut hours = vec![0; 48];
    hours[0] = 2;
    for (name, question, expected) in [
        (
            "interval_day",
            json!({"event": {"event": "$pageview"}, "period": period}),
            vec![0, 0, 0, 0, 1, 0, 0, 0, 1, 0],
        ),
        ("any_event", json!({"period": period}), vec![0, 0, 0, 0, 1, 0, 0, 0, 1, 0]),
        ("event_filtering", json!({"event": chrome, "period": period}), vec![0, 0, 0, 0, 0, 0, 0, 0, 1, 0]),
        (
            "group_aggregations",
            json!({"event": {"event": "$pageview"}, "period": period, "group": "organization"}),
            vec![0, 0, 0, 0, 0, 0, 0, 0, 1, 0],
        ),
        ("interval_week", json!({"period": period, "interval": "week"}), vec![0, 0, 2]),
        ("interval_month", json!({"period": period, "interval": "month"}), vec![2]),
        (
            "interval_hour",
            json!({"event": {"event": "$pageview"}, "interval": "hour", "period": {"from": "2020-01-11", "to": "2020-01-11"}}),
            hours[..24].to_vec(),
        ),
    ] {
        // Groups are told apart by the group, not by who did it.
        let report =
            if name == "group_aggregations" { group(question, &events) } else { asked(question, &events) };
        let found: Vec<u64> = report.frequency.iter().map(|row| row.people).collect();
        assert_eq!(found, expected, "{name}");
    }
}

fn group(mut question: Value, events: &[Event]) -> StickinessReport {
    question["kind"] = json!("stickiness");
    let question = serde_json::from_value(question).expect("a question");
    let context = flywheel_product::Context::at(calendar("UTC", Weekday::Sunday, "2026-01-01"));
    let planned = flywheel_product::plan(&question, &context).expect("a plan");
    let folds = planned.folds();
    let states = folds
        .iter()
        .map(|fold| flywheel_people::memory::fold_unmerged(fold.as_ref(), events).expect("events"));
    match planned.finish(states.collect(), &flywheel_people::Identity::default()).expect("an answer") {
        Answer::Stickiness(report) => report,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_day_has_its_share_of_the_month() {
    // a is there on the 1st and 31st of March, b on the 1st alone.
    let events = [
        event("a", "2020-03-01 10:00:00", "x", json!({})),
        event("b", "2020-03-01 11:00:00", "x", json!({})),
        event("a", "2020-03-31 10:00:00", "x", json!({})),
    ];
    let report = asked(json!({"period": {"from": "2020-03-29", "to": "2020-04-01"}}), &events);
    let rows: Vec<(u64, u64, u64)> = report.days.iter().map(|day| (day.day, day.week, day.month)).collect();
    // The 30 days up to the 30th of March begin with the 1st; those up to the 31st with the 2nd.
    assert_eq!(rows, [(0, 0, 2), (0, 0, 2), (1, 1, 1), (0, 1, 1)]);
    assert_eq!(report.day_of_month, Some((0.0 + 0.0 + 1.0 + 0.0) / 4.0));
    assert_eq!(report.day_of_week, Some(0.5));
}
