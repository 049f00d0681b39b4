//! What changed this week that matters, counted by hand.

use std::fmt::Write;

use e2e::Project;
use serde_json::{Value, json};

use crate::events::ask;
use crate::numbers::{column, holds};

/// Sundays in New York: one week more, six weeks before, and the week told of, which loses an hour on its first day.
const SUNDAYS: [&str; 8] = [
    "2025-01-19",
    "2025-01-26",
    "2025-02-02",
    "2025-02-09",
    "2025-02-16",
    "2025-02-23",
    "2025-03-02",
    "2025-03-09",
];

/// Ten people visit twice in every week, and six times in the last.
fn events() -> String {
    let mut text = String::new();
    let mut visit = |who: &str, when: &str| {
        let _ = writeln!(
            text,
            "{}",
            json!({"distinct_id": who, "timestamp": when, "event": "visit", "properties": {}})
        );
    };
    for (week, sunday) in SUNDAYS.iter().enumerate() {
        for person in 0..10 {
            let mut times = if week == 7 { 6 } else { 2 };
            // In the third week before person 0 visits once more, in the fifth once less: 21 and 19 visits of ten people.
            match (week, person) {
                (3, 0) => times = 3,
                (5, 0) => times = 1,
                // These visit once on an edge of the week, below.
                (6, 2) | (7, 0 | 1) => times -= 1,
                _ => {}
            }
            for _ in 0..times {
                // All at one moment: as often as they come, they count.
                visit(&format!("p{person}"), &format!("{sunday}T12:00:00Z"));
            }
        }
    }
    visit("p0", "2025-03-09T00:00:00-05:00"); // the week's first moment: his sixth
    visit("p1", "2025-03-15T23:59:59-04:00"); // its last second: her sixth
    visit("p2-phone", "2025-03-08T23:59:59-05:00"); // the week before, under another name: their second
    visit("p3", "2025-03-16T00:00:00-04:00"); // the week after
    text
}

fn project() -> Project {
    let project = Project::new();
    project.write(
        "flywheel.toml",
        "name = \"test\"\ntime_zone = \"America/New_York\"\nfirst_day_of_week = \"sunday\"\n",
    );
    let identify = json!({
        "distinct_id": "p2", "timestamp": "2025-03-17T12:00:00Z", "event": "$identify",
        "properties": {"$anon_distinct_id": "p2-phone"},
    });
    project.write("events.jsonl", format!("{}{identify}\n", events()));
    project.json(&["events", "import", "events.jsonl"]);
    project
}

fn digest(project: &Project, words: &str) -> Value {
    ask(project, &format!("digest --set least_people=1 {words}"))
}

#[test]
fn only_what_changed_is_told() {
    let report = digest(&project(), "--week-of 2025-03-12 --weeks 6");
    // Looked at: active people, who came back, and of the visit people, share, and how often each. Nobody is new in a usual week.
    holds(&report, &json!({"week": "2025-03-09", "looked_at": 5}));
    // Ten people in every week, all of whom came back: only the visits of each changed, from two to six.
    // The line is scipy.stats.theilslopes (joint) over ln 2, ln 2, ln 2.1, ln 2, ln 1.9, ln 2: flat at ln 2.
    // Its interval: six residuals, the largest drawn in to the next; moderated by six degrees of the chance of a week;
    // Student's t with 9 degrees, all five corrected together (scipy.stats.t, false_discovery_control).
    let change = json!({
        "what": "per_person", "event": "visit",
        "value": 6.0, "expected": 2.0, "relative": 2.0,
        "expected_low": 1.792_537_367_058_928, "expected_high": 2.231_473_705_099_339,
        "at_least": 1.688_806_050_588_392, "q": 1.485_984_645_963e-8,
        // ln 3, of everybody.
        "importance": 3.0_f64.ln(),
        "weeks": [2.0, 2.0, 2.1, 2.0, 1.9, 2.0, 6.0],
    });
    holds(&report["changes"], &json!([change]));
    holds(&column(&report["warnings"], "code"), &json!(["growth.digest_small"]));
}

#[test]
fn nothing_is_told_of_a_week_like_the_others() {
    // 2 to 8 March beside the five weeks before it.
    let report = digest(&project(), "--week-of 2025-03-02 --weeks 5");
    holds(&report, &json!({"week": "2025-03-02", "looked_at": 5, "changes": []}));
    assert_eq!(report["findings"][0]["key"], "growth.digest_quiet");
}

#[test]
fn fewer_than_five_weeks_before_are_no_line() {
    // The first week only tells who came back: before 16 February lie three weeks.
    let report = digest(&project(), "--week-of 2025-02-16 --weeks 8");
    holds(&report, &json!({"week": "2025-02-16", "looked_at": 0, "changes": []}));
    assert_eq!(report["findings"][0]["key"], "growth.digest_young");
}

#[test]
fn before_anybody_came_there_is_nothing_to_tell() {
    let report = digest(&project(), "--week-of 2024-02-16 --weeks 8");
    holds(&report, &json!({"week": "2024-02-11", "looked_at": 0, "changes": []}));
}
