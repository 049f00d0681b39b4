//! Real process logs: their cases and variants, where `$FLYWHEEL_DATA` points to them; their absence is said aloud.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;

use flate2::read::GzDecoder;
use flywheel_people::Event;
use flywheel_spec::product::Answer;
use flywheel_spec::project::Weekday;
use serde_json::json;

use super::events::{ask, calendar, event_at};

#[expect(clippy::print_stderr, reason = "a test that finds no data says so")]
fn opened(name: &str) -> Option<Box<dyn Read>> {
    let folder = std::env::var_os("FLYWHEEL_DATA").map(PathBuf::from);
    let file =
        folder.and_then(|folder| std::fs::File::open(folder.join("events_process_logs").join(name)).ok());
    if file.is_none() {
        eprintln!(
            "SKIPPED: events_process_logs/{name} is absent; set FLYWHEEL_DATA to the folder of real data"
        );
    }
    file.map(|file| Box::new(GzDecoder::new(file)) as Box<dyn Read>)
}

fn moment(text: &str) -> i64 {
    let text = text.replace(' ', "T");
    text.parse::<jiff::Timestamp>().unwrap_or_else(|error| panic!("{text}: {error}")).as_microsecond()
}

/// The events of a log in XES (one element a line, as both files here are written), numbered in their order.
fn xes(file: impl Read) -> Vec<Event> {
    let value = |line: &str, key: &str| -> Option<String> {
        let rest = line.split_once(&format!("key=\"{key}\""))?.1;
        Some(rest.split_once("value=\"")?.1.split_once('"')?.0.to_owned())
    };
    let mut events = Vec::new();
    let (mut inside, mut case, mut name, mut time) = (false, String::new(), None, None);
    let (mut in_trace, mut row) = (false, 0);
    for line in BufReader::new(file).lines() {
        let line = line.expect("a line");
        let line = line.trim();
        if line == "<trace>" {
            in_trace = true;
        } else if line == "</trace>" {
            in_trace = false;
        } else if line == "<event>" {
            (inside, name, time) = (true, None, None);
        } else if line == "</event>" {
            inside = false;
            row += 1;
            let name: String = name.take().expect("an event has a name");
            events.push(event_at(&case, time.take().expect("a time"), &name, json!({"row": row})));
        } else if inside {
            name = name.or_else(|| value(line, "concept:name"));
            time = time.or_else(|| value(line, "time:timestamp").map(|text| moment(&text)));
        } else if in_trace && let Some(named) = value(line, "concept:name") {
            case = named;
        }
    }
    events
}

fn csv_log(file: impl Read) -> Vec<Event> {
    let mut reader = csv::Reader::from_reader(file);
    let headers = reader.headers().expect("a header").clone();
    let column = |name: &str| headers.iter().position(|header| header == name).expect("a column");
    let (case, name, time) = (column("case:concept:name"), column("concept:name"), column("time:timestamp"));
    let rows = reader.records().enumerate().map(|(row, record)| {
        let record = record.expect("a row");
        event_at(&record[case], moment(&record[time]), &record[name], json!({"row": row}))
    });
    rows.collect()
}

/// Cases and variants from the data's own README, recomputed there from the files: 4,580 / 1,434 / 100 and 226 / 116 / 96.
#[test]
fn process_logs_have_their_cases_and_variants() {
    type Log = (&'static str, fn(Box<dyn Read>) -> Vec<Event>, usize, u64, u64);
    let logs: [Log; 3] = [
        ("helpdesk.xes.gz", xes, 21_348, 4_580, 226),
        ("receipt.csv.gz", csv_log, 8_577, 1_434, 116),
        ("04_reviewing.xes.gz", xes, 3_730, 100, 96),
    ];
    for (name, read, events, cases, variants) in logs {
        let Some(file) = opened(name) else { continue };
        let log = read(file);
        assert_eq!(log.len(), events, "{name}: events");
        let question = json!({
            "kind": "paths", "sessions": {"kind": "whole"}, "collapse_repeats": false, "variants": true,
            "then_by": {"name": "row"}, "most_steps": 20,
        });
        let answer = ask(question, &calendar("UTC", Weekday::Monday, "2026-01-01"), &log);
        let Answer::Paths(report) = answer else { panic!("{answer:?}") };
        assert_eq!((report.people, report.sessions), (cases, cases), "{name}: cases");
        assert_eq!(report.variants_found, Some(variants), "{name}: variants");
    }
}
