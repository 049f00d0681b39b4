//! Questions in one's own words, through the built binary, over a make-believe startup: what is understood, that its
//! numbers are those of the command that it names, and what is said where nothing is understood.

use std::process::Command;

use e2e::server::Server;
use e2e::{Called, Project, binary};
use serde_json::{Value, json};

/// A project with a startup's events and feedback of January to April 2026.
fn startup() -> Project {
    let project = Project::new();
    project.write("flywheel.toml", "name = \"test\"\ntime_zone = \"UTC\"\n");
    project.call(&["sample", "sample", "--people", "500", "--seed", "11"]).succeed();
    // Payments fail in few startups: here every trouble that the product noticed was one.
    let file = project.path().join("sample/events.jsonl");
    let events = std::fs::read_to_string(&file).expect("events");
    let failing = |line: &str| match line.split_once("\"code\":\"") {
        Some((before, code)) => {
            let after = code.split_once('"').map_or("", |(_, after)| after);
            format!("{before}\"code\":\"payment_declined\"{after}\n")
        }
        None => format!("{line}\n"),
    };
    std::fs::write(&file, events.lines().map(failing).collect::<String>()).expect("written");
    assert_eq!(project.json(&["events", "import", "sample/events.jsonl"])["aside"], 0);
    project.json(&["feedback", "import", "sample/feedback.csv", "--key", "uuid"]);
    let mut said = "user_id,date,text\n".to_owned();
    for day in 1..=9 {
        said += &format!("p{day},2026-03-0{day},my payments were declined again\n");
        said += &format!("q{day},2026-03-1{day},付款失败，又付款失败\n");
    }
    project.write("failing.csv", said);
    project.json(&["feedback", "import", "failing.csv"]);
    project
}

/// Runs a command line as a shell takes it, with more words behind it.
fn shell(project: &Project, line: &str, more: &str) -> Called {
    let folder = binary().parent().expect("a folder").display().to_string();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let template = project.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{line} {more}")]).current_dir(project.path()).env("PATH", path);
    command.envs(template.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.output().expect("a shell").into()
}

fn shell_json(project: &Project, line: &str, more: &str) -> Value {
    let called = shell(project, line, &format!("{more} --json")).succeed();
    serde_json::from_str(&called.out).unwrap_or_else(|error| panic!("{line}: {error}: {}", called.out))
}

/// Without what differs from call to call.
fn lasting(answered: &Value) -> Value {
    json!([answered["question"], answered["answer"], answered["events"]])
}

#[test]
fn a_question_of_what_people_do_and_say_is_answered_in_both_languages() {
    let project = startup();
    let chinese = project.json(&["ask", "2026年3月付款失败的用户多吗？主要在说什么？"]);
    let english = project.json(&[
        "ask",
        "How many people had payments declined in March 2026, and what do they complain about?",
    ]);
    for asked in [&chinese, &english] {
        let parts = asked["parts"].as_array().expect("parts");
        assert_eq!(parts.len(), 2, "{asked}");
        let trend = &parts[0]["answer"]["answered"];
        assert_eq!(trend["question"]["kind"], "trend", "{asked}");
        let series = &trend["question"]["series"][0];
        assert_eq!(
            (&series["event"], &series["measure"]),
            (&json!("error shown"), &json!("people")),
            "{asked}"
        );
        assert_eq!(trend["question"]["where"][0]["value"], "payment_declined");
        assert!(trend["answer"]["lines"][0]["whole"].as_f64() > Some(0.0), "{}", trend["answer"]);
        let report = &parts[1]["answer"]["report"];
        let told = report["total"]["messages"].as_u64().expect("a count");
        let all = project.json(&["feedback", "insights"])["total"]["messages"].as_u64().expect("a count");
        assert!(0 < told && told < all / 2, "{told} of {all}");
        let (first, last) = (&report["total"]["first"], &report["total"]["last"]);
        assert!(first.as_i64() >= Some(1_772_323_200_000_000), "{first}");
        assert!(last.as_i64() < Some(1_775_001_600_000_000), "{last}");
    }
    let number =
        |asked: &Value| asked["parts"][0]["answer"]["answered"]["answer"]["lines"][0]["whole"].clone();
    assert_eq!(number(&chinese), number(&english));
    let explicit = project.json(&[
        "trend",
        "people:error shown",
        "--where",
        "code=payment_declined",
        "--from",
        "2026-03-01",
        "--to",
        "2026-03-31",
    ]);
    assert_eq!(explicit["answer"]["lines"][0]["whole"], number(&chinese));
    let shown =
        project.call(&["ask", "上周付款失败的用户多吗？主要在说什么？", "--lang", "zh-CN"]).succeed().out;
    assert!(shown.contains("1. ") && shown.contains("2. ") && shown.contains("flywheel trend"), "{shown}");
}

#[test]
fn the_command_that_is_named_asks_the_same() {
    let project = startup();
    for words in [
        "conversion from signed up to purchased in march 2026 by plan",
        "2026年3月从注册到购买的转化率",
        "weekly retention of people who signed up since January 2026",
        "用户粘性怎么样",
        "total amount of bills paid since 2026-01-01 by country",
        "how many page views on mobile from 2026-02-01 to 2026-02-14",
        "评论的人数 2026年2月 按设备",
        "what do people do after signing up",
        "user growth since january 2026",
        "NPS since 2026-01-01",
    ] {
        let asked = project.json(&["ask", words]);
        let part = &asked["parts"][0];
        let line = part["command"].as_str().unwrap_or_else(|| panic!("{words}: {asked}"));
        let again = shell_json(&project, line, "");
        assert_eq!(lasting(&part["answer"]["answered"]), lasting(&again), "{words}: {line}");
    }
    for words in ["search payment declined in march 2026", "大家在抱怨什么", "用户对价格怎么看 2026年2月"]
    {
        let asked = project.json(&["ask", words]);
        let part = &asked["parts"][0];
        let again = shell_json(&project, part["command"].as_str().expect("a command"), "");
        let report = &part["answer"]["report"];
        assert_eq!(report["findings"], again["findings"], "{words}: {}", part["command"]);
        assert_eq!(report["total"], again["total"], "{words}");
    }
}

#[test]
fn what_was_understood_is_shown_kept_and_changed() {
    let project = startup();
    let shown =
        project.call(&["ask", "funnel", "from", "signed", "up", "to", "purchased", "--show"]).succeed().out;
    assert!(shown.contains("kind = \"funnel\"") && shown.contains("purchased"), "{shown}");
    let show = project.json(&["ask", "从注册到购买的转化", "--show"]);
    assert!(show["parts"][0]["answer"].is_null(), "{show}");
    project.call(&["ask", "从注册到购买的转化，另外大家在抱怨什么？", "--save", "to-purchase"]).succeed();
    let file = project.path().join("recipes/to-purchase.toml");
    let text = std::fs::read_to_string(&file).expect("kept");
    assert_eq!(text, show["parts"][0]["spec"], "{text}");
    let changed = text.replace("purchased", "created board");
    std::fs::write(&file, changed).expect("written");
    let answer = project.json(&["question", "run", "to-purchase"]);
    assert_eq!(answer["answer"]["steps"][1]["label"], "created board", "{answer}");
}

#[test]
fn what_is_not_understood_exits_with_one_and_the_nearest_questions() {
    let project = startup();
    let called = project.call(&["ask", "colorless green ideas sleep furiously"]).refuse();
    assert!(called.out.contains("flywheel digest"), "{}", called.out);
    assert!(called.err.contains("not understood"), "{}", called.err);
    let lines: Vec<&str> =
        called.out.lines().filter_map(|line| line.trim().strip_prefix("flywheel ")).collect();
    assert!(lines.len() >= 3, "{}", called.out);
    let json = project.call(&["ask", "天气真好呀", "--json"]).refuse();
    let asked: Value = serde_json::from_str(&json.out).expect("JSON");
    assert_eq!(asked["parts"], json!([]));
    for nearest in asked["nearest"].as_array().expect("questions") {
        shell(&project, nearest["command"].as_str().expect("a command"), "").succeed();
    }
    let long = "why ".repeat(300);
    let refused = project.call(&["ask", &long]).refuse();
    assert!(refused.err.contains("1000"), "{}", refused.err);
}

#[test]
fn a_question_is_asked_over_http() {
    let project = startup();
    let server = Server::start(&project);
    let question = json!({"text": "2026年3月按国家的注册人数"});
    let answer = server.post("/api/v1/ask", &question);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let asked: Value = serde_json::from_str(&answer.body).expect("JSON");
    let part = &asked["parts"][0];
    let explicit = shell_json(&project, part["command"].as_str().expect("a command"), "");
    assert_eq!(lasting(&part["answer"]["answered"]), lasting(&explicit), "{part}");
    let only = json!({"text": "retention", "only_understand": true});
    assert!(!server.post("/api/v1/ask", &only).body.contains("answered"));
}
