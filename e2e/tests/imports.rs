//! Events imported as other products export them, what is said of doubtful columns, and of an import that reads otherwise than before.

use e2e::Project;
use serde_json::{Value, json};

const MARCH: [&str; 4] = ["--from", "2026-03-01", "--to", "2026-03-31"];

fn project() -> Project {
    let project = Project::new();
    project.write("flywheel.toml", "name = \"test\"\ntime_zone = \"UTC\"\n");
    project
}

fn ask(project: &Project, question: &[&str]) -> Value {
    project.json(&[question, &MARCH[..]].concat())["answer"].clone()
}

fn codes(report: &Value) -> Vec<String> {
    let warnings = report["warnings"].as_array().cloned().unwrap_or_default();
    warnings.iter().map(|warning| warning["code"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn an_export_of_amplitude_is_read_as_it_is() {
    let row = |number: u32, event: &str, time: &str, user: Option<&str>, device: &str| {
        json!({
            "uuid": format!("0190e0a0-0000-7000-8000-{number:012}"), "event_type": event, "event_time": time,
            "user_id": user, "device_id": device, "event_properties": {"place": event},
            "user_properties": if user.is_some() { json!({"country": "DE"}) } else { json!({}) },
        })
    };
    let signup = row(2, "signup", "2026-03-01 09:05:00.000000", Some("ada"), "d1");
    let rows = [
        row(1, "visit", "2026-03-01 09:00:00.250000", None, "d1"),
        signup.clone(),
        row(3, "visit", "2026-03-02 09:00:00.000000", None, "d2"),
        signup,
    ];
    let lines = rows.map(|row| row.to_string()).join("\n");
    let project = project();
    project.write("amplitude.jsonl", lines);
    let report = project.json(&["events", "import", "amplitude.jsonl"]);
    assert_eq!([&report["imported"], &report["known"], &report["aside"]], [&json!(3), &json!(1), &json!(0)]);
    let mapping = &report["mapping"];
    assert_eq!(
        (&mapping["person"], &mapping["person_else"], &mapping["key"]),
        (&json!("user_id"), &json!(["device_id"]), &json!("uuid"))
    );
    let funnel = ask(&project, &["funnel", "visit", "signup"]);
    let people: Vec<&Value> =
        funnel["steps"].as_array().expect("steps").iter().map(|step| &step["people"]).collect();
    assert_eq!(people, [&json!(2), &json!(1)], "whoever visits without a name and signs up is one person");
    let trend = ask(&project, &["trend", "*[person.country=DE,place=visit]"]);
    assert_eq!(trend["lines"][0]["whole"], 1.0);
}

#[test]
fn an_import_that_reads_otherwise_than_before_says_that_nothing_changed() {
    let rows: String =
        (1..=12).map(|day| format!("u{day},visit,2026-03-{day:02} 10:00:00,v{day}\n")).collect();
    let project = project();
    project.write("visits.csv", format!("user,event,time,visitor\n{rows}"));
    let import = |more: &[&str]| project.json(&[&["events", "import", "visits.csv"][..], more].concat());
    assert_eq!((import(&[])["imported"].clone(), codes(&import(&[]))), (json!(12), vec![]));
    for (chosen, told) in [
        (["--zone", "Asia/Shanghai"], "ask.known_otherwise"),
        (["--event", "=seen"], "ask.known_otherwise"),
        (["--person", "visitor"], "ask.known_other_person"),
    ] {
        let report = import(&chosen);
        assert_eq!((&report["imported"], codes(&report)), (&json!(0), vec![told.to_owned()]), "{chosen:?}");
    }
}

#[test]
fn dates_and_amounts_that_may_be_misread_are_told() {
    let project = project();
    project.write(
        "orders.csv",
        "user,event,time,amount\na,pay,01/03/2026 10:00,\"1,234.50\"\nb,pay,02/03/2026 10:00,5\n",
    );
    let preview =
        |more: &[&str]| project.json(&[&["events", "import", "orders.csv", "--preview"][..], more].concat());
    let doubtful = preview(&[]);
    assert_eq!(codes(&doubtful), ["ask.day_or_month", "ask.amounts"]);
    assert_eq!(doubtful["first"], "2026-01-03T10:00:00Z");
    let said = preview(&["--dates", "day-first"]);
    assert_eq!(
        (codes(&said), &said["first"]),
        (vec!["ask.amounts".to_owned()], &json!("2026-03-01T10:00:00Z"))
    );
}

#[test]
fn series_of_one_event_are_columns_of_their_own() {
    let project = project();
    project.write(
        "pays.csv",
        "user,event,time,amount\na,pay,2026-03-01T10:00:00Z,5\na,pay,2026-03-01T11:00:00Z,7\n",
    );
    project.json(&["events", "import", "pays.csv"]);
    let to_file =
        ["trend", "pay", "people:pay", "sum(amount):pay", "--interval", "month", "--out", "answer.csv"];
    project.call(&[&to_file[..], &MARCH].concat()).succeed();
    let written = std::fs::read_to_string(project.path().join("answer.csv")).expect("a file");
    assert_eq!(written, "step,pay,people:pay,sum(amount):pay\n2026-03,2.0,1.0,12.0\n");
}
