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
    let made_of = |other: &str| {
        format!(
            "kind = \"segment\"\n[who]\nkind = \"property\"\nproperty = \"{other}\"\nof = \"segment\"\nvalue = \"in\"\n"
        )
    };
    project.write("recipes/one.toml", made_of("other")).write("recipes/other.toml", made_of("one"));
    for asked in [
        &["trend", "visit", "--where", "segment.one"][..],
        &["segment", "--who", "segment.one"],
        &["question", "run", "one"],
        &["feedback", "insights", "--segment", "one"],
        &["feedback", "behaviour", "--paying", "pay[segment.one]"],
    ] {
        let refused = project.call(asked).refuse();
        assert!(refused.err.contains("itself"), "{asked:?}: {}", refused.err);
        assert!(refused.err.contains("recipes/o"), "the file is named: {}", refused.err);
    }
}

#[test]
fn a_segment_is_made_of_other_segments_but_not_of_itself() {
    let project = project();
    let size = |more: &[&str]| project.json(&[&["segment"], more].concat())["answer"]["size"].clone();
    assert_eq!(size(&["--who", "segment.payers"]), 2);
    assert_eq!(size(&["--who", "!segment.payers"]), 1);
    assert_eq!(size(&["--did", "visit[segment.payers]", "--save", "keen"]), 2);
    assert_eq!(size(&["--who", "segment.keen", "--save", "keener"]), 2);
    let asked = ["trend", "visit", "--where", "segment.keener", "--from", "2026-03-01", "--to", "2026-03-31"];
    assert_eq!(project.json(&asked)["answer"]["lines"][0]["whole"], 5.0);
    let before = std::fs::read_to_string(project.path().join("recipes/keen.toml")).expect("kept");
    let circle = project.call(&["segment", "--who", "segment.keener", "--save", "keen"]).refuse();
    assert!(circle.err.contains("itself"), "{}", circle.err);
    let after = std::fs::read_to_string(project.path().join("recipes/keen.toml")).expect("kept");
    assert_eq!(after, before, "what was kept stays");
    let group = project.call(&["segment", "--who", "group.company.plan=pro"]).refuse();
    assert!(group.err.contains("--did '*[group.company.plan=…]'"), "{}", group.err);
}

#[test]
fn a_name_that_a_kept_segment_has_wrong_is_told_wherever_the_segment_is_asked_about() {
    let project = project();
    project.write(
        "recipes/typo.toml",
        "kind = \"segment\"\n[who]\nkind = \"did\"\nevent = { event = \"pya\" }\n",
    );
    let trend = project.json(&["trend", "visit", "--where", "!segment.typo"]);
    let warnings = trend["answer"]["warnings"].to_string();
    assert!(warnings.contains("ask.unknown_event") && warnings.contains("recipes/typo.toml"), "{warnings}");
    project.write("messages.csv", "user_id,date,text\nann,2026-03-10,the page is slow\n");
    project.json(&["feedback", "import", "messages.csv"]);
    for verb in [&["feedback", "insights"][..], &["feedback", "search", "slow"]] {
        let report = project.json(&[verb, &["--segment", "typo"]].concat());
        let warnings = report["warnings"].to_string();
        assert!(warnings.contains("`pay`") && warnings.contains("recipes/typo.toml"), "{verb:?}: {warnings}");
    }
    project.write("recipes/torn.toml", "kind = \"segment\"\nwho = { kind = \"did\", evnt = 5 }\n");
    let torn = project.call(&["trend", "visit", "--where", "segment.torn"]).refuse();
    assert!(torn.err.contains("recipes/torn.toml"), "{}", torn.err);
}
