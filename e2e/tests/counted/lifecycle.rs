//! New, returning, resurrecting and dormant people, counted by hand.

use serde_json::{Value, json};

use crate::events::{ask, project};
use crate::numbers::{column, holds};

/// Days in Shanghai, asked about 10 to 13 March.
const EVENTS: &str = r#"
    anna, 2025-03-10T00:00:00+08:00, open         // 10: new
    anna, 2025-03-11T09:00:00+08:00, open         // 11: returning; 12: dormant
    anna, 2025-03-13T09:00:00+08:00, open         // 13: resurrecting
    bert, 2025-03-09T23:59:59+08:00, signup       // known since the 9th, by another event
    bert, 2025-03-10T09:00:00+08:00, open         // 10: resurrecting, or new by activity; 11: dormant
    carl, 2025-03-09T09:00:00+08:00, open         // active the day before the period
    carl, 2025-03-10T09:00:00+08:00, open         // 10: returning; 11: dormant
    dora, 2025-03-05T09:00:00+08:00, open         // long before
    dora, 2025-03-12T09:00:00+08:00, open         // 12: resurrecting; 13: dormant
    emil, 2025-03-11T09:00:00+08:00, signup
    emil, 2025-03-11T09:00:00+08:00, open         // 11: new, at the very moment of the signup
    emil, 2025-03-12T23:59:59+08:00, open         // 12: returning; 13: dormant
    fay-phone, 2025-03-12T09:00:00+08:00, open    // 12: new
    fay, 2025-03-13T08:00:00+08:00, $identify, {"$anon_distinct_id": "fay-phone"}
    fay, 2025-03-13T09:00:00+08:00, open          // 13: returning, the same person
    gus, 2025-03-13T23:59:59+08:00, open          // 13: new
    gus, 2025-03-14T00:00:00+08:00, open          // after the end
    hana, 2025-03-09T23:59:59+08:00, open         // active the day before; 10: dormant
"#;

const DAYS: &str = "--interval day --from 2025-03-10 --to 2025-03-13";

fn counted(report: &Value, rows: [(&str, Value); 5]) {
    holds(
        &column(&report["intervals"], "label"),
        &json!(["2025-03-10", "2025-03-11", "2025-03-12", "2025-03-13"]),
    );
    for (name, counts) in rows {
        holds(&column(&report["intervals"], name), &counts);
    }
    holds(&column(&report["intervals"], "complete"), &json!([true, true, true, true]));
}

#[test]
fn who_is_new_is_known_from_the_first_event_of_any_kind() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("lifecycle open {DAYS}"));
    counted(
        &report,
        [
            // 10: Anna, Bert, Carl. 11: Anna, Emil. 12: Dora, Emil, Fay. 13: Anna, Fay, Gus.
            ("active", json!([3, 2, 3, 3])),
            // Anna; Emil; Fay; Gus.
            ("new", json!([1, 1, 1, 1])),
            // Carl; Anna; Emil; Fay.
            ("returning", json!([1, 1, 1, 1])),
            // Bert; nobody; Dora; Anna.
            ("resurrecting", json!([1, 0, 1, 1])),
            // Hana; Bert and Carl; Anna; Dora and Emil.
            ("dormant", json!([1, 2, 1, 2])),
        ],
    );
}

#[test]
fn who_is_new_may_be_known_from_the_activity_alone() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("lifecycle open --new first_activity {DAYS}"));
    // Bert's signup no longer counts: he is new on the 10th. All else stays.
    counted(
        &report,
        [
            ("active", json!([3, 2, 3, 3])),
            ("new", json!([2, 1, 1, 1])),
            ("returning", json!([1, 1, 1, 1])),
            ("resurrecting", json!([0, 0, 1, 1])),
            ("dormant", json!([1, 2, 1, 2])),
        ],
    );
}

#[test]
fn where_nobody_was_nobody_is_counted() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, "lifecycle open --interval day --from 2025-04-01 --to 2025-04-02");
    for name in ["active", "new", "returning", "resurrecting", "dormant"] {
        holds(&column(&report["intervals"], name), &json!([0, 0]));
    }
}
