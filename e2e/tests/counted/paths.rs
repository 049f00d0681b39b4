//! Which ways people take, counted by hand.

use serde_json::{Value, json};

use crate::events::{ask, project};
use crate::numbers::{column, holds};

/// Sessions end with a pause of half an hour. $identify is passed over.
const EVENTS: &str = r#"
    anna, 2025-03-10T10:00:00+08:00, home
    anna, 2025-03-10T10:01:00+08:00, list
    anna, 2025-03-10T10:03:00+08:00, item
    anna, 2025-03-10T10:04:00+08:00, pay      // home, list, item, pay
    anna, 2025-03-10T10:34:00+08:00, home     // exactly half an hour later: another session
    anna, 2025-03-10T10:35:00+08:00, list     // home, list
    bert, 2025-03-10T11:00:00+08:00, home
    bert, 2025-03-10T11:02:00+08:00, list
    bert, 2025-03-10T11:03:00+08:00, list     // the same step again
    bert, 2025-03-10T11:06:00+08:00, item
    bert, 2025-03-10T11:35:59+08:00, home     // a second less than half an hour: home, list, item, home
    carl, 2025-03-10T12:00:00+08:00, list, {"row": 1}
    carl, 2025-03-10T12:00:00+08:00, home, {"row": 2}  // one moment, in alphabetical order: home, list
    dora, 2025-03-10T12:00:00+08:00, home     // home
    emil-phone, 2025-03-10T23:59:30+08:00, home
    emil, 2025-03-11T00:00:00+08:00, $identify, {"$anon_distinct_id": "emil-phone"}
    emil, 2025-03-11T00:00:30+08:00, list     // over midnight, under another name: home, list
    fay, 2025-03-10T14:00:00+08:00, pay       // pay
"#;

const ASKED: &str = "paths --without $identify --from 2025-03-10 --to 2025-03-11";

/// The links as `from > to`, their paths, share and seconds.
fn links(report: &Value) -> Value {
    let name = |at: &Value| report["nodes"][at.as_u64().expect("a place") as usize]["name"].clone();
    let links = report["links"].as_array().expect("links").iter();
    links
        .map(|link| {
            json!([
                link["step"],
                name(&link["from"]),
                name(&link["to"]),
                link["sessions"],
                link["share"],
                link["mean_seconds"]
            ])
        })
        .collect()
}

#[test]
fn ways_are_counted_step_by_step() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("{ASKED} --variants"));
    // Seven sessions of six people; Dora's and Fay's have one step.
    holds(&report, &json!({"people": 6, "sessions": 7, "left_out": 0, "single": 2, "variants_found": 5}));
    let node = |step: u32, name: &str, begin: u32, arrive: u32, leave: u32, end: u32| json!({"step": step, "name": name, "begin": begin, "arrive": arrive, "leave": leave, "end": end, "beyond": 0});
    holds(
        &report["nodes"],
        &json!([
            node(1, "home", 6, 0, 5, 1),
            node(1, "pay", 1, 0, 0, 1),
            // Anna's first and Bert's go on; Anna's second, Carl's and Emil's end.
            node(2, "list", 0, 5, 2, 3),
            node(3, "item", 0, 2, 2, 0),
            node(4, "home", 0, 1, 0, 1),
            node(4, "pay", 0, 1, 0, 1),
        ]),
    );
    holds(
        &links(&report),
        &json!([
            // 60 + 60 (Anna) + 120 (Bert) + 0 (Carl) + 60 (Emil), over five.
            [1, "home", "list", 5, 5.0 / 6.0, 60.0],
            // 120 (Anna) and 240 from Bert's first look at the list.
            [2, "list", "item", 2, 2.0 / 5.0, 180.0],
            [3, "item", "home", 1, 0.5, 1799.0],
            [3, "item", "pay", 1, 0.5, 60.0],
        ]),
    );
    let variant = |steps: &[&str], sessions: u32| json!({"steps": steps, "sessions": sessions, "share": f64::from(sessions) / 7.0});
    holds(
        &report["variants"],
        &json!([
            variant(&["home", "list"], 3),
            variant(&["home"], 1),
            variant(&["home", "list", "item", "home"], 1),
            variant(&["home", "list", "item", "pay"], 1),
            variant(&["pay"], 1),
        ]),
    );
}

#[test]
fn a_way_between_two_steps_leaves_the_others_out() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("{ASKED} --start list --end pay"));
    // Anna's first session alone has a list and then a payment.
    holds(&report, &json!({"people": 1, "sessions": 1, "left_out": 6, "single": 0}));
    holds(&links(&report), &json!([[1, "list", "item", 1, 1.0, 120.0], [2, "item", "pay", 1, 1.0, 60.0]]));
    holds(&column(&report["warnings"], "code"), &json!(["following.paths_left_out"]));
}

#[test]
fn a_way_to_its_end_shows_the_last_steps_before_it() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("{ASKED} --end pay --steps 2"));
    // Anna's first session, and Fay's that begins with the payment.
    holds(&report, &json!({"people": 2, "sessions": 2, "left_out": 5, "single": 1}));
    holds(&links(&report), &json!([[1, "item", "pay", 1, 1.0, 60.0]]));
    holds(&column(&report["nodes"], "beyond"), &json!([0, 0, 0]));
}

#[test]
fn a_clients_own_sessions_are_kept_apart() {
    let table = r#"
        anna, 2025-03-10T10:00:00Z, home, {"$session_id": "one"}
        anna, 2025-03-10T10:00:30Z, list, {"$session_id": "two"}   // another tab: list
        anna, 2025-03-10T12:00:00Z, item, {"$session_id": "one"}   // two hours later, the same session: home, item
        bert, 2025-03-10T10:00:00Z, home                           // in no session
    "#;
    let project = project("Etc/UTC", table);
    let report = ask(&project, "paths --session-id --from 2025-03-10 --to 2025-03-10");
    holds(&report, &json!({"people": 1, "sessions": 2, "single": 1}));
    holds(&links(&report), &json!([[1, "home", "item", 1, 1.0, 7200.0]]));
    holds(&column(&report["warnings"], "code"), &json!(["following.paths_no_session"]));
}

#[test]
fn what_is_cut_off_is_told() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("{ASKED} --steps 2 --names 1"));
    // The list ends five ways, of which Anna's first and Bert's go on beyond; Fay's payment is the rest of the first step.
    holds(
        &report["nodes"],
        &json!([
            {"step": 1, "name": "home", "begin": 6, "leave": 5, "end": 1},
            {"step": 1, "name": null, "begin": 1, "leave": 0, "end": 1},
            {"step": 2, "name": "list", "arrive": 5, "end": 5, "beyond": 2},
        ]),
    );
}

#[test]
fn one_moment_is_put_in_order_by_a_number() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("{ASKED} --keep-repeats --set then_by.name=row --variants"));
    // Carl now looks at the list first, and Bert's second look at the list is a step of its own.
    let steps = column(&report["variants"], "steps");
    holds(
        &steps,
        &json!([
            ["home", "list"],
            ["home"],
            ["home", "list", "item", "pay"],
            ["home", "list", "list", "item", "home"],
            ["list", "home"],
            ["pay"],
        ]),
    );
    holds(&column(&report["variants"], "sessions"), &json!([2, 1, 1, 1, 1, 1]));
}

#[test]
fn the_whole_of_a_persons_steps_may_be_one_way() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, &format!("{ASKED} --whole --steps 6"));
    // Anna's six steps are one way; from payment to home took her half an hour.
    holds(&report, &json!({"people": 6, "sessions": 6, "single": 2}));
    let last = json!(links(&report).as_array().map(|links| links[links.len() - 2..].to_vec()));
    holds(&last, &json!([[4, "pay", "home", 1, 1.0, 1800.0], [5, "home", "list", 1, 1.0, 60.0]]));
}

#[test]
fn nobody_takes_no_way() {
    let project = project("Asia/Shanghai", EVENTS);
    let report = ask(&project, "paths --from 2024-03-10 --to 2024-03-11");
    holds(&report, &json!({"people": 0, "sessions": 0, "left_out": 0, "nodes": [], "links": []}));
}
