//! PostHog's own cases with their values; each names the test it is taken from, in `posthog/hogql_queries/insights/funnels/test/`.

use flywheel_spec::product::funnel::FunnelSpec;
use serde_json::{Value, json};

use super::{ask, ask_as, counts, in_period, journeys, micros, question};
use crate::funnel::tests::event;
use flywheel_people::Event;

/// Events one second apart, in this order.
fn in_turn(people: &[(&str, &[&str])]) -> Vec<Event> {
    let begin = micros("2021-05-01");
    let mut events = Vec::new();
    for (person, names) in people {
        for (at, name) in names.iter().enumerate() {
            let number = events.len() as u128;
            events.push(event(person, name, begin + at as i64 * 1_000_000, number));
        }
    }
    events
}

#[test]
fn steps_counted_by_order() {
    let signed = "user signed up";
    let (view, insight, other) = ("$pageview", "insight viewed", "blaah blaa");
    let strict: &[(&str, &[&str])] = &[
        ("1", &[signed]),
        ("2", &[view, signed]),
        ("3", &[signed, view, other, insight]),
        ("4", &[insight, other, view, signed]),
        ("5", &[view, signed, other, view, insight]),
        ("6", &[other, signed, other, view]),
        ("7", &[other, signed, view, insight, other]),
        ("8", &[insight, view]),
    ];
    let unordered: &[(&str, &[&str])] = &[
        ("1", &[signed]),
        ("2", &[view, signed]),
        ("3", &[signed, view, other, insight]),
        ("4", &[insight, view, signed]),
        ("5", &[view, signed, other, insight]),
        ("6", &[other, insight]),
        ("7", &[view, other]),
        ("8", &[insight, view]),
    ];
    let repeated: &[(&str, &[&str])] = &[
        ("1", &[signed]),
        ("2", &[signed, view]),
        ("3", &[signed, view, other, view]),
        ("4", &[signed, view, other, view, view, other]),
        ("5", &[signed, view, view, view, view]),
    ];
    let out_of_order: &[(&str, &[&str])] = &[
        ("1", &[view, signed]),
        ("2", &[signed, view]),
        ("3", &[view, signed, other, view]),
        ("4", &[other, view, other, view, signed, view]),
        ("5", &[signed, view, other, view, view, view]),
        ("6", &[view, other, view, view, view]),
    ];
    let (any_signed, any_movie) = ("user signed up", "$autocapture");
    let anything: &[(&str, &[&str])] = &[
        ("1", &[any_signed]),
        ("2", &[any_signed, any_movie]),
        ("3", &[any_signed, any_movie]),
        ("4", &[any_movie]),
        ("5", &[any_movie, any_signed, any_movie]),
    ];
    let any = json!({});
    for (source, order, steps, people, expected) in [
        (
            "test_funnel_strict.py::test_basic_strict_funnel",
            "strict",
            json!([signed, view, insight]),
            strict,
            vec![7, 2, 1],
        ),
        (
            "test_funnel_unordered.py::test_basic_unordered_funnel",
            "unordered",
            json!([signed, view, insight]),
            unordered,
            vec![8, 5, 3],
        ),
        (
            "test_funnel.py::test_advanced_funnel_with_repeat_steps",
            "ordered",
            json!([signed, view, view, view, view]),
            repeated,
            vec![5, 4, 3, 2, 1],
        ),
        (
            "test_funnel.py::test_advanced_funnel_with_repeat_steps_out_of_order_events",
            "ordered",
            json!([signed, view, view, view, view]),
            out_of_order,
            vec![5, 4, 1, 1, 1],
        ),
        (
            "test_funnel.py::test_basic_funnel_with_repeat_steps",
            "ordered",
            json!([signed, signed]),
            &[("1", &[signed, signed]), ("2", &[signed])],
            vec![2, 1],
        ),
        (
            "test_funnel.py::test_funnel_skipped_step",
            "ordered",
            json!([signed, "paid", "watched movie"]),
            &[("1", &[signed, "watched movie"])],
            vec![1, 0, 0],
        ),
        (
            "test_funnel.py::test_funnel_with_any_event (events without a name)",
            "ordered",
            json!([any, any, any]),
            anything,
            vec![5, 3, 1],
        ),
    ] {
        let report = ask(&question(json!({ "steps": steps, "order": order })), &in_turn(people));
        assert_eq!(counts(&report), expected, "{source}");
    }
}

#[test]
fn one_moment() {
    // test_funnel_udf.py::test_events_same_timestamp_no_exclusions
    let names = ["one, ten", "two, three, seven", "four, five, eight", "six, nine"];
    let at = "2024-01-10 12:01:00";
    let order = [0, 1, 1, 2, 2, 3, 1, 2, 3, 0];
    let lines: Vec<_> = order.iter().map(|name| ("test", names[*name], at, Value::Null)).collect();
    let steps: Vec<&str> = order.iter().map(|name| names[*name]).collect();
    let report = ask(&question(json!({ "steps": steps })), &journeys(&lines));
    assert_eq!(counts(&report).last(), Some(&1));

    // test_funnel.py::test_same_event_same_timestamp
    let mut lines = vec![("test", "step one", at, Value::Null); 20];
    lines.push(("test", "step two", "2024-01-11 12:01:00", Value::Null));
    let report = ask(&question(json!({ "steps": ["step one", "step two"] })), &journeys(&lines));
    assert_eq!(counts(&report), [1, 1]);

    // test_funnel.py::test_funnel_with_different_actions_at_same_time_count_as_converted
    let lines = [
        ("1", "$pageview", at, Value::Null),
        ("1", "sign up", at, Value::Null),
        ("2", "sign up", at, Value::Null),
    ];
    let report = ask(&question(json!({ "steps": ["sign up", "$pageview"] })), &journeys(&lines));
    assert_eq!(counts(&report), [2, 1]);

    // test_funnel.py::test_multiple_events_same_timestamp_exclusions
    let mut lines = vec![("test", "step zero", "2024-01-10 12:00:00", Value::Null)];
    lines.extend(vec![("test", "step one", at, Value::Null); 30]);
    lines.push(("test", "exclusion", at, Value::Null));
    lines.push(("test", "step two", at, Value::Null));
    lines.push(("test", "step three", "2024-01-10 12:02:00", Value::Null));
    for (from, to) in [(1, 2), (2, 3)] {
        let report = ask(
            &question(json!({
                "steps": ["step zero", "step one", "step two", "step three"],
                "exclusions": [{ "event": "exclusion", "from": from, "to": to }],
            })),
            &journeys(&lines),
        );
        assert_eq!(counts(&report).last(), Some(&1));
    }
}

#[test]
fn exclusions() {
    let none = Value::Null;
    // test_funnel.py::test_short_exclusions
    let lines = [
        ("1", "step one", "2021-05-01 00:00:00", none.clone()),
        ("1", "exclusion", "2021-05-01 00:00:01", none.clone()),
        ("1", "step two", "2021-05-01 00:00:31", none.clone()),
        ("1", "step one", "2021-05-01 01:00:00", none.clone()),
        ("1", "step two", "2021-05-01 01:00:29", none.clone()),
    ];
    let two = |window: u32| {
        question(json!({
            "steps": ["step one", "step two"],
            "window": { "count": window, "unit": "second" },
            "exclusions": [{ "event": "exclusion" }],
        }))
    };
    let report = ask(&two(30), &journeys(&lines));
    assert_eq!(counts(&report), [1, 1]);
    assert_eq!(report.steps[1].average_seconds, Some(29.0));

    // test_funnel_udf.py::test_excluded_after_time_expires
    let lines = [
        ("1", "step one", "2021-05-01 00:00:00", none.clone()),
        ("1", "exclusion", "2021-05-01 00:00:11", none.clone()),
        ("1", "step two", "2021-05-01 00:00:12", none.clone()),
    ];
    assert_eq!(counts(&ask(&two(10), &journeys(&lines))), [1, 0]);

    // test_funnel.py::test_excluded_completion
    let lines = [
        ("1", "step one", "2021-05-01 00:00:00", none.clone()),
        ("1", "exclusion", "2021-05-01 00:00:11", none.clone()),
        ("1", "step one", "2021-05-01 00:00:12", none.clone()),
        ("1", "exclusion", "2021-05-01 00:00:13", none.clone()),
        ("1", "step two", "2021-05-01 00:00:14", none.clone()),
    ];
    let report = ask(&two(10), &journeys(&lines));
    assert_eq!((counts(&report), report.removed), (vec![0, 0], 1));

    // test_funnel.py::test_exclusion_with_property_filter
    let with = |person: &'static str, value: &str| {
        [
            (person, "step one", "2021-05-01 00:00:00", Value::Null),
            (person, "exclusion", "2021-05-01 00:00:01", json!({ "exclude_me": value })),
            (person, "step two", "2021-05-01 00:00:02", Value::Null),
        ]
    };
    let mut lines = Vec::new();
    lines.extend(with("excluded", "true"));
    lines.extend(with("excluded also", "yes"));
    lines.push(("first step", "step one", "2021-05-01 00:00:00", Value::Null));
    lines.extend(with("included", "false"));
    let spec = question(json!({
        "steps": ["step one", "step two"],
        "window": { "count": 10, "unit": "second" },
        "exclusions": [
            { "event": "exclusion", "where": [{ "property": "exclude_me", "value": "true" }] },
            { "event": "exclusion", "where": [{ "property": "exclude_me", "value": "yes" }] },
        ],
    }));
    assert_eq!(counts(&ask(&spec, &journeys(&lines))), [2, 1]);

    // test_funnel.py::test_advanced_funnel_multiple_exclusions_between_steps
    let way = |person: &'static str, names: &[(&'static str, &'static str)]| -> Vec<_> {
        names.iter().map(|(name, time)| (person, *name, *time, Value::Null)).collect()
    };
    let (s, p, i, t, e) = ("user signed up", "$pageview", "insight viewed", "invite teammate", "pageview2");
    let at = [
        "2021-05-01 01:00:00",
        "2021-05-01 01:30:00",
        "2021-05-01 02:00:00",
        "2021-05-01 04:00:00",
        "2021-05-01 04:30:00",
        "2021-05-01 05:00:00",
        "2021-05-01 05:30:00",
        "2021-05-01 06:00:00",
    ];
    let mut lines = Vec::new();
    lines.extend(way(
        "1",
        &[(s, at[0]), ("x", at[1]), (p, at[2]), (i, at[3]), ("y", at[4]), (t, at[5]), (e, at[7])],
    ));
    lines.extend(way(
        "2",
        &[
            (s, at[0]),
            ("y", at[1]),
            (p, at[2]),
            (i, at[3]),
            ("y", at[4]),
            (t, at[5]),
            ("x", at[6]),
            (e, at[7]),
        ],
    ));
    lines.extend(way(
        "3",
        &[(s, at[0]), ("x", at[1]), (p, at[2]), (i, at[3]), (t, at[5]), ("x", at[6]), (e, at[7])],
    ));
    lines.extend(way("4", &[(s, at[0]), (p, at[2]), (i, at[3]), (t, at[5]), (e, at[7])]));
    for exclusions in [
        json!([{ "event": "x", "from": 1, "to": 2 }, { "event": "y", "from": 3, "to": 4 }]),
        json!([{ "event": "x", "from": 1, "to": 2 }, { "event": "y", "from": 1, "to": 2 }]),
        json!([{ "event": "x" }, { "event": "y" }]),
    ] {
        let report =
            ask(&question(json!({ "steps": [s, p, i, t, e], "exclusions": exclusions })), &journeys(&lines));
        assert_eq!((counts(&report), report.removed), (vec![1; 5], 3), "{exclusions}");
    }
}

#[test]
fn optional_steps() {
    // Told after test_funnel_optional_steps: everyone does step one, two and four may be skipped.
    let ways: [(&str, &[usize]); 8] = [
        ("step1", &[1]),
        ("step12", &[1, 2]),
        ("step123", &[1, 2, 3]),
        ("step1234", &[1, 2, 3, 4]),
        ("step12345", &[1, 2, 3, 4, 5]),
        ("step1235", &[1, 2, 3, 5]),
        ("step1345", &[1, 3, 4, 5]),
        ("step135", &[1, 3, 5]),
    ];
    let names = ["one", "two", "three", "four", "five"];
    let begin = micros("2012-01-15");
    let mut events = Vec::new();
    for (person, steps) in ways {
        for step in steps {
            events.push(event(
                person,
                names[step - 1],
                begin + *step as i64 * 60_000_000,
                events.len() as u128,
            ));
        }
    }
    let steps = json!(["one", { "event": "two", "optional": true }, "three", { "event": "four", "optional": true }, "five"]);
    let report = ask(&question(json!({ "steps": steps })), &events);
    assert_eq!(counts(&report), [8, 5, 6, 3, 4]);
    assert_eq!(report.steps[2].of_previous, Some(0.75), "of those who did step one");
}

#[test]
fn times() {
    // conversion_time_cases.py::test_funnel_with_multiple_incomplete_tries
    let lines: Vec<_> = [
        ("user signed up", "2021-05-01 01:00:00"),
        ("$pageview", "2021-05-01 02:00:00"),
        ("something else", "2021-05-01 03:00:00"),
        ("user signed up", "2021-05-03 04:00:00"),
        ("$pageview", "2021-05-03 05:00:00"),
        ("user signed up", "2021-05-04 07:00:00"),
        ("$pageview", "2021-05-04 10:00:00"),
    ]
    .into_iter()
    .map(|(name, time)| ("person1", name, time, Value::Null))
    .collect();
    for order in ["ordered", "strict", "unordered"] {
        let report = ask(
            &question(json!({
                "steps": ["user signed up", "$pageview", "something else"],
                "window": { "count": 1, "unit": "day" },
                "order": order,
            })),
            &journeys(&lines),
        );
        assert_eq!(report.steps[0].people, 1);
        let second = &report.steps[1];
        assert_eq!((second.average_seconds, second.median_seconds), (Some(3600.0), Some(3600.0)), "{order}");
    }

    // conversion_time_cases.py::test_funnel_step_conversion_times
    let lines: Vec<_> = [
        ("person1", "sign up", "2020-01-01 12:00:00"),
        ("person1", "play movie", "2020-01-01 13:00:00"),
        ("person1", "buy", "2020-01-01 15:00:00"),
        ("person2", "sign up", "2020-01-02 14:00:00"),
        ("person2", "play movie", "2020-01-02 16:00:00"),
        ("person3", "sign up", "2020-01-02 14:00:00"),
        ("person3", "play movie", "2020-01-02 16:00:00"),
        ("person3", "buy", "2020-01-02 17:00:00"),
    ]
    .into_iter()
    .map(|(person, name, time)| (person, name, time, Value::Null))
    .collect();
    let report = ask(
        &question(json!({
            "steps": ["sign up", "play movie", "buy"], "window": { "count": 7, "unit": "day" },
        })),
        &journeys(&lines),
    );
    let times: Vec<_> = report.steps.iter().map(|step| (step.average_seconds, step.median_seconds)).collect();
    assert_eq!(times, [(None, None), (Some(6000.0), Some(7200.0)), (Some(5400.0), Some(5400.0))]);

    // conversion_time_cases.py::test_funnel_times_with_different_conversion_windows
    let lines: Vec<_> = [
        ("1", "user signed up", "2020-01-02 14:00:00"),
        ("1", "pageview", "2020-01-02 14:05:00"),
        ("2", "user signed up", "2020-01-02 14:03:00"),
        ("3", "user signed up", "2020-01-02 12:00:00"),
        ("3", "pageview", "2020-01-02 12:15:00"),
    ]
    .into_iter()
    .map(|(person, name, time)| (person, name, time, Value::Null))
    .collect();
    for (count, unit, expected, average) in [(14, "day", [3, 2], 600.0), (5, "minute", [3, 1], 300.0)] {
        let spec = question(json!({
            "steps": ["user signed up", "pageview"], "window": { "count": count, "unit": unit },
        }));
        let report = ask(&spec, &journeys(&lines));
        assert_eq!(counts(&report), expected);
        assert_eq!(report.steps[1].average_seconds, Some(average), "the window's end is inclusive");
    }
}

#[test]
fn histogram() {
    // test_funnel_time_to_convert.py::{test_auto_bin_count_single_step, test_custom_bin_count_single_step}
    let lines: Vec<_> = [
        ("a", "step one", "2021-06-08 18:00:00"),
        ("a", "step two", "2021-06-08 19:00:00"),
        ("a", "step three", "2021-06-08 21:00:00"),
        ("b", "step one", "2021-06-09 13:00:00"),
        ("b", "step two", "2021-06-09 13:37:00"),
        ("c", "step one", "2021-06-11 07:00:00"),
        ("c", "step two", "2021-06-12 06:00:00"),
    ]
    .into_iter()
    .map(|(person, name, time)| (person, name, time, Value::Null))
    .collect();
    let auto: &[(i64, u64)] = &[(2220, 2), (42510, 0), (82800, 1)];
    let seven: &[(i64, u64)] =
        &[(2220, 2), (13732, 0), (25244, 0), (36756, 0), (48268, 0), (59780, 0), (71292, 1), (82804, 0)];
    for (bins, expected) in [(Value::Null, auto), (json!(7), seven)] {
        let spec = question(json!({
            "steps": ["step one", "step two", "step three"],
            "window": { "count": 7, "unit": "day" },
            "time_to_convert": { "from": 1, "to": 2, "bins": bins },
        }));
        let times = ask(&spec, &journeys(&lines)).times.expect("times");
        let found: Vec<_> = times.bins.iter().map(|bin| (bin.from_seconds, bin.people)).collect();
        assert_eq!(found, expected);
        assert_eq!(times.average_seconds, Some(29_540.0));
    }
}

#[test]
fn breakdowns() {
    let browser = |name: &str| json!({ "$browser": name });
    // test_funnel.py::test_breakdown_step_attributions
    let lines = [
        ("1", "step one", "2021-05-01 00:00:00", browser("Chrome")),
        ("1", "step two", "2021-05-01 00:00:01", browser("Safari")),
        ("1", "step two", "2021-05-01 00:00:02", browser("Chrome")),
        ("1", "step three", "2021-05-01 00:00:03", browser("Chrome")),
    ];
    let full = |name: &str| (Some(name.to_owned()), vec![1, 1, 1]);
    for (attribution, expected) in [
        (json!({ "kind": "first" }), vec![full("Chrome")]),
        (json!({ "kind": "every" }), vec![full("Chrome")]),
        (json!({ "kind": "step", "step": 1 }), vec![full("Chrome")]),
        (json!({ "kind": "step", "step": 2 }), vec![full("Chrome"), full("Safari")]),
        (json!({ "kind": "step", "step": 3 }), vec![full("Chrome")]),
    ] {
        let spec = question(json!({
            "steps": ["step one", "step two", "step three"],
            "window": { "count": 30, "unit": "second" },
            "breakdown": { "property": { "name": "$browser" }, "attribution": attribution },
        }));
        let found: Vec<_> = ask(&spec, &journeys(&lines))
            .parts
            .iter()
            .map(|part| (part.value.clone(), part.steps.iter().map(|step| step.people).collect::<Vec<_>>()))
            .collect();
        assert_eq!(found, expected, "{attribution}");
    }

    // test_funnel_strict.py::test_strict_breakdown_events_with_multiple_properties
    let lines = [
        ("1", "sign up", "2020-01-01 12:00:00", browser("Chrome")),
        ("1", "blah", "2020-01-01 13:00:00", browser("Chrome")),
        ("1", "play movie", "2020-01-01 14:00:00", browser("Chrome")),
        ("2", "sign up", "2020-01-02 13:00:00", browser("Safari")),
        ("2", "play movie", "2020-01-02 14:00:00", browser("Safari")),
    ];
    let spec = question(json!({
        "steps": ["sign up", "play movie"],
        "order": "strict",
        "breakdown": { "property": { "name": "$browser" } },
    }));
    let report = ask(&spec, &journeys(&lines));
    let parts: Vec<_> =
        report.parts.iter().map(|part| (part.value.as_deref(), part.steps[1].people)).collect();
    assert_eq!(parts, [(Some("Chrome"), 0), (Some("Safari"), 1)]);
    assert_eq!(report.parts[1].steps[1].average_seconds, Some(3600.0));

    // test_funnel_unordered.py::test_funnel_step_breakdown_event_single_person_events_with_multiple_properties
    let lines = [
        ("1", "sign up", "2020-01-01 12:00:00", browser("Chrome")),
        ("1", "sign up", "2020-01-02 13:00:00", browser("Safari")),
        ("1", "play movie", "2020-01-02 14:00:00", browser("Safari")),
    ];
    let spec = question(json!({
        "steps": ["sign up", "play movie"],
        "order": "unordered",
        "window": { "count": 7, "unit": "day" },
        "breakdown": { "property": { "name": "$browser" }, "attribution": { "kind": "every" } },
    }));
    let report = ask(&spec, &journeys(&lines));
    let parts: Vec<_> = report
        .parts
        .iter()
        .map(|part| (part.value.as_deref(), part.steps[0].people, part.steps[1].people))
        .collect();
    assert_eq!(parts, [(Some("Chrome"), 1, 0), (Some("Safari"), 1, 1)]);
}

#[test]
fn breakdown_with_the_rest() {
    // breakdown_cases.py::test_funnel_step_breakdown_event_with_other
    let browser = |name: &str| json!({ "$browser": name });
    let lines = [
        ("1", "sign up", "2020-01-01 12:00:00", browser("Chrome")),
        ("1", "play movie", "2020-01-01 13:00:00", browser("Chrome")),
        ("1", "buy", "2020-01-01 15:00:00", browser("Chrome")),
        ("2", "sign up", "2020-01-02 14:00:00", browser("Safari")),
        ("2", "play movie", "2020-01-02 16:00:00", browser("Safari")),
        ("3", "sign up", "2020-01-02 14:00:00", browser("Safari")),
        ("4", "sign up", "2020-01-02 14:00:00", browser("random")),
        ("5", "sign up", "2020-01-02 15:00:00", browser("another one")),
    ];
    let spec = question(json!({
        "steps": ["sign up", "play movie", "buy"],
        "window": { "count": 7, "unit": "day" },
        "breakdown": { "property": { "name": "$browser" }, "top": 1 },
    }));
    let report = ask(&spec, &journeys(&lines));
    let people = |part: usize| report.parts[part].steps.iter().map(|step| step.people).collect::<Vec<_>>();
    assert_eq!((report.parts[0].value.as_deref(), people(0)), (Some("Safari"), vec![2, 1, 0]));
    assert_eq!((report.parts[1].rest, people(1)), (true, vec![3, 1, 1]));
    let average = |part: usize, step: usize| report.parts[part].steps[step].average_seconds;
    assert_eq!((average(0, 1), average(1, 1), average(1, 2)), (Some(7200.0), Some(3600.0), Some(7200.0)));
}

#[test]
fn over_time() {
    // test_funnel_trends.py::test_month_interval, and the sample data of its setup by day.
    let lines: Vec<_> = [
        ("one", "step one", "2021-05-01"),
        ("one", "step two", "2021-05-03"),
        ("one", "step three", "2021-05-05"),
        ("two", "step one", "2021-05-02"),
        ("two", "step two", "2021-05-04"),
        ("three", "step one", "2021-05-06"),
        ("four", "step none", "2021-05-06"),
        ("five", "step one", "2021-05-01 01:00:00"),
        ("five", "step two", "2021-05-01 02:00:00"),
        ("five", "step three", "2021-05-01 03:00:00"),
        ("six", "step one", "2021-05-01"),
        ("six", "step two", "2021-05-03"),
        ("six", "step three", "2021-05-05"),
        ("seven", "step one", "2021-05-02"),
        ("seven", "step two", "2021-05-04"),
    ]
    .into_iter()
    .map(|(person, name, time)| (person, name, time, Value::Null))
    .collect();
    let mut spec = question(json!({
        "steps": ["step one", "step two", "step three"],
        "window": { "count": 7, "unit": "day" },
        "over_time": { "interval": "day" },
    }));
    in_period(&mut spec, "2021-05-01", "2021-05-07");
    let found = |spec: &FunnelSpec| -> Vec<(u64, u64)> {
        ask(spec, &journeys(&lines)).over_time.iter().map(|point| (point.from, point.to)).collect()
    };
    assert_eq!(found(&spec), [(3, 3), (2, 0), (0, 0), (0, 0), (0, 0), (1, 0), (0, 0)]);
    spec.over_time.as_mut().expect("asked").to = Some(2);
    assert_eq!(found(&spec), [(3, 3), (2, 2), (0, 0), (0, 0), (0, 0), (1, 0), (0, 0)]);
}

#[test]
fn groups_and_merged_people() {
    // test_funnel.py::test_funnel_aggregation_with_groups
    let org = |name: &str| json!({ "$groups": { "organization": name } });
    let lines = [
        ("user_1", "user signed up", "2020-01-02 14:00:00", org("org:5")),
        ("user_1", "user signed up", "2020-01-10 14:00:00", org("org:6")),
        ("user_2", "paid", "2020-01-03 14:00:00", org("org:5")),
    ];
    let spec = question(json!({ "steps": ["user signed up", "paid"], "group": "organization" }));
    assert_eq!(counts(&ask(&spec, &journeys(&lines))), [2, 1]);
    let spec = question(json!({ "steps": ["user signed up", "paid"] }));
    assert_eq!(counts(&ask(&spec, &journeys(&lines))), [1, 0]);
    let merged = ask_as(&spec, &journeys(&lines), |_| 1).expect("a plan");
    assert_eq!(counts(&merged), [1, 1]);
}
