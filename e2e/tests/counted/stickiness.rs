//! On how many days people were there, counted by hand.

use serde_json::{Value, json};

use crate::events::{ask, project};
use crate::numbers::{column, holds};

/// Days in New York, asked about 1 to 4 November 2025: the 2nd has 25 hours, and half past one twice.
const EVENTS: &str = r#"
    anna, 2025-11-01T12:00:00-04:00, open
    anna, 2025-11-02T00:00:00-04:00, open         // the 2nd's first moment
    anna, 2025-11-02T23:59:59-05:00, open         // the 2nd's last second, almost 25 hours later
    anna, 2025-11-03T00:00:00-05:00, open
    anna, 2025-11-04T12:00:00-05:00, open         // four days: 1, 2, 3 and 4
    bert, 2025-11-01T23:59:59-04:00, open
    bert, 2025-11-02T00:00:00-04:00, open         // a second later, two days: 1 and 2
    carl, 2025-11-02T01:30:00-04:00, open
    carl, 2025-11-02T01:30:00-05:00, open         // an hour later by another clock, one day: 2
    dora, 2025-10-31T23:59:59-04:00, open         // before the period, in the 7 and the 30 days
    emil-phone, 2025-11-03T12:00:00-05:00, open
    emil, 2025-11-03T13:00:00-05:00, $identify, {"$anon_distinct_id": "emil-phone"}
    emil, 2025-11-04T12:00:00-05:00, open         // two days: 3 and 4
    fay, 2025-10-03T00:00:00-04:00, open          // in the 30 days that end with 1 November, not in those of the 2nd
    gus, 2025-11-05T00:00:00-05:00, open          // after the end
    hana, 2025-11-02T12:00:00-05:00, ping         // does something else
"#;

const DAYS: &str = "--from 2025-11-01 --to 2025-11-04";

fn row(report: &Value, name: &str) -> Value {
    column(&report["frequency"], name)
}

#[test]
fn people_are_counted_by_their_days_and_days_by_their_people() {
    let project = project("America/New_York", EVENTS);
    let report = ask(&project, &format!("stickiness open {DAYS}"));
    // Carl 1, Bert 2, Emil 2, Anna 4: nine days of four people.
    holds(&report, &json!({"people": 4, "mean_intervals": 9.0 / 4.0}));
    holds(&row(&report, "intervals"), &json!([1, 2, 3, 4]));
    holds(&row(&report, "people"), &json!([1, 2, 0, 1]));
    holds(&row(&report, "share"), &json!([0.25, 0.5, 0.0, 0.25]));
    holds(&row(&report, "or_more"), &json!([4, 3, 1, 1]));
    // Wilson's intervals of 1, 2, 0 and 1 in 4.
    let (low, high) = (0.045_587_260_809_700_6, 0.699_358_157_417_598);
    holds(&row(&report, "low"), &json!([low, 0.150_038_989_152_15, 0.0, low]));
    holds(&row(&report, "high"), &json!([high, 0.849_961_010_847_85, 0.489_890_836_454_597, high]));
    holds(
        &report["days"],
        &json!([
            // Anna, Bert; with Dora in the week; with Dora and Fay in the month.
            {"label": "2025-11-01", "day": 2, "week": 3, "month": 4, "complete": true},
            // Anna, Bert, Carl; with Dora; Fay is out.
            {"label": "2025-11-02", "day": 3, "week": 4, "month": 4},
            // Anna, Emil; all but Fay.
            {"label": "2025-11-03", "day": 2, "week": 5, "month": 5},
            {"label": "2025-11-04", "day": 2, "week": 5, "month": 5, "complete": true},
        ]),
    );
    let mean = |shares: [f64; 4]| shares.iter().sum::<f64>() / 4.0;
    holds(&report["day_of_month"], &json!(mean([2.0 / 4.0, 3.0 / 4.0, 2.0 / 5.0, 2.0 / 5.0])));
    holds(&report["day_of_week"], &json!(mean([2.0 / 3.0, 3.0 / 4.0, 2.0 / 5.0, 2.0 / 5.0])));
}

#[test]
fn twice_a_day_may_be_asked_for() {
    let project = project("America/New_York", EVENTS);
    let report = ask(&project, &format!("stickiness open --at-least 2 {DAYS}"));
    // Only Anna and Carl were there twice in a day, both on the 2nd.
    holds(&report, &json!({"people": 2, "mean_intervals": 1.0}));
    holds(&row(&report, "people"), &json!([2, 0, 0, 0]));
}

#[test]
fn hours_of_the_long_day_are_twenty_five() {
    let project = project("America/New_York", EVENTS);
    let report = ask(&project, "stickiness open --interval hour --from 2025-11-02 --to 2025-11-02");
    holds(&json!(report["frequency"].as_array().map(Vec::len)), &json!(25));
    // Bert in one hour; Anna in the first and the last; Carl in both that begin at one.
    holds(&report, &json!({"people": 3, "mean_intervals": 5.0 / 3.0}));
    holds(&json!(row(&report, "people").as_array().map(|rows| &rows[..3])), &json!([1, 2, 0]));
}

#[test]
fn where_nobody_was_nobody_is_counted() {
    let project = project("America/New_York", EVENTS);
    let report = ask(&project, "stickiness open --from 2024-11-01 --to 2024-11-02");
    holds(&report, &json!({"people": 0, "mean_intervals": null, "day_of_month": null, "day_of_week": null}));
    holds(&row(&report, "people"), &json!([0, 0]));
    holds(&row(&report, "share"), &json!([null, null]));
}
