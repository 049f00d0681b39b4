//! Who brings whom, counted by hand.

use serde_json::json;

use crate::events::{ask, project};
use crate::numbers::{column, estimate, holds};

/// Weeks from Monday in Shanghai, 3 to 30 March; ten days are over for whoever joined until 21 March, midnight.
const EVENTS: &str = r#"
    zoe, 2025-03-02T23:59:59+08:00, signup                             // before the period, and may bring others
    zoe, 2025-03-02T23:59:59+08:00, invite                             // before the period
    anna, 2025-03-03T00:00:00+08:00, signup                            // 3: by herself
    anna, 2025-03-03T09:00:00+08:00, invite
    anna, 2025-03-03T09:00:00+08:00, invite
    anna, 2025-03-04T09:00:00+08:00, invite
    anna, 2025-03-04T10:00:00+08:00, $identify, {"$anon_distinct_id": "anna-phone"}
    anna-phone, 2025-03-04T09:30:00+08:00, visit
    bert, 2025-03-05T00:00:00+08:00, signup, {"referrer": "anna"}      // 3: by Anna, after two days
    bert, 2025-03-06T09:00:00+08:00, invite
    carl, 2025-03-07T00:00:00+08:00, signup, {"referrer": "anna-phone"}  // 3: by Anna under another name, after four
    dora, 2025-03-12T00:00:00+08:00, signup, {"referrer": "bert"}      // 10: by Bert, after seven
    emil, 2025-03-12T23:59:59+08:00, signup, {"referrer": "zoe"}       // 10: by Zoe, after ten
    fay, 2025-03-18T09:00:00+08:00, signup                             // 17: by herself
    gus, 2025-03-19T09:00:00+08:00, signup, {"referrer": "gus"}        // 17: by himself, whatever he says
    hana, 2025-03-20T09:00:00+08:00, signup, {"referrer": "a blog"}    // 17: by somebody unknown
    ivan, 2025-03-20T09:00:00+08:00, signup, {"referrer": "jo"}        // 17: Jo joined later, so by himself
    jo, 2025-03-21T00:00:00+08:00, signup                              // 17: by herself, the last whose ten days are over
    lou, 2025-03-22T09:00:00+08:00, signup                             // 17: by herself
    bert, 2025-03-25T09:00:00+08:00, signup, {"referrer": "fay"}       // he joined before
    kim, 2025-03-31T00:00:00+08:00, signup, {"referrer": "fay"}        // after the end
    anna, 2025-03-10T09:00:00+08:00, review, {"text": "FLYWHEEL is great"}
    anna, 2025-03-11T09:00:00+08:00, review, {"text": "a bit slow"}
    bert, 2025-03-11T09:00:00+08:00, review, {"text": "nothing to say"}
    carl, 2025-03-11T09:00:00+08:00, review, {"text": "  "}            // nothing was written
"#;

#[test]
fn newcomers_are_told_by_who_brought_them() {
    let project = project("Asia/Shanghai", EVENTS);
    let asked = "word-of-mouth signup --referrer referrer --invited invite --within 10 --interval week --from 2025-03-03 --to 2025-03-30";
    let mentions = r#"--set mentions.event.event=review --set mentions.text.name=text --set mentions.names=["Flywheel"]"#;
    let report = ask(&project, &format!("{asked} {mentions}"));
    let expected = json!({
        // Anna, Bert, Carl, Dora, Emil, Fay, Gus, Hana, Ivan, Jo and Lou; brought: Bert, Carl, Dora, Emil and Hana.
        "newcomers": 11, "referred": 5,
        // Wilson's interval of 6 in 11.
        "organic": estimate(6.0 / 11.0, 0.280_091_537_409_322, 0.787_287_283_775_402),
        // All but Lou. Anna brought two within ten days, Bert one, eight nobody: 3/10 ± 1.96 · std(ddof=1) / √10 (numpy), cut at 0.
        "ripe": 10,
        "viral_coefficient": estimate(0.3, 0.0, 0.718_329_763_130_129),
        // 2, 4, 7 and 10 days; with four the interval is from the first to the last.
        "cycle_days": estimate(5.5, 2.0, 10.0),
        // Three by Anna, one by Bert; five came brought.
        "invitations": {"sent": 4, "people": 2, "joined_per_invitation": 1.25},
        // Anna, Fay, Gus, Ivan, Jo, Lou; Bert, Carl, Emil, Hana; Dora.
        "generations": [6, 4, 1],
        "referrers": [
            {"distinct_id": "anna", "brought": 2, "tree": 3},
            {"distinct_id": "a blog", "brought": 1, "tree": 1},
            {"distinct_id": "bert", "brought": 1, "tree": 1},
            {"distinct_id": "zoe", "brought": 1, "tree": 1},
        ],
        "steps": [
            {"step": "2025-03-03", "organic": 1, "referred": 2},
            {"step": "2025-03-10", "organic": 0, "referred": 2},
            {"step": "2025-03-17", "organic": 5, "referred": 1},
            {"step": "2025-03-24", "organic": 0, "referred": 0},
        ],
        // Anna's two texts and Bert's; one names the product. Wilson's interval of 1 in 2.
        "mentions": {
            "texts": 3, "mentions": 1, "people": 2, "people_who_mention": 1,
            "share": estimate(0.5, 0.094_531_205_734_231, 0.905_468_794_265_769),
        },
    });
    holds(&report, &expected);
    // Gus's and Ivan's.
    holds(&column(&report["warnings"], "code"), &json!(["growth.referral_impossible"]));
    holds(&report["warnings"][0]["message"]["args"]["count"], &json!("2"));
}

#[test]
fn a_shorter_time_counts_fewer_referrals() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, "word-of-mouth signup --within 4 --from 2025-03-03 --to 2025-03-30");
    // Four days are over for all eleven. Of Anna's two only Bert came before they were: Carl came exactly when they were.
    holds(&report, &json!({"ripe": 11, "viral_coefficient": {"value": 1.0 / 11.0}, "invitations": null}));
}

#[test]
fn nobody_joined_by_nobodys_word() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, "word-of-mouth signup --invited invite --from 2024-03-04 --to 2024-03-10");
    let expected = json!({
        "newcomers": 0, "referred": 0, "organic": null, "viral_coefficient": null, "ripe": 0, "cycle_days": null,
        "invitations": {"sent": 0, "people": 0, "joined_per_invitation": null},
        "generations": [], "referrers": [], "mentions": null,
        "steps": [{"step": "2024-03-04", "organic": 0, "referred": 0}],
    });
    holds(&report, &expected);
}
