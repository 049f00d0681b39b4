//! What the people of a theme did, by conditions on what their companies have and on kept segments, through the built binary:
//! behaviour beside comparable people, the ranking, and the case of a release.

use std::collections::BTreeMap;

use e2e::Project;
use e2e::server::Server;
use serde_json::{Value, json};

/// Everybody visits once a week for twelve weeks; 320 people complain on day 42, a third of them order three days later,
/// half of those for acme, which is on the pro plan. Of 160 quiet people half order too, for globex.
fn project() -> Project {
    let project = Project::new();
    project.write("flywheel.toml", "name = \"test\"\ntime_zone = \"UTC\"\n");
    let mut events = Vec::new();
    let mut came = |person: &str, order: Option<&str>| {
        for day in (0..=84).step_by(7) {
            events.push(event(person, "visit", day, json!({})));
        }
        if let Some(company) = order {
            events.push(event(person, "order", 45, json!({"amount": 10, "$groups": {"company": company}})));
        }
    };
    let mut rows = "id,user_id,text,rating,date\n".to_owned();
    for at in 0..320 {
        let company = ["acme", "globex"][at / 12 % 2];
        came(&format!("p{at}"), (at % 3 == 0).then_some(company));
        let text = [["payment failed", "付款一直失败"], ["the app crashes on start", "一打开就闪退"]];
        let text = text[at % 2][at / 2 % 2];
        rows.push_str(&format!("m{at},p{at},{text} {at},{},2026-02-12\n", 1 + at % 2));
    }
    for at in 0..160 {
        came(&format!("s{at}"), (at % 2 == 0).then_some("globex"));
    }
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    project.write("events.jsonl", lines.join("\n"));
    assert_eq!(project.json(&["events", "import", "events.jsonl"])["imported"], lines.len());
    project.write("said.csv", rows);
    assert_eq!(project.json(&["feedback", "import", "said.csv", "--key", "id"])["import"]["imported"], 320);
    let did = |event: &str| {
        format!("kind = \"segment\"\n[who]\nkind = \"did\"\nevent = {{ event = \"{event}\" }}\n")
    };
    project.write("recipes/buyers.toml", did("order")).write("recipes/typo.toml", did("ordr"));
    let key = project.json(&["keys", "list"])[0]["key"].as_str().expect("a key").to_owned();
    let told = [("acme", "pro"), ("globex", "free")].map(|(company, plan)| {
        let set = json!({"plan": plan, "seats": plan.len()});
        let said = json!({"$group_type": "company", "$group_key": company, "$group_set": set});
        json!({"event": "$groupidentify", "distinct_id": format!("$company_{company}"), "properties": said,
            "timestamp": "2026-01-01T08:00:00Z"})
    });
    let server = Server::start(&project);
    let taken = server.post("/batch", &json!({"api_key": key, "batch": told}));
    assert_eq!(taken.status, 200, "{}", taken.body);
    server.stop();
    project
}

/// An event at noon of a day, counted from the first of January.
fn event(person: &str, event: &str, day: usize, properties: Value) -> Value {
    let (month, day) = match day {
        0..31 => (1, day + 1),
        31..59 => (2, day - 30),
        _ => (3, day - 58),
    };
    let at = format!("2026-{month:02}-{day:02}T12:00:00Z");
    json!({"event": event, "distinct_id": person, "timestamp": at, "properties": properties})
}

/// By theme, how many people were compared and the share of them that paid.
fn shares(project: &Project, paying: &str) -> BTreeMap<String, (u64, f64)> {
    let report = project.json(&["feedback", "behaviour", "--paying", paying]);
    assert!(!report["warnings"].to_string().contains("\"ask."), "{paying}: {}", report["warnings"]);
    let themes = report["themes"].as_array().expect("themes").iter();
    let told = themes.filter_map(|theme| {
        let share = theme["paying"]["theme"].as_f64()?;
        Some((theme["theme"].as_str()?.to_owned(), (theme["matched"].as_u64()?, share)))
    });
    told.collect()
}

fn warned(report: &Value, code: &str) -> Value {
    let warnings = report["warnings"].as_array().unwrap_or_else(|| panic!("no warnings: {report}"));
    let warning = warnings.iter().find(|warning| warning["code"] == code);
    warning.unwrap_or_else(|| panic!("no {code}: {warnings:?}")).clone()
}

#[test]
fn paying_is_asked_by_what_companies_have_and_by_segments() {
    let project = project();
    let all = shares(&project, "order");
    let [pro, free, buyers, others] = [
        "order[group.company.plan=pro]",
        "order[group.company.plan=free]",
        "order[segment.buyers]",
        "order[!segment.buyers]",
    ]
    .map(|paying| shares(&project, paying));
    assert!(all.values().any(|(matched, share)| *matched >= 40 && *share > 0.2), "{all:?}");
    for (theme, (matched, share)) in &all {
        let (of_pro, of_free) = (pro[theme], free[theme]);
        assert_eq!((of_pro.0, of_free.0), (*matched, *matched), "{theme}");
        assert!((of_pro.1 + of_free.1 - share).abs() < 1e-9, "{theme}: {of_pro:?} {of_free:?} of {share}");
    }
    let some = |shares: &BTreeMap<String, (u64, f64)>| shares.values().any(|(_, share)| *share > 0.1);
    assert!(some(&pro) && some(&free), "{pro:?} {free:?}");
    assert_eq!(buyers, all, "whoever orders is a buyer");
    assert!(others.values().all(|(_, share)| *share == 0.0), "{others:?}");
}

#[test]
fn names_that_stand_for_nothing_are_told_with_the_nearest() {
    let project = project();
    for (paying, code, nearest) in [
        ("order[group.compny.plan=pro]", "ask.unknown_group", "`company`"),
        ("order[group.company.plna=pro]", "ask.unknown_group_property", "`plan`"),
        ("ordre", "ask.unknown_event", "`order`"),
        ("order[segment.typo]", "ask.unknown_event", "`order`"),
    ] {
        let report = project.json(&["feedback", "behaviour", "--paying", paying]);
        let warning = warned(&report, code);
        assert!(warning["advice"]["en"].as_str().is_some_and(|advice| advice.contains(nearest)), "{warning}");
        let file = if paying.contains("typo") { json!("recipes/typo.toml") } else { Value::Null };
        assert_eq!(warning["place"]["file"], file, "{warning}");
    }
    for (words, told) in [
        (["--paying", "order[segment.buyer]"], "`buyers`"),
        (["--paying", "order[segment.buyers=1]"], "`in` or `out`"),
        (["--paying", "order[group.plan=pro]"], "group.company.plan"),
        (["--value", "segment.buyers"], "no number"),
    ] {
        for verb in [&["feedback", "behaviour"][..], &["opportunities"]] {
            let refused = project.call(&[verb, &words[..]].concat()).refuse();
            assert!(refused.err.contains(told), "{verb:?} {words:?}: {}", refused.err);
        }
    }
    let server = Server::start(&project);
    let path = "/api/v1/feedback/behaviour?paying=order%5Bsegment.buyer%5D";
    let refused = server.ask("GET", path, "");
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(
        refused.body.contains("`buyers`") && refused.body.contains("paying.where.0.property"),
        "{}",
        refused.body
    );
    server.stop();
}

#[test]
fn a_ranking_and_a_case_know_companies_and_segments() {
    let project = project();
    let revenue = |choices: &[&str]| {
        let report = project.json(&[&["opportunities"], choices].concat());
        let list = report["opportunities"].as_array().expect("opportunities").clone();
        assert!(!list.is_empty(), "{report}");
        list.iter().filter_map(|one| one["evidence"]["share_of_revenue"]["value"].as_f64()).sum::<f64>()
    };
    // Of the pro plan's payments nobody's are quiet people's; of all, two fifths are.
    let (of_all, of_pro) =
        (revenue(&["--paying", "order"]), revenue(&["--paying", "order[group.company.plan=pro]"]));
    assert!(of_pro > of_all && of_all > 0.0, "{of_all} {of_pro}");
    assert!(revenue(&["--paying", "order", "--value", "group.company.seats"]) > 0.0);
    let ranked = project.json(&["opportunities"]);
    let theme = ranked["opportunities"][0]["evidence"]["theme"].as_str().expect("a theme").to_owned();
    let accepted = project.json(&["opportunities", "accept", &theme]);
    let id = accepted["id"].as_str().expect("an id").to_owned();
    project.json(&["opportunities", "release", &id, "--release", "2.4", "--at", "2026-03-01"]);
    let case = |paying: &str| project.json(&["case", "write", &id, "--paying", paying])["report"].take();
    let paid = |paying: &str| case(paying)["before"]["paying"]["theme"].as_f64().expect("a share");
    let all = paid("order");
    let (pro, free) = (paid("order[group.company.plan=pro]"), paid("order[group.company.plan=free]"));
    assert!(all > 0.2 && pro > 0.0 && free > 0.0, "{all} {pro} {free}");
    assert!((pro + free - all).abs() < 1e-9, "{all} {pro} {free}");
    assert_eq!((paid("order[segment.buyers]"), paid("order[!segment.buyers]")), (all, 0.0));
    warned(&case("ordre"), "ask.unknown_event");
    let shown = project.call(&["case", "write", &id, "--paying", "ordre"]).succeed().out;
    assert!(shown.contains("`order`"), "the doubt is shown: {shown}");
    let refused = project.call(&["case", "write", &id, "--paying", "order[segment.buyer]"]).refuse();
    assert!(refused.err.contains("`buyers`"), "{}", refused.err);
}
