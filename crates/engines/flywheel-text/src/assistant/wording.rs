//! A question in one's own words: asked for as specs of the questions that there are, with the names that they may use.

use std::sync::LazyLock;

use flywheel_spec::check::question_outline;
use flywheel_spec::product::{Owner, Property};
use flywheel_spec::project::Weekday;
use flywheel_spec::{Language, Phrase, Problem, Problems};
use serde::Serialize;
use serde_json::{Map, Value};

use super::chat::{Chat, chat};
use super::masked::{Masked, Outbox};
use super::reply::{Nonsense, object};
use crate::personal::{Tally, mask};
use crate::wording::{Settings, Vocabulary};

/// Events, properties and segments that are named at most, the most frequent first.
const MOST: usize = 100;
/// Characters of a name at most; a longer one is left out.
const NAME: usize = 80;
/// Values of a property at most, and characters of each.
const VALUES: (usize, usize) = (6, 40);
/// Characters of all the names and values together.
const ROOM: usize = 12_000;
/// Questions of an answer at most.
const QUESTIONS: usize = 8;
/// Characters of an answer that is shown with its mistakes.
const ANSWER: usize = 4_000;
/// Mistakes that are shown at most, and characters of each.
const MISTAKES: (usize, usize) = (20, 400);

const INSTRUCTIONS: &str = "You write down what a product manager asks, the `question` of the data, as specs that a \
program answers. Do not answer it yourself. Write one spec for each thing that is asked, of the kinds below; leave out \
every setting that the question does not speak of. Events, properties and segments are those of `names`, letter for \
letter, and no others: where they hold nothing that is meant, answer {\"questions\":[]}. A property is the event's \
unless `of` says otherwise. A period's `from` and `to` are dates such as 2026-03-01, both meant whole, or `from` is so \
long ago: -30d, -12w, -6mo; count from `today`. `mistakes`, where there are any, are those of your `earlier` answer: \
mend them all. Form: {\"questions\":[{\"kind\":\"trend\",\"series\":[{\"event\":\"...\",\"measure\":\"people\"}],\
\"period\":{\"from\":\"-7d\"}},{\"kind\":\"insights\",\"about\":\"...\",\"period\":{\"from\":\"-7d\"}}]}. \
The kinds, then their tables; `*` marks what must be there:";

/// The question for a question's specs.
#[derive(Debug, Clone)]
pub struct WordingQuestion {
    language: Language,
    sent: Sent,
    outbox: Outbox,
    hides: bool,
}

#[derive(Debug, Clone, Serialize)]
struct Sent {
    question: Masked,
    today: String,
    weeks_begin_on: Weekday,
    names: SentNames,
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<Masked>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    mistakes: Vec<Masked>,
}

#[derive(Debug, Clone, Serialize)]
struct SentNames {
    events: Vec<Masked>,
    properties: Vec<SentProperty>,
    segments: Vec<Masked>,
}

#[derive(Debug, Clone, Serialize)]
struct SentProperty {
    name: Masked,
    #[serde(skip_serializing_if = "Owner::is_event")]
    of: Owner,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    values: Vec<Masked>,
}

impl WordingQuestion {
    /// Asks for the specs of a question that may use the names of a vocabulary and those of kept segments.
    pub fn new(
        text: &str,
        vocabulary: &Vocabulary,
        segments: &[String],
        settings: &Settings,
        language: Language,
    ) -> Self {
        let mut outbox = Outbox::default();
        let question = outbox.mask(text);
        let hides = question.as_str() != text;
        let names = names(vocabulary, segments, &mut outbox);
        let sent = Sent {
            question,
            today: format!("{} ({:?})", settings.today, settings.today.weekday()),
            weeks_begin_on: settings.first_day_of_week,
            names,
            earlier: None,
            mistakes: Vec::new(),
        };
        Self { language, sent, outbox, hides }
    }

    /// Asks again, with an answer and its mistakes; what was masked before is not counted anew.
    #[must_use]
    pub fn again(&self, answer: &str, mistakes: &Problems) -> Self {
        let mut outbox = Outbox::default();
        let earlier = outbox.mask(answer).cut(ANSWER);
        let shown = mistakes.problems.iter().take(MISTAKES.0);
        let mistakes = shown.map(|problem| outbox.mask(&said(problem)).cut(MISTAKES.1)).collect();
        let sent = Sent { earlier: Some(earlier), mistakes, ..self.sent.clone() };
        Self { sent, outbox, ..self.clone() }
    }

    /// As it is sent.
    pub fn chat(&self, model: &str) -> Chat {
        static KINDS: LazyLock<String> = LazyLock::new(|| format!("{INSTRUCTIONS}\n{}", question_outline()));
        chat(model, &KINDS, self.language, &self.sent)
    }

    /// What was masked in it.
    pub fn masked(&self) -> &Tally {
        self.outbox.found()
    }

    /// Whether something of the question itself was masked.
    pub fn hides(&self) -> bool {
        self.hides
    }

    /// What stands for something masked in what was sent, in both languages: `[e-mail]`, `[邮箱]`.
    pub fn stand_ins(&self) -> Vec<String> {
        let kinds = self.outbox.found().report().kinds;
        let names = kinds.iter().flat_map(|kind| [&kind.name.en, &kind.name.zh]);
        names.map(|name| format!("[{name}]")).collect()
    }

    /// The specs in an answer, unchecked, without settings that are `null`; none where it says that nothing can be
    /// asked.
    ///
    /// # Errors
    /// When the answer has another form.
    pub fn read(&self, content: &str) -> Result<Vec<Map<String, Value>>, Nonsense> {
        let mut said = object(content)?;
        let specs = match said.remove("questions") {
            Some(Value::Array(specs)) if specs.len() <= QUESTIONS => specs,
            None if said.contains_key("kind") => vec![Value::Object(said)],
            _ => return Err(Nonsense::NotAsAsked),
        };
        let spec = |spec| match without_nulls(spec) {
            Value::Object(spec) => Ok(spec),
            _ => Err(Nonsense::NotAsAsked),
        };
        specs.into_iter().map(spec).collect()
    }
}

/// The names that fit, with some values of the properties where room is left.
fn names(vocabulary: &Vocabulary, segments: &[String], outbox: &mut Outbox) -> SentNames {
    let mut room = Room { left: ROOM };
    let events = vocabulary.events.iter().take(MOST);
    let events = events.filter_map(|(event, _)| room.name(event, outbox)).collect();
    let segments = segments.iter().take(MOST).filter_map(|segment| room.name(segment, outbox)).collect();
    let mut properties = Vec::new();
    let known = vocabulary.properties.iter().filter(|known| known.property.of != Owner::Segment);
    let mut values = Vec::new();
    for known in known.take(MOST) {
        let Property { name, of } = &known.property;
        if let Some(name) = room.name(name, outbox) {
            properties.push(SentProperty { name, of: *of, values: Vec::new() });
            values.push(&known.values);
        }
    }
    for (property, values) in properties.iter_mut().zip(values) {
        let short = values.iter().filter(|value| value.chars().count() <= VALUES.1);
        for value in short.take(VALUES.0) {
            let value = outbox.mask_value(property.name.as_str(), value);
            if !property.values.contains(&value) && room.takes(value.as_str()) {
                property.values.push(value);
            }
        }
    }
    SentNames { events, properties, segments }
}

/// How much may still be said of names.
struct Room {
    left: usize,
}

impl Room {
    /// A name that fits and that nothing personal is part of: cut or masked it would name nothing.
    fn name(&mut self, name: &str, outbox: &mut Outbox) -> Option<Masked> {
        let whole = name.chars().count() <= NAME && mask(name).0 == name;
        (whole && self.takes(name)).then(|| outbox.mask(name))
    }

    fn takes(&mut self, text: &str) -> bool {
        let left = self.left.checked_sub(text.chars().count());
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

/// A mistake with its place and what to write instead.
fn said(problem: &Problem) -> String {
    let place = problem.place.setting.as_ref().map(|setting| format!("{setting}: ")).unwrap_or_default();
    let advice = problem.advice.as_ref().map(|Phrase { en, .. }| format!("; {en}")).unwrap_or_default();
    format!("{place}{}{advice}", problem.message.en)
}

/// A value without settings that are `null`: what is absent is said so too.
fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(settings) => {
            let set = settings.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(set.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        value => value,
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::check::{read_question_value, read_saying_value};
    use flywheel_spec::phrase;
    use jiff::civil::date;
    use jiff::tz::TimeZone;
    use serde_json::json;

    use super::*;
    use crate::wording::KnownProperty;

    fn vocabulary() -> Vocabulary {
        let known = |property, values: &[&str]| KnownProperty {
            events: Vec::new(),
            property,
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        Vocabulary {
            events: vec![
                ("payment failed".to_owned(), 9),
                ("mailed jane.doe@example.com".to_owned(), 3),
                ("x".repeat(200), 1),
            ],
            properties: vec![
                known(Property::of_event("plan"), &["pro", "team", "pro"]),
                known(Property::of_person("mail"), &["jane.doe@example.com", "joe@example.com"]),
            ],
            themes: Vec::new(),
        }
    }

    fn question(text: &str) -> WordingQuestion {
        let settings =
            Settings { today: date(2026, 3, 31), first_day_of_week: Weekday::Monday, zone: TimeZone::UTC };
        WordingQuestion::new(text, &vocabulary(), &["vips".to_owned()], &settings, Language::En)
    }

    fn messages(question: &WordingQuestion) -> (String, Value) {
        let body: Value = serde_json::from_str(&question.chat("m").body).expect("JSON");
        let message = |place: usize| body["messages"][place]["content"].as_str().expect("a text").to_owned();
        let data = message(1);
        let data = data.trim_start_matches("<data>").trim_end_matches("</data>");
        (message(0), serde_json::from_str(data).expect("data"))
    }

    #[test]
    fn the_kinds_and_the_names_are_sent_and_nothing_personal() {
        let question = question("did jane.doe@example.com pay?");
        let (instructions, data) = messages(&question);
        assert!(instructions.contains("\nfunnel (") && instructions.contains("\nsearch ("), "{instructions}");
        assert_eq!(data["question"], "did [e-mail] pay?");
        assert_eq!(data["names"]["events"], json!(["payment failed"]), "a masked or cut name names nothing");
        assert_eq!(
            data["names"]["properties"],
            json!([
                {"name": "plan", "values": ["pro", "team"]},
                {"name": "mail", "of": "person", "values": ["[e-mail]"]},
            ])
        );
        assert_eq!(data["names"]["segments"], json!(["vips"]));
        assert!(data["today"].as_str().is_some_and(|today| today.starts_with("2026-03-31")), "{data}");
        assert!(data["mistakes"].is_null() && question.hides());
        assert!(!question.chat("m").body.contains("example.com"));
        assert!(question.stand_ins().contains(&"[e-mail]".to_owned()), "{:?}", question.stand_ins());
        assert!(!self::question("who pays?").hides());
    }

    #[test]
    fn names_have_their_room() {
        let event = |number: usize| (format!("event {number:03} {}", "x".repeat(60)), 1);
        let full = Vocabulary { events: (0..1_000).map(event).collect(), ..vocabulary() };
        let sent = names(&full, &[], &mut Outbox::default());
        assert_eq!((sent.events.len(), sent.properties.len()), (MOST, 2));
        let mut room = Room { left: 5 };
        assert!(room.takes("four") && !room.takes("four") && room.takes("1"));
    }

    #[test]
    fn an_answer_becomes_specs_or_nonsense() {
        let question = question("how many payments failed?");
        for (content, expected) in [
            (r#"{"questions":[{"kind":"digest"},{"kind":"insights"}]}"#, Ok(2)),
            ("```json\n{\"kind\":\"digest\"}\n```", Ok(1)),
            (r#"{"questions":[]}"#, Ok(0)),
            (r#"{"questions":["digest"]}"#, Err(Nonsense::NotAsAsked)),
            (r#"{"questions":{"kind":"digest"}}"#, Err(Nonsense::NotAsAsked)),
            (r#"{"answer":42}"#, Err(Nonsense::NotAsAsked)),
            ("Many did.", Err(Nonsense::NotAsAsked)),
            (r#"{"questions":[{"kind":"#, Err(Nonsense::CutOff)),
        ] {
            assert_eq!(question.read(content).map(|specs| specs.len()), expected, "{content}");
        }
        let many = json!({"questions": vec![json!({"kind": "digest"}); QUESTIONS + 1]}).to_string();
        assert_eq!(question.read(&many), Err(Nonsense::NotAsAsked));
        let specs = question.read(r#"{"kind":"trend","group":null,"series":[{"event":"a","label":null}]}"#);
        assert_eq!(
            specs.map(Value::from),
            Ok(json!([{"kind": "trend", "series": [{"event": "a"}]}])),
            "null is absent"
        );
    }

    #[test]
    fn the_form_that_is_shown_is_one_that_is_taken() {
        let (_, form) = INSTRUCTIONS.split_once("Form: ").expect("a form");
        let specs = question("?").read(form).expect("specs");
        let specs: Vec<Value> = specs.into_iter().map(Value::Object).collect();
        assert!(read_question_value(&specs[0]).is_ok() && read_saying_value(&specs[1]).is_ok(), "{specs:?}");
    }

    #[test]
    fn mistakes_are_shown_with_their_places_and_nothing_personal() {
        let mistake = Problem::error(phrase!("ask.unknown_event", event = "payment faled"))
            .advise(phrase!("workbench.did_you_mean", nearest = "payment failed"))
            .at_setting("questions.0.series.0.event");
        let first = question("payments of jane.doe@example.com?");
        let again = first.again("{\"kind\": \"joe@example.com\"}", &mistake.into());
        let (_, data) = messages(&again);
        assert_eq!(data["question"], messages(&first).1["question"]);
        assert_eq!(data["earlier"], "{\"kind\": \"[e-mail]\"}");
        let said = data["mistakes"][0].as_str().expect("a text");
        assert!(said.starts_with("questions.0.series.0.event: "), "{said}");
        assert!(said.contains("payment failed"), "{said}");
        let found = |question: &WordingQuestion| question.masked().report().kinds[0].found;
        assert_eq!(found(&again), 1, "what was masked before is counted once");
    }
}
