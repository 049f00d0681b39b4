//! Recurring revenue as movements, and ARPU, counted by hand.

use serde_json::json;

use crate::events::{ask, project};
use crate::numbers::{column, estimate, holds};

/// Months in Shanghai, asked about March to May 2025.
const EVENTS: &str = r#"
    anna, 2025-02-10T09:00:00+08:00, pay, {"amount": 30}      // February 30
    anna, 2025-03-10T09:00:00+08:00, pay, {"amount": 30}      // March 30
    anna, 2025-04-10T09:00:00+08:00, pay, {"amount": 40}      // April 40, May nothing
    bert, 2025-03-31T23:59:59+08:00, pay, {"amount": 60, "covers": "quarter"}  // March, April and May 20 each
    carl, 2025-04-01T00:00:00+08:00, pay, {"amount": 50}      // April 50
    carl, 2025-05-10T09:00:00+08:00, pay, {"amount": 20}      // May 20
    dora, 2025-01-10T09:00:00+08:00, pay, {"amount": 15}      // January 15, February and March nothing
    dora, 2025-04-10T09:00:00+08:00, pay, {"amount": 15}      // April 15
    dora, 2025-05-10T09:00:00+08:00, pay, {"amount": 15}
    dora, 2025-05-20T09:00:00+08:00, pay, {"amount": -25}     // May −10: nothing recurring
    emil, 2025-04-20T09:00:00+08:00, donate, {"amount": 100}  // April, once
    fay, 2024-06-10T09:00:00+08:00, pay, {"amount": 120, "covers": "annual"}   // June 2024 to May 2025 10 each
    gus, 2025-03-05T09:00:00+08:00, visit
    gus, 2025-04-05T09:00:00+08:00, visit                     // there in March and April, never pays
    anna, 2025-03-05T09:00:00+08:00, visit                    // there in March, and pays
    hana-phone, 2025-03-20T09:00:00+08:00, pay, {"amount": 5} // March 5
    hana, 2025-04-20T08:00:00+08:00, $identify, {"$anon_distinct_id": "hana-phone"}
    hana, 2025-04-20T09:00:00+08:00, pay, {"amount": 7}       // April 7
    hana, 2025-05-31T23:59:59+08:00, pay, {"amount": 7}       // May 7
    ivan, 2025-06-01T00:00:00+08:00, pay, {"amount": 99}      // after the end
"#;

#[test]
fn revenue_moves_month_by_month() {
    let project = project("Asia/Shanghai", EVENTS);
    let asked = "revenue pay --covers covers --one-off donate --active visit --interval month --from 2025-03-01 --to 2025-05-31";
    let report = ask(&project, asked);
    // The intervals of means are mean ± 1.96 · std(ddof=1) / √n of numpy; those of kept revenue the ratio estimator's
    // (Cochran 1977, section 6.4) over those who paid the month before; those of shares Wilson's.
    let steps = json!([
        // February: Anna 30 and Fay 10. March: Anna 30, Bert 20, Fay 10, Hana 5.
        {
            "step": "2025-03", "complete": true, "revenue": 95.0, "mrr": 65.0,
            "new": 25.0, "reactivation": 0.0, "expansion": 0.0, "contraction": 0.0, "churn": 0.0,
            "payers": 4, "new_payers": 2, "reactivated_payers": 0, "churned_payers": 0,
            "payer_churn": estimate(0.0, 0.0, 0.657_619_772_493_347),
            "net_retention": estimate(1.0, 1.0, 1.0),
            "per_payer": estimate(16.25, 5.385_156_312_940_044, 27.114_843_687_059_956),
            // Anna and Gus were active; with Bert and Hana, who paid, four share the 95.
            "active": 2, "arpu": estimate(23.75, -3.199_504_787_425_742, 50.699_504_787_425_74),
        },
        // Anna 40, Bert 20, Carl 50, Dora 15, Fay 10, Hana 7. Anna +10, Hana +2, the same person as her phone.
        {
            "step": "2025-04", "revenue": 212.0, "mrr": 142.0,
            "new": 50.0, "reactivation": 15.0, "expansion": 12.0, "contraction": 0.0, "churn": 0.0,
            "payers": 6, "new_payers": 1, "reactivated_payers": 1, "churned_payers": 0,
            "payer_churn": estimate(0.0, 0.0, 0.489_890_836_454_597),
            // 40 + 20 + 10 + 7 of 65.
            "net_retention": estimate(77.0 / 65.0, 0.969_682_095_834_572, 1.399_548_673_396_197),
            "per_payer": estimate(142.0 / 6.0, 9.746_168_972_039_298, 37.587_164_361_294_036),
            // 40 + 50 + 15 + 100 + 7 of five who paid, and Gus.
            "active": 1, "arpu": estimate(212.0 / 6.0, 5.644_928_442_359_916, 65.021_738_224_306_76),
        },
        // Bert 20, Carl 20, Fay 10, Hana 7. Carl −30; Anna's 40 and Dora's 15 gone.
        {
            "step": "2025-05", "complete": true, "revenue": 17.0, "mrr": 57.0,
            "new": 0.0, "reactivation": 0.0, "expansion": 0.0, "contraction": 30.0, "churn": 55.0,
            "payers": 4, "new_payers": 0, "reactivated_payers": 0, "churned_payers": 2,
            "payer_churn": estimate(2.0 / 6.0, 0.096_771_411_105_780, 0.700_006_684_861_608),
            "net_retention": estimate(57.0 / 142.0, 0.066_448_436_937_795, 0.736_368_464_470_656),
            "per_payer": estimate(14.25, 7.633_609_407_124_345, 20.866_390_592_875_653),
            // 20 − 10 + 7 of Carl, Dora and Hana.
            "active": 0, "arpu": estimate(17.0 / 3.0, -11.357_337_756_014_825, 22.690_671_089_348_16),
        },
    ]);
    holds(&report["steps"], &steps);
    holds(&report["warnings"], &json!([]));
}

#[test]
fn who_was_paid_back_all_they_paid_has_paid() {
    let table = r#"
        anna, 2025-03-10T09:00:00Z, pay, {"amount": 30}
        bert, 2025-03-10T09:00:00Z, pay, {"amount": 10}
        bert, 2025-03-10T09:00:00Z, pay, {"amount": -10}      // at the same moment
        carl, 2025-03-10T09:00:00Z, visit
        dora, 2025-03-10T09:00:00Z, pay                       // no amount: neither revenue nor a payer
    "#;
    let project = project("Etc/UTC", table);
    let report = ask(&project, "revenue pay --active visit --from 2025-03-01 --to 2025-03-31");
    // Anna and Bert paid, Carl was active: 30 over three.
    holds(
        &report["steps"],
        &json!([{"revenue": 30.0, "mrr": 30.0, "payers": 1, "active": 1, "arpu": {"value": 10.0}}]),
    );
    holds(&column(&report["warnings"], "code"), &json!(["growth.revenue_unread"]));
}

#[test]
fn weeks_may_be_covered_by_number() {
    let table = r#"
        anna, 2025-03-03T00:00:00Z, pay, {"amount": 30, "weeks": 3}   // 3, 10 and 17 March 10 each
        anna, 2025-03-24T00:00:00Z, pay, {"amount": 12, "weeks": 1}   // 24: +2
    "#;
    let project = project("Etc/UTC", table);
    let report =
        ask(&project, "revenue pay --covers weeks --interval week --from 2025-03-10 --to 2025-03-30");
    holds(&column(&report["steps"], "revenue"), &json!([0, 0, 12]));
    holds(&column(&report["steps"], "mrr"), &json!([10, 10, 12]));
    // She paid already in the week before the first: she is not new.
    holds(&column(&report["steps"], "new"), &json!([0, 0, 0]));
    holds(&column(&report["steps"], "expansion"), &json!([0, 0, 2]));
}

#[test]
fn nobody_pays_nothing() {
    let project = project("Asia/Shanghai", EVENTS);
    let report =
        ask(&project, "revenue pay --active visit --interval month --from 2023-03-01 --to 2023-03-31");
    let none = json!({
        "revenue": 0.0, "mrr": 0.0, "payers": 0, "active": 0,
        "payer_churn": null, "net_retention": null, "per_payer": null, "arpu": null,
    });
    holds(&report["steps"], &json!([none]));
}
