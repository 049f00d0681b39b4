//! A question as the command line that asks it: `flywheel trend people:signup --by country --from -30d`.
//!
//! What no flag says is said with `--set`, so that the command asks the whole question, whatever its kind.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::shorten::{conditions_text, filter_text, property_text};
use super::trend::{Compare, Measure, TrendSeries};
use super::{EventFilter, Property, PropertyFilter, QuestionSpec};
use crate::draft::{question_settings, value_text};

/// The command line that asks a question, as a shell takes it.
pub fn command(question: &QuestionSpec) -> String {
    shell(&command_words(question))
}

/// The words of the command line that asks a question.
pub fn command_words(question: &QuestionSpec) -> Vec<String> {
    let mut writer = Writer { settings: question_settings(question), words: Vec::new(), flags: Vec::new() };
    writer.settings.shift_remove("kind");
    let verb = match question.kind() {
        "lifetime_value" => "ltv".to_owned(),
        kind => kind.replace('_', "-"),
    };
    writer.question(question);
    writer.when();
    let mut words = vec!["flywheel".to_owned(), verb];
    words.append(&mut writer.words);
    words.append(&mut writer.flags);
    for (name, value) in &writer.settings {
        words.push("--set".to_owned());
        words.push(format!("{name}={}", value_text(value)));
    }
    words
}

/// Words as a shell takes them: what it would read otherwise stands in single quotes.
pub fn shell(words: &[String]) -> String {
    let plain = |letter: char| {
        letter.is_ascii_alphanumeric()
            || "_-./:@%+,=".contains(letter)
            || (!letter.is_ascii() && letter.is_alphanumeric())
    };
    let quoted = |word: &String| match word.as_str() {
        word if !word.is_empty() && word.chars().all(plain) => word.to_owned(),
        word => format!("'{}'", word.replace('\'', "'\\''")),
    };
    words.iter().map(quoted).collect::<Vec<_>>().join(" ")
}

/// What is left of the settings, and what of them was said.
struct Writer {
    settings: Map<String, Value>,
    words: Vec<String>,
    flags: Vec<String>,
}

impl Writer {
    fn question(&mut self, question: &QuestionSpec) {
        match question {
            QuestionSpec::Trend(_) => {
                self.all("series", series_text);
                self.flag("where", "--where", |conditions: Vec<PropertyFilter>| conditions_text(&conditions));
                self.properties("breakdown", "--by");
                self.flag("compare", "--compare", compare_text);
                self.flag("top", "--top", |top: u32| Some(top.to_string()));
            }
            QuestionSpec::Funnel(_) => {
                self.all("steps", |step: EventFilter| filter_text(&step));
                self.flag("where", "--where", |conditions: Vec<PropertyFilter>| conditions_text(&conditions));
                self.only_property("breakdown", "--by");
            }
            QuestionSpec::Retention(_) => {
                if self.settings.contains_key("returning") {
                    self.settings.entry("start").or_insert_with(|| Value::Object(Map::new()));
                }
                if self.event("start") {
                    self.event("returning");
                }
                self.text("begins", "--begins");
                self.property("breakdown", "--by");
            }
            QuestionSpec::Lifecycle(_) | QuestionSpec::Stickiness(_) => {
                self.event("event");
            }
            QuestionSpec::Growth(_) => {
                self.event("event");
                self.property("value", "--value");
            }
            QuestionSpec::Revenue(_) => {
                self.event("event");
                self.property("amount", "--amount");
            }
            QuestionSpec::Satisfaction(_) => {
                self.text("score", "--score");
                self.flag("event", "--event", |event: EventFilter| filter_text(&event));
                self.property("answer", "--answer");
            }
            QuestionSpec::Paths(_) => {
                self.text("from", "--start");
                self.text("to", "--end");
            }
            QuestionSpec::WordOfMouth(_) => {
                self.event("joined");
                self.property("referrer", "--referrer");
                self.flag("invited", "--invited", |event: EventFilter| filter_text(&event));
            }
            QuestionSpec::Digest(_) => self.text("week_of", "--week-of"),
            _ => {}
        }
    }

    fn when(&mut self) {
        self.text("interval", "--interval");
        let Some(Value::Object(period)) = self.settings.get_mut("period") else { return };
        let mut ends = [("from", None), ("to", None)];
        for (name, end) in &mut ends {
            if let Some(Value::String(text)) = period.shift_remove(*name) {
                *end = Some(text);
            }
        }
        if period.is_empty() {
            self.settings.shift_remove("period");
        }
        for (name, end) in ends {
            if let Some(text) = end {
                self.flags.extend([format!("--{name}"), text]);
            }
        }
    }

    /// A setting as a flag, where it has a form.
    fn flag<T: DeserializeOwned>(&mut self, name: &str, flag: &str, text: impl Fn(T) -> Option<String>) {
        let read = |value: &Value| text(serde_json::from_value(value.clone()).ok()?);
        if let Some(text) = self.settings.get(name).and_then(read).filter(|text| !text.starts_with('-')) {
            self.settings.shift_remove(name);
            self.flags.extend([flag.to_owned(), text]);
        }
    }

    fn text(&mut self, name: &str, flag: &str) {
        self.flag(name, flag, |text: String| Some(text).filter(|text| !text.is_empty()));
    }

    fn property(&mut self, name: &str, flag: &str) {
        self.flag(name, flag, |property: Property| property_text(&property));
    }

    /// A setting that holds a property and else only what is usual.
    fn only_property(&mut self, name: &str, flag: &str) {
        let held = self.settings.get(name).and_then(Value::as_object);
        let Some(property) = held.filter(|held| held.len() == 1).and_then(|held| held.get("property")) else {
            return;
        };
        let property = serde_json::from_value(property.clone()).ok();
        if let Some(text) = property.and_then(|property| property_text(&property)) {
            self.settings.shift_remove(name);
            self.flags.extend([flag.to_owned(), text]);
        }
    }

    fn properties(&mut self, name: &str, flag: &str) {
        let Some(value) = self.settings.get(name) else { return };
        let properties: Vec<Property> = serde_json::from_value(value.clone()).unwrap_or_default();
        let written: Option<Vec<String>> = properties.iter().map(property_text).collect();
        let Some(written) = written.filter(|written| !written.is_empty()) else { return };
        self.settings.shift_remove(name);
        self.flags.extend(written.into_iter().flat_map(|text| [flag.to_owned(), text]));
    }

    /// A setting as the next word; whether it has a form.
    fn event(&mut self, name: &str) -> bool {
        let read = |value: &Value| filter_text(&serde_json::from_value::<EventFilter>(value.clone()).ok()?);
        let text = self.settings.get(name).and_then(read).filter(|text| !text.starts_with('-'));
        let Some(text) = text else { return false };
        self.settings.shift_remove(name);
        self.words.push(text);
        true
    }

    /// A list as words, where every one has a form.
    fn all<T: DeserializeOwned>(&mut self, name: &str, text: impl Fn(T) -> Option<String>) {
        let read = |value: &Value| text(serde_json::from_value(value.clone()).ok()?);
        let Some(Value::Array(values)) = self.settings.get(name) else { return };
        let written: Option<Vec<String>> = values.iter().map(read).collect();
        let fits = |text: &String| !text.starts_with('-') && !text.contains(" or ");
        if let Some(mut written) = written.filter(|written| written.iter().all(fits)) {
            self.settings.shift_remove(name);
            self.words.append(&mut written);
        }
    }
}

/// A series as it is typed: `people:signup`, `sum(amount):pay[plan=pro]`; `None` where the command line has no form for it.
pub fn series_text(series: TrendSeries) -> Option<String> {
    let measure = match series.measure {
        Measure::Value => {
            let property = property_text(series.property.as_ref()?)?;
            let aggregate = word_of(series.aggregate.unwrap_or_default())?;
            (!property.contains(':')).then(|| format!("{aggregate}({property})"))?
        }
        _ if series.property.is_some() || series.aggregate.is_some() => return None,
        measure => word_of(measure)?,
    };
    let filter = EventFilter { event: series.event, conditions: series.conditions, label: series.label };
    let event = filter_text(&filter)?;
    if measure == "total" && !event.contains(':') {
        return Some(event);
    }
    Some(format!("{measure}:{event}"))
}

fn compare_text(compare: Compare) -> Option<String> {
    let Compare::Back { count, unit } = compare else { return Some("previous".to_owned()) };
    let unit = word_of(unit)?;
    let short = [("day", "d"), ("week", "w"), ("month", "mo"), ("year", "y")];
    let (_, short) = short.iter().find(|(name, _)| *name == unit)?;
    Some(format!("{count}{short}"))
}

/// A word of an enumeration, as it is written.
fn word_of(value: impl serde::Serialize) -> Option<String> {
    serde_json::to_value(value).ok()?.as_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::read_question;

    #[test]
    fn a_question_is_a_command() {
        for (text, expected) in [
            (
                "kind = 'trend'\nseries = [{ event = 'signup', measure = 'people' }]\nperiod = { from = '-30d' }\n\
                 breakdown = [{ name = 'country' }, { name = 'plan', of = 'person' }]\ncompare = { kind = 'previous' }",
                "flywheel trend people:signup --by country --by person.plan --compare previous --from -30d",
            ),
            (
                "kind = 'trend'\ninterval = 'week'\nwhere = [{ property = 'plan', operator = 'is_not', value = 'pro' }]\n\
                 series = [{ event = '$pageview' }, { event = 'pay', measure = 'value', aggregate = 'p90', \
                 property = { name = 'amount' } }]\ncompare = { kind = 'back', count = 1, unit = 'year' }",
                "flywheel trend '$pageview' 'p90(amount):pay' --where 'plan!=pro' --compare 1y --interval week",
            ),
            (
                "kind = 'trend'\nseries = [{ measure = 'people' }]\nrolling = 7\nperiod = { from = '2026-03-01', to = '2026-03-31' }",
                "flywheel trend 'people:*' --from 2026-03-01 --to 2026-03-31 --set rolling=7",
            ),
            (
                "kind = 'funnel'\nsteps = [{ event = 'signed up' }, { event = '付款', where = [{ property = 'plan', value = 'pro' }] }]\n\
                 breakdown = { property = { name = 'country' } }\nwindow = { count = 7, unit = 'day' }",
                "flywheel funnel 'signed up' '付款[plan=pro]' --by country --set 'window={ count = 7, unit = \"day\" }'",
            ),
            (
                "kind = 'retention'\nreturning = { event = 'pay' }\nbegins = 'first_time'\ninterval = 'week'",
                "flywheel retention '*' pay --begins first_time --interval week",
            ),
            ("kind = 'stickiness'\nevent = { event = 'open' }", "flywheel stickiness open"),
            ("kind = 'paths'\nfrom = 'log in'", "flywheel paths --start 'log in'"),
            ("kind = 'satisfaction'\nscore = 'csat'", "flywheel satisfaction --score csat"),
            ("kind = 'digest'\nweek_of = '2026-03-02'", "flywheel digest --week-of 2026-03-02"),
            (
                "kind = 'word_of_mouth'\njoined = { event = 'signup' }\nreferrer = { name = 'by' }",
                "flywheel word-of-mouth signup --referrer by",
            ),
            ("kind = 'revenue'\nevent = { event = 'pay' }", "flywheel revenue pay"),
        ] {
            let (question, _) =
                read_question(text, "a.toml").unwrap_or_else(|problems| panic!("{text}: {problems}"));
            assert_eq!(command(&question), expected, "{text}");
        }
    }

    #[test]
    fn what_a_shell_would_read_otherwise_stands_in_quotes() {
        let words = ["a b", "it's", "$x", "", "付款", "a=b", "[x]"].map(str::to_owned);
        assert_eq!(shell(&words), r"'a b' 'it'\''s' '$x' '' 付款 a=b '[x]'");
    }
}
