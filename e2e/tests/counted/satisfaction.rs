//! NPS, CSAT and CES, counted by hand.

use serde_json::json;

use crate::events::{ask, project};
use crate::numbers::{column, estimate, holds};

/// March to May 2025 in Shanghai; whoever answered until 26 April was seen for the 35 days that staying takes.
const NPS: &str = r#"
    anna, 2025-03-03T09:00:00+08:00, survey sent, {"$survey_response": 10}
    anna, 2025-03-10T09:00:00+08:00, visit               // exactly seven days: stayed
    bert, 2025-03-04T09:00:00+08:00, survey sent, {"$survey_response": "9"}   // as text, as surveys send it
    bert, 2025-04-08T09:00:00+08:00, visit               // exactly 35 days: too late
    carl, 2025-03-05T09:00:00+08:00, survey sent, {"$survey_response": 8}     // neither good nor bad
    dora, 2025-03-05T09:00:00+08:00, survey sent, {"$survey_response": 6}
    emil, 2025-03-31T23:59:59+08:00, survey sent, {"$survey_response": 0}     // March's last second
    emil, 2025-04-06T09:00:00+08:00, visit               // day six: too early
    gus, 2025-03-06T09:00:00+08:00, survey sent, {"$survey_response": 10}
    gus, 2025-03-06T09:00:00+08:00, survey sent, {"$survey_response": 2}      // two answers at one moment: the first is the lower
    gus, 2025-03-14T09:00:00+08:00, visit                // day eight: stayed
    fay, 2025-04-01T00:00:00+08:00, survey sent, {"$survey_response": 9}      // April's first moment
    hana, 2025-04-02T09:00:00+08:00, survey sent, {"$survey_response": 7}
    ivan-phone, 2025-04-03T09:00:00+08:00, survey sent, {"$survey_response": 10}
    ivan, 2025-04-04T09:00:00+08:00, $identify, {"$anon_distinct_id": "ivan-phone"}
    ivan, 2025-04-04T10:00:00+08:00, survey sent, {"$survey_response": 9}     // one person, two answers
    ivan, 2025-04-13T09:00:00+08:00, visit               // day ten: stayed
    jo, 2025-04-05T09:00:00+08:00, survey sent, {"$survey_response": 11}      // not on the scale
    kim, 2025-06-01T00:00:00+08:00, survey sent, {"$survey_response": 0}      // after the end
"#;

#[test]
fn promoters_less_detractors_make_the_score() {
    let project = project("Asia/Shanghai", NPS);
    let report =
        ask(&project, "satisfaction --staying visit --interval month --from 2025-03-01 --to 2025-05-31");
    // The ratio estimator with people as the sample (Cochran 1977, section 6.4), by numpy.
    let march = json!({
        // Good: Anna, Bert, Gus; bad: Dora, Emil, Gus: 0 points.
        "step": "2025-03", "answers": 7, "people": 6, "good": 3, "bad": 3,
        "score": estimate(0.0, -61.343_799_213_159_68, 61.343_799_213_159_68),
    });
    let april = json!({
        // Good: Fay, Ivan twice; Hana in between: 75 points, the interval cut at 100. Below, what three people leave
        // open: Wilson's upper end of none in three is 0.5615, and 75 − 0.5615 × 175 lies below the estimator's 18.9.
        "step": "2025-04", "answers": 4, "people": 3, "good": 3, "bad": 0,
        "score": estimate(75.0, -23.261_980_557_132_97, 100.0),
    });
    let may = json!({"step": "2025-05", "answers": 0, "people": 0, "good": 0, "bad": 0, "score": null});
    holds(&report["steps"], &json!([march, april, may]));
    // (6 − 3) / 11.
    holds(
        &report["total"],
        &json!({
            "answers": 11, "people": 9, "good": 6, "bad": 3,
            "score": estimate(300.0 / 11.0, -24.097_056_930_886_25, 78.642_511_476_340_79),
        }),
    );
    // From 0 to 10: Emil; Gus; Dora; Hana; Carl; Bert, Fay and Ivan; Anna, Gus and Ivan.
    holds(&report["answers"], &json!([1, 0, 1, 0, 0, 0, 1, 1, 1, 3, 3]));
    // Good: Anna and Ivan stayed, Bert and Fay did not; bad: Gus stayed, Dora and Emil did not.
    // Newcombe's method 10 of scipy's Wilson intervals; Fisher: (18 + 12 + 4 + 1) / 35 = 1.
    holds(
        &report["staying"],
        &json!({
            "good": 4, "good_stayed": 2, "bad": 3, "bad_stayed": 1,
            "difference": estimate(1.0 / 6.0, -0.410_533_641_395_704, 0.609_803_721_850_116), "p": 1.0,
        }),
    );
    holds(&column(&report["warnings"], "code"), &json!(["growth.off_scale"]));
}

#[test]
fn what_satisfied_people_answer_makes_a_share() {
    let table = r#"
        anna, 2025-03-03T09:00:00Z, rated, {"stars": 5}
        bert, 2025-03-03T09:00:00Z, rated, {"stars": 4}
        carl, 2025-03-03T09:00:00Z, rated, {"stars": 4}
        dora, 2025-03-03T09:00:00Z, rated, {"stars": 3}   // neither
        emil, 2025-03-03T09:00:00Z, rated, {"stars": 2}
        fay, 2025-03-03T09:00:00Z, rated, {"stars": 1}
        gus, 2025-03-03T09:00:00Z, rated, {"stars": 5}
        gus, 2025-03-04T09:00:00Z, rated, {"stars": 1}
        hana, 2025-03-04T09:00:00Z, rated, {"stars": "fine"}   // no number
    "#;
    let project = project("Etc/UTC", table);
    let asked = "satisfaction --score csat --event rated --answer stars --from 2025-03-01 --to 2025-03-31";
    let report = ask(&project, asked);
    // Anna, Bert, Carl and Gus once of eight; Gus took both sides, so that eight answers are worth eight people: Wilson's 4 in 8.
    let score = estimate(0.5, 0.215_216_062_213_878, 0.784_783_937_786_122);
    holds(&report["total"], &json!({"answers": 8, "people": 7, "good": 4, "bad": 3, "score": score}));
    holds(&report["answers"], &json!([2, 1, 1, 2, 2]));
    holds(&report["staying"], &json!(null));
}

#[test]
fn effort_is_a_mean() {
    let table = r#"
        anna, 2025-03-03T09:00:00Z, asked, {"ease": 7}
        bert, 2025-03-03T09:00:00Z, asked, {"ease": 6}
        carl, 2025-03-03T09:00:00Z, asked, {"ease": 5}
        dora, 2025-03-03T09:00:00Z, asked, {"ease": 4}   // the middle: neither
        emil, 2025-03-03T09:00:00Z, asked, {"ease": 2}
        fay, 2025-03-03T09:00:00Z, asked, {"ease": 1}
        fay, 2025-03-04T09:00:00Z, asked, {"ease": 3}
    "#;
    let project = project("Etc/UTC", table);
    let asked = "satisfaction --score ces --event asked --answer ease --from 2025-03-01 --to 2025-03-31";
    let report = ask(&project, asked);
    // 28 of seven answers; the ratio estimator over six people.
    let score = estimate(4.0, 2.211_536_288_705_085, 5.788_463_711_294_915);
    holds(&report["total"], &json!({"answers": 7, "people": 6, "good": 3, "bad": 3, "score": score}));
    // On a scale of five the middle is 3: Emil's 2 and Fay's 1 lie below it, Carl's 5 and Dora's 4 above.
    let five = ask(&project, &format!("{asked} --set scale.from=1 --set scale.to=5"));
    holds(&five["total"], &json!({"answers": 5, "good": 2, "bad": 2, "score": {"value": 3.0}}));
    holds(&five["answers"], &json!([1, 1, 1, 1, 1]));
}

#[test]
fn nobody_gives_no_score() {
    let project = project("Asia/Shanghai", NPS);
    let report =
        ask(&project, "satisfaction --staying visit --interval month --from 2024-03-01 --to 2024-03-31");
    holds(&report["total"], &json!({"answers": 0, "people": 0, "good": 0, "bad": 0, "score": null}));
    holds(
        &report["staying"],
        &json!({"good": 0, "good_stayed": 0, "bad": 0, "bad_stayed": 0, "difference": null, "p": null}),
    );
}
