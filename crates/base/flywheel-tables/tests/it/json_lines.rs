//! JSON Lines, and arrays of objects.

use flywheel_spec::Severity;
use flywheel_tables::{Format, ImportOptions};

use crate::made::{import_bytes, imported, shown};

#[test]
fn objects_are_flattened_and_late_keys_are_missing_before() {
    let text = r#"{"age": 31, "plan": {"name": "pro", "seats": 3}, "tags": ["a", "b"]}
{"age": null, "plan": {"name": "free", "seats": 1}, "active": true}

{"age": 40.5, "plan": {"name": "pro"}, "active": false}
"#;
    let columns = [
        "age: number = 31 | ∅ | 40.5",
        "plan.name: category = pro | free | pro",
        "plan.seats: number = 3 | 1 | ∅",
        "tags: category = [\"a\",\"b\"] | ∅ | ∅",
        "active: boolean = ∅ | true | false",
    ];
    let read = imported("a.jsonl", text.as_bytes());
    assert_eq!(shown(&read), columns);
    assert_eq!(read.format, Format::JsonLines);
    let lines: Vec<&str> = text.lines().filter(|line| !line.is_empty()).collect();
    let array = format!("[{}]", lines.join(","));
    assert_eq!(shown(&imported("a.json", array.as_bytes())), columns);
}

#[test]
fn bad_lines_are_set_aside_and_located_and_too_many_of_them_stop_the_import() {
    let mut text = String::new();
    for row in 0..20 {
        text.push_str(&format!("{{\"x\": {row}}}\n"));
    }
    text.push_str("{\"x\": 20,}\n[1, 2]\n");
    let read = imported("a.jsonl", text.as_bytes());
    assert_eq!(read.frame.rows(), 20);
    let places: Vec<_> =
        read.warnings.iter().map(|warning| (warning.code.as_str(), warning.place.line)).collect();
    assert_eq!(places, [("tables.json_syntax", Some(21)), ("tables.json_not_object", Some(22))]);
    assert_eq!(read.warnings[0].place.character, Some(10));

    let problems = import_bytes("a.jsonl", b"{\"x\": 1}\nnot json\n", &ImportOptions::default())
        .expect_err("half is broken");
    assert_eq!((problems.problems[0].severity, problems.problems[0].place.line), (Severity::Error, Some(2)));
}
