//! Which column is what: guessed from names and values, corrected by the person who imports.

use std::collections::BTreeMap;

use flywheel_people::event::text_of;
use flywheel_spec::event_import::{EventMapping, EventNaming};
use flywheel_spec::feedback::import::{FEEDBACK_EVENT, FeedbackColumns};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::infer;
use flywheel_tables::source::rows::Row;
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::{feedback, moment};

/// What a person said about the columns.
#[derive(Debug, Clone, Default)]
pub struct MappingChoices {
    /// The column that says who.
    pub person: Option<String>,
    /// The column that says when.
    pub time: Option<String>,
    /// The column that names the event, or the name itself.
    pub event: Option<EventNaming>,
    /// The time zone of times that name none; the project's when absent.
    pub zone: Option<String>,
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

/// Names of columns that say who, the likelier first, as [`plain`] writes them.
const PEOPLE: [&str; 42] = [
    "distinctid",
    "userid",
    "personid",
    "customerid",
    "memberid",
    "accountid",
    "visitorid",
    "clientid",
    "user",
    "customer",
    "person",
    "member",
    "anonymousid",
    "uid",
    "useremail",
    "email",
    "deviceid",
    "caseconceptname",
    "caseid",
    "case",
    "account",
    "contactid",
    "subscriberid",
    "reviewerid",
    "authorid",
    "username",
    "reviewer",
    "reviewername",
    "author",
    "authorname",
    "nickname",
    "用户id",
    "用户",
    "客户id",
    "客户",
    "会员id",
    "会员",
    "案例",
    "用户名",
    "用户昵称",
    "昵称",
    "作者",
];

/// Names of columns that say when.
const TIMES: [&str; 24] = [
    "timestamp",
    "time",
    "eventtime",
    "eventtimestamp",
    "occurredat",
    "createdat",
    "happenedat",
    "datetime",
    "timetimestamp",
    "date",
    "ts",
    "eventdate",
    "invoicedate",
    "orderdate",
    "purchasedate",
    "created",
    "sentat",
    "completetimestamp",
    "when",
    "时间",
    "时间戳",
    "日期",
    "创建时间",
    "发生时间",
];

/// Endings of names of columns that say when, such as `Ordered at`.
const TIME_ENDINGS: [&str; 5] = ["at", "time", "date", "时间", "日期"];

/// Names of columns that name the event.
const EVENTS: [&str; 16] = [
    "event",
    "eventname",
    "eventtype",
    "action",
    "activity",
    "conceptname",
    "eventaction",
    "type",
    "verb",
    "name",
    "事件",
    "事件名",
    "事件名称",
    "行为",
    "动作",
    "活动",
];

/// Names of columns that tell one event from another.
const KEYS: [&str; 8] =
    ["uuid", "eventuuid", "eventid", "insertid", "messageid", "idempotencykey", "事件id", "消息id"];

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
    let mut message = choices.feedback.as_ref().map(|choices| FeedbackChoices {
        texts: choices.texts.iter().filter_map(|column| said(&Some(column.clone()), "text")).collect(),
        rating: said(&choices.rating, "rating"),
        source: said(&choices.source, "source"),
        version: said(&choices.version, "version"),
    });
    let named = |names: &[&str], fits: &dyn Fn(&str) -> bool| columns.named(names, fits);
    let person = person.or_else(|| {
        let found =
            named(&PEOPLE, &|column| columns.mostly(rows, column, LIKELY, |value| text_of(value).is_some()))?;
        guessed.push(phrase!("ask.guess_person", column = found));
        Some(found)
    });
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
        let found =
            named(&KEYS, &|column| !taken.contains(&Some(column)) && columns.tells_apart(rows, column))?;
        guessed.push(phrase!("ask.guess_key", column = found));
        Some(found)
    });
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
    let day_first = infer::day_first(texts.iter().map(String::as_str));
    if day_first {
        guessed.push(phrase!("ask.guess_day_first", column = time));
    }
    let zoneless = |text: &String| {
        moment::read_as(&Value::from(text.as_str()), day_first).is_some_and(|written| !written.zoned)
    };
    if texts.iter().any(zoneless) {
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
    let properties =
        columns.names().filter(|name| !used.contains(&Some((*name).to_owned()))).map(str::to_owned).collect();
    let mapping = EventMapping { person, time, event, zone, day_first, key, properties, feedback };
    let (guess, warnings) = problems.settle(Guess { mapping, guessed, warnings: Vec::new() })?;
    Ok(Guess { warnings, ..guess })
}

/// True for a column whose name says that it holds the event's own id, which is the same wherever the event comes from.
pub(super) fn is_events_own(column: &str) -> bool {
    let inner = column.rsplit('.').next().unwrap_or(column);
    [column, inner].iter().any(|name| KEYS.contains(&plain(name).as_str()))
}

/// The value of a column, which may lie inside an object: `properties.time`.
pub(super) fn at<'f>(fields: &'f Map<String, Value>, column: &str) -> Option<&'f Value> {
    if let Some(value) = fields.get(column) {
        return Some(value);
    }
    let (object, rest) = column.split_once('.')?;
    at(fields.get(object)?.as_object()?, rest)
}

/// The columns that rows have, in the order met; those inside objects after the objects.
pub(super) struct Columns {
    names: Vec<String>,
}

impl Columns {
    pub(super) fn of(rows: &[&Row]) -> Self {
        let mut names: Vec<String> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        for row in rows {
            for (name, value) in &row.fields {
                if seen.insert(name.clone()) {
                    names.push(name.clone());
                }
                for inner in value.as_object().into_iter().flat_map(Map::keys) {
                    let path = format!("{name}.{inner}");
                    if seen.insert(path.clone()) {
                        names.push(path);
                    }
                }
            }
        }
        Self { names }
    }

    pub(super) fn names(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    fn known(&self, column: &str) -> bool {
        self.names.iter().any(|name| name == column)
    }

    pub(super) fn unknown(&self, column: &str) -> Problem {
        let likeness = |name: &&String| (strsim::jaro_winkler(name, column) * 1e6) as u64;
        let nearest = self.names.iter().max_by_key(likeness).cloned().unwrap_or_default();
        Problem::error(phrase!("ask.no_column", column = column)).advise(phrase!(
            "ask.no_column_advice",
            nearest = nearest,
            known = self.listed()
        ))
    }

    pub(super) fn listed(&self) -> String {
        const SHOWN: usize = 24;
        let mut text =
            self.names.iter().take(SHOWN).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        if self.names.len() > SHOWN {
            text.push_str(", …");
        }
        text
    }

    /// The column of the likeliest name, whole names before names inside objects.
    pub(super) fn named(&self, names: &[&str], fits: &dyn Fn(&str) -> bool) -> Option<String> {
        let mut ranked: Vec<(bool, usize, usize)> = Vec::new();
        for (place, column) in self.names.iter().enumerate() {
            let inner = column.rsplit('.').next().unwrap_or(column);
            let rank = |text: &str| names.iter().position(|name| *name == plain(text));
            if let Some(rank) = rank(column) {
                ranked.push((false, rank, place));
            } else if let Some(rank) = rank(inner) {
                ranked.push((true, rank, place));
            }
        }
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, _, place)| self.names[place].clone()).find(|column| fits(column))
    }

    /// True where so large a share of the rows has a value that fits.
    pub(super) fn mostly(
        &self,
        rows: &[&Row],
        column: &str,
        share: f64,
        fits: impl Fn(&Value) -> bool,
    ) -> bool {
        let count = rows.iter().filter(|row| at(&row.fields, column).is_some_and(&fits)).count();
        count > 0 && count as f64 >= share * rows.len() as f64
    }

    /// True where so large a share of the values that are there fits; many may give none.
    pub(super) fn mostly_where_given(
        &self,
        rows: &[&Row],
        column: &str,
        share: f64,
        fits: impl Fn(&Value) -> bool,
    ) -> bool {
        let cells = rows.iter().filter_map(|row| at(&row.fields, column));
        let given: Vec<&Value> = cells.filter(|value| is_given(value)).collect();
        let fitting = given.iter().filter(|&&value| fits(value)).count();
        fitting > 0 && fitting as f64 >= share * given.len() as f64
    }

    /// True for a column of names that come again and again.
    fn repeats(&self, rows: &[&Row], column: &str) -> bool {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for text in rows.iter().filter_map(|row| at(&row.fields, column).and_then(text_of)) {
            *counts.entry(text).or_default() += 1;
        }
        let filled: usize = counts.values().sum();
        filled * 10 >= rows.len() * 9 && (counts.len() <= 20 || counts.len() * 2 <= filled)
    }

    /// True where every row has a value of its own.
    pub(super) fn tells_apart(&self, rows: &[&Row], column: &str) -> bool {
        let values: std::collections::HashSet<String> =
            rows.iter().filter_map(|row| at(&row.fields, column).and_then(text_of)).collect();
        values.len() == rows.len()
    }
}

/// Whether a cell holds anything.
fn is_given(value: &Value) -> bool {
    !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
}

/// Letters and digits only, small, traditional characters simplified.
pub(super) fn plain(name: &str) -> String {
    flywheel_language::fold(name).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// `purchases` for `purchases.csv.gz`.
fn stem(source: &str) -> String {
    let stem = source.split('.').find(|part| !part.is_empty()).unwrap_or(source);
    if stem.is_empty() { "imported".to_owned() } else { stem.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(values: &[Value]) -> Vec<Row> {
        let row = |value: &Value| Row::new(1, value.as_object().cloned().unwrap_or_default());
        values.iter().map(row).collect()
    }

    fn guessed(values: &[Value], choices: &MappingChoices) -> Result<EventMapping, Problems> {
        let rows = rows(values);
        guess(&rows.iter().collect::<Vec<_>>(), choices, "purchases.csv", "Europe/Berlin")
            .map(|guess| guess.mapping)
    }

    fn column(name: &str) -> EventNaming {
        EventNaming::Column { column: name.to_owned() }
    }

    #[test]
    fn columns_are_known_by_their_names_and_values() {
        let plain = guessed(
            &[
                json!({"User ID": 7, "Action": "pay", "Created At": "31/12/2025 10:00", "amount": 5}),
                json!({"User ID": 8, "Action": "pay", "Created At": "1/2/2026 11:00", "amount": 6}),
            ],
            &MappingChoices::default(),
        );
        let plain = plain.expect("a mapping");
        assert_eq!((plain.person.as_str(), plain.time.as_str()), ("User ID", "Created At"));
        assert_eq!(plain.event, column("Action"));
        assert!(plain.day_first);
        assert_eq!(plain.zone, "Europe/Berlin");
        assert_eq!(plain.properties, ["amount"]);

        let nested = guessed(
            &[json!({"event": "pay", "properties": {"distinct_id": "a", "time": 1767225600, "uuid": "x"}})],
            &MappingChoices::default(),
        );
        let nested = nested.expect("a mapping");
        assert_eq!(
            (nested.person.as_str(), nested.time.as_str()),
            ("properties.distinct_id", "properties.time")
        );

        let process = guessed(
            &[
                json!({"case:concept:name": "A", "concept:name": "submit", "time:timestamp": "2011-10-01T00:38:44.546+02:00"}),
                json!({"case:concept:name": "A", "concept:name": "accept", "time:timestamp": "2011-10-01T00:39:44.546+02:00"}),
            ],
            &MappingChoices::default(),
        );
        let process = process.expect("a mapping");
        assert_eq!(process.person, "case:concept:name");
        assert_eq!(process.event, column("concept:name"));

        let chinese = guessed(
            &[json!({"用户": "张三", "时间": "2026年3月1日", "金额": 3})],
            &MappingChoices::default(),
        );
        let chinese = chinese.expect("a mapping");
        assert_eq!(chinese.person, "用户");
        assert_eq!(chinese.event, EventNaming::Constant { name: "purchases".to_owned() });

        for name in ["userName", "user_name", "author", "Nickname", "reviewer", "用户名", "昵称", "作者"]
        {
            let found = guessed(&[json!({name: "ann", "at": "2026-03-01"})], &MappingChoices::default());
            assert_eq!(found.expect("a mapping").person, name);
        }
    }

    #[test]
    fn what_is_missing_or_mistyped_is_said_all_at_once() {
        let choices = MappingChoices {
            time: Some("dat".to_owned()),
            zone: Some("Mars/Base".to_owned()),
            ..MappingChoices::default()
        };
        let wrong = guessed(&[json!({"date": "2026-03-01", "x": 1})], &choices).expect_err("wrong");
        let codes: Vec<&str> = wrong.problems.iter().map(|problem| problem.code.as_str()).collect();
        assert_eq!(codes, ["ask.zone", "ask.no_column", "ask.no_person"]);
        assert!(wrong.problems[1].advice.as_ref().is_some_and(|advice| advice.en.contains("`date`")));
    }
}
