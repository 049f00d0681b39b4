//! Which early behaviour goes with staying, counted by hand.

use serde_json::{Value, json};

use crate::events::{ask, project};
use crate::numbers::{column, estimate, holds};

/// Invitations in the first seven days, and any event in the week that begins on the seventh. Asked about 3 to 30 March:
/// the end is 31 March, midnight in Shanghai, so whoever began until 17 March, midnight, was seen for the 14 days that it takes.
const EVENTS: &str = r#"
    anna, 2025-03-03T00:00:00+08:00, signup             // the period's first moment: counted
    anna, 2025-03-05T09:00:00+08:00, invite             // did once
    anna, 2025-03-11T09:00:00+08:00, visit              // day 8: stayed
    bert, 2025-03-04T09:00:00+08:00, signup
    bert, 2025-03-04T10:00:00+08:00, invite
    bert, 2025-03-05T10:00:00+08:00, invite             // did twice
    bert, 2025-03-11T09:00:00+08:00, visit              // exactly seven days: the week begins, stayed
    carl, 2025-03-04T09:00:00+08:00, signup
    carl, 2025-03-11T09:00:00+08:00, invite             // exactly seven days: no early behaviour, but there in the week: stayed
    dora, 2025-03-04T09:00:00+08:00, signup
    dora, 2025-03-11T08:59:59+08:00, invite             // a second before seven days: did once, and did not stay
    emil, 2025-03-04T09:00:00+08:00, signup
    emil, 2025-03-18T09:00:00+08:00, visit              // exactly 14 days: the week is over
    fay, 2025-03-10T09:00:00+08:00, signup
    gus-phone, 2025-03-05T09:00:00+08:00, signup
    gus, 2025-03-05T09:30:00+08:00, $identify, {"$anon_distinct_id": "gus-phone"}
    gus, 2025-03-06T09:00:00+08:00, invite, {"to": "hana"}
    gus, 2025-03-06T09:00:00+08:00, invite, {"to": "jo"} // two at one moment: did twice
    gus-phone, 2025-03-14T09:00:00+08:00, visit         // day 9, under the other name: stayed
    jo, 2025-03-17T00:00:00+08:00, signup               // the last moment that is long enough ago
    hana, 2025-03-17T00:00:01+08:00, signup             // a second too late
    ivan, 2025-03-02T23:59:59+08:00, signup             // began before the period
    ivan, 2025-03-10T09:00:00+08:00, signup             // his second signup is no beginning
"#;

const MARCH: &str = "--from 2025-03-03 --to 2025-03-30 --within 7 --week 1";

#[test]
fn early_behaviour_is_told_beside_staying() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("activation signup --behaviour invite --times 1,2 {MARCH}"));
    // Anna, Bert, Carl, Dora, Emil, Fay, Gus and Jo; of them Anna, Bert, Carl and Gus stayed.
    holds(&report, &json!({"people": 8, "stayed": 4}));
    // Once: Anna, Bert, Dora and Gus did, three of them stayed; of Carl, Emil, Fay and Jo only Carl: Fisher's lady and her tea.
    // Twice: Bert and Gus, both stayed; of the other six Anna and Carl.
    // Fisher: once 2 (16 + 1) / 70 = 34/70; twice (6 + 6) / 28 = 12/28; corrected for two looks, both 34/70.
    // Matthews: once (3·3 − 1·1) / √(4·4·4·4) = 1/2, twice (2·4 − 0·2) / √(2·6·4·4) = 1/√3: the stronger comes first.
    // Newcombe's method 10 of two of scipy's Wilson intervals, Katz by scipy.stats.contingency.relative_risk.
    let twice = json!({
        "event": "invite", "times": 2, "did": 2, "did_stayed": 2, "others": 6, "others_stayed": 2,
        "difference": estimate(2.0 / 3.0, -0.086_269_659_920_900, 0.903_228_588_894_220),
        "lift": estimate(3.0, 0.967_564_252_521_797, 9.301_707_846_835_99),
        "strength": 1.0 / 3.0_f64.sqrt(), "q": 34.0 / 70.0,
    });
    let once = json!({
        "event": "invite", "times": 1, "did": 4, "did_stayed": 3, "others": 4, "others_stayed": 1,
        "difference": estimate(0.5, -0.135_488_400_582_952, 0.789_083_268_084_756),
        "lift": estimate(3.0, 0.501_284_309_386_941, 17.953_883_318_244_68),
        "strength": 0.5, "q": 34.0 / 70.0,
    });
    holds(&report["behaviours"], &json!([twice, once]));
}

#[test]
fn every_early_event_is_tried_when_none_is_named() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("activation signup --times 1 {MARCH}"));
    // Early events: signup by all eight, invite by four, Gus's $identify; the visits all come later.
    let tried = &report["behaviours"];
    holds(&column(tried, "event"), &json!(["invite", "$identify", "signup"]));
    holds(&column(tried, "did"), &json!([4, 1, 8]));
    // $identify: Gus stayed, of the other seven three did: (1·4 − 0·3) / √(1·7·4·4) = 1/√7. Fisher: 8/8 = 1.
    holds(
        &tried[1],
        &json!({"did_stayed": 1, "others_stayed": 3, "strength": 1.0 / 7.0_f64.sqrt(), "q": 1.0}),
    );
    // What all did cannot be compared with anybody.
    holds(&tried[2], &json!({"others": 0, "strength": null, "q": null, "difference": null, "lift": null}));
}

#[test]
fn behaviours_of_one_event_are_counted_apart() {
    let project = project("Asia/Shanghai", EVENTS);
    let named = "--behaviour invite[to=jo] --behaviour invite[to]";
    let report = ask(&project, &format!("activation signup {named} --times 1,2 {MARCH}"));
    // Only Gus says whom he invited: Jo once, somebody twice.
    let tried = report["behaviours"].as_array().expect("behaviours");
    let (some, none): (Vec<&Value>, Vec<&Value>) = tried.iter().partition(|tried| tried["did"] == 1);
    holds(&column(&json!(some), "times"), &json!([1, 1, 2]));
    holds(&column(&json!(some), "did_stayed"), &json!([1, 1, 1]));
    holds(&column(&json!(none), "times"), &json!([2]));
    holds(&column(&json!(none), "did"), &json!([0]));
}

#[test]
fn nobody_who_began_is_nobody_who_stayed() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, "activation signup --behaviour invite --from 2024-01-01 --to 2024-03-01");
    holds(&report, &json!({"people": 0, "stayed": 0}));
    // Once, three and five times are tried unless said otherwise.
    holds(&column(&report["behaviours"], "times"), &json!([1, 3, 5]));
    holds(&column(&report["behaviours"], "did"), &json!([0, 0, 0]));
    holds(&column(&report["behaviours"], "difference"), &json!([null, null, null]));
}
