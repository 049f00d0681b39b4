//! Questions asked from the command line and over HTTP, their numbers against values counted by hand.

use e2e::server::Server;
use e2e::{Called, Project};
use serde_json::{Value, json};

/// Five people: who did what, when. 2026-03-02 is a Monday.
const EVENTS: &str = "\
user,time,event,plan,amount
anna,2026-03-02T09:00:00Z,signup,pro,
bert,2026-03-02T10:00:00Z,signup,free,
anna,2026-03-03T09:00:00Z,activate,pro,
carl,2026-03-03T11:00:00Z,signup,pro,
anna,2026-03-04T09:00:00Z,pay,pro,10
carl,2026-03-04T12:00:00Z,pay,pro,5
bert,2026-03-05T10:00:00Z,activate,free,
dora,2026-03-09T08:00:00Z,signup,free,
dora,2026-03-10T08:00:00Z,activate,free,
dora,2026-03-10T12:00:00Z,refund,free,
emil,2026-03-10T15:00:00Z,signup,pro,
dora,2026-03-11T08:00:00Z,pay,free,20
emil,2026-03-30T15:00:00Z,activate,pro,
";

const WEEKS: [&str; 4] = ["--from", "2026-03-02", "--to", "2026-03-15"];

fn project() -> Project {
    let project = Project::new();
    project.write("flywheel.toml", "name = \"test\"\ntime_zone = \"UTC\"\n").write("events.csv", EVENTS);
    let imported = project.json(&["events", "import", "events.csv"]);
    assert_eq!(imported["imported"], 13, "{imported}");
    assert_eq!(imported["mapping"]["person"], "user");
    project
}

/// The answer's report.
fn ask(project: &Project, arguments: &[&str]) -> Value {
    let mut all = arguments.to_vec();
    if !arguments.contains(&"--to") {
        all.extend(WEEKS);
    }
    let answered = project.json(&all);
    assert_eq!(answered["answer"]["warnings"], json!([]), "{arguments:?}");
    assert!(
        answered["answer"]["findings"].as_array().is_some_and(|findings| !findings.is_empty()),
        "{arguments:?} says nothing"
    );
    answered["answer"].clone()
}

fn column(rows: &Value, name: &str) -> Vec<Value> {
    rows.as_array().expect("rows").iter().map(|row| row[name].clone()).collect()
}

#[test]
fn a_funnel_counts_people_step_by_step() {
    let project = project();
    let plain =
        ask(&project, &["funnel", "signup", "activate", "pay", "--window", "14d", "--to", "2026-03-31"]);
    // Carl never activates, and Emil does so after 20 days.
    assert_eq!(column(&plain["steps"], "people"), [5, 3, 2]);
    assert_eq!(plain["steps"][2]["of_first"], 0.4);
    let without =
        ask(&project, &["funnel", "signup", "activate", "pay", "--exclude", "refund", "--to", "2026-03-31"]);
    assert_eq!(column(&without["steps"], "people"), [4, 2, 1]);
    assert_eq!(without["removed"], 1);
    let rich = ask(&project, &["funnel", "signup", "pay[amount>5]", "--by", "plan", "--to", "2026-03-31"]);
    assert_eq!(column(&rich["steps"], "people"), [5, 2]);
    let pro = rich["parts"].as_array().expect("parts").iter().find(|part| part["value"] == "pro");
    assert_eq!(column(&pro.expect("pro")["steps"], "people"), [3, 1]);
    let why =
        ask(&project, &["funnel", "signup", "activate", "pay", "--explain", "carl", "--to", "2026-03-31"]);
    assert_eq!(why["explained"]["reached"], 1);
}

#[test]
fn trends_count_events_people_and_values() {
    let project = project();
    let trend = ask(
        &project,
        &["trend", "signup", "people:signup", "sum(amount):pay", "--interval", "week", "--formula", "C / B"],
    );
    assert_eq!(trend["axis"], json!(["2026-03-02", "2026-03-09"]));
    let values = column(&trend["lines"], "values");
    assert_eq!(values, [json!([3.0, 2.0]), json!([3.0, 2.0]), json!([15.0, 20.0]), json!([5.0, 10.0])]);
    let by = ask(&project, &["trend", "signup", "--by", "plan", "--interval", "week"]);
    let pro = by["lines"].as_array().expect("lines").iter().find(|line| line["values_of"] == json!(["pro"]));
    assert_eq!(pro.expect("pro")["values"], json!([2.0, 1.0]));
}

#[test]
fn the_other_questions_count_as_by_hand() {
    let project = project();
    let retention = ask(
        &project,
        &[
            "retention",
            "signup",
            "activate",
            "--begins",
            "first_time",
            "--interval",
            "week",
            "--from",
            "2026-03-02",
            "--to",
            "2026-04-05",
        ],
    );
    let cohorts = &retention["overall"]["cohorts"];
    assert_eq!(cohorts[0]["size"], 3);
    assert_eq!(cohorts[1]["size"], 2);
    // Emil activates in the third week after his own.
    assert_eq!(column(&cohorts[1]["cells"], "people"), [2, 0, 0, 1]);

    let lifecycle = ask(&project, &["lifecycle", "--interval", "week"]);
    assert_eq!(column(&lifecycle["intervals"], "new"), [3, 2]);
    assert_eq!(column(&lifecycle["intervals"], "dormant"), [0, 3]);

    let stickiness = ask(&project, &["stickiness"]);
    assert_eq!(stickiness["people"], 5);
    // Emil one day; Bert and Carl two; Anna and Dora three.
    assert_eq!(column(&stickiness["frequency"], "people")[..3], [1, 2, 2]);
    assert_eq!(stickiness["mean_intervals"], 2.2);

    let paths = ask(&project, &["paths", "--whole", "--to", "2026-03-31"]);
    assert_eq!(paths["people"], 5);
    let first: Vec<&Value> =
        paths["links"].as_array().expect("links").iter().filter(|link| link["step"] == 1).collect();
    assert_eq!(first.iter().map(|link| link["sessions"].as_u64().unwrap_or(0)).collect::<Vec<_>>(), [4, 1]);

    let growth = ask(&project, &["growth", "--interval", "week"]);
    assert_eq!(column(&growth["steps"], "active"), [3, 2]);
    assert_eq!(column(&growth["steps"], "churned"), [0, 3]);

    let revenue = ask(&project, &["revenue", "pay", "--from", "2026-03-01", "--to", "2026-03-31"]);
    let march = revenue["steps"].as_array().and_then(|steps| steps.last()).expect("a step").clone();
    assert_eq!((march["revenue"].clone(), march["payers"].clone()), (json!(35.0), json!(3)));
}

#[test]
fn a_segment_is_who_meets_its_conditions() {
    let project = project();
    let answered = project.json(&["segment", "--did", "pay[amount>=10]", "--did-not", "refund"]);
    assert_eq!(answered["answer"]["size"], 1, "{}", answered["answer"]);
    assert_eq!(answered["answer"]["examples"], json!(["anna"]));
    let spec = project.call(&["segment", "--did", "pay >=2 in 30d", "--print-spec"]).succeed().out;
    assert!(spec.contains("at_least = 2") && spec.contains("last_days = 30"), "{spec}");
}

#[test]
fn an_answer_reads_in_both_languages() {
    let project = project();
    for (arguments, english, chinese) in [
        (&["funnel", "signup", "activate", "pay"][..], "people", "人数"),
        (&["trend", "signup"], "step", "步骤"),
        (&["retention", "signup", "activate", "--interval", "week"], "cohorts", "群组"),
        (&["lifecycle", "--interval", "week"], "dormant", "沉默"),
        (&["stickiness"], "people", "人数"),
        (&["growth"], "churned", "流失"),
        (&["revenue", "pay"], "revenue", "收入"),
    ] {
        let shown = |language: &str| -> Called {
            let mut all = arguments.to_vec();
            all.extend(WEEKS);
            all.extend(["--lang", language]);
            project.call(&all).succeed()
        };
        let (en, zh) = (shown("en").out, shown("zh-CN").out);
        assert!(en.starts_with("● ") && en.contains(english), "{arguments:?}\n{en}");
        assert!(zh.starts_with("● ") && zh.contains(chinese), "{arguments:?}\n{zh}");
        assert!(!en.contains("cli.") && !en.contains("product."), "a word is missing: {en}");
    }
}

#[test]
fn a_question_reads_back_from_what_was_printed_and_kept() {
    let project = project();
    let arguments = [
        "funnel",
        "signup",
        "pay[amount>5] as Paid",
        "--window",
        "3d",
        "--by",
        "plan",
        "--from",
        "2026-03-02",
        "--to",
        "2026-03-31",
    ];
    let typed = ask(&project, &arguments);
    let mut printing = arguments.to_vec();
    printing.push("--print-spec");
    let spec = project.call(&printing).succeed().out;
    assert!(spec.starts_with("kind = \"funnel\"\n") && spec.contains("label = \"Paid\""), "{spec}");
    project.write("asked.toml", &spec);
    let from_file = project.json(&["funnel", "--spec", "asked.toml"]);
    assert_eq!(from_file["answer"], typed);
    let mut saving = arguments.to_vec();
    saving.extend(["--save", "paid"]);
    project.call(&saving).succeed();
    assert_eq!(project.json(&["question", "run", "paid"])["answer"], typed);
    assert_eq!(project.json(&["question", "list"])[0]["name"], "paid");
    let changed = project.json(&[
        "funnel",
        "--spec",
        "asked.toml",
        "--set",
        "window.count=1",
        "--set",
        "window.unit=minute",
    ]);
    assert_eq!(column(&changed["answer"]["steps"], "people"), [5, 0]);
    let wrong_kind = project.call(&["trend", "--spec", "asked.toml"]).refuse();
    assert!(wrong_kind.err.contains("flywheel question run"), "{}", wrong_kind.err);
}

#[test]
fn a_question_with_many_mistakes_says_them_all() {
    let project = project();
    project.write(
        "recipes/wrong.toml",
        "kind = \"funnel\"\nordr = \"strict\"\nwindow = { count = \"two\", unit = \"fortnight\" }\n\n[[steps]]\nevnt = \"signup\"\n\n[[steps]]\nevent = 5\n",
    );
    for language in ["en", "zh-CN"] {
        let called = project.call(&["question", "run", "wrong", "--lang", language]).refuse();
        for word in ["order", "count", "fortnight", "event", "5"] {
            assert!(called.err.contains(word), "{word} is not said:\n{}", called.err);
        }
    }
    let report = project.call(&["question", "run", "wrong", "--json"]).refuse().out;
    let report: Value = serde_json::from_str(&report).expect("JSON");
    let lines: Vec<u64> = report["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .filter_map(|problem| problem["place"]["line"].as_u64())
        .collect();
    assert_eq!(lines, [2, 3, 3, 6, 9], "{report}");
    let typed = project.call(&["funnel", "signup[", "pay[amount>x]", "--window", "3d"]).refuse();
    assert!(typed.err.contains("signup[") && typed.err.contains("amount>x"), "{}", typed.err);
}

#[test]
fn an_event_that_never_arrived_is_doubted_with_the_nearest_name() {
    let project = project();
    let answered = project.json(&["funnel", "sign_up", "pay"]);
    let warnings = answered["answer"]["warnings"].to_string();
    assert!(warnings.contains("`sign_up`") && warnings.contains("`signup`"), "{warnings}");
}

#[test]
fn answers_are_written_as_files() {
    let project = project();
    project.call(&["funnel", "signup", "activate", "pay", "--to", "2026-03-31", "--out", "f.csv"]).succeed();
    let csv = std::fs::read_to_string(project.path().join("f.csv")).expect("written");
    assert!(csv.starts_with("label,optional,people,of_first,") && csv.lines().count() == 4, "{csv}");
    project
        .call(&[
            "trend",
            "signup",
            "--from",
            "2026-03-02",
            "--to",
            "2026-03-15",
            "--interval",
            "week",
            "--out",
            "t.parquet",
        ])
        .succeed();
    assert!(std::fs::read(project.path().join("t.parquet")).expect("written").starts_with(b"PAR1"));
    let text = project
        .call(&[
            "trend",
            "signup",
            "--from",
            "2026-03-02",
            "--to",
            "2026-03-15",
            "--interval",
            "week",
            "--format",
            "csv",
        ])
        .succeed()
        .out;
    assert_eq!(text, "step,signup\n2026-03-02,3.0\n2026-03-09,2.0\n");
    let wrong = project.call(&["funnel", "signup", "pay", "--format", "csv", "--table", "stps"]).refuse();
    assert!(wrong.err.contains("`steps`"), "{}", wrong.err);
    project.call(&["funnel", "signup", "pay", "--format", "parquet"]).refuse();
}

#[test]
fn sql_reads_events_people_and_tables() {
    let project = project();
    project.write("plans.csv", "plan,price\npro,10\nfree,0\nteam,30\nsolo,5\n");
    project.call(&["data", "import", "plans.csv"]).succeed();
    let report = project.json(&[
        "sql",
        "SELECT p.price, count(DISTINCT e.person) AS people FROM events e JOIN plans p ON e.properties->>'plan' = p.plan GROUP BY 1 ORDER BY 1",
    ]);
    assert_eq!(report["rows"], json!([[0, 2], [10, 3]]), "{report}");
    let sum = project.json(&["sql", "SELECT sum(number(properties, 'amount')) FROM events"]);
    assert_eq!(sum["rows"], json!([[35.0]]));
    project.call(&["sql", "SELECT * FROM people", "--out", "people.parquet"]).succeed();
    assert!(std::fs::read(project.path().join("people.parquet")).expect("written").starts_with(b"PAR1"));
    let before = project.files();
    for query in ["DELETE FROM plans", "CREATE VIEW x AS SELECT 1", "SELECT * FROM nowhere", ""] {
        project.call(&["sql", query]).refuse();
    }
    let slow = "SELECT count(*) FROM generate_series(1, 1000000) a, generate_series(1, 1000000) b WHERE a.value * b.value % 7 = 3";
    let stopped = project.call(&["sql", slow, "--secs", "0.5"]).refuse();
    assert!(stopped.err.contains("0.5"), "{}", stopped.err);
    let after = project.files();
    assert!(before.keys().eq(after.keys()), "something was written");
}

#[test]
fn importing_again_adds_nothing_and_bad_rows_are_kept_aside() {
    let project = project();
    let again = project.json(&["events", "import", "events.csv"]);
    assert_eq!((again["imported"].clone(), again["known"].clone()), (json!(0), json!(13)));
    project.write(
        "orders.csv",
        "Customer,Ordered at,Total\n7,2026-03-01 23:30,5\nundefined,2026-03-01 10:00,5\n8,soon,5\n9,3000-01-01,1\n7,2026-03-01 23:30,5\n",
    );
    let preview = project.json(&["events", "import", "orders.csv", "--preview"]);
    assert_eq!(preview["mapping"]["person"], "Customer");
    assert_eq!(preview["mapping"]["time"], "Ordered at");
    assert_eq!(preview["mapping"]["event"], json!({"kind": "constant", "name": "orders"}));
    let imported =
        project.json(&["events", "import", "orders.csv", "--event", "=order", "--zone", "Europe/Berlin"]);
    assert_eq!((imported["imported"].clone(), imported["aside"].clone()), (json!(2), json!(3)), "{imported}");
    let reasons: Vec<String> = imported["aside_examples"]
        .as_array()
        .expect("examples")
        .iter()
        .map(|row| format!("{}:{}", row["place"], row["reason"]["key"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(reasons, ["3:collect.nobodys_id", "4:collect.time_unreadable", "5:collect.time_ahead"]);
    // 23:30 in Berlin is 22:30 UTC, still the first of March.
    let times = project
        .json(&["sql", "SELECT count(*), CAST(min(time) AS VARCHAR) FROM events WHERE event = 'order'"]);
    assert_eq!(times["rows"][0][0], 2);
    assert!(
        times["rows"][0][1].as_str().is_some_and(|time| time.starts_with("2026-03-01T22:30:00")),
        "{times}"
    );
    let wrong = project.call(&["events", "import", "orders.csv", "--person", "custmer"]).refuse();
    assert!(wrong.err.contains("`Customer`"), "{}", wrong.err);
    let asides = project.json(&["events", "aside", "list"]);
    assert_eq!(asides.as_array().map(Vec::len), Some(3), "{asides}");

    // What is mended is the event that its row would have been, its other columns included.
    let is_soon = |aside: &&Value| aside["reason"]["args"]["found"] == "soon";
    let soon = asides.as_array().into_iter().flatten().find(is_soon);
    let id = soon.and_then(|aside| aside["id"].as_str()).expect("the row without a time");
    let time = "timestamp=2026-03-02T00:00:00Z";
    let sent = project.json(&["events", "aside", "resend", id, "--set", time]);
    assert_eq!((sent["event"].as_str(), sent["distinct_id"].as_str()), (Some("order"), Some("8")), "{sent}");
    assert!(sent["properties"]["Total"].to_string().contains('5'), "{sent}");

    project.write("none.csv", "Customer,Ordered at,Total\n7,soon,5\n8,later,5\n");
    let columns = ["--person", "Customer", "--time", "Ordered at", "--event", "=order"];
    let none = [&["events", "import", "none.csv"][..], &columns[..]].concat();
    let refused = project.call(&none).refuse();
    assert!(refused.err.contains("all 2 rows were kept aside"), "{}", refused.err);
    project.call(&[&none[..], &["--preview"]].concat()).succeed();
}

#[test]
fn questions_are_answered_over_http() {
    let project = project();
    let server = Server::start(&project);
    let question = json!({"kind": "funnel", "steps": [{"event": "signup"}, {"event": "pay"}], "period": {"to": "2026-03-31"}});
    let answer = server.post("/api/v1/questions", &question);
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer: Value = serde_json::from_str(&answer.body).expect("JSON");
    assert_eq!(column(&answer["answer"]["steps"], "people"), [5, 3]);
    assert_eq!(answer["events"], 13);
    let sql = server.post("/api/v1/sql", &json!({"query": "SELECT count(*) FROM people"}));
    assert!(sql.body.contains("[[5]]"), "{}", sql.body);
}

#[test]
fn events_of_unlike_imports_are_one_table_to_look_at() {
    let project = Project::new();
    let line = |index: usize, properties: &str| {
        let second = index % 60;
        format!(
            r#"{{"event":"seen","distinct_id":"p{index}","timestamp":"2026-03-01T10:00:{second:02}Z","properties":{properties}}}"#
        )
    };
    // What is common in one import stands in columns of its own there, and not in the other.
    let visits: Vec<String> = (0..90).map(|index| line(index, r#"{"page":"home","plan":"pro"}"#)).collect();
    let calls: Vec<String> = (0..40).map(|index| line(index, "{}")).collect();
    project.write("visits.jsonl", visits.join("\n")).write("calls.jsonl", calls.join("\n"));
    for name in ["visits.jsonl", "calls.jsonl"] {
        project.json(&["events", "import", name]);
    }
    assert_eq!(project.json(&["data", "profile", "events"])["rows"], 130);
}
