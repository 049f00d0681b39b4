//! JSON Lines object by object, or one array of objects; nested objects stay as they are.

use std::io::BufRead;

use flywheel_spec::{Phrase, Problem, phrase};
use serde::Deserializer as _;
use serde::de::{SeqAccess, Visitor};
use serde_json::Value;

use super::{BadRow, Out, Row, Stopped, kept, undecoded};

/// Bytes that one line may have.
const LONGEST: u64 = 64 << 20;

/// Reads to the end.
pub(super) fn read(name: &str, text: impl BufRead, array: bool, out: &mut Out) -> Result<(), Stopped> {
    if array { read_array(name, text, out) } else { read_lines(name, text, out) }
}

fn read_lines(name: &str, mut text: impl BufRead, out: &mut Out) -> Result<(), Stopped> {
    let mut line = Vec::new();
    let mut place = 0;
    loop {
        line.clear();
        let read = std::io::Read::take(&mut text, LONGEST).read_until(b'\n', &mut line);
        let read = read.map_err(|error| unreadable(name, &error))?;
        if read == 0 {
            return Ok(());
        }
        place += 1;
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            out.row(row(place, &line))?;
        }
    }
}

fn row(place: u64, line: &str) -> Result<Row, BadRow> {
    let bad = |reason| BadRow { place, reason, raw: kept(line.trim_end()) };
    if let Some(reason) = undecoded(line) {
        return Err(bad(reason));
    }
    match serde_json::from_str::<Value>(line) {
        Ok(Value::Object(fields)) => Ok(Row::new(place, fields)),
        Ok(_) => Err(bad(Phrase::new("tables.row_no_object"))),
        Err(error) => {
            let words = error.to_string();
            let reason = words.split(" at line ").next().unwrap_or(&words).to_owned();
            Err(bad(phrase!("tables.row_no_json", reason = reason)))
        }
    }
}

fn read_array(name: &str, text: impl BufRead, out: &mut Out) -> Result<(), Stopped> {
    let mut gone = false;
    let mut deserializer = serde_json::Deserializer::from_reader(text);
    let end = deserializer.deserialize_seq(Elements { out, gone: &mut gone });
    match end {
        _ if gone => Err(Stopped::Gone),
        Ok(()) => Ok(()),
        Err(error) => {
            let words = error.to_string();
            let reason = words.split(" at line ").next().unwrap_or(&words).to_owned();
            let problem = Problem::error(phrase!("tables.row_no_json", reason = reason)).in_file(name);
            Err(problem.at_line(error.line() as u64).into())
        }
    }
}

/// Hands each element of an array on as it is read.
struct Elements<'o> {
    out: &'o mut Out,
    gone: &'o mut bool,
}

impl<'de> Visitor<'de> for Elements<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an array of objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        let mut place = 0;
        while let Some(value) = elements.next_element::<Value>()? {
            place += 1;
            let taken = match value {
                Value::Object(fields) => Ok(Row::new(place, fields)),
                other => Err(BadRow {
                    place,
                    reason: Phrase::new("tables.row_no_object"),
                    raw: kept(&other.to_string()),
                }),
            };
            if self.out.row(taken).is_err() {
                *self.gone = true;
                return Err(serde::de::Error::custom("nobody listens"));
            }
        }
        Ok(())
    }
}

fn unreadable(name: &str, error: &std::io::Error) -> Problem {
    Problem::error(phrase!("tables.unreadable", reason = error))
        .advise(Phrase::new("tables.copy_again"))
        .in_file(name)
}
