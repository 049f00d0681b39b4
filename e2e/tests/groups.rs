//! Properties of groups in conditions and breakdowns, sent as PostHog's clients do, through the built binary.

use e2e::Project;
use e2e::server::Server;
use serde_json::{Value, json};

/// Three people of two companies, and dan of none; that acme is on the pro plan is said after all that they do.
fn project() -> Project {
    let project = Project::new();
    let key = project.json(&["keys", "list"])[0]["key"].as_str().expect("a key").to_owned();
    let at = |day: u32| format!("2026-03-{day:02}T10:00:00Z");
    let event = |person: &str, event: &str, day: u32, company: Option<&str>| {
        let properties = company.map_or(json!({}), |company| json!({"$groups": {"company": company}}));
        json!({"event": event, "distinct_id": person, "timestamp": at(day), "properties": properties})
    };
    let told = |company: &str, day: u32, set: Value| {
        json!({"event": "$groupidentify", "distinct_id": format!("$company_{company}"), "timestamp": at(day),
            "properties": {"$group_type": "company", "$group_key": company, "$group_set": set}})
    };
    let batch = json!([
        told("acme", 1, json!({"plan": "free", "industry": "toys", "size": 5})),
        told("globex", 1, json!({"plan": "free", "industry": "steel"})),
        event("ann", "visit", 2, Some("acme")),
        event("ann", "pay", 3, Some("acme")),
        event("bob", "visit", 2, Some("acme")),
        event("cem", "visit", 4, Some("globex")),
        event("cem", "pay", 5, Some("globex")),
        event("dan", "visit", 6, None),
        told("acme", 9, json!({"plan": "pro"})),
    ]);
    let server = Server::start(&project);
    let taken = server.post("/batch", &json!({"api_key": key, "batch": batch}));
    assert_eq!(taken.status, 200, "{}", taken.body);
    server.stop();
    project
}

fn asked(project: &Project, question: &[&str], more: &[&str]) -> Value {
    let period = ["--from", "2026-03-01", "--to", "2026-03-31"];
    project.json(&[question, &period[..], more].concat())["answer"].clone()
}

fn whole(trend: &Value, value: Value) -> f64 {
    let lines = trend["lines"].as_array().unwrap_or_else(|| panic!("no lines: {trend}"));
    let line = lines.iter().find(|line| line["values_of"] == value);
    line.unwrap_or_else(|| panic!("no line {value}: {trend}"))["whole"].as_f64().expect("a number")
}

fn people(steps: &Value) -> Vec<u64> {
    let steps = steps.as_array().unwrap_or_else(|| panic!("no steps: {steps}"));
    steps.iter().filter_map(|step| step["people"].as_u64()).collect()
}

#[test]
fn a_trend_is_asked_by_what_companies_have() {
    let project = project();
    let visits = ["trend", "visit"];
    let pro = asked(&project, &visits, &["--where", "group.company.plan=pro"]);
    assert_eq!(whole(&pro, json!([])), 2.0, "the newest plan counts for the visits before it, too");
    let others = asked(&project, &visits, &["--where", "group.company.plan!=pro"]);
    assert_eq!(whole(&others, json!([])), 2.0, "without a company there is no plan");
    let large = asked(&project, &visits, &["--where", "group.company.size>4"]);
    assert_eq!(whole(&large, json!([])), 2.0);
    let by = asked(&project, &visits, &["--by", "group.company.industry"]);
    let of = |value: Value| whole(&by, json!([value]));
    assert_eq!((of(json!("toys")), of(json!("steel")), of(Value::Null)), (2.0, 1.0, 1.0), "{by}");
}

#[test]
fn a_funnel_is_asked_by_what_companies_have() {
    let project = project();
    let paying = ["funnel", "visit", "pay"];
    let pro = asked(&project, &paying, &["--where", "group.company.plan=pro"]);
    assert_eq!(people(&pro["steps"]), [2, 1], "{pro}");
    let by = asked(&project, &paying, &["--by", "group.company.plan"]);
    assert_eq!(people(&by["steps"]), [4, 2], "{by}");
    let free = by["parts"].as_array().expect("parts").iter().find(|part| part["value"] == "free");
    assert_eq!(people(&free.expect("free")["steps"]), [1, 1], "{by}");
}

#[test]
fn companies_are_a_segment_by_what_they_have() {
    let project = project();
    let size = |plan: &str| {
        let who = format!("group.company.plan={plan}");
        project.json(&["segment", "--group", "company", "--who", &who])["answer"]["size"].clone()
    };
    assert_eq!((size("pro"), size("free"), size("none")), (json!(1), json!(1), json!(0)));
}

#[test]
fn what_no_company_has_is_told_with_the_nearest_and_the_catalogue_lists_what_they_have() {
    let project = project();
    for (property, code, nearest) in [
        ("group.compny.plan", "ask.unknown_group", "`company`"),
        ("group.company.plans", "ask.unknown_group_property", "`plan`"),
    ] {
        let answer = asked(&project, &["trend", "visit"], &["--by", property]);
        let warning = answer["warnings"].as_array().expect("warnings").iter().find(|one| one["code"] == code);
        let warning = warning.unwrap_or_else(|| panic!("no warning of {property}: {answer}"));
        assert!(warning["advice"].to_string().contains(nearest), "{warning}");
    }
    let both = ["funnel", "visit[group.plan=pro]", "pay[group.size>5]"];
    let both = project.call(&both).refuse();
    for place in ["steps.0.where.0.property", "steps.1.where.0.property"] {
        assert!(both.err.contains(place), "every mistake at once: {}", both.err);
    }
    let typed = project.call(&["trend", "visit", "--where", "group.plan=pro"]).refuse();
    assert!(typed.err.contains("group.company.plan"), "{}", typed.err);
    let listed = project.json(&["events", "properties"]);
    let mut of_groups: Vec<&str> = listed
        .as_array()
        .expect("a list")
        .iter()
        .filter(|property| property["of"] == "group")
        .filter_map(|property| property["name"].as_str())
        .collect();
    of_groups.sort_unstable();
    assert_eq!(of_groups, ["company.industry", "company.plan", "company.size"], "{listed}");
}
