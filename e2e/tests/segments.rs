//! Kept segments as conditions and breakdowns of questions, through the built binary.

use e2e::Project;
use serde_json::{Value, json};

/// Three people: ann visits three times and pays, bob visits once, cem twice and pays under another name of his.
fn project() -> Project {
    let project = Project::new();
    let event = |person: &str, event: &str, day: u32| json!({"event": event, "distinct_id": person, "timestamp": format!("2026-03-{day:02}T10:00:00Z")});
    let events = [
        event("ann", "visit", 1),
        event("ann", "visit", 2),
        event("ann", "pay", 2),
        event("ann", "visit", 9),
        event("bob", "visit", 2),
        event("cem", "visit", 3),
        event("cem", "visit", 4),
        event("cem-phone", "pay", 5),
        json!({"event": "$identify", "distinct_id": "cem", "timestamp": "2026-03-05T11:00:00Z",
            "properties": {"$anon_distinct_id": "cem-phone"}}),
    ];
    let lines: Vec<String> = events.iter().map(Value::to_string).collect();
    project.write("events.jsonl", lines.join("\n"));
    project.json(&["events", "import", "events.jsonl"]);
    std::fs::create_dir_all(project.path().join("recipes")).expect("a folder");
    project.write(
        "recipes/payers.toml",
        "kind = \"segment\"\n[who]\nkind = \"did\"\nevent = { event = \"pay\" }\n",
    );
    project
}

fn total(answer: &Value, breakdown: &str) -> f64 {
    let lines = answer["answer"]["lines"].as_array().unwrap_or_else(|| panic!("no lines: {answer}"));
    let of = lines.iter().find(|line| line["values_of"] == json!([breakdown]));
    of.unwrap_or_else(|| panic!("no line {breakdown}: {answer}"))["whole"].as_f64().expect("a number")
}

#[test]
fn a_kept_segment_is_a_condition_and_a_breakdown() {
    let project = project();
    let asked = ["trend", "visit", "--from", "2026-03-01", "--to", "2026-03-31"];
    let with = |more: &[&str]| project.json(&[&asked[..], more].concat());
    let by = with(&["--by", "segment.payers"]);
    assert_eq!((total(&by, "in"), total(&by, "out")), (5.0, 1.0), "{by}");
    let inside = with(&["--where", "segment.payers"]);
    let outside = with(&["--where", "!segment.payers"]);
    let sum = |answer: &Value| answer["answer"]["lines"][0]["whole"].as_f64();
    assert_eq!((sum(&inside), sum(&outside)), (Some(5.0), Some(1.0)), "{inside} {outside}");
}

#[test]
fn messages_are_searched_among_the_people_of_a_segment() {
    let project = project();
    project.write(
        "messages.csv",
        "user_id,date,text\nann,2026-03-10,the page is slow\nbob,2026-03-10,very slow today\ncem-phone,2026-03-11,slow on my phone\n",
    );
    project.json(&["feedback", "import", "messages.csv"]);
    let found = |more: &[&str]| project.json(&[&["feedback", "search", "slow"], more].concat());
    assert_eq!(found(&[])["total"], 3);
    let payers = found(&["--segment", "payers"]);
    assert_eq!(payers["total"], 2, "{payers}");
    assert!(!payers.to_string().contains("very slow"), "{payers}");
}

#[test]
fn a_segment_that_is_not_there_or_asks_about_itself_is_refused() {
    let project = project();
    let typo = project.call(&["trend", "visit", "--where", "segment.payer"]).refuse();
    assert!(typo.err.contains("`payers`"), "{}", typo.err);
    project.write(
        "recipes/circle.toml",
        "kind = \"segment\"\n[who]\nkind = \"did\"\nevent = { event = \"visit\", where = [{ property = \"circle\", of = \"segment\", value = \"in\" }] }\n",
    );
    let circle = project.call(&["trend", "visit", "--where", "segment.circle"]).refuse();
    assert!(circle.err.contains("itself"), "{}", circle.err);
}
