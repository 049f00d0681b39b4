//! The model of purchases and payments against another program's, on customers counted by hand.
//!
//! The likelihoods of BG/NBD (Fader, Hardie and Lee 2005, equation 6) and Gamma-Gamma (Fader and Hardie 2013, equation 1a) were
//! written down anew and their tops found by scipy 1.17.1 (`minimize`, Nelder-Mead from several starts, the logarithms of the
//! parameters); purchases expected are equation 10 with `scipy.special.hyp2f1`.

use std::fmt::Write;

use e2e::Project;
use serde_json::{Value, json};

use crate::events::{ask, project};
use crate::numbers::{estimate, holds, nearly_holds};

/// For each customer, days of purchase counted from 1 January 2025, and what was paid.
const CUSTOMERS: [&[(u32, u32)]; 14] = [
    &[(2, 3)],
    &[(13, 4)],
    &[(9, 24), (48, 15), (67, 7), (69, 17), (73, 10), (76, 14), (81, 32), (87, 16)],
    &[(5, 54), (10, 91)],
    &[(3, 17)],
    &[(6, 10), (12, 13), (15, 2)],
    &[(9, 6), (51, 2)],
    &[(2, 35)],
    &[(18, 2), (85, 9)],
    &[(4, 14), (27, 7), (28, 13), (77, 4)],
    &[(6, 26), (16, 16)],
    &[(4, 9), (8, 4), (25, 16), (31, 5), (35, 8), (44, 3), (46, 7)],
    &[(17, 18), (23, 9), (24, 10)],
    &[(15, 2)],
];

fn shop() -> Project {
    let mut table = String::new();
    for (customer, purchases) in CUSTOMERS.iter().enumerate() {
        for (day, paid) in *purchases {
            let (month, date) = match day {
                0..=30 => (1, day + 1),
                31..=58 => (2, day - 30),
                _ => (3, day - 58),
            };
            // The sixteenth day's purchase of the eleventh customer in two, one at either end of the day: one day of purchase.
            let parts = if (customer, *day) == (10, 16) {
                vec![("00:00:00", paid - 1), ("23:59:59", 1)]
            } else {
                vec![("12:00:00", *paid)]
            };
            for (clock, paid) in parts {
                let _ = writeln!(
                    table,
                    "c{customer}, 2025-{month:02}-{date:02}T{clock}+08:00, order, {{\"amount\": {paid}}}"
                );
            }
        }
    }
    project("Asia/Shanghai", &table)
}

fn values(of: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| of[*name]["value"].clone()).collect()
}

#[test]
fn the_model_is_that_of_another_program() {
    // From 1 January to 31 March, unseen from 2 March (day 60) on; four weeks ahead.
    let asked =
        "ltv order --value amount --interval month --unit week --horizon 28 --holdout-from 2025-03-02";
    let report = ask(&shop(), &format!("{asked} --from 2025-01-01 --to 2025-03-31"));
    holds(&report["customers"], &json!(14));

    let model = &report["model"];
    // Five came once.
    holds(model, &json!({"customers": 14, "repeaters": 9, "log_likelihood": -60.905_085_246_904}));
    let parameters = values(model, &["r", "alpha", "a", "b"]);
    nearly_holds(&parameters, &json!([0.442_900_18, 1.143_937_8, 1.940_868_79, 4.767_581_14]), 1e-4);
    // By the inverse of the likelihood's curvature (central differences) on the logarithm.
    nearly_holds(&model["r"], &estimate(0.442_900_18, 0.156_941_04, 1.249_899_79), 1e-3);
    let spend = &model["spend"];
    holds(
        spend,
        &json!({"customers": 9, "log_likelihood": -32.486_113_225_915, "correlation": -0.223_216_455_075_807}),
    );
    nearly_holds(&values(spend, &["p", "q", "v"]), &json!([2.252_239_36, 2.876_106_44, 12.909_587_05]), 1e-4);
    nearly_holds(&spend["mean"], &json!(15.497_777_487), 1e-4);

    let outlook = &report["outlook"];
    holds(&outlook["horizon_days"], &json!(28));
    let expected = json!([3.794_853_543_6, 0.271_060_967_4, 53.691_642_47, 3.835_117_32]);
    let found = values(outlook, &["purchases", "purchases_per_customer", "value", "value_per_customer"]);
    nearly_holds(&found, &expected, 1e-4);
    nearly_holds(&outlook["alive"], &json!(0.587_287_773), 1e-4);
    let group = |repeats: u32, customers: u32, purchases: f64| json!({"repeats": repeats, "customers": customers, "purchases": purchases});
    nearly_holds(
        &outlook["by_repeats"],
        &json!([
            group(0, 5, 0.130_092_89),
            group(1, 4, 0.167_154_03),
            group(2, 2, 0.033_772_98),
            group(3, 1, 0.626_648_09),
            group(6, 1, 0.140_243_57),
            group(7, 1, 1.641_335_37),
        ]),
        1e-4,
    );

    let check = &report["check"];
    // Day 60 to day 89. After it the third customer bought on six days (67 to 87), the ninth on day 85, the tenth on day 77.
    holds(check, &json!({"from": "2025-03-02", "days": 30, "actual": 8.0}));
    holds(&check["model"], &json!({"customers": 14, "repeaters": 8}));
    nearly_holds(
        &json!([check["predicted"], check["mean_absolute_error"], check["correlation"]]),
        &json!([3.256_345_45, 0.688_673_28, 0.189_136_84]),
        1e-4,
    );
    let group = |repeats: u32, customers: u32, predicted: f64, actual: f64| json!({"repeats": repeats, "customers": customers, "predicted": predicted, "actual": actual});
    nearly_holds(
        &check["by_repeats"],
        &json!([
            // Until then the ninth had not come back.
            group(0, 6, 0.206_791_17, 1.0 / 6.0),
            // The third had come back once.
            group(1, 4, 0.226_390_1, 6.0 / 4.0),
            // The tenth twice.
            group(2, 3, 0.136_847_04, 1.0 / 3.0),
            group(6, 1, 0.699_496_87, 0.0),
        ]),
        1e-4,
    );
}

#[test]
fn a_unit_of_days_only_changes_the_scale() {
    let asked = "ltv order --value amount --interval month --horizon 28 --from 2025-01-01 --to 2025-03-31";
    let shop = shop();
    let weeks = ask(&shop, &format!("{asked} --unit week"));
    let days = ask(&shop, &format!("{asked} --unit day"));
    let alpha = weeks["model"]["alpha"]["value"].as_f64().expect("a number");
    nearly_holds(&days["model"]["alpha"]["value"], &json!(7.0 * alpha), 1e-4);
    nearly_holds(&days["outlook"]["purchases"]["value"], &weeks["outlook"]["purchases"]["value"], 1e-4);
    // Two thirds of 90 days are 60: the same day as above.
    holds(&days["check"]["from"], &json!("2025-03-02"));
}
