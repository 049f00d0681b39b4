//! Growth accounting and the quick ratio, counted by hand.

use serde_json::json;

use crate::events::{ask, project};
use crate::numbers::{column, estimate, holds};

/// Weeks from Monday in Shanghai: 24 February, then 3, 10 and 17 March.
const EVENTS: &str = r#"
    anna, 2025-03-02T23:59:59+08:00, open, {"amount": 10, "$groups": {"company": "acme"}}  // the week before
    anna, 2025-03-03T00:00:00+08:00, open, {"amount": 10, "$groups": {"company": "acme"}}  // 3 March: retained
    anna, 2025-03-12T09:00:00+08:00, open, {"amount": 15}                                  // 10 March: retained; 17: churned
    bert, 2025-03-05T09:00:00+08:00, open, {"amount": 20, "$groups": {"company": "acme"}}  // 3: new; 10: churned
    bert, 2025-03-18T09:00:00+08:00, open, {"amount": 5, "$groups": {"company": "acme"}}   // 17: resurrected
    carl, 2025-03-09T23:59:59+08:00, open, {"amount": 8, "$groups": {"company": "beta"}}   // 3: new
    carl, 2025-03-10T00:00:00+08:00, open, {"amount": 6, "$groups": {"company": "beta"}}   // 10: retained
    carl, 2025-03-23T23:59:59+08:00, open, {"amount": 6}                                   // 17: retained
    dora, 2025-02-10T09:00:00+08:00, open, {"amount": 3}                                   // long before
    dora, 2025-03-11T09:00:00+08:00, open, {"amount": 4, "$groups": {"company": "beta"}}   // 10: resurrected
    dora, 2025-03-24T00:00:00+08:00, open, {"amount": 9}                                   // after the end; 17: churned
    emil-phone, 2025-03-06T09:00:00+08:00, open, {"amount": 2}                             // 3: new
    emil, 2025-03-13T08:00:00+08:00, $identify, {"$anon_distinct_id": "emil-phone"}
    emil, 2025-03-13T09:00:00+08:00, open, {"amount": 3}                                   // 10: retained; 17: churned
    fay, 2025-03-13T09:00:00+08:00, open, {"amount": 50}                                   // 10: new
    fay, 2025-03-20T09:00:00+08:00, open, {"amount": 50}                                   // 17: retained
    gus, 2025-03-05T09:00:00+08:00, ping                                                   // does something else
    hana, 2025-03-04T09:00:00+08:00, open, {"amount": 1}
    hana, 2025-03-04T09:00:00+08:00, open, {"amount": 1}                                   // 3: new, with 2; 10: churned
    ivan, 2025-03-20T09:00:00+08:00, open                                                  // 17: new, with no amount
"#;

const MARCH: &str = "--interval week --from 2025-03-03 --to 2025-03-23";

#[test]
fn people_and_their_value_are_accounted_for_week_by_week() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("growth open --value amount {MARCH}"));
    let steps = json!([
        // Anna retained; Bert, Carl, Emil and Hana new. Nobody lost, so no ratio. Wilson's interval of 1 in 1.
        {
            "step": "2025-03-03", "complete": true,
            "active": 5, "new": 4, "retained": 1, "resurrected": 0, "churned": 0,
            "quick_ratio": null, "retention": estimate(1.0, 0.206_549_314_377_237, 1.0),
            // Before: Anna's 10. Now 10 + 20 + 8 + 2 + 2.
            "value": {
                "total": 42.0, "new": 32.0, "resurrected": 0.0, "expansion": 0.0, "contraction": 0.0,
                "churned": 0.0, "quick_ratio": null,
            },
        },
        // Anna, Carl and Emil retained, Fay new, Dora resurrected; Bert and Hana churned.
        // (1 + 1) / 2 with e^±(1.96 √(1/2 + 1/2)); Wilson's interval of 3 in 5.
        {
            "step": "2025-03-10", "active": 5, "new": 1, "retained": 3, "resurrected": 1, "churned": 2,
            "quick_ratio": estimate(1.0, 0.140_863_494_093_218, 7.099_071_384_231_335),
            "retention": estimate(0.6, 0.230_724_281_276_013, 0.882_379_225_767_352),
            // 15 + 6 + 4 + 3 + 50; Anna +5 and Emil +1; Carl −2; Bert's 20 and Hana's 2 gone. 60 gained for 24 lost.
            "value": {
                "total": 78.0, "new": 50.0, "resurrected": 4.0, "expansion": 6.0, "contraction": 2.0,
                "churned": 22.0, "quick_ratio": 2.5,
            },
        },
        // Carl and Fay retained, Ivan new, Bert resurrected; Anna, Dora and Emil churned.
        // 2/3 with e^±(1.96 √(1/2 + 1/3)); Wilson's interval of 2 in 5.
        {
            "step": "2025-03-17", "complete": true,
            "active": 4, "new": 1, "retained": 2, "resurrected": 1, "churned": 3,
            "quick_ratio": estimate(2.0 / 3.0, 0.111_396_513_197_098, 3.989_751_848_498_818),
            "retention": estimate(0.4, 0.117_620_774_232_648, 0.769_275_718_723_987),
            // 5 + 6 + 50 + 0; the 15, 4 and 3 of the churned gone.
            "value": {
                "total": 61.0, "new": 0.0, "resurrected": 5.0, "expansion": 0.0, "contraction": 0.0,
                "churned": 22.0, "quick_ratio": 5.0 / 22.0,
            },
        },
    ]);
    holds(&report["steps"], &steps);
    holds(&report["warnings"], &json!([]));
}

#[test]
fn companies_are_accounted_for_like_people() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("growth open --value amount --group company {MARCH}"));
    // Acme: 10 the week before, 30 on 3 March (Anna and Bert), nothing on 10, 5 on 17.
    // Beta: 8 on 3 March, 10 on 10 (Carl and Dora), nothing on 17.
    let expected = [
        ("active", json!([2, 1, 1])),
        ("new", json!([1, 0, 0])),
        ("retained", json!([1, 1, 0])),
        ("resurrected", json!([0, 0, 1])),
        ("churned", json!([0, 1, 1])),
    ];
    for (name, counts) in expected {
        holds(&column(&report["steps"], name), &counts);
    }
    let values = column(&report["steps"], "value");
    holds(&column(&values, "total"), &json!([38, 10, 5]));
    holds(&column(&values, "expansion"), &json!([20, 2, 0]));
    holds(&column(&values, "churned"), &json!([0, 30, 10]));
}

#[test]
fn a_week_that_is_cut_short_is_not_complete() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, "growth open --interval week --from 2025-03-10 --to 2025-03-22");
    holds(&column(&report["steps"], "complete"), &json!([true, false]));
    // Carl's last event is on the 23rd: without it he has churned too.
    holds(&report["steps"][1], &json!({"active": 3, "retained": 1, "churned": 4}));
    holds(&column(&report["warnings"], "code"), &json!(["growth.step_open"]));
}

#[test]
fn where_nobody_was_nobody_is_counted() {
    let project = project("Asia/Shanghai", EVENTS);
    let report =
        ask(&project, "growth open --value amount --interval week --from 2024-01-01 --to 2024-01-14");
    for name in ["active", "new", "retained", "resurrected", "churned"] {
        holds(&column(&report["steps"], name), &json!([0, 0]));
    }
    holds(&column(&report["steps"], "quick_ratio"), &json!([null, null]));
    holds(&column(&report["steps"], "retention"), &json!([null, null]));
}
