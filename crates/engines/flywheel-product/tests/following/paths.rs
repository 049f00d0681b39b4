//! PostHog's own paths cases, with their values, and the flow that is never lost.

use flywheel_people::Event;
use flywheel_spec::product::Answer;
use flywheel_spec::product::paths::PathsReport;
use flywheel_spec::project::Weekday;
use serde_json::{Value, json};

use super::events::{ask, calendar, event, mistakes};

fn asked(mut question: Value, events: &[Event]) -> PathsReport {
    question["kind"] = json!("paths");
    match ask(question, &calendar("UTC", Weekday::Monday, "2026-01-01"), events) {
        Answer::Paths(report) => report,
        other => panic!("{other:?}"),
    }
}

fn links(report: &PathsReport) -> Vec<(String, u64, f64)> {
    let name = |node: u32| {
        let node = &report.nodes[node as usize];
        format!("{}_{}", node.step, node.name.as_deref().unwrap_or(if node.middle { "⋯" } else { "…" }))
    };
    let link = |link: &flywheel_spec::product::paths::PathLink| {
        (format!("{} {}", name(link.from), name(link.to)), link.sessions, link.mean_seconds)
    };
    report.links.iter().map(link).collect()
}

/// Pages a minute apart unless a gap in minutes is given.
fn walk(who: &str, pages: &[&str], gaps: &[i64]) -> Vec<Event> {
    let mut time = super::events::micros("2012-01-01T03:21:34Z");
    let mut events = Vec::new();
    for (at, page) in pages.iter().enumerate() {
        events.push(super::events::event_at(who, time, "$pageview", json!({"$current_url": page})));
        time += gaps.get(at).copied().unwrap_or(1) * 60_000_000;
    }
    events
}

/// `posthog/hogql_queries/insights/test/test_paths_query_runner_ee.py` and `test_paths_query_runner.py` of PostHog/posthog,
/// test by test: link, paths, mean seconds (the mean where given there, else as events lie).
#[test]
fn posthogs_cases_come_out() {
    let four = || walk("fake", &["/1", "/2", "/3", "/4"], &[1, 2, 3]);
    let mut two = four();
    two.extend(walk("fake2", &["/1", "/2", "/3"], &[2, 4]));
    let mut ordering = Vec::new();
    for at in 0..50 {
        let names = ["step one", "step two", "step three", "step branch"];
        for (minute, name) in names.into_iter().enumerate().take(if at % 2 == 0 { 4 } else { 3 }) {
            let when = format!("2021-05-01 00:0{minute}:00");
            ordering.push(event(&format!("user_{at}"), &when, name, json!({})));
        }
    }
    let mut ends = walk("p1", &["/1", "/2", "/3/", "/4/", "/5", "/about", "/after/"], &[]);
    ends.extend(walk("p2", &["/5", "/about"], &[]));
    ends.extend(walk("p3", &["/3/", "/4", "/about/", "/after"], &[]));
    let mut urls = walk("person_1", &["/", "/about"], &[7]);
    urls.extend(walk("person1", &["/", "/pricing", "/about"], &[7, 1]));
    urls[3].distinct_id = "alias1".to_owned();
    urls.extend(walk("person_3", &["/pricing", "/"], &[7]));
    urls.extend(walk("person_4", &["/", "/pricing"], &[7]));
    let mut starts = walk("person_1", &["/", "/about/"], &[]);
    starts.extend(walk("person_2", &["/", "/pricing/", "/about"], &[]));
    starts.extend(walk("person_3", &["/pricing", "/", "/about/"], &[]));
    starts.extend(walk("person_4", &["/", "/pricing/"], &[]));
    starts.extend(walk("person_5", &["/pricing", "/about", "/pricing/", "/help"], &[]));
    let window = walk("person_1", &["/", "/about", "/", "/about"], &[5, 24 * 60 - 5, 5]);
    let page = json!({"kind": "page"});
    type Case = (&'static str, Vec<Event>, Value, Vec<(&'static str, u64, f64)>);
    let cases: Vec<Case> = vec![
        ("step_limit 2", four(), json!({"by": page, "most_steps": 2}), vec![("1_/1 2_/2", 1, 60.0)]),
        (
            "step_limit 3",
            four(),
            json!({"by": page, "most_steps": 3}),
            vec![("1_/1 2_/2", 1, 60.0), ("2_/2 3_/3", 1, 120.0)],
        ),
        (
            "step_limit 4",
            four(),
            json!({"by": page, "most_steps": 4}),
            vec![("1_/1 2_/2", 1, 60.0), ("2_/2 3_/3", 1, 120.0), ("3_/3 4_/4", 1, 180.0)],
        ),
        (
            "step_conversion_times",
            two,
            json!({"by": page, "most_steps": 4}),
            vec![("1_/1 2_/2", 2, 90.0), ("2_/2 3_/3", 2, 180.0), ("3_/3 4_/4", 1, 180.0)],
        ),
        (
            "event_ordering",
            ordering,
            json!({}),
            vec![
                ("1_step one 2_step two", 50, 60.0),
                ("2_step two 3_step three", 50, 60.0),
                ("3_step three 4_step branch", 25, 60.0),
            ],
        ),
        (
            "end",
            ends,
            json!({"by": page, "to": "/about/"}),
            vec![
                ("1_/2 2_/3", 1, 60.0),
                ("1_/3 2_/4", 1, 60.0),
                ("1_/5 2_/about", 1, 60.0),
                ("2_/3 3_/4", 1, 60.0),
                ("2_/4 3_/about", 1, 60.0),
                ("3_/4 4_/5", 1, 60.0),
                ("4_/5 5_/about", 1, 60.0),
            ],
        ),
        (
            "current_url_paths_and_logic",
            urls,
            json!({"by": page}),
            vec![
                ("1_/ 2_/pricing", 2, 420.0),
                ("1_/ 2_/about", 1, 420.0),
                ("1_/pricing 2_/", 1, 420.0),
                ("2_/pricing 3_/about", 1, 60.0),
            ],
        ),
        (
            "paths_start /pricing",
            starts.clone(),
            json!({"by": page, "from": "/pricing/"}),
            vec![
                ("1_/pricing 2_/about", 2, 60.0),
                ("1_/pricing 2_/", 1, 60.0),
                ("2_/about 3_/pricing", 1, 60.0),
                ("2_/ 3_/about", 1, 60.0),
                ("3_/pricing 4_/help", 1, 60.0),
            ],
        ),
        (
            "paths_start /",
            starts,
            json!({"by": page, "from": "/"}),
            vec![("1_/ 2_/about", 2, 60.0), ("1_/ 2_/pricing", 2, 60.0), ("2_/pricing 3_/about", 1, 60.0)],
        ),
        ("paths_in_window", window, json!({"by": page}), vec![("1_/ 2_/about", 2, 300.0)]),
    ];
    for (name, events, question, expected) in cases {
        let mut found = links(&asked(question, &events));
        let mut expected: Vec<(String, u64, f64)> =
            expected.into_iter().map(|(link, paths, seconds)| (link.to_owned(), paths, seconds)).collect();
        let order = |one: &(String, u64, f64), other: &(String, u64, f64)| one.0.cmp(&other.0);
        found.sort_by(order);
        expected.sort_by(order);
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn between_two_ends_the_middle_is_left_out() {
    let events = walk("a", &["/x", "/in", "/1", "/2", "/3", "/4", "/out", "/y"], &[]);
    let report =
        asked(json!({"by": {"kind": "page"}, "from": "/in", "to": "/out", "most_steps": 4}), &events);
    assert_eq!(
        links(&report),
        [
            ("1_/in 2_/1".to_owned(), 1, 60.0),
            ("2_/1 3_⋯".to_owned(), 1, 60.0),
            ("3_⋯ 4_/out".to_owned(), 1, 60.0)
        ]
    );
}

#[test]
fn the_rare_become_one_and_nothing_is_lost() {
    let mut events = Vec::new();
    for (who, page) in ["/a", "/a", "/a", "/b", "/b", "/c", "/d"].into_iter().enumerate() {
        events.extend(walk(&format!("u{who}"), &["/", page, "/end"], &[]));
    }
    events.extend(walk("alone", &["/"], &[]));
    let report =
        asked(json!({"by": {"kind": "page"}, "most_names": 2, "most_steps": 2, "variants": true}), &events);
    assert_eq!(
        links(&report),
        [("1_/ 2_/a".to_owned(), 3, 60.0), ("1_/ 2_/b".to_owned(), 2, 60.0), ("1_/ 2_…".to_owned(), 2, 60.0)]
    );
    assert_eq!((report.sessions, report.single, report.variants_found), (8, 1, Some(5)));
    let rest = report.nodes.last().expect("a node");
    assert_eq!((rest.name.as_deref(), rest.arrive, rest.end, rest.beyond), (None, 2, 2, 2));
    assert_eq!(report.charts[0].axis, ["1 /", "2 /a", "2 /b", "2 …"]);
    assert_eq!(report.charts[0].series[2].name, "0>3");
}

#[test]
fn sessions_are_cut_by_their_own_id_too() {
    let tagged = |when: &str, page: &str, session: Option<&str>| {
        let mut properties = json!({"$pathname": page});
        if let Some(session) = session {
            properties["$session_id"] = json!(session);
        }
        event("a", when, "$pageview", properties)
    };
    // Two devices at once, and a page without a session.
    let events = [
        tagged("2026-01-01 10:00:00", "/1", Some("s")),
        tagged("2026-01-01 10:00:10", "/9", Some("t")),
        tagged("2026-01-01 10:00:20", "/2", Some("s")),
        tagged("2026-01-01 10:00:25", "/7", None),
        tagged("2026-01-01 12:00:30", "/8", Some("t")),
    ];
    let question =
        json!({"by": {"kind": "page"}, "sessions": {"kind": "session_id"}, "period": {"to": "2026-01-02"}});
    let report = asked(question, &events);
    assert_eq!(links(&report), [("1_/1 2_/2".to_owned(), 1, 20.0), ("1_/9 2_/8".to_owned(), 1, 7220.0)]);
    assert_eq!(report.warnings[0].code, "following.paths_no_session");
}

#[test]
fn every_mistake_is_said_at_its_setting() {
    let question = json!({
        "kind": "paths", "by": {"kind": "property", "property": {"name": ""}}, "from": "a", "to": "a", "without": ["a"],
        "most_steps": 2, "most_names": 0, "most_variants": 0, "sessions": {"kind": "pause", "minutes": 0},
        "then_by": {"name": " "}, "period": {"to": "whenever"},
        "events": [{"event": "x"}, {"where": [{"property": "t", "operator": "matches", "value": "("}]}],
    });
    let mut settings = mistakes(question, &calendar("UTC", Weekday::Monday, "2026-01-01"));
    settings.sort();
    assert_eq!(
        settings,
        [
            "by.property.name",
            "events.1.where",
            "from",
            "most_names",
            "most_steps",
            "most_variants",
            "period.to",
            "sessions.minutes",
            "then_by.name",
            "to",
            "to"
        ]
    );
}
