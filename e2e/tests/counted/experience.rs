//! Task success, time on task and friction, counted by hand.

use serde_json::{Value, json};

use crate::events::{ask, project};
use crate::numbers::{column, estimate, holds};

/// 9 March 2025 in New York, when the clock goes from two to three. An attempt has thirty minutes.
const EVENTS: &str = r#"
    anna, 2025-03-09T01:50:00-05:00, open
    anna, 2025-03-09T01:55:00-05:00, address
    anna, 2025-03-09T03:10:00-04:00, order            // done after 20 minutes, whatever the clock's hands say: 1200 s
    anna, 2025-03-09T09:00:00-04:00, $exception, {"$pathname": "/home"}        // in no attempt
    bert, 2025-03-09T10:00:00-04:00, open
    bert, 2025-03-09T10:05:00-04:00, address
    bert, 2025-03-09T10:06:00-04:00, $exception, {"$pathname": "/checkout"}
    bert, 2025-03-09T10:07:00-04:00, $rageclick, {"$pathname": "/checkout"}
    bert, 2025-03-09T10:07:00-04:00, $rageclick, {"$pathname": "/checkout"}    // ends nowhere, at the address
    carl, 2025-03-09T11:00:00-04:00, open
    carl, 2025-03-09T11:05:00-04:00, cancel           // given up
    carl, 2025-03-09T11:35:00-04:00, open             // exactly 30 minutes later: a retry
    carl-phone, 2025-03-09T12:05:00-04:00, order      // done after exactly 30 minutes under another name: 1800 s
    carl, 2025-03-09T12:06:00-04:00, $identify, {"$anon_distinct_id": "carl-phone"}
    dora, 2025-03-09T12:00:00-04:00, open
    dora, 2025-03-09T12:01:00-04:00, open             // under way already: a retry
    dora, 2025-03-09T12:02:00-04:00, declined         // went wrong
    emil, 2025-03-09T13:00:00-04:00, order
    emil, 2025-03-09T13:00:00-04:00, open             // one moment: the start comes first, done after 0 s
    fay, 2025-03-09T23:50:00-04:00, open              // still under way at midnight
    fay, 2025-03-10T00:00:00-04:00, order             // after the end
    gus, 2025-03-09T15:00:00-04:00, open
    gus, 2025-03-09T15:05:00-04:00, pay
    gus, 2025-03-09T15:30:01-04:00, order             // a second too late: ended nowhere, at the payment
    hana, 2025-03-09T15:00:00-04:00, $dead_click, {"$pathname": "/pricing"}    // tries nothing
    hana, 2025-03-08T23:59:59-05:00, $dead_click, {"$pathname": "/pricing"}    // before the period
"#;

const TASK: &str = "experience --task checkout --start open --success order --step address --step pay --abandon cancel --fail declined --within 30";

fn step(name: &str, reached: u32, with_error: u32, rate: Value, rage_clicks: u32, dead_ends: u32) -> Value {
    json!({
        "step": name, "reached": reached, "with_error": with_error, "error_rate": rate,
        "rage_clicks": rage_clicks, "dead_ends": dead_ends,
    })
}

#[test]
fn attempts_are_told_by_how_they_ended() {
    let project = project("America/New_York", EVENTS);
    let report = ask(&project, &format!("{TASK} --from 2025-03-09 --to 2025-03-09"));
    let task = json!({
        "name": "checkout",
        // Anna, Bert, Carl twice, Dora, Emil, Gus; Fay tried too, and her end is not known.
        "people": 7, "attempts": 7, "succeeded": 3, "abandoned": 1, "failed": 1, "dead_ends": 2, "open": 1,
        // 3 of 7 by six people, of whom only Carl tried twice: worth seven (Korn and Graubard), Wilson's 3 in 7.
        "success": estimate(3.0 / 7.0, 0.158_219_855_251_470, 0.749_541_635_472_343),
        // 0, 1200 and 1800 s: nine in ten lie four fifths of the way from the second to the third.
        // By order statistics: 1.5 ± 1.7 is all three, 2.7 ± 1.02 the second and the third.
        "median_secs": estimate(1200.0, 0.0, 1800.0),
        "p90_secs": estimate(1680.0, 1200.0, 1800.0),
        // Carl and Dora.
        "retries": 2,
        // Bert's of seven, worth 5.57: 1/7 · 6/7 over 6/5 · ((6/7)² + (2/7)² + 4 (1/7)²) / 7².
        "with_friction": estimate(1.0 / 7.0, 0.021_736_803_098_371, 0.555_582_578_171_025),
        "steps": [
            // Bert's error came after the address.
            step("open", 7, 0, estimate(0.0, 0.0, 0.354_330_435_066_687), 0, 0),
            // Anna and Bert: Wilson's 1 in 2.
            step("address", 2, 1, estimate(0.5, 0.094_531_205_734_231, 0.905_468_794_265_769), 2, 1),
            // Gus: Wilson's 0 in 1.
            step("pay", 1, 0, estimate(0.0, 0.0, 0.793_450_685_622_763), 0, 1),
        ],
    });
    holds(&report["tasks"], &json!([task]));
    let place =
        |place: &str, events: u32, people: u32| json!({"place": place, "events": events, "people": people});
    holds(
        &report["friction"],
        &json!([
            {"event": "$rageclick", "events": 2, "people": 1, "places": [place("/checkout", 2, 1)]},
            {"event": "$dead_click", "events": 1, "people": 1, "places": [place("/pricing", 1, 1)]},
            {
                "event": "$exception", "events": 2, "people": 2,
                "places": [place("/checkout", 1, 1), place("/home", 1, 1)],
            },
        ]),
    );
    holds(&report["warnings"], &json!([]));
}

#[test]
fn nobody_tries_nothing() {
    let project = project("America/New_York", EVENTS);
    let report = ask(&project, &format!("{TASK} --from 2024-03-09 --to 2024-03-09"));
    let task = json!({
        "people": 0, "attempts": 0, "open": 0, "retries": 0,
        "success": null, "median_secs": null, "p90_secs": null, "with_friction": null,
    });
    holds(&report["tasks"], &json!([task]));
    holds(&column(&report["tasks"][0]["steps"], "reached"), &json!([0, 0, 0]));
    holds(&column(&report["friction"], "events"), &json!([0, 0, 0]));
}
