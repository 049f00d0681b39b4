//! Before and after a release, counted by hand.

use serde_json::{Value, json};

use crate::events::{ask, project};
use crate::numbers::{column, estimate, holds};

/// Two days on either side of 9 March 2025 in New York, which has 23 hours.
const EVENTS: &str = r#"
    anna, 2025-03-06T23:59:59-05:00, order, {"amount": 99}   // before the first day
    anna, 2025-03-07T00:00:00-05:00, order, {"amount": 10}   // 7: its first moment
    anna, 2025-03-07T12:00:00-05:00, visit
    bert, 2025-03-07T12:00:00-05:00, visit
    anna, 2025-03-08T12:00:00-05:00, order, {"amount": 20}   // 8
    anna, 2025-03-08T23:59:59-05:00, visit
    anna, 2025-03-09T00:00:00-05:00, order, {"amount": 10}   // 9
    anna, 2025-03-09T03:00:00-04:00, visit                   // two hours later by the clock's hands three
    carl, 2025-03-09T12:00:00-04:00, order, {"amount": 5}
    carl, 2025-03-09T12:00:00-04:00, order, {"amount": 5}    // 9: twice at one moment
    carl, 2025-03-09T12:00:00-04:00, visit
    dan, 2025-03-09T12:00:00-04:00, deploy
    bert, 2025-03-10T12:00:00-04:00, visit
    bert, 2025-03-10T23:59:59-04:00, order, {"amount": 30}   // 10: its last second
    carl, 2025-03-10T12:00:00-04:00, visit
    carl-phone, 2025-03-10T12:00:00-04:00, order, {"amount": 10}   // 10
    carl, 2025-03-10T13:00:00-04:00, $identify, {"$anon_distinct_id": "carl-phone"}
    bert, 2025-03-11T00:00:00-04:00, order, {"amount": 70}   // 11
"#;

fn told(name: &str, before: Value, after: Value, difference: Value, relative: f64, earlier: f64) -> Value {
    json!({
        "name": name, "before": before, "after": after, "difference": difference, "relative": relative,
        "earlier": {"value": earlier},
    })
}

#[test]
fn every_kind_of_metric_is_compared() {
    let project = project("America/New_York", EVENTS);
    let metrics = "events:order people:order per_person:order sum(amount):order mean(amount):order sum_per_person(amount):order share:order/visit";
    let report = ask(&project, &format!("release {metrics} --at 2025-03-09 --steps 2"));
    holds(&report, &json!({"at": "2025-03-09 00:00", "steps_before": 2, "steps_after": 2}));
    // Orders on 7, 8, 9 and 10: Anna 1, 1, 1, 0; Bert 0, 0, 0, 1; Carl 0, 0, 2, 1. Intervals by the delta method over
    // these three people (numpy, mpmath 1.4.1); one person alone on a side has an interval of no width,
    // and what cannot be negative is cut at 0.
    let metrics = json!([
        // Two orders before and five after, for each of two days. Anna −1/2, Bert +1/2, Carl +3/2: ± 1.96 √(3/2 · 2.75).
        told(
            "order",
            estimate(1.0, 0.0, 3.400_455_838_177_655),
            estimate(2.5, 0.0, 6.480_705_670_526_68),
            estimate(1.5, -2.480_705_670_526_68, 5.480_705_670_526_68),
            1.5,
            0.0,
        ),
        // People anew each day: Anna, Anna; Anna and Carl, Bert and Carl.
        told(
            "people(order)",
            estimate(1.0, 0.0, 3.400_455_838_177_655),
            estimate(2.0, 0.0, 4.939_945_976_810_081),
            estimate(1.0, -1.939_945_976_810_081, 3.939_945_976_810_081),
            1.0,
            0.0,
        ),
        // 2 of 2; 5 of 4.
        told(
            "order / people",
            estimate(1.0, 1.0, 1.0),
            estimate(1.25, 0.882_506_752_898_740, 1.617_493_247_101_26),
            estimate(0.25, -0.117_493_247_101_26, 0.617_493_247_101_26),
            0.25,
            0.0,
        ),
        // 10 + 20; 10 + 10 + 30 + 10, for each of two days. Before: 10 on the 7th, 20 on the 8th.
        told(
            "sum(order.amount)",
            estimate(15.0, -21.006_837_572_664_83, 51.006_837_572_664_83),
            estimate(30.0, -14.908_416_592_710_275, 74.908_416_592_710_27),
            estimate(15.0, -34.486_664_852_185_23, 64.486_664_852_185_23),
            1.0,
            10.0,
        ),
        // 30 / 2; 60 / 5.
        told(
            "mean(order.amount)",
            estimate(15.0, 15.0, 15.0),
            estimate(12.0, 0.398_072_699_886_361, 23.601_927_300_113_637),
            estimate(-3.0, -14.601_927_300_113_639, 8.601_927_300_113_639),
            -0.2,
            10.0,
        ),
        // 30 / 2; 60 / 4.
        told(
            "sum(order.amount) / people",
            estimate(15.0, 15.0, 15.0),
            estimate(15.0, 3.772_895_851_822_431, 26.227_104_148_177_57),
            estimate(0.0, -11.227_104_148_177_569, 11.227_104_148_177_569),
            0.0,
            10.0,
        ),
        // A share lies between 0 and 1, and so does its interval.
        // Visitors: Anna and Bert, Anna; Anna and Carl, Bert and Carl. All ordered but Bert on the 7th: 2/3, and 4/4.
        told(
            "people(order) / people(visit)",
            estimate(2.0 / 3.0, 0.0, 1.0),
            estimate(1.0, 1.0, 1.0),
            estimate(1.0 / 3.0, -0.421_057_156_050_781, 1.087_723_822_717_448),
            0.5,
            // 1/1 on the 8th, 1/2 on the 7th.
            0.5,
        ),
    ]);
    holds(&report["metrics"], &metrics);
    // Two-sided normal: 0.46, 0.50, 0.18, 0.55, 0.61, 1 and 0.39, by scipy.stats.false_discovery_control.
    let q = 0.612_293_027_457_368 * 7.0 / 6.0;
    holds(&column(&report["metrics"], "q"), &json!([q, q, q, q, q, 1.0, q]));
}

#[test]
fn the_step_of_the_release_counts_on_neither_side() {
    let project = project("America/New_York", EVENTS);
    let expected = json!({
        "at": "2025-03-09 12:00", "steps_before": 2, "steps_after": 2,
        // 7 and 8: one order each. 10 and 11: two and one. The 9th is left out.
        "metrics": [{"before": {"value": 1.0}, "after": {"value": 1.5}, "difference": {"value": 0.5}}],
    });
    let by_moment = "release events:order --at 2025-03-09T12:00:00 --steps 2";
    holds(&ask(&project, by_moment), &expected);
    let by_marker = "release events:order --marker deploy --steps 2 --from 2025-03-07 --to 2025-03-11";
    holds(&ask(&project, by_marker), &expected);
}

#[test]
fn a_marker_that_nobody_met_compares_nothing() {
    let project = project("America/New_York", EVENTS);
    let report =
        ask(&project, "release events:order --marker deploy --steps 2 --from 2025-02-01 --to 2025-03-08");
    holds(&report, &json!({"at": null, "steps_before": 0, "steps_after": 0, "metrics": []}));
}

#[test]
fn nobody_before_and_after_is_no_difference() {
    let project = project("America/New_York", EVENTS);
    let report = ask(&project, "release events:order per_person:order --at 2024-06-01 --steps 7");
    let metrics = &report["metrics"];
    holds(&metrics[0], &json!({"before": {"value": 0}, "after": {"value": 0}, "relative": null, "q": null}));
    holds(&metrics[1], &json!({"before": null, "after": null, "difference": null, "q": null}));
}
