//! What a customer is worth by cohort, counted by hand.

use serde_json::json;

use crate::events::{ask, project};
use crate::numbers::{column, estimate, holds};

/// Months in Shanghai, asked about January to March 2025.
const EVENTS: &str = r#"
    anna, 2025-01-01T00:00:00+08:00, order, {"amount": 10}    // January's first moment
    anna, 2025-02-05T09:00:00+08:00, order, {"amount": 20}
    anna, 2025-03-31T23:59:59+08:00, order, {"amount": 5}     // March's last second: came back twice
    anna, 2025-04-01T00:00:00+08:00, order, {"amount": 99}    // after the end
    bert, 2025-01-31T23:59:59+08:00, order, {"amount": 10}    // January's last second
    carl, 2024-12-31T23:59:59+08:00, order, {"amount": 70}    // first bought before the period: not one of its customers
    carl, 2025-02-10T09:00:00+08:00, order, {"amount": 70}
    dora, 2025-02-01T00:00:00+08:00, order, {"amount": 30}
    dora, 2025-02-01T00:00:00+08:00, order, {"amount": 6}     // the same moment: still the first day
    dora, 2025-02-10T09:00:00+08:00, order, {"amount": 12}    // came back once
    emil-phone, 2025-02-03T09:00:00+08:00, order, {"amount": 8}
    emil, 2025-03-03T09:00:00+08:00, order, {"amount": 8}     // came back once, under another name
    emil, 2025-03-04T09:00:00+08:00, $identify, {"$anon_distinct_id": "emil-phone"}
    fay, 2025-03-15T09:00:00+08:00, order, {"amount": 100}
    gus, 2025-03-15T09:00:00+08:00, visit                     // buys nothing
"#;

#[test]
fn cohorts_are_told_by_what_a_customer_had_paid() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, "ltv order --value amount --interval month --from 2025-01-01 --to 2025-03-31");
    // Anna, Bert, Dora, Emil and Fay; Anna, Dora and Emil came back.
    holds(&report, &json!({"customers": 5, "model": {"customers": 5, "repeaters": 3}}));
    // Means with ± 1.96 · std(ddof=1) / √n, by numpy.
    let cohorts = json!([
        // Anna and Bert: 10 and 10; 30 and 10; 35 and 10.
        {
            "step": "2025-01", "customers": 2,
            "value_by_age": [
                estimate(10.0, 10.0, 10.0),
                estimate(20.0, 0.400_360_154_599_461, 39.599_639_845_400_54),
                estimate(22.5, -1.999_549_806_750_675, 46.999_549_806_750_68),
            ],
        },
        // Dora and Emil: 48 and 8; 48 and 16.
        {
            "step": "2025-02", "customers": 2,
            "value_by_age": [
                estimate(28.0, -11.199_279_690_801_077, 67.199_279_690_801_08),
                estimate(32.0, 0.640_576_247_359_135, 63.359_423_752_640_865),
            ],
        },
        {"step": "2025-03", "customers": 1, "value_by_age": [estimate(100.0, 100.0, 100.0)]},
    ]);
    holds(&report["cohorts"], &cohorts);
}

#[test]
fn an_age_that_is_not_over_is_left_out() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, "ltv order --value amount --interval month --from 2025-01-01 --to 2025-03-30");
    let ages: Vec<usize> = report["cohorts"]
        .as_array()
        .expect("cohorts")
        .iter()
        .map(|cohort| cohort["value_by_age"].as_array().expect("ages").len())
        .collect();
    assert_eq!(ages, [2, 1, 0]);
}

#[test]
fn nobody_is_worth_nothing() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, "ltv order --value amount --interval month --from 2024-01-01 --to 2024-03-31");
    holds(&report, &json!({"customers": 0, "cohorts": [], "model": null, "outlook": null, "check": null}));
    holds(&column(&report["warnings"], "code"), &json!([]));
}
