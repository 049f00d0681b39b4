//! Conditions on kept segments and on what companies have, in every question, through the built binary.

use e2e::Project;
use e2e::server::Server;
use serde_json::{Value, json};

/// Every question with an event in it; `{}` is where conditions stand.
const QUESTIONS: [&[&str]; 17] = [
    &["trend", "visit{}"],
    &["trend", "sum(amount):pay{}"],
    &["funnel", "signup{}", "visit{}", "pay{}"],
    &["retention", "signup{}", "visit{}", "--interval", "day"],
    &["lifecycle", "visit{}", "--interval", "week"],
    &["stickiness", "visit{}"],
    &["paths", "--event", "visit{}"],
    &["growth", "visit{}"],
    &["activation", "signup{}", "--behaviour", "visit{}", "--times", "1", "--within", "5", "--week", "1"],
    &["north-star", "people:visit{}", "--input", "share:pay{}/visit{}", "--input", "people:pay{}"],
    &["revenue", "pay{}", "--amount", "amount"],
    &["ltv", "pay{}", "--value", "amount"],
    &["satisfaction", "--event", "survey sent{}"],
    &["word-of-mouth", "signup{}"],
    &["experience", "--task", "buy", "--start", "visit{}", "--success", "pay"],
    &["release", "people:visit{}", "--at", "2026-03-05"],
    &["segment", "--did", "visit{}"],
];

/// Two people of acme, one of globex, and dan of none; ann and cem visit more than once.
/// Every event says by itself too of which company it is, and whether it is a regular's.
fn project() -> Project {
    let project = Project::new();
    project.write("flywheel.toml", "name = \"test\"\ntime_zone = \"UTC\"\n");
    project.write(
        "recipes/regulars.toml",
        "kind = \"segment\"\n[who]\nkind = \"did\"\nevent = { event = \"visit\" }\nat_least = 2\n",
    );
    let key = project.json(&["keys", "list"])[0]["key"].as_str().expect("a key").to_owned();
    let mut batch = vec![told("acme", json!({"plan": "pro"})), told("globex", json!({"plan": "free"}))];
    for (person, company, regular, events) in [
        (
            "ann",
            Some("acme"),
            true,
            [("signup", 1), ("visit", 2), ("pay", 3), ("visit", 9), ("survey sent", 10)],
        ),
        (
            "bob",
            Some("acme"),
            false,
            [("signup", 1), ("visit", 2), ("browse", 3), ("browse", 4), ("survey sent", 10)],
        ),
        (
            "cem",
            Some("globex"),
            true,
            [("signup", 2), ("visit", 3), ("visit", 4), ("pay", 5), ("survey sent", 11)],
        ),
        ("dan", None, false, [("signup", 2), ("browse", 3), ("visit", 6), ("pay", 7), ("survey sent", 12)]),
    ] {
        for (event, day) in events {
            let mut properties = json!({"amount": 10 + day, "$survey_response": day - 3});
            if let Some(company) = company {
                properties["$groups"] = json!({"company": company});
                properties["here"] = json!(company);
            }
            if regular {
                properties["regular"] = json!("yes");
            }
            let at = format!("2026-03-{day:02}T10:00:00Z");
            batch.push(
                json!({"event": event, "distinct_id": person, "timestamp": at, "properties": properties}),
            );
        }
    }
    let server = Server::start(&project);
    let taken = server.post("/batch", &json!({"api_key": key, "batch": batch}));
    assert_eq!(taken.status, 200, "{}", taken.body);
    server.stop();
    project
}

/// What is said of a company.
fn told(company: &str, set: Value) -> Value {
    json!({"event": "$groupidentify", "distinct_id": format!("$company_{company}"), "timestamp": "2026-03-01T08:00:00Z",
        "properties": {"$group_type": "company", "$group_key": company, "$group_set": set}})
}

/// A question with its conditions; those that look at a stretch of time look at March.
fn words(question: &[&str], conditions: &str) -> Vec<String> {
    let mut words: Vec<String> = question.iter().map(|word| word.replace("{}", conditions)).collect();
    if !["release", "segment"].contains(&question[0]) {
        words.extend(["--from", "2026-03-01", "--to", "2026-03-31"].map(str::to_owned));
    }
    words
}

#[test]
fn every_question_knows_segments_and_what_companies_have() {
    let project = project();
    let ask = |question: &[&str], conditions: &str| {
        let words = words(question, conditions);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        project.json(&words)["answer"].take()
    };
    for question in QUESTIONS {
        let everybody = ask(question, "");
        for (looked_up, own) in
            [("[group.company.plan=pro]", "[here=acme]"), ("[segment.regulars]", "[regular=yes]")]
        {
            let answer = ask(question, looked_up);
            assert_eq!(answer, ask(question, own), "{question:?} {looked_up}");
            assert_ne!(answer, everybody, "{question:?} {looked_up} leaves somebody out");
        }
    }
}

#[test]
fn every_question_refuses_a_segment_that_is_not_kept_with_the_nearest_that_is() {
    let project = project();
    let mut asked: Vec<Vec<String>> =
        QUESTIONS.iter().map(|question| words(question, "[segment.regular]")).collect();
    let of_feedback: [&[&str]; 5] = [
        &["feedback", "insights", "--segment", "regular"],
        &["feedback", "search", "slow", "--segment", "regular"],
        &["feedback", "behaviour", "--paying", "pay[segment.regular]"],
        &["feedback", "behaviour", "--leaving", "pay[!segment.regular]"],
        &["opportunities", "--paying", "pay[segment.regular]"],
    ];
    asked.extend(of_feedback.iter().map(|words| words.iter().map(|word| (*word).to_owned()).collect()));
    for words in asked {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let refused = project.call(&words).refuse();
        assert!(refused.err.contains("`regulars`"), "{words:?}: {}", refused.err);
    }
}

#[test]
fn what_a_segment_cannot_say_is_refused() {
    let project = project();
    for (words, told) in [
        (["trend", "visit", "--where", "segment.regulars=yes"], "`in` or `out`"),
        (["trend", "visit", "--where", "segment.regulars>1"], "`in` or `out`"),
        (["growth", "visit", "--value", "segment.regulars"], "no number"),
        (["revenue", "pay", "--amount", "segment.regulars"], "no number"),
        (["word-of-mouth", "signup", "--referrer", "segment.regulars"], "in words"),
    ] {
        let refused = project.call(&words).refuse();
        assert!(refused.err.contains(told), "{words:?}: {}", refused.err);
    }
    let of_groups = ["trend", "visit", "--where", "segment.regulars", "--group", "company"];
    let refused = project.call(&of_groups).refuse();
    assert!(refused.err.contains("segments are of people"), "{}", refused.err);
}
