//! PostHog's own lifecycle cases, with their values.

use flywheel_people::Event;
use flywheel_spec::product::Answer;
use flywheel_spec::product::lifecycle::LifecycleReport;
use flywheel_spec::project::Weekday;
use serde_json::{Value, json};

use super::events::{ask, calendar, event};

fn asked(mut question: Value, zone: &str, first: Weekday, now: &str, events: &[Event]) -> LifecycleReport {
    question["kind"] = json!("lifecycle");
    match ask(question, &calendar(zone, first, now), events) {
        Answer::Lifecycle(report) => report,
        other => panic!("{other:?}"),
    }
}

fn people(people: &[(&str, &[&str])]) -> Vec<Event> {
    let of = |(who, times): &(&str, &[&str])| -> Vec<Event> {
        let (who, times) = (who.to_string(), times.to_vec());
        times
            .into_iter()
            .map(move |when| event(&who, when, "$pageview", json!({"$number": i32::from(who == "p1")})))
            .collect()
    };
    people.iter().flat_map(of).collect()
}

const P1: &[&str] = &[
    "2020-01-11T12:00:00Z",
    "2020-01-12T12:00:00Z",
    "2020-01-13T12:00:00Z",
    "2020-01-15T12:00:00Z",
    "2020-01-17T12:00:00Z",
    "2020-01-19T12:00:00Z",
];
const P2: &[&str] = &["2020-01-09T12:00:00Z", "2020-01-12T12:00:00Z"];
const P3: &[&str] = &["2020-01-12T12:00:00Z"];
const P4: &[&str] = &["2020-01-15T12:00:00Z"];

/// `posthog/hogql_queries/insights/test/test_lifecycle_query_runner.py` of PostHog/posthog, test by test:
/// new, returning, resurrecting, dormant (there below zero).
///
/// There a period goes on to the end of its last interval; here it ends where it is told to, so that months end with their
/// last day.
#[test]
fn posthogs_cases_come_out() {
    let four = || people(&[("p1", P1), ("p2", P2), ("p3", P3), ("p4", P4)]);
    let weeks = || {
        people(&[
            (
                "p1",
                &[
                    "2020-02-01T12:00:00Z",
                    "2020-02-05T12:00:00Z",
                    "2020-02-10T12:00:00Z",
                    "2020-02-15T12:00:00Z",
                    "2020-02-27T12:00:00Z",
                    "2020-03-02T12:00:00Z",
                ],
            ),
            ("p2", &["2020-02-11T12:00:00Z", "2020-02-18T12:00:00Z"]),
            ("p3", &["2020-02-12T12:00:00Z"]),
            ("p4", &["2020-02-27T12:00:00Z"]),
        ])
    };
    let months = people(&[
        (
            "p1",
            &[
                "2020-01-11T12:00:00Z",
                "2020-02-12T12:00:00Z",
                "2020-03-13T12:00:00Z",
                "2020-05-15T12:00:00Z",
                "2020-07-17T12:00:00Z",
                "2020-09-19T12:00:00Z",
            ],
        ),
        ("p2", &["2019-12-09T12:00:00Z", "2020-02-12T12:00:00Z"]),
        ("p3", &["2020-02-12T12:00:00Z"]),
        ("p4", &["2020-05-15T12:00:00Z"]),
    ]);
    let mut zones = four();
    zones[0] = event("p1", "2020-01-11T23:00:00Z", "$pageview", json!({}));
    zones[1] = event("p1", "2020-01-12T01:00:00Z", "$pageview", json!({}));
    let repeat: Vec<Event> = [
        ("person1", "2020-01-12T12:00:00Z"),
        ("alias1", "2020-01-14T12:00:00Z"),
        ("person1", "2020-01-15T12:00:00Z"),
        ("person1", "2020-01-17T12:00:00Z"),
        ("person1", "2020-01-19T12:00:00Z"),
    ]
    .map(|(who, when)| event(who, when, "$pageview", json!({})))
    .to_vec();
    let view = json!({"event": "$pageview"});
    let week_of = json!({"from": "2020-01-12", "to": "2020-01-19"});
    let (utc, later) = ("UTC", "2026-01-01");
    type Rows = [&'static [u64]; 4];
    type Case = (&'static str, Vec<Event>, Value, &'static str, Weekday, &'static str, Rows);
    let cases: Vec<Case> = vec![
        (
            "lifecycle_query_whole_range",
            four(),
            json!({"event": view, "period": {"from": "2020-01-09", "to": "2020-01-19"}}),
            utc,
            Weekday::Sunday,
            later,
            [
                &[1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0],
                &[0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0],
                &[0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 1],
                &[0, 1, 0, 0, 2, 1, 0, 2, 0, 1, 0],
            ],
        ),
        (
            "lifecycle_trend",
            four(),
            json!({"event": view, "period": week_of}),
            utc,
            Weekday::Sunday,
            later,
            [
                &[1, 0, 0, 1, 0, 0, 0, 0],
                &[1, 1, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 1, 0, 1, 0, 1],
                &[0, 2, 1, 0, 2, 0, 1, 0],
            ],
        ),
        (
            "lifecycle_trend_all_events",
            four(),
            json!({"period": week_of}),
            utc,
            Weekday::Sunday,
            later,
            [
                &[1, 0, 0, 1, 0, 0, 0, 0],
                &[1, 1, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 1, 0, 1, 0, 1],
                &[0, 2, 1, 0, 2, 0, 1, 0],
            ],
        ),
        (
            "lifecycle_trend_prop_filtering",
            four(),
            json!({"event": {"event": "$pageview", "where": [{"property": "$number", "value": "1"}]}, "period": week_of}),
            utc,
            Weekday::Sunday,
            later,
            [
                &[0, 0, 0, 0, 0, 0, 0, 0],
                &[1, 1, 0, 0, 0, 0, 0, 0],
                &[0, 0, 0, 1, 0, 1, 0, 1],
                &[0, 0, 1, 0, 1, 0, 1, 0],
            ],
        ),
        (
            "lifecycle_trends_distinct_id_repeat",
            repeat,
            json!({"event": view, "period": week_of}),
            utc,
            Weekday::Sunday,
            later,
            [
                &[1, 0, 0, 0, 0, 0, 0, 0],
                &[0, 0, 0, 1, 0, 0, 0, 0],
                &[0, 0, 1, 0, 0, 1, 0, 1],
                &[0, 1, 0, 0, 1, 0, 1, 0],
            ],
        ),
        (
            "lifecycle_trend_all_time",
            four(),
            json!({"event": view, "intervals": 9}),
            utc,
            Weekday::Sunday,
            "2020-01-17T13:01:01Z",
            [
                &[1, 0, 1, 1, 0, 0, 1, 0, 0],
                &[0, 0, 0, 1, 1, 0, 0, 0, 0],
                &[0, 0, 0, 1, 0, 0, 1, 0, 1],
                &[0, 1, 0, 0, 2, 1, 0, 2, 0],
            ],
        ),
        (
            "lifecycle_trend_weeks_sunday",
            weeks(),
            json!({"event": view, "interval": "week", "period": {"from": "2020-02-05", "to": "2020-03-09"}}),
            utc,
            Weekday::Sunday,
            later,
            [&[0, 2, 0, 1, 0, 0], &[1, 1, 1, 0, 1, 0], &[0, 0, 0, 1, 0, 0], &[0, 0, 2, 1, 1, 1]],
        ),
        (
            "lifecycle_trend_weeks_monday",
            weeks(),
            json!({"event": view, "interval": "week", "period": {"from": "2020-02-05", "to": "2020-03-09"}}),
            utc,
            Weekday::Monday,
            later,
            [&[0, 2, 0, 1, 0, 0], &[1, 1, 1, 0, 1, 0], &[0, 0, 0, 1, 0, 0], &[0, 0, 2, 1, 1, 1]],
        ),
        (
            "lifecycle_trend_months",
            months,
            json!({"event": view, "interval": "month", "period": {"from": "2020-02-01", "to": "2020-09-30"}}),
            utc,
            Weekday::Sunday,
            later,
            [
                &[1, 0, 0, 1, 0, 0, 0, 0],
                &[1, 1, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 1, 0, 1, 0, 1],
                &[0, 2, 1, 0, 2, 0, 1, 0],
            ],
        ),
        (
            "timezones (UTC)",
            zones.clone(),
            json!({"event": view, "period": week_of}),
            utc,
            Weekday::Sunday,
            later,
            [
                &[1, 0, 0, 1, 0, 0, 0, 0],
                &[1, 1, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 1, 0, 1, 0, 1],
                &[0, 2, 1, 0, 2, 0, 1, 0],
            ],
        ),
        (
            "timezones (US/Pacific)",
            zones,
            json!({"event": view, "period": week_of}),
            "America/Los_Angeles",
            Weekday::Sunday,
            later,
            [
                &[1, 0, 0, 1, 0, 0, 0, 0],
                &[0, 0, 0, 0, 0, 0, 0, 0],
                &[1, 1, 0, 1, 0, 1, 0, 1],
                &[1, 2, 1, 0, 2, 0, 1, 0],
            ],
        ),
        (
            "dormant_on_dst",
            people(&[("p1", &["2025-03-09T12:00:00Z"])]),
            json!({"event": view, "period": {"from": "2025-03-08", "to": "2025-03-11"}}),
            "America/Los_Angeles",
            Weekday::Sunday,
            later,
            [&[0, 1, 0, 0], &[0, 0, 0, 0], &[0, 0, 0, 0], &[0, 0, 1, 0]],
        ),
    ];
    for (name, events, question, zone, first, now, expected) in cases {
        let report = asked(question, zone, first, now, &events);
        let row = |value: &dyn Fn(&flywheel_spec::product::lifecycle::LifecycleInterval) -> u64| {
            report.intervals.iter().map(value).collect::<Vec<u64>>()
        };
        let found =
            [row(&|at| at.new), row(&|at| at.returning), row(&|at| at.resurrecting), row(&|at| at.dormant)];
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn an_interval_that_is_not_over_is_marked() {
    let events = people(&[("p1", P1)]);
    let report = asked(json!({"intervals": 3}), "UTC", Weekday::Monday, "2020-01-19T18:00:00Z", &events);
    let complete: Vec<bool> = report.intervals.iter().map(|interval| interval.complete).collect();
    assert_eq!(complete, [true, true, false]);
    assert_eq!(report.warnings[0].code, "following.interval_open");
}

#[test]
fn nothing_after_the_end_of_the_period_counts() {
    let events = people(&[("p1", P1), ("p2", P2), ("p3", P3), ("p4", P4)]);
    let question = json!({"interval": "month", "period": {"from": "2020-01-01", "to": "2020-01-12"}});
    let report = asked(question, "UTC", Weekday::Monday, "2020-05-01", &events);
    // The fourth comes on the 15th only.
    let found: Vec<(u64, bool)> = report.intervals.iter().map(|at| (at.active, at.complete)).collect();
    assert_eq!(found, [(3, false)]);
    assert_eq!(report.warnings[0].code, "following.interval_open");
}
