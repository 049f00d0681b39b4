//! Which column is what: guessed from names and values, corrected by the person who imports.

mod columns;
mod names;

#[cfg(test)]
mod tests;

use flywheel_people::event::text_of;
use flywheel_spec::event_import::{EventMapping, EventNaming};
use flywheel_spec::feedback::import::{FEEDBACK_EVENT, FeedbackColumns};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::infer;
use flywheel_tables::source::rows::Row;
use jiff::tz::TimeZone;
use serde_json::Value;

use super::convert::{OF_EVENT, OF_PERSON, object};
use super::{feedback, moment};
use names::{EVENTS, KEYS, NAMELESS_IDS, PEOPLE, TIME_ENDINGS, TIMES};

pub(super) use columns::{Columns, at, plain};

/// What a person said about the columns.
#[derive(Debug, Clone, Default)]
pub struct MappingChoices {
    /// The column that says who.
    pub person: Option<String>,
    /// The columns that say who where `person` says nobody, the first first; guessed when `person` is.
    pub person_else: Vec<String>,
    /// The column that says when.
    pub time: Option<String>,
    /// The column that names the event, or the name itself.
    pub event: Option<EventNaming>,
    /// The time zone of times that name none; the project's when absent.
    pub zone: Option<String>,
    /// Whether `1/7/2026` is the first of July; as the dates themselves say when absent.
    pub day_first: Option<bool>,
    /// The column that tells one event from another.
    pub key: Option<String>,
    /// Rows are messages, and what is known of their columns.
    pub feedback: Option<FeedbackChoices>,
}

/// What a person said about the columns of messages.
#[derive(Debug, Clone, Default)]
pub struct FeedbackChoices {
    /// The columns that say what was said, in the order in which they are read; guessed when empty.
    pub texts: Vec<String>,
    /// The column of stars or points.
    pub rating: Option<String>,
    /// The column that says where it was said.
    pub source: Option<String>,
    /// The column of the product's version.
    pub version: Option<String>,
}

/// The share of rows that must fit where the column's name says the same …
pub(super) const LIKELY: f64 = 0.5;

/// … and where it does not.
const SURE: f64 = 0.9;

/// A mapping that was made, and how.
#[derive(Debug, Clone)]
pub(super) struct Guess {
    pub mapping: EventMapping,
    pub guessed: Vec<Phrase>,
    pub warnings: Vec<Problem>,
}

/// Makes a mapping for rows like these; `source` names the events where no column does.
pub(super) fn guess(
    rows: &[&Row],
    choices: &MappingChoices,
    source: &str,
    zone: &str,
) -> Result<Guess, Problems> {
    let columns = Columns::of(rows);
    let mut problems = Problems::default();
    let mut guessed = Vec::new();
    let zone = choices.zone.clone().unwrap_or_else(|| zone.to_owned());
    if TimeZone::get(&zone).is_err() {
        let problem = Problem::error(phrase!("ask.zone", found = zone)).advise(phrase!("ask.zone_advice"));
        problems.push(problem.at_setting("zone"));
    }
    let mut said = |column: &Option<String>, setting: &str| {
        let column = column.clone()?;
        if !columns.known(&column) {
            problems.push(columns.unknown(&column).at_setting(setting));
        }
        Some(column)
    };
    let (person, time, key) =
        (said(&choices.person, "person"), said(&choices.time, "time"), said(&choices.key, "key"));
    if let Some(EventNaming::Column { column }) = &choices.event {
        said(&Some(column.clone()), "event");
    }
    let mut person_else: Vec<String> =
        choices.person_else.iter().filter_map(|column| said(&Some(column.clone()), "person")).collect();
    let mut message = choices.feedback.as_ref().map(|choices| FeedbackChoices {
        texts: choices.texts.iter().filter_map(|column| said(&Some(column.clone()), "text")).collect(),
        rating: said(&choices.rating, "rating"),
        source: said(&choices.source, "source"),
        version: said(&choices.version, "version"),
    });
    let named = |names: &[&str], fits: &dyn Fn(&str) -> bool| columns.named(names, fits);
    let person = person.or_else(|| {
        // A nested user is no name; what it holds has columns of its own.
        let names = |value: &Value| text_of(value).is_some() && !value.is_object() && !value.is_array();
        let found = named(&PEOPLE, &|column| columns.mostly(rows, column, LIKELY, names))?;
        guessed.push(phrase!("ask.guess_person", column = found));
        Some(found)
    });
    if choices.person.is_none()
        && message.is_none()
        && let Some(person) = &person
        && let Some(found) = columns.instead_of(rows, person, &NAMELESS_IDS)
    {
        guessed.push(phrase!("ask.guess_person_else", person = person, column = found));
        person_else.push(found);
    }
    let time = time.or_else(|| {
        let is_time =
            |column: &str| columns.mostly(rows, column, LIKELY, |value| moment::read(value).is_some());
        let ends = |column: &str| TIME_ENDINGS.iter().any(|end| plain(column).ends_with(end));
        let found = named(&TIMES, &is_time);
        let found = found
            .or_else(|| columns.names().find(|column| ends(column) && is_time(column)).map(str::to_owned));
        let found = found.or_else(|| {
            let texts = |value: &Value| value.is_string() && moment::read(value).is_some();
            columns.names().find(|column| columns.mostly(rows, column, SURE, texts)).map(str::to_owned)
        })?;
        guessed.push(phrase!("ask.guess_time", column = found));
        Some(found)
    });
    let taken = [person.as_deref(), time.as_deref()];
    let feedback = message.as_mut().map(|message| {
        let taken: Vec<&str> = taken.iter().flatten().copied().collect();
        feedback::columns(&columns, rows, message, &taken, &mut guessed)
    });
    let feedback = match feedback {
        None => None,
        Some(Ok(found)) => {
            let taken: Vec<&str> = taken.iter().flatten().copied().collect();
            if let Some(doubt) = feedback::unread(&columns, rows, &found, &taken) {
                problems.push(doubt);
            }
            Some(found)
        }
        Some(Err(problem)) => {
            problems.push(problem);
            Some(FeedbackColumns::default())
        }
    };
    let constant = feedback.as_ref().map(|_| EventNaming::Constant { name: FEEDBACK_EVENT.to_owned() });
    let event = constant.or_else(|| choices.event.clone()).unwrap_or_else(|| {
        let free = |column: &str| !taken.contains(&Some(column)) && columns.repeats(rows, column);
        match named(&EVENTS, &free) {
            Some(column) => {
                guessed.push(phrase!("ask.guess_event", column = column));
                EventNaming::Column { column }
            }
            None => {
                let name = stem(source);
                guessed.push(phrase!("ask.guess_event_name", name = name));
                EventNaming::Constant { name }
            }
        }
    });
    let key = key.or_else(|| {
        let naming = match &event {
            EventNaming::Column { column } => Some(column.as_str()),
            EventNaming::Constant { .. } => None,
        };
        // Rows of one key are one event come twice only where they say the same; of messages everything counts.
        let said: Vec<&str> = match &feedback {
            Some(_) => columns.names().collect(),
            None => taken.into_iter().chain([naming]).flatten().collect(),
        };
        let free = |column: &str| !taken.contains(&Some(column)) && naming != Some(column);
        let found = named(&KEYS, &|column| free(column) && columns.tells_events_apart(rows, column, &said))?;
        guessed.push(phrase!("ask.guess_key", column = found));
        Some(found)
    });
    let holds_fields = |column: &str| {
        columns.mostly_where_given(rows, column, LIKELY, |value| object(value.clone()).is_ok())
    };
    for (column, key) in OF_EVENT
        .map(|column| (column, "ask.guess_of_event"))
        .into_iter()
        .chain(OF_PERSON.map(|(column, _)| (column, "ask.guess_of_person")))
    {
        if holds_fields(column) {
            guessed.push(phrase!(key, column = column));
        }
    }
    for (found, setting) in [(&person, "person"), (&time, "time")] {
        if found.is_none() && feedback.is_some() {
            guessed.push(phrase!(&format!("feedback_import.guess_no_{setting}")));
        } else if found.is_none() {
            let problem = Problem::error(phrase!(&format!("ask.no_{setting}")));
            let known = columns.listed();
            problems.push(
                problem
                    .advise(phrase!(&format!("ask.no_{setting}_advice"), known = known))
                    .at_setting(setting),
            );
        }
    }
    let (person, time) = (person.unwrap_or_default(), time.unwrap_or_default());
    let texts: Vec<String> = rows
        .iter()
        .filter_map(|row| at(&row.fields, &time).and_then(Value::as_str).map(str::to_owned))
        .collect();
    let day_first = choices.day_first.unwrap_or_else(|| infer::day_first(texts.iter().map(String::as_str)));
    if choices.day_first.is_none() {
        if day_first {
            guessed.push(phrase!("ask.guess_day_first", column = time));
        } else if let Some(example) = day_or_month(&texts) {
            let doubt = Problem::warning(phrase!("ask.day_or_month", column = time, example = example));
            problems.push(doubt.advise(phrase!("ask.day_or_month_advice")).at_setting("time"));
        }
    }
    let zoneless = |row: &&Row| {
        let written = at(&row.fields, &time).and_then(|value| moment::read_as(value, day_first));
        written.is_some_and(|written| !written.zoned)
    };
    if rows.iter().any(zoneless) {
        guessed.push(phrase!("ask.guess_zone", column = time, zone = zone));
    }
    let event_column = match &event {
        EventNaming::Column { column } => Some(column.clone()),
        EventNaming::Constant { .. } => None,
    };
    let mut used = vec![Some(person.clone()), Some(time.clone()), event_column];
    if let Some(columns) = feedback.clone() {
        used.extend(columns.texts().map(|text| Some(text.to_owned())));
        used.extend([columns.rating, columns.source, columns.version]);
    }
    let properties: Vec<String> =
        columns.names().filter(|name| !used.contains(&Some((*name).to_owned()))).map(str::to_owned).collect();
    if feedback.is_none() {
        for name in &properties {
            if let Some(example) = columns.amounts(rows, name) {
                let doubt = Problem::warning(phrase!("ask.amounts", column = name, example = example));
                problems.push(doubt.advise(phrase!("ask.amounts_advice")));
            }
        }
    }
    let mapping =
        EventMapping { person, person_else, time, event, zone, day_first, key, properties, feedback };
    let (guess, warnings) = problems.settle(Guess { mapping, guessed, warnings: Vec::new() })?;
    Ok(Guess { warnings, ..guess })
}

/// A date that reads as another day with the day before the month, where none tells which comes first.
fn day_or_month(texts: &[String]) -> Option<&str> {
    let mut example = None;
    for text in texts {
        match (infer::moment(text), infer::moment_day_first(text)) {
            (Some(month_first), Some(day_first)) if (month_first - day_first).abs() > 1.0 => {
                example = example.or(Some(text.as_str()));
            }
            (Some(_), None) => return None,
            _ => {}
        }
    }
    example
}

/// True for a column whose name says that it holds the event's own id, which is the same wherever the event comes from.
pub(super) fn is_events_own(column: &str) -> bool {
    let inner = column.rsplit('.').next().unwrap_or(column);
    [column, inner].iter().any(|name| KEYS.contains(&plain(name).as_str()))
}

/// `purchases` for `purchases.csv.gz`.
fn stem(source: &str) -> String {
    let stem = source.split('.').find(|part| !part.is_empty()).unwrap_or(source);
    if stem.is_empty() { "imported".to_owned() } else { stem.to_owned() }
}
