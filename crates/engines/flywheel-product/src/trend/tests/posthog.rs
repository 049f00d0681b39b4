//! PostHog's own cases with their values; each names the test it is taken from, in `posthog/hogql_queries/insights/trends/test/`.

use flywheel_people::Event;
use serde_json::{Value, json};

use super::{ask, context, event, numbers};

/// `test_trends_query_runner.py`, `_create_test_events`.
fn pages() -> Vec<Event> {
    type Person<'p> = (&'p str, &'p str, i64, &'p [u32], &'p [u32]);
    let people: [Person<'_>; 4] = [
        ("p1", "Chrome", 10, &[11, 12, 13, 15, 17, 19], &[11, 12, 13]),
        ("p2", "Firefox", 20, &[9, 12], &[13]),
        ("p3", "Edge", 30, &[12], &[13]),
        ("p4", "Safari", 40, &[15], &[16]),
    ];
    let mut events = Vec::new();
    for (person, browser, prop, views, leaves) in people {
        for (name, days) in [("$pageview", views), ("$pageleave", leaves)] {
            for day in days {
                let time = format!("2020-01-{day:02}T12:00:00Z");
                events.push(event(person, name, &time, &json!({ "$browser": browser, "prop": prop })));
            }
        }
    }
    events
}

fn whole() -> Value {
    json!({ "from": "2020-01-09", "to": "2020-01-19" })
}

fn week() -> Value {
    json!({ "from": "2020-01-15", "to": "2020-01-19" })
}

#[test]
fn counts_formulas_and_comparisons() {
    let now = context("UTC", "2020-02-01T00:00:00Z");
    let views = json!({ "event": "$pageview" });
    let leaves = json!({ "event": "$pageleave" });
    let back = |count: u32, unit: &str| json!({ "kind": "back", "count": count, "unit": unit });
    let previous = json!({ "kind": "previous" });
    type Case<'c> = (&'c str, Value, usize, Vec<i64>, i64, Vec<i64>, Option<i64>);
    let cases: Vec<Case<'_>> = vec![
        (
            "test_trends_data, test_trends_count",
            json!({ "series": [views], "period": whole() }),
            0,
            vec![1, 0, 1, 3, 1, 0, 2, 0, 1, 0, 1],
            10,
            vec![],
            None,
        ),
        (
            "test_trends_multiple_series",
            json!({ "series": [views, leaves], "period": whole() }),
            1,
            vec![0, 0, 1, 1, 3, 0, 0, 1, 0, 0, 0],
            6,
            vec![],
            None,
        ),
        (
            "test_formula",
            json!({ "series": [views, leaves], "period": whole(), "formulas": [{ "formula": "A+2*B" }] }),
            2,
            vec![1, 0, 3, 5, 7, 0, 2, 2, 1, 0, 1],
            22,
            vec![],
            None,
        ),
        (
            "test_multiple_formulas",
            json!({
                "series": [views, leaves],
                "period": whole(),
                "formulas": [{ "formula": "A+2*B" }, { "formula": "A-B" }],
            }),
            3,
            vec![1, 0, 0, 2, -2, 0, 2, -1, 1, 0, 1],
            4,
            vec![],
            None,
        ),
        (
            "test_formula_with_compare",
            json!({
                "series": [views, leaves],
                "period": week(),
                "formulas": [{ "formula": "A+2*B" }],
                "compare": previous,
            }),
            2,
            vec![2, 2, 1, 0, 1],
            6,
            vec![0, 3, 5, 7, 0],
            Some(15),
        ),
        (
            "test_formula_with_compare_to_day",
            json!({
                "series": [views, leaves],
                "period": week(),
                "formulas": [{ "formula": "A+2*B" }],
                "compare": back(2, "day"),
            }),
            2,
            vec![2, 2, 1, 0, 1],
            6,
            vec![7, 0, 2, 2, 1],
            Some(12),
        ),
        (
            "test_formula_with_compare_to_week",
            json!({
                "series": [views, leaves],
                "period": week(),
                "formulas": [{ "formula": "A+2*B" }],
                "compare": back(1, "week"),
            }),
            2,
            vec![2, 2, 1, 0, 1],
            6,
            vec![0, 1, 0, 3, 5],
            Some(9),
        ),
    ];
    for (source, spec, line, values, whole, before, whole_before) in cases {
        let report = ask(&spec, &now, &pages(), 2).expect(source);
        let line = &report.lines[line];
        let floats = |numbers: &[i64]| numbers.iter().map(|number| Some(*number as f64)).collect::<Vec<_>>();
        assert_eq!(line.values, floats(&values), "{source}");
        assert_eq!(line.whole, Some(whole as f64), "{source}");
        assert_eq!(line.before, floats(&before), "{source}");
        assert_eq!(line.whole_before, whole_before.map(|whole| whole as f64), "{source}");
    }
}

#[test]
fn breakdowns_with_formulas() {
    // test_trends_query_runner.py::{test_formula_with_breakdown, test_formula_with_breakdown_and_compare}
    let now = context("UTC", "2020-02-01T00:00:00Z");
    let series = json!([{ "event": "$pageview" }, { "event": "$pageleave" }]);
    let formula = json!([{ "formula": "A+2*B" }]);
    let spec = json!({
        "series": series,
        "formulas": formula,
        "breakdown": [{ "name": "$browser" }],
        "period": { "from": "2020-01-09", "to": "2020-01-20" },
    });
    let report = ask(&spec, &now, &pages(), 1).expect("a report");
    let of = |report: &flywheel_spec::product::trend::TrendReport, browser: &str| {
        let fits = |line: &&flywheel_spec::product::trend::TrendLine| {
            line.letter.is_none() && line.values_of == [Some(browser.to_owned())]
        };
        report.lines.iter().find(fits).cloned().expect(browser)
    };
    let chrome = of(&report, "Chrome");
    assert_eq!(numbers(&chrome), [0.0, 0.0, 3.0, 3.0, 3.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0]);
    assert_eq!((chrome.whole, of(&report, "Firefox").whole), (Some(12.0), Some(4.0)));
    let spec = json!({
        "series": series,
        "formulas": formula,
        "breakdown": [{ "name": "$browser" }],
        "period": week(),
        "compare": { "kind": "previous" },
    });
    let report = ask(&spec, &now, &pages(), 1).expect("a report");
    let chrome = of(&report, "Chrome");
    assert_eq!(numbers(&chrome), [1.0, 0.0, 1.0, 0.0, 1.0]);
    assert_eq!((chrome.whole, chrome.whole_before), (Some(3.0), Some(9.0)));
    assert_eq!(of(&report, "Safari").whole, Some(3.0));
}

/// `test_formula.py`, `setUp`.
fn sessions() -> Vec<Event> {
    [
        ("session start", "2020-01-02T13:01:01Z", 200, "Paris"),
        ("session start", "2020-01-02T13:01:01Z", 300, "Paris"),
        ("session start", "2020-01-02T13:01:01Z", 400, "London"),
        ("session start", "2020-01-03T13:01:01Z", 400, "London"),
        ("session start", "2020-01-03T13:04:01Z", 500, "London"),
        ("session end", "2020-01-03T13:04:01Z", 500, "London"),
        ("session end", "2020-01-03T13:04:01Z", 500, "Belo Horizonte"),
        ("session end", "2020-01-03T13:04:01Z", 400, ""),
    ]
    .into_iter()
    .map(|(name, time, xyz, location)| {
        event("blabla", name, time, &json!({ "xyz": xyz, "location": location }))
    })
    .collect()
}

#[test]
fn numbers_of_a_property() {
    let sum = json!({ "event": "session start", "measure": "value", "property": { "name": "xyz" } });
    let average = json!({
        "event": "session start", "measure": "value", "property": { "name": "xyz" }, "aggregate": "average",
    });
    let now = "2020-01-03T13:05:01Z";
    let later = "2020-01-04T13:01:01Z";
    // PostHog shows 0 where nothing is divided; here there is no number.
    let none = -1.0;
    for (source, formula, period, interval, now, expected) in [
        ("test_day_interval", "A + B", "-3d", "day", now, vec![none, none, 1200.0, 1350.0]),
        ("test_week_interval", "A + B", "-2w", "week", now, vec![none, none, 2160.0]),
        ("test_month_interval", "A + B", "-2m", "month", now, vec![none, none, 2160.0]),
        ("test_formula", "A - B", "-2d", "day", later, vec![600.0, 450.0, none]),
        ("test_formula", "A * B", "-2d", "day", later, vec![270_000.0, 405_000.0, none]),
        ("test_formula", "A / B", "-2d", "day", later, vec![3.0, 2.0, none]),
        ("test_formula", "(A/3600)/B", "-2d", "day", later, vec![1.0 / 1200.0, 1.0 / 1800.0, none]),
        ("test_formula", "A/0", "-2d", "day", later, vec![none, none, none]),
    ] {
        let spec = json!({
            "series": [sum, average],
            "formulas": [{ "formula": formula }],
            "period": { "from": period },
            "interval": interval,
        });
        let report = ask(&spec, &context("UTC", now), &sessions(), 1).expect(source);
        assert_eq!(numbers(&report.lines[2]), expected, "{source}: {formula}");
    }
    // test_hour_interval_hour_level_relative
    let spec = json!({
        "series": [sum, average],
        "formulas": [{ "formula": "A + B" }],
        "period": { "from": "-24h" },
        "interval": "hour",
    });
    let report = ask(&spec, &context("UTC", now), &sessions(), 1).expect("a report");
    let hours = numbers(&report.lines[2]);
    assert_eq!((hours.len(), hours[0], hours[24]), (25, 1200.0, 1350.0));
    // test_breakdown, test_breakdown_aggregated
    let spec = json!({
        "series": [sum, average],
        "formulas": [{ "formula": "A - B" }],
        "period": { "from": "-2d" },
        "breakdown": [{ "name": "location" }],
    });
    let report = ask(&spec, &context("UTC", later), &sessions(), 1).expect("a report");
    let formulas: Vec<_> = report
        .lines
        .iter()
        .filter(|line| line.letter.is_none() && !line.values_of.is_empty())
        .map(|line| (line.values_of[0].as_deref(), numbers(line), line.whole))
        .collect();
    assert_eq!(
        formulas,
        [
            (Some("London"), vec![0.0, 450.0, none], Some(1300.0 - 1300.0 / 3.0)),
            (Some("Paris"), vec![250.0, none, none], Some(250.0)),
        ]
    );
}
