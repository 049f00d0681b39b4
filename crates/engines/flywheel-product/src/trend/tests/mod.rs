//! Trends against PostHog's own cases, and against a naive count.

mod naive;
mod posthog;

use flywheel_people::memory::fold_events;
use flywheel_people::{Event, IdKind, Identity, person_of};
use flywheel_spec::Problems;
use flywheel_spec::product::trend::{TrendLine, TrendReport, TrendSpec};
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_spec::project::Weekday;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::calendar::Calendar;
use crate::plan::{Context, plan};

fn context(zone: &str, now: &str) -> Context {
    Context::at(Calendar {
        time_zone: zone.to_owned(),
        first_day_of_week: Weekday::Sunday,
        now: now.parse().expect("a moment"),
    })
}

fn event(person: &str, name: &str, time: &str, properties: &Value) -> Event {
    let time = time.parse::<jiff::Timestamp>().expect(time).as_microsecond();
    Event {
        uuid: Uuid::from_u128(time as u128),
        id_kind: IdKind::Sent,
        event: name.to_owned(),
        distinct_id: person.to_owned(),
        time,
        received: time,
        source: "test".to_owned(),
        properties: properties.as_object().cloned().unwrap_or_else(Map::new),
    }
}

fn ask(spec: &Value, context: &Context, events: &[Event], readers: i64) -> Result<TrendReport, Problems> {
    let spec: TrendSpec = serde_json::from_value(spec.clone()).expect("a trend");
    let planned = plan(&QuestionSpec::Trend(spec), context)?;
    let fold = &planned.folds()[0];
    let mut all = fold.start();
    for reader in 0..readers {
        let theirs: Vec<Event> = events
            .iter()
            .filter(|event| person_of(&event.distinct_id) % readers == reader)
            .cloned()
            .collect();
        let bytes = fold_events(fold.as_ref(), &theirs, person_of)?.bytes().expect("bytes");
        all.merge(fold.read(&bytes).expect("a state")).expect("one of its own");
    }
    match planned.finish(vec![all], &Identity::default()).expect("a report") {
        Answer::Trend(report) => Ok(report),
        other => panic!("another answer: {other:?}"),
    }
}

fn numbers(line: &TrendLine) -> Vec<f64> {
    line.values.iter().map(|value| value.unwrap_or(-1.0)).collect()
}

#[test]
fn mistakes_are_told_at_their_settings() {
    let spec = json!({
        "series": [
            { "event": "a", "measure": "value" },
            { "event": "b", "property": { "name": "x" }, "aggregate": "p90" },
            { "event": "c", "measure": "per_person", "aggregate": "sum" },
        ],
        "formulas": [{ "formula": "A + " }, { "formula": "A / D" }],
        "breakdown": [{ "name": "a" }, { "name": "b" }, { "name": "c" }, { "name": " " }],
        "top": 0,
        "rolling": 0,
        "smoothing": 1.5,
        "cumulative": true,
        "compare": { "kind": "back", "count": 0, "unit": "week" },
        "where": [{ "property": "p", "operator": "gt", "value": "many" }],
    });
    let wrong = ask(&spec, &context("UTC", "2026-03-01T00:00:00Z"), &[], 1).expect_err("mistakes");
    let mut found: Vec<(&str, &str)> = wrong
        .problems
        .iter()
        .map(|problem| (problem.place.setting.as_deref().unwrap_or_default(), problem.code.as_str()))
        .collect();
    found.sort_unstable();
    assert_eq!(
        found,
        [
            ("breakdown", "trend.too_many_properties"),
            ("breakdown.3.name", "trend.property_empty"),
            ("compare.count", "trend.back_zero"),
            ("cumulative", "trend.cumulative_idle"),
            ("formulas.0.formula", "trend.formula_end"),
            ("formulas.1.formula", "trend.formula_letter"),
            ("rolling", "trend.rolling"),
            ("series.0.property", "trend.property_missing"),
            ("series.1.aggregate", "trend.aggregate_idle"),
            ("series.1.property", "trend.property_idle"),
            ("series.2.aggregate", "trend.aggregate_sum"),
            ("smoothing", "trend.smoothing"),
            ("top", "trend.top_zero"),
            ("where", "product.condition_number"),
        ]
    );
}

#[test]
fn days_of_daylight_saving_hold_their_own_events() {
    let berlin = context("Europe/Berlin", "2026-03-30T22:00:00Z");
    // Half past midnight and half past eleven at night of the 29th, which has 23 hours.
    let events = [
        event("1", "a", "2026-03-28T23:30:00Z", &json!({})),
        event("1", "a", "2026-03-29T21:30:00Z", &json!({})),
        event("1", "a", "2026-03-29T22:30:00Z", &json!({})),
    ];
    let spec =
        json!({ "series": [{ "event": "a" }], "period": { "from": "2026-03-28", "to": "2026-03-30" } });
    let report = ask(&spec, &berlin, &events, 1).expect("a report");
    assert_eq!(report.axis, ["2026-03-28", "2026-03-29", "2026-03-30"]);
    assert_eq!(numbers(&report.lines[0]), [0.0, 2.0, 1.0]);
    assert!(!report.unfinished);
}

#[test]
fn findings_say_what_changed() {
    let mut events = Vec::new();
    for (day, count) in [(1, 2), (2, 2), (3, 5), (4, 1)] {
        for number in 0..count {
            let plan = if number < 2 { "free" } else { "pro" };
            let time = format!("2026-03-0{day}T0{number}:00:00Z");
            events.push(event(&format!("p{number}"), "a", &time, &json!({ "plan": plan })));
        }
    }
    let spec = json!({
        "series": [{ "event": "a" }],
        "period": { "from": "2026-03-03", "to": "2026-03-04" },
        "breakdown": [{ "name": "plan" }],
        "compare": { "kind": "previous" },
    });
    let report = ask(&spec, &context("UTC", "2026-03-10T00:00:00Z"), &events, 1).expect("a report");
    let text: Vec<&str> = report.findings.iter().map(|finding| finding.en.as_str()).collect();
    assert_eq!(
        text,
        [
            "a: 6, +50.0% against 4 before",
            "a in the last whole step, 2026-03-04: 1, -80.0% against the one before",
            "a is highest at 2026-03-03: 5",
            "a: free is largest with 3 (50.0% of all)",
            "a: pro changed most, +3: 0 before, 3 now",
        ]
    );
    let names: Vec<&str> = report.charts[0].series.iter().map(|series| series.name.as_str()).collect();
    let (free, pro) = ("a: free (2026-03-01 … 2026-03-02)", "a: pro (2026-03-01 … 2026-03-02)");
    assert_eq!(names, ["a: free", free, "a: pro", pro]);
}

#[test]
fn whole_weeks_and_months_are_compared_with_as_many() {
    // One event a day, for two years.
    let first: jiff::Timestamp = "2024-06-01T12:00:00Z".parse().expect("a moment");
    let events: Vec<Event> = (0..800)
        .map(|day| first + jiff::SignedDuration::from_hours(24 * day))
        .map(|time| event("1", "a", &time.to_string(), &json!({})))
        .collect();
    let (weeks, march) = (("2026-01-04", "2026-01-31"), ("2026-03-01", "2026-03-31"));
    for (interval, (from, to), count, unit, axis_before, whole, before) in [
        ("week", weeks, 1, "year", "2025-01-05", 28.0, 28.0),
        ("week", weeks, 1, "month", "2025-12-07", 28.0, 28.0),
        ("week", weeks, 10, "day", "2025-12-28", 28.0, 28.0),
        ("week", weeks, 2, "day", "2025-12-28", 28.0, 28.0),
        ("week", ("2026-01-07", "2026-01-12"), 1, "year", "2025-01-05", 6.0, 6.0),
        ("month", march, 4, "week", "2026-02", 31.0, 28.0),
        ("month", march, 1, "year", "2025-03", 31.0, 31.0),
        ("day", weeks, 1, "year", "2025-01-04", 28.0, 28.0),
    ] {
        let spec = json!({
            "series": [{ "event": "a" }], "interval": interval, "period": { "from": from, "to": to },
            "compare": { "kind": "back", "count": count, "unit": unit },
        });
        let report = ask(&spec, &context("UTC", "2026-06-01T00:00:00Z"), &events, 1).expect("a report");
        let found = (report.axis_before[0].as_str(), report.lines[0].whole, report.lines[0].whole_before);
        assert_eq!(found, (axis_before, Some(whole), Some(before)), "{interval} {count} {unit} from {from}");
        assert_eq!(report.axis.len(), report.axis_before.len(), "{interval} {count} {unit} from {from}");
    }
}

#[test]
fn series_of_one_event_are_told_apart() {
    let context = context("UTC", "2026-03-03T12:00:00Z");
    let events = [event("ada", "pay", "2026-03-01T10:00:00Z", &json!({"amount": 5}))];
    let series =
        |series: Value| json!({"series": series, "period": {"from": "2026-03-01", "to": "2026-03-02"}});
    for (asked, names) in [
        (
            json!([
                {"event": "pay"},
                {"event": "pay", "measure": "people"},
                {"event": "pay", "measure": "value", "property": {"name": "amount"}, "aggregate": "p90"},
                {"event": "pay", "measure": "per_person", "aggregate": "median"},
                {"event": "pay", "label": "pay"},
                {"event": "refund", "measure": "people"},
            ]),
            vec!["pay", "people:pay", "p90(amount):pay", "pay (D)", "pay", "refund"],
        ),
        (json!([{"event": "pay", "measure": "people"}]), vec!["pay"]),
    ] {
        let report = ask(&series(asked), &context, &events, 1).expect("a report");
        let found: Vec<&str> = report.lines.iter().map(|line| line.name.as_str()).collect();
        assert_eq!(found, names);
    }
}

#[test]
fn events_without_a_number_are_told_apart_from_no_events() {
    let context = context("UTC", "2026-03-03T12:00:00Z");
    let events = [
        event("ada", "pay", "2026-03-01T10:00:00Z", &json!({"amount": "1,234.50"})),
        event("ada", "buy", "2026-03-01T10:00:00Z", &json!({"amount": 5})),
    ];
    for (name, aggregate, finding, doubts) in [
        ("pay", "sum", "trend.nothing_numbered", vec!["trend.no_numbers"]),
        ("pay", "max", "trend.nothing_numbered", vec!["trend.no_numbers"]),
        ("pay", "p90", "trend.nothing_numbered", vec!["trend.no_numbers"]),
        ("refund", "sum", "trend.nothing", vec![]),
        ("buy", "sum", "trend.whole", vec![]),
    ] {
        let series = json!([{"event": name, "measure": "value", "property": {"name": "amount"}, "aggregate": aggregate}]);
        let spec = json!({"series": series, "period": {"from": "2026-03-01", "to": "2026-03-02"}});
        let report = ask(&spec, &context, &events, 2).expect("a report");
        let codes: Vec<&str> = report.warnings.iter().map(|doubt| doubt.code.as_str()).collect();
        assert_eq!((report.findings[0].key.as_str(), codes), (finding, doubts), "{name} {aggregate}");
    }
}

#[test]
fn a_formula_without_any_value_says_so() {
    let context = context("UTC", "2026-03-03T12:00:00Z");
    let events = [event("ada", "pay", "2026-03-01T10:00:00Z", &json!({}))];
    let spec = json!({
        "series": [{"event": "pay"}], "formulas": [{"formula": "A / (A - A)"}],
        "period": {"from": "2026-03-01", "to": "2026-03-02"},
    });
    let report = ask(&spec, &context, &events, 1).expect("a report");
    assert_eq!(report.findings[0].key, "trend.no_value");
}
