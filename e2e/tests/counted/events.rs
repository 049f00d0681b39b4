//! Tiny tables of events, the project that holds them, and the question asked of it.

use e2e::Project;
use serde_json::{Value, json};

/// A project in a time zone with the events of a table: one a line, `who, when, what` and perhaps `, {properties}`.
///
/// What stands behind `//` is the counting.
pub fn project(zone: &str, table: &str) -> Project {
    let project = Project::new();
    project.write("flywheel.toml", format!("name = \"test\"\ntime_zone = \"{zone}\"\n"));
    let lines: Vec<String> = table.lines().filter_map(event).collect();
    project.write("events.jsonl", lines.join("\n"));
    let imported = project.json(&["events", "import", "events.jsonl"]);
    assert_eq!(imported["imported"], lines.len(), "{imported}");
    project
}

/// The report of a question, asked with these words on the command line.
pub fn ask(project: &Project, words: &str) -> Value {
    let words: Vec<&str> = words.split_whitespace().collect();
    project.json(&words)["answer"].take()
}

fn event(line: &str) -> Option<String> {
    let line = line.split("//").next().unwrap_or_default().trim();
    if line.is_empty() {
        return None;
    }
    let mut parts = line.splitn(4, ", ");
    let mut part = || parts.next().unwrap_or_else(|| panic!("who, when, what: {line}"));
    let (who, when, what) = (part(), part(), part());
    let properties = parts.next().map_or_else(|| json!({}), |text| serde_json::from_str(text).expect(line));
    Some(json!({"distinct_id": who, "timestamp": when, "event": what, "properties": properties}).to_string())
}
