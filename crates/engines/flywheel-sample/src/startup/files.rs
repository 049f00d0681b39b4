//! The startup written down: its events, what its people say, the questions that they ask, and the truth.
//!
//! Everything goes person by person into what the caller opens, so that any number of people needs the memory of one
//! (and sixteen bytes for each message about a problem, for the truth).

use std::io::{self, Write};

use flywheel_people::Event;
use flywheel_people::event::text_of;
use serde::Serialize;
use serde_json::json;

use super::faq::FAQ;
use super::truth::{Tally, Truth};
use super::{DAY, Spoken, Startup};

/// How much was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Written {
    /// People.
    pub people: u64,
    /// Events in `events.jsonl`.
    pub events: u64,
    /// Messages in `feedback.csv`, and the same ones in `feedback.jsonl`.
    pub messages: u64,
}

/// The header of `feedback.csv`.
const COLUMNS: &str = "text,rating,date,user_id,source,version,lang,uuid\n";

/// Writes the whole startup: `events.jsonl` (what people do), `feedback.csv` (what they say, as a table),
/// `feedback.jsonl` (the same as events), `faq.toml` and `truth.json`, each into what `open` makes of its name.
///
/// Of the two files of feedback import one: both hold the same messages, `id` is the event's uuid.
///
/// # Errors
/// What opening or writing says.
pub fn write_all<W: Write>(
    startup: &Startup,
    mut open: impl FnMut(&str) -> io::Result<W>,
) -> io::Result<Written> {
    let mut events = io::BufWriter::new(open("events.jsonl")?);
    let mut csv = io::BufWriter::new(open("feedback.csv")?);
    let mut jsonl = io::BufWriter::new(open("feedback.jsonl")?);
    let mut truth = TruthFile::begin(io::BufWriter::new(open("truth.json")?), startup)?;
    csv.write_all(COLUMNS.as_bytes())?;
    let plants = startup.plants();
    let mut tally = Tally::new(&plants);
    let mut written = Written { people: startup.people, ..Written::default() };
    for number in 0..startup.people {
        for event in startup.events(number) {
            event_line(&event, &mut events)?;
            written.events += 1;
        }
        let spoken = startup.spoken(number);
        tally.add(startup, &startup.person(number), &spoken);
        for said in &spoken {
            csv_row(&said.event, &mut csv)?;
            event_line(&said.event, &mut jsonl)?;
            truth.message(said)?;
            written.messages += 1;
        }
    }
    for mut file in [events, csv, jsonl] {
        file.flush()?;
    }
    truth.end(&tally.truth())?;
    let mut faq = open("faq.toml")?;
    faq.write_all(FAQ.as_bytes())?;
    faq.flush()?;
    Ok(written)
}

/// What people do, as JSON Lines with `uuid`, `event`, `distinct_id`, `timestamp` and `properties`.
///
/// # Errors
/// What writing says.
pub fn write_events(startup: &Startup, mut into: impl Write) -> io::Result<u64> {
    write_lines(startup, &mut into, |number| startup.events(number))
}

/// What people say, as JSON Lines of the same form.
///
/// # Errors
/// What writing says.
pub fn write_feedback_events(startup: &Startup, mut into: impl Write) -> io::Result<u64> {
    write_lines(startup, &mut into, |number| startup.feedback(number))
}

/// What people say, as CSV with the columns text, rating, date, user_id, source, version, lang and uuid.
///
/// # Errors
/// What writing says.
pub fn write_feedback_csv(startup: &Startup, mut into: impl Write) -> io::Result<u64> {
    into.write_all(COLUMNS.as_bytes())?;
    let mut rows = 0;
    for number in 0..startup.people {
        for event in startup.feedback(number) {
            csv_row(&event, &mut into)?;
            rows += 1;
        }
    }
    into.flush()?;
    Ok(rows)
}

/// The truth as JSON: `startup`, `messages` with a label each, and `truth`.
///
/// # Errors
/// What writing says.
pub fn write_truth(startup: &Startup, into: impl Write) -> io::Result<()> {
    let mut file = TruthFile::begin(into, startup)?;
    let plants = startup.plants();
    let mut tally = Tally::new(&plants);
    for number in 0..startup.people {
        let spoken = startup.spoken(number);
        tally.add(startup, &startup.person(number), &spoken);
        for said in &spoken {
            file.message(said)?;
        }
    }
    file.end(&tally.truth())
}

fn write_lines(
    startup: &Startup,
    into: &mut impl Write,
    events: impl Fn(u64) -> Vec<Event>,
) -> io::Result<u64> {
    let mut lines = 0;
    for number in 0..startup.people {
        for event in events(number) {
            event_line(&event, into)?;
            lines += 1;
        }
    }
    into.flush()?;
    Ok(lines)
}

/// The truth, whose messages come before what is counted over them.
struct TruthFile<W: Write> {
    into: W,
    first: bool,
}

impl<W: Write> TruthFile<W> {
    fn begin(mut into: W, startup: &Startup) -> io::Result<Self> {
        let said = json!({
            "seed": startup.seed,
            "people": startup.people,
            "days": startup.days,
            "begins": moment(startup.begins),
            "ends": moment(startup.ends()),
        });
        write!(into, "{{\"startup\":{said},\n\"messages\":[")?;
        Ok(Self { into, first: true })
    }

    fn message(&mut self, said: &Spoken) -> io::Result<()> {
        self.into.write_all(if self.first { b"\n" } else { b",\n" })?;
        self.first = false;
        serde_json::to_writer(&mut self.into, &said.label).map_err(io::Error::from)
    }

    fn end(mut self, truth: &Truth) -> io::Result<()> {
        self.into.write_all(b"],\n\"truth\":")?;
        serde_json::to_writer_pretty(&mut self.into, truth).map_err(io::Error::from)?;
        self.into.write_all(b"}\n")?;
        self.into.flush()
    }
}

fn event_line(event: &Event, into: &mut impl Write) -> io::Result<()> {
    let line = json!({
        "uuid": event.uuid,
        "event": event.event,
        "distinct_id": event.distinct_id,
        "timestamp": moment(event.time),
        "properties": event.properties,
    });
    serde_json::to_writer(&mut *into, &line).map_err(io::Error::from)?;
    into.write_all(b"\n")
}

fn csv_row(event: &Event, into: &mut impl Write) -> io::Result<()> {
    let of = |names: [&str; 2]| {
        let value = names.iter().find_map(|name| event.properties.get(*name));
        value.and_then(text_of).unwrap_or_default()
    };
    let fields = [
        of(["text", "$survey_response"]),
        of(["rating", "$survey_response_1"]),
        moment(event.time),
        event.distinct_id.clone(),
        of(["source", "source"]),
        of(["version", "version"]),
        of(["language", "language"]),
        event.uuid.to_string(),
    ];
    for (place, field) in fields.iter().enumerate() {
        if place > 0 {
            into.write_all(b",")?;
        }
        // Quoted as RFC 4180 asks, and where blanks would get lost.
        let bare = !field.contains([',', '"', '\n', '\r']) && field.trim().len() == field.len();
        if bare {
            into.write_all(field.as_bytes())?;
        } else {
            write!(into, "\"{}\"", field.replace('"', "\"\""))?;
        }
    }
    into.write_all(b"\n")
}

/// A moment as RFC 3339 writes it, in UTC, to the microsecond.
///
/// The day is counted by Howard Hinnant's `civil_from_days` ("chrono-Compatible Low-Level Date Algorithms").
fn moment(micros: i64) -> String {
    let (days, rest) = (micros.div_euclid(DAY), micros.rem_euclid(DAY));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_written_as_the_calendar_has_them() {
        for (micros, expected) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (1_767_225_600_000_000, "2026-01-01T00:00:00.000000Z"),
            (951_782_400_000_001, "2000-02-29T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"),
        ] {
            assert_eq!(moment(micros), expected);
        }
    }
}
