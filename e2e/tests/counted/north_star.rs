//! The metric that matters most and what drives it, counted by hand.

use serde_json::json;

use crate::events::{ask, project};
use crate::numbers::{column, estimate, holds};

/// 2 and 3 November 2025 in New York, beside the two days before: the 2nd has 25 hours.
const EVENTS: &str = r#"
    anna, 2025-10-30T23:30:00-04:00, order   // within 49 hours before the 2nd, not within two days
    anna, 2025-10-31T00:00:00-04:00, order   // before
    anna, 2025-11-01T23:59:59-04:00, order   // before
    anna, 2025-11-02T00:00:00-04:00, order   // after
    bert, 2025-11-01T12:00:00-04:00, order   // before
    carl, 2025-11-02T01:30:00-04:00, order   // after
    carl, 2025-11-02T01:30:00-05:00, order   // after, an hour later
    carl, 2025-11-03T23:59:59-05:00, order   // after
    carl, 2025-11-04T00:00:00-05:00, order   // past the end
    dora, 2025-11-03T12:00:00-05:00, order
    dora-phone, 2025-11-03T12:00:00-05:00, order   // after, the same moment, the same person
    dora, 2025-11-03T13:00:00-05:00, $identify, {"$anon_distinct_id": "dora-phone"}
"#;

const DAYS: &str = "--from 2025-11-02 --to 2025-11-03 --interval day";

#[test]
fn a_product_is_told_by_its_factors() {
    let project = project("America/New_York", EVENTS);
    let asked = "north-star events:order --input people:order --input per_person:order";
    let report = ask(&project, &format!("{asked} {DAYS}"));
    holds(&report, &json!({"before": "2025-10-31 … 2025-11-01", "after": "2025-11-02 … 2025-11-03"}));
    // Before, after: Anna 2, 1; Bert 1, 0; Carl 0, 3; Dora 0, 2: four people.
    // A sum's variance is 4/3 of the sum of squares (people drawn anew, their number too), so 3 ± 1.96 √(4/3 · 5), and so on;
    // ratios and contributions go by the delta method (numpy, derivatives by mpmath 1.4.1). What cannot be negative is cut at 0.
    let nodes = json!([
        {
            "name": "order", "drives": null,
            "before": estimate(3.0, 0.0, 8.060_605_247_526_64),
            "after": estimate(6.0, 0.0, 14.468_012_241_348_24),
            // −1, −1, 3 and 2: ± 1.96 √(4/3 · 15).
            "change": estimate(3.0, -5.765_225_405_765_817, 11.765_225_405_765_817),
            "contribution": null, "unexplained": 0.0,
        },
        {
            "name": "people(order)", "drives": 0,
            "before": estimate(2.0, 0.0, 5.200_607_784_236_873),
            "after": estimate(3.0, 0.0, 6.919_927_969_080_108),
            "change": estimate(1.0, -2.919_927_969_080_108, 4.919_927_969_080_108),
            // One person more, at 1.5 orders each if first, at 2 if last: 1.75.
            "contribution": estimate(1.75, -5.496_911_186_687_08, 8.996_911_186_687_08),
            "unexplained": null,
        },
        {
            "name": "order / people", "drives": 0,
            "before": estimate(1.5, 0.699_848_053_940_782, 2.300_151_946_059_218),
            "after": estimate(2.0, 0.933_130_738_587_709, 3.066_869_261_412_291),
            "change": estimate(0.5, -1.122_378_092_011_405, 2.122_378_092_011_405),
            // Half an order more each, of 2 people or of 3: 1.25.
            "contribution": estimate(1.25, -2.617_401_072_619_555, 5.117_401_072_619_554),
        },
    ]);
    holds(&report["nodes"], &nodes);
    // Day by day: Anna; Anna and Bert; Anna and Carl twice; Carl and Dora twice.
    holds(&report["charts"][0]["axis"], &json!(["2025-10-31", "2025-11-01", "2025-11-02", "2025-11-03"]));
    holds(&report["charts"][0]["series"][0]["values"], &json!([1, 2, 3, 3]));
}

#[test]
fn a_sum_is_told_by_its_parts_and_the_rest() {
    let table = r#"
        anna, 2025-03-01T00:00:00Z, order, {"plan": "pro", "amount": 10}
        bert, 2025-03-01T00:00:00Z, order, {"plan": "free", "amount": 4}
        anna, 2025-03-02T23:59:59Z, order, {"plan": "pro", "amount": 30}
        bert, 2025-03-02T12:00:00Z, order, {"plan": "free", "amount": 1}
        carl, 2025-03-02T12:00:00Z, order, {"plan": "team", "amount": 5}
    "#;
    let project = project("Etc/UTC", table);
    let asked = "north-star sum(amount):order --combine sum --input sum(amount):order[plan=pro] --input sum(amount):order[plan=free]";
    let report = ask(&project, &format!("{asked} --from 2025-03-02 --to 2025-03-02"));
    let value = |name: &str| column(&column(&report["nodes"], name), "value");
    // 14 before; 36 after. The pro plan +20, the free one −3; Carl's 5 are nobody's.
    holds(&value("before"), &json!([14, 10, 4]));
    holds(&value("after"), &json!([36, 30, 1]));
    holds(&value("change"), &json!([22, 20, -3]));
    holds(&value("contribution"), &json!([null, 20, -3]));
    holds(&report["nodes"][0]["unexplained"], &json!(5));
    holds(&column(&report["warnings"], "code"), &json!(["growth.unexplained"]));
}

#[test]
fn nobody_drives_nothing() {
    let project = project("America/New_York", EVENTS);
    let asked = "north-star events:order --input people:order --input per_person:order";
    let report = ask(&project, &format!("{asked} --from 2024-11-02 --to 2024-11-03"));
    let value = |name: &str| column(&column(&report["nodes"], name), "value");
    // Nobody has no orders each.
    holds(&value("before"), &json!([0, 0, null]));
    holds(&value("after"), &json!([0, 0, null]));
    holds(&value("contribution"), &json!([null, null, null]));
    holds(&report["nodes"][0]["unexplained"], &json!(null));
}
