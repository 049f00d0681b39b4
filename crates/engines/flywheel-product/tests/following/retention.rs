//! PostHog's own retention cases, with their values.

use flywheel_people::Event;
use flywheel_spec::product::Answer;
use flywheel_spec::product::retention::RetentionReport;
use flywheel_spec::project::Weekday;
use serde_json::{Value, json};

use super::events::{ask, calendar, event, micros, mistakes};

/// June 10th 2020 and so many days later (or earlier), at an hour in UTC.
fn date(day: i64, hour: i64) -> String {
    let micros = micros("2020-06-10") + (day * 24 + hour) * 3_600_000_000;
    jiff::Timestamp::from_microsecond(micros).expect("a moment").to_string()
}

fn asked(question: Value, zone: &str, first: Weekday, events: &[Event]) -> RetentionReport {
    match ask(question, &calendar(zone, first, "2026-01-01"), events) {
        Answer::Retention(report) => report,
        other => panic!("{other:?}"),
    }
}

fn counts(report: &RetentionReport) -> Vec<Vec<u64>> {
    let row = |cells: &[flywheel_spec::product::retention::RetentionCell]| {
        cells.iter().map(|cell| cell.people).collect()
    };
    report.overall.cohorts.iter().map(|cohort| row(&cohort.cells)).collect()
}

fn views(days: &[(&str, i64, i64)], name: &str) -> Vec<Event> {
    let one = |(at, (who, day, hour)): (usize, &(&str, i64, i64))| {
        // As there, every other event has `$some_property`.
        let properties = if at % 2 == 0 { json!({"$some_property": "value"}) } else { json!({}) };
        event(who, &date(*day, *hour), name, properties)
    };
    days.iter().enumerate().map(one).collect()
}

const TWO_PEOPLE: &[(&str, i64, i64)] = &[
    ("person1", 0, 5),
    ("person1", 1, 5),
    ("person1", 2, 5),
    ("person1", 5, 5),
    ("alias1", 5, 9),
    ("person1", 6, 5),
    ("person2", 1, 5),
    ("person2", 2, 5),
    ("person2", 3, 5),
    ("person2", 6, 5),
];

const FIVE_PEOPLE: &[(&str, i64, i64)] = &[
    ("person1", 0, 5),
    ("person1", 3, 5),
    ("person1", 4, 5),
    ("person2", 0, 5),
    ("person2", 1, 5),
    ("person3", 1, 5),
    ("person3", 2, 5),
    ("person3", 3, 5),
    ("person4", 3, 5),
    ("person4", 4, 5),
    ("person5", 4, 5),
];

fn two_people() -> Vec<Event> {
    views(TWO_PEOPLE, "$pageview")
}

fn with(events: Vec<Event>, at: usize, property: &str) -> Vec<Event> {
    let mut events = events;
    events[at].properties.insert(property.to_owned(), json!("value"));
    events
}

fn signups() -> Vec<Event> {
    let mut events = views(
        &[
            ("shouldnt_include", -5, 5),
            ("shouldnt_include", -1, 5),
            ("person1", -1, 5),
            ("person1", 1, 5),
            ("person1", 2, 5),
            ("person1", 3, 5),
            ("person1", 4, 5),
            ("person2", -1, 5),
            ("person3", 0, 5),
            ("person4", 2, 5),
        ],
        "$user_signed_up",
    );
    events.extend(two_people());
    let others = [
        ("person3", 1, 5),
        ("person3", 3, 5),
        ("person3", 4, 5),
        ("person3", 5, 5),
        ("person4", 3, 5),
        ("person4", 5, 5),
    ];
    events.extend(views(&others, "$pageview"));
    events
}

/// A grid whose rows get shorter, as PostHog draws it before it pads.
type Grid = &'static [&'static [u64]];

const TWO_PEOPLE_BY_DAY: Grid = &[
    &[1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0],
    &[2, 2, 1, 0, 1, 2, 0, 0, 0, 0],
    &[2, 1, 0, 1, 2, 0, 0, 0, 0],
    &[1, 0, 0, 1, 0, 0, 0, 0],
    &[0, 0, 0, 0, 0, 0, 0],
    &[1, 1, 0, 0, 0, 0],
    &[2, 0, 0, 0, 0],
    &[0, 0, 0, 0],
    &[0, 0, 0],
    &[0, 0],
    &[0],
];

const WEEKS: Grid = &[
    &[2, 2, 1, 2, 2, 0, 1],
    &[2, 1, 2, 2, 0, 1],
    &[1, 1, 1, 0, 0],
    &[2, 2, 0, 1],
    &[2, 0, 1],
    &[0, 0],
    &[1],
];

const MONTHS_OR_HOURS: Grid = &[
    &[2, 2, 2, 0, 1, 2, 1, 0, 1, 0, 1],
    &[2, 2, 0, 1, 2, 1, 0, 1, 0, 1],
    &[2, 0, 1, 2, 1, 0, 1, 0, 1],
    &[0, 0, 0, 0, 0, 0, 0, 0],
    &[1, 1, 0, 0, 1, 0, 0],
    &[2, 1, 0, 1, 0, 1],
    &[1, 0, 0, 0, 1],
    &[0, 0, 0, 0],
    &[1, 0, 0],
    &[0, 0],
    &[1],
];

/// `posthog/hogql_queries/insights/retention/test/test_retention_query_runner.py` of PostHog/posthog, test by test.
///
/// There a period goes on to the end of its last interval; here it ends where it is told to, so that weeks end with their
/// last day.
#[test]
fn posthogs_cases_come_out() {
    let weeks = views(
        &[
            ("person1", 0, 5),
            ("person2", 0, 5),
            ("person1", 1, 5),
            ("person2", 1, 5),
            ("person1", 7, 5),
            ("person2", 7, 5),
            ("person1", 14, 5),
            ("person1", 24, 5),
            ("person2", 24, 5),
            ("person2", 31, 5),
            ("person1", 31, 5),
            ("person2", 45, 5),
        ],
        "$pageview",
    );
    let months: Vec<Event> = [
        ("person1", 1),
        ("person2", 1),
        ("person1", 2),
        ("person2", 2),
        ("person1", 3),
        ("person2", 3),
        ("person1", 5),
        ("person1", 6),
        ("person2", 6),
        ("person2", 7),
        ("person1", 9),
        ("person2", 11),
    ]
    .map(|(who, month)| event(who, &format!("2020-{month:02}-10T05:00:00Z"), "$pageview", json!({})))
    .to_vec();
    let hours_of: [(&str, i64); 12] = [
        ("person1", 6),
        ("person2", 6),
        ("person1", 7),
        ("person2", 7),
        ("person1", 8),
        ("person2", 8),
        ("person1", 10),
        ("person1", 11),
        ("person2", 11),
        ("person2", 12),
        ("person1", 14),
        ("person2", 16),
    ];
    let hours = |shift: i64| -> Vec<Event> {
        hours_of
            .iter()
            .map(|(who, hour)| event(who, &date(0, hour + shift), "$pageview", json!({})))
            .collect()
    };
    let mut two_kinds: Vec<Event> = Vec::new();
    for who in ["person1", "person2"] {
        two_kinds.extend((0..4).map(|day| event(who, &date(day, 5), "$some_event", json!({}))));
    }
    two_kinds.push(event("person3", &date(5, 5), "$some_event", json!({})));
    for (who, day) in [("person1", 5), ("person1", 6), ("person2", 5)] {
        two_kinds.push(event(who, &date(day, 5), "$pageview", json!({})));
    }
    let mut action: Vec<Event> = Vec::new();
    for who in ["person1", "person2"] {
        action.extend((0..4).map(|day| event(who, &date(day, 5), "sign up", json!({}))));
    }
    action.push(event("person1", &date(3, 5), "$some_event", json!({})));
    action.push(event("person2", &date(5, 5), "$some_event", json!({})));
    let mut thrice = views(FIVE_PEOPLE, "$pageview");
    for (who, day) in [("person1", 4), ("person3", 3)] {
        thrice.extend((0..2).map(|_| event(who, &date(day, 5), "$pageview", json!({}))));
    }
    let ten = json!({"from": "2020-06-10", "to": "2020-06-20T06:00:00Z"});
    let zones = views(
        &[("person1", -1, 1), ("person1", 0, 1), ("person1", 1, 1), ("person2", 6, 1), ("person2", 6, 9)],
        "$pageview",
    );
    let mut target = two_people();
    for at in [2, 3] {
        target[at].properties.insert("$target_event_property".to_owned(), json!("value"));
    }
    let has =
        |property: &str| json!({"event": "$pageview", "where": [{"property": property, "value": ["value"]}]});
    let view = json!({"event": "$pageview"});

    let utc = "UTC";
    type Case = (&'static str, Vec<Event>, Value, &'static str, Weekday, Grid);
    let cases: Vec<Case> = vec![
        (
            "day_interval",
            two_people(),
            json!({"start": view, "period": ten}),
            utc,
            Weekday::Sunday,
            TWO_PEOPLE_BY_DAY,
        ),
        (
            "all_events",
            two_people(),
            json!({"returning": view, "period": ten}),
            utc,
            Weekday::Sunday,
            TWO_PEOPLE_BY_DAY,
        ),
        (
            "month_interval",
            months,
            json!({"start": view, "interval": "month", "intervals": 11, "period": {"to": "2020-11-25"}}),
            utc,
            Weekday::Sunday,
            MONTHS_OR_HOURS,
        ),
        (
            "week_interval (Sunday)",
            weeks.clone(),
            json!({"start": view, "interval": "week", "intervals": 7, "period": {"to": "2020-07-25"}}),
            utc,
            Weekday::Sunday,
            WEEKS,
        ),
        (
            "week_interval (Monday)",
            weeks.clone(),
            json!({"start": view, "interval": "week", "intervals": 7, "period": {"to": "2020-07-26"}}),
            utc,
            Weekday::Monday,
            WEEKS,
        ),
        (
            "interval_rounding",
            weeks,
            json!({"start": view, "interval": "week", "intervals": 7, "period": {"to": "2020-07-25T05:30:00"}}),
            utc,
            Weekday::Sunday,
            WEEKS,
        ),
        (
            "hour_interval",
            hours(0),
            json!({"start": view, "interval": "hour", "intervals": 11, "period": {"to": "2020-06-10T16:13:00"}}),
            utc,
            Weekday::Sunday,
            MONTHS_OR_HOURS,
        ),
        (
            // Their test writes local times in US/Pacific, seven hours behind UTC.
            "hour_interval_team_timezone",
            hours(7),
            json!({"start": view, "interval": "hour", "intervals": 11, "period": {"to": "2020-06-10T16:13:00"}}),
            "America/Los_Angeles",
            Weekday::Sunday,
            MONTHS_OR_HOURS,
        ),
        (
            "rolling_retention",
            views(FIVE_PEOPLE, "$pageview"),
            json!({"or_later": true, "intervals": 5, "period": {"to": "2020-06-15"}}),
            utc,
            Weekday::Sunday,
            &[&[2, 1, 1, 0, 0], &[1, 1, 0, 0], &[3, 2, 0], &[3, 0], &[0]],
        ),
        (
            "rolling_retention_with_minimum_occurrences",
            thrice,
            json!({"or_later": true, "at_least": 3, "intervals": 5, "period": {"to": "2020-06-15"}}),
            utc,
            Weekday::Sunday,
            &[&[2, 1, 1, 0, 0], &[1, 1, 0, 0], &[3, 1, 0], &[3, 0], &[0]],
        ),
        (
            "rolling_retention_doesnt_double_count_same_user",
            views(FIVE_PEOPLE, "$pageview"),
            json!({"or_later": true, "intervals": 6, "period": {"to": "2020-06-15"}}),
            utc,
            Weekday::Sunday,
            &[&[2, 2, 1, 1, 1, 0], &[2, 1, 1, 0, 0], &[1, 1, 0, 0], &[3, 2, 0], &[3, 0], &[0]],
        ),
        (
            "all_events_with_minimum_occurrences",
            two_people(),
            json!({"returning": view, "at_least": 2, "period": ten}),
            utc,
            Weekday::Sunday,
            &[
                &[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
                &[2, 0, 0, 0, 1, 0, 0, 0, 0, 0],
                &[2, 0, 0, 1, 0, 0, 0, 0, 0],
                &[1, 0, 0, 0, 0, 0, 0, 0],
                &[0, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 0, 0, 0],
                &[2, 0, 0, 0, 0],
                &[0, 0, 0, 0],
                &[0, 0, 0],
                &[0, 0],
                &[0],
            ],
        ),
        (
            "retention_multiple_events",
            two_kinds.clone(),
            json!({"start": {"event": "$some_event"}, "returning": view, "intervals": 7, "period": {"to": "2020-06-16"}}),
            utc,
            Weekday::Sunday,
            &[
                &[2, 0, 0, 0, 0, 2, 1],
                &[2, 0, 0, 0, 2, 1],
                &[2, 0, 0, 2, 1],
                &[2, 0, 2, 1],
                &[0, 0, 0],
                &[1, 0],
                &[0],
            ],
        ),
        (
            "retention_any_event",
            two_kinds,
            json!({"intervals": 7, "period": {"to": "2020-06-16"}}),
            utc,
            Weekday::Sunday,
            &[
                &[2, 2, 2, 2, 0, 2, 1],
                &[2, 2, 2, 0, 2, 1],
                &[2, 2, 0, 2, 1],
                &[2, 0, 2, 1],
                &[0, 0, 0],
                &[3, 1],
                &[1],
            ],
        ),
        (
            "retention_event_action",
            action,
            json!({"start": {"event": "sign up"}, "returning": {"event": "$some_event"}, "intervals": 7, "period": {"to": "2020-06-16"}}),
            utc,
            Weekday::Sunday,
            &[
                &[2, 0, 0, 1, 0, 1, 0],
                &[2, 0, 1, 0, 1, 0],
                &[2, 1, 0, 1, 0],
                &[2, 0, 1, 0],
                &[0, 0, 0],
                &[0, 0],
                &[0],
            ],
        ),
        (
            "first_time_retention",
            signups(),
            json!({"start": {"event": "$user_signed_up"}, "returning": view, "begins": "first_time", "intervals": 7, "period": {"to": "2020-06-15"}}),
            utc,
            Weekday::Sunday,
            &[
                &[2, 1, 2, 2, 1, 0, 1],
                &[1, 1, 0, 1, 1, 1],
                &[0, 0, 0, 0, 0],
                &[1, 1, 0, 1],
                &[0, 0, 0],
                &[0, 0],
                &[0],
            ],
        ),
        (
            "first_time_retention_weeks",
            signups(),
            json!({"start": {"event": "$user_signed_up"}, "returning": view, "begins": "first_time", "interval": "week", "intervals": 7, "period": {"to": "2020-06-20"}}),
            utc,
            Weekday::Sunday,
            &[
                &[0, 0, 0, 0, 0, 0, 0],
                &[0, 0, 0, 0, 0, 0],
                &[0, 0, 0, 0, 0],
                &[0, 0, 0, 0],
                &[1, 0, 0],
                &[4, 4],
                &[0],
            ],
        ),
        (
            "retention_with_properties",
            two_people(),
            json!({"start": has("$some_property"), "period": ten}),
            utc,
            Weekday::Sunday,
            &[
                &[1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0],
                &[1, 0, 1, 0, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 1, 0, 0, 0, 0, 0],
                &[1, 0, 0, 0, 0, 0, 0, 0],
                &[0, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 0, 0, 0],
                &[0, 0, 0, 0, 0],
                &[0, 0, 0, 0],
                &[0, 0, 0],
                &[0, 0],
                &[0],
            ],
        ),
        (
            "retention_with_properties_on_start_event",
            with(two_people(), 0, "$target_event_property"),
            json!({"start": has("$target_event_property"), "returning": view, "period": ten}),
            utc,
            Weekday::Sunday,
            &[
                &[1, 1, 1, 0, 0, 1, 1, 0, 0, 0, 0],
                &[0; 10],
                &[0; 9],
                &[0; 8],
                &[0; 7],
                &[0; 6],
                &[0; 5],
                &[0; 4],
                &[0; 3],
                &[0; 2],
                &[0],
            ],
        ),
        (
            "retention_with_properties_on_start_event_for_first_time",
            target,
            json!({"start": has("$target_event_property"), "returning": view, "begins": "first_time", "period": ten}),
            utc,
            Weekday::Sunday,
            &[
                &[0; 11],
                &[0; 10],
                &[1, 0, 0, 1, 1, 0, 0, 0, 0],
                &[0; 8],
                &[0; 7],
                &[0; 6],
                &[0; 5],
                &[0; 4],
                &[0; 3],
                &[0; 2],
                &[0],
            ],
        ),
        (
            "retention_with_properties_on_return_event",
            with(two_people(), 1, "$target_event_property"),
            json!({"start": view, "returning": has("$target_event_property"), "period": ten}),
            utc,
            Weekday::Sunday,
            &[
                &[1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                &[2, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                &[2, 0, 0, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 0, 0, 0, 0, 0],
                &[0; 7],
                &[1, 0, 0, 0, 0, 0],
                &[2, 0, 0, 0, 0],
                &[0; 4],
                &[0; 3],
                &[0; 2],
                &[0],
            ],
        ),
        (
            "retention_with_properties_on_return_event_with_first_time",
            with(two_people(), 3, "$target_event_property"),
            json!({"start": view, "returning": has("$target_event_property"), "begins": "first_time", "period": ten}),
            utc,
            Weekday::Sunday,
            &[
                &[1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0],
                &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                &[0; 9],
                &[0; 8],
                &[0; 7],
                &[0; 6],
                &[0; 5],
                &[0; 4],
                &[0; 3],
                &[0; 2],
                &[0],
            ],
        ),
        (
            "timezones (UTC)",
            zones.clone(),
            json!({"start": view, "period": {"from": "2020-06-10", "to": "2020-06-20"}}),
            utc,
            Weekday::Sunday,
            &[
                &[1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                &[0; 9],
                &[0; 8],
                &[0; 7],
                &[0; 6],
                &[1, 0, 0, 0, 0],
                &[0; 4],
                &[0; 3],
                &[0; 2],
                &[0],
            ],
        ),
        (
            "timezones (US/Pacific)",
            zones,
            json!({"start": view, "period": {"from": "2020-06-10", "to": "2020-06-20"}}),
            "America/Los_Angeles",
            Weekday::Sunday,
            &[
                &[1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                &[0; 10],
                &[0; 9],
                &[0; 8],
                &[0; 7],
                &[1, 1, 0, 0, 0, 0],
                &[1, 0, 0, 0, 0],
                &[0; 4],
                &[0; 3],
                &[0; 2],
                &[0],
            ],
        ),
    ];
    for (name, events, mut question, zone, first, expected) in cases {
        question["kind"] = json!("retention");
        let report = asked(question, zone, first, &events);
        assert_eq!(counts(&report), expected, "{name}");
    }
}

/// `posthog/hogql_queries/insights/retention/test/test_retention_data_warehouse_24h_window.py`: 27 and 28 hours later are one
/// window on, 50 hours are two; who never comes back still counts as having begun.
#[test]
fn windows_of_24_hours_begin_with_the_person() {
    let events: Vec<Event> = [
        ("user-1", "2025-01-01 09:00:00", "signed_up"),
        ("user-2", "2025-01-01 10:00:00", "signed_up"),
        ("user-3", "2025-01-02 09:00:00", "signed_up"),
        ("user-4", "2025-01-02 10:00:00", "signed_up"),
        ("user-1", "2025-01-02 12:00:00", "renewed"),
        ("user-2", "2025-01-03 12:00:00", "renewed"),
        ("user-3", "2025-01-03 13:00:00", "renewed"),
    ]
    .map(|(who, when, name)| event(who, when, name, json!({})))
    .to_vec();
    let question = json!({
        "kind": "retention", "clock": "rolling",
        "start": {"event": "signed_up"}, "returning": {"event": "renewed"},
        "period": {"from": "2025-01-01", "to": "2025-01-04"},
    });
    let report = asked(question, "UTC", Weekday::Monday, &events);
    assert_eq!(counts(&report), [vec![2, 1, 1, 0], vec![2, 1, 0], vec![0, 0], vec![0]]);
}

#[test]
fn cells_are_complete_when_nobody_can_come_back_in_them_any_more() {
    let events = [
        event("a", "2026-03-01 23:59:59", "x", json!({})),
        event("a", "2026-03-02 10:00:00", "x", json!({})),
    ];
    for (clock, expected) in [
        // Asked at noon on the 3rd: the calendar's 2nd is over, the 3rd is not.
        ("calendar", vec![vec![true, true, false], vec![true, false], vec![false]]),
        // Who began on the 1st at 23:59:59 has until the 3rd at 23:59:59 to come back in the window after the first.
        ("rolling", vec![vec![true, false, false], vec![true, false], vec![false]]),
    ] {
        let question = json!({"kind": "retention", "clock": clock, "period": {"from": "2026-03-01"}});
        let calendar = calendar("UTC", Weekday::Monday, "2026-03-03T12:00:00Z");
        let Answer::Retention(report) = ask(question, &calendar, &events) else { panic!("a retention") };
        let complete: Vec<Vec<bool>> = report
            .overall
            .cohorts
            .iter()
            .map(|cohort| cohort.cells.iter().map(|cell| cell.complete).collect())
            .collect();
        assert_eq!(complete, expected, "{clock}");
        // Averages take complete cells of cohorts with people alone.
        let known = report.overall.average.iter().map(|average| average.size).collect::<Vec<_>>();
        assert_eq!(known, if clock == "calendar" { [2, 1, 0] } else { [2, 0, 0] }, "{clock}");
    }
}

#[test]
fn nobody_comes_back_after_the_end_of_the_period() {
    let events = [
        event("a", "2026-02-10 10:00:00", "x", json!({})),
        event("a", "2026-03-20 10:00:00", "x", json!({})),
        event("b", "2026-02-11 10:00:00", "x", json!({})),
        event("b", "2026-03-10 23:59:59", "x", json!({})),
    ];
    let period = json!({"from": "2026-02-01", "to": "2026-03-10"});
    let question = json!({"kind": "retention", "interval": "month", "period": period});
    let calendar = calendar("UTC", Weekday::Monday, "2026-05-01");
    let Answer::Retention(report) = ask(question, &calendar, &events) else { panic!("a retention") };
    assert_eq!(counts(&report), [vec![2, 1], vec![1]]);
    let complete: Vec<bool> = report.overall.cohorts[0].cells.iter().map(|cell| cell.complete).collect();
    assert_eq!(complete, [true, false]);
}

#[test]
fn averages_weigh_people_and_cohorts() {
    let mut events = Vec::new();
    for at in 0..8 {
        events.push(event(&format!("a{at}"), "2025-03-01 10:00:00", "x", json!({})));
    }
    for at in 0..2 {
        events.push(event(&format!("a{at}"), "2025-03-02 10:00:00", "x", json!({})));
    }
    // Two of eight came back to the 2nd, where they are the cohort; both of the two come back to the 3rd.
    for at in 0..2 {
        events.push(event(&format!("a{at}"), "2025-03-03 10:00:00", "x", json!({})));
    }
    let question = json!({"kind": "retention", "period": {"from": "2025-03-01", "to": "2025-03-03"}});
    let report = asked(question, "UTC", Weekday::Monday, &events);
    let next = report.overall.average[1];
    assert_eq!((next.people, next.size, next.cohorts), (4, 10, 2));
    assert_eq!((next.share, next.mean), (Some(0.4), Some((0.25 + 1.0) / 2.0)));
    // Wilson's interval of 4 out of 10, from statsmodels' proportion_confint(4, 10, method="wilson").
    assert!((next.low.expect("an end") - 0.168_180_329_7).abs() < 1e-9);
    assert!((next.high.expect("an end") - 0.687_326_230_0).abs() < 1e-9);
}

#[test]
fn every_mistake_is_said_at_its_setting() {
    let question = json!({
        "kind": "retention", "at_least": 0, "columns": 0, "group": " ", "breakdown": {"name": ""}, "breakdown_most": 0,
        "start": {"event": "a", "where": [{"property": "n", "operator": "gt", "value": "many"}]},
        "returning": {"where": [{"property": "t", "operator": "matches", "value": "("}]},
        "period": {"from": "soon"},
    });
    let mut settings = mistakes(question, &calendar("UTC", Weekday::Monday, "2026-01-01"));
    settings.sort();
    assert_eq!(
        settings,
        [
            "at_least",
            "breakdown.name",
            "breakdown_most",
            "columns",
            "group",
            "period.from",
            "returning.where",
            "start.where"
        ]
    );
}
