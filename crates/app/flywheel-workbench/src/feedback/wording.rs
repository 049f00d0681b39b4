//! A question in one's own words: understood by the names that the project has, asked part by part, and answered.

use std::collections::BTreeMap;

use flywheel_spec::draft::{question_text, spec_text};
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::feedback::search::SearchSpec;
use flywheel_spec::feedback::wording::{
    AnsweredPart, Asked, AskedInWords, AskedPart, MOST_CHARACTERS, NearestQuestion, PartAnswer, Understood,
    WordingSpec,
};
use flywheel_spec::product::command::{command, shell};
use flywheel_spec::product::{Owner, Property};
use flywheel_spec::{Phrase, Problem, phrase};
use flywheel_text::personal::mask;
use flywheel_text::themes::ThemeState;
use flywheel_text::wording::{KnownProperty, Settings, Vocabulary, understand};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::data::blocking;
use crate::{AskOptions, Failure, Workbench, file};

/// Characters of a value that may be named in a question, at most.
const LONGEST_VALUE: usize = 60;

/// A question as the rules read it, with what they read it by.
pub(super) struct Wording {
    pub understood: Understood,
    pub vocabulary: Vocabulary,
    pub settings: Settings,
    pub now: Timestamp,
}

impl Workbench {
    /// Understands a question in one's own words and answers each of its parts, unless only the understanding is wanted.
    ///
    /// The same words of the same project at the same moment always ask the same.
    /// A part that cannot be answered carries its problems, and the others are answered all the same.
    ///
    /// # Errors
    /// A question that is too long, or a catalogue that cannot be read.
    pub async fn ask_in_words(
        &self,
        spec: &WordingSpec,
        options: AskOptions,
    ) -> Result<AskedInWords, Failure> {
        let Wording { understood, now, .. } = self.read_wording(spec, options).await?;
        Ok(self.answer_wording(spec, understood, options, now).await)
    }

    /// Reads a question by the rules.
    pub(super) async fn read_wording(
        &self,
        spec: &WordingSpec,
        options: AskOptions,
    ) -> Result<Wording, Failure> {
        let characters = spec.text.chars().count();
        if characters > MOST_CHARACTERS {
            let problem = phrase!("wording.too_long", found = characters, most = MOST_CHARACTERS);
            let problem = Problem::error(problem).advise(Phrase::new("wording.too_long_advice"));
            return Err(Failure::Wrong(problem.at_setting("text").into()));
        }
        let now = options.now.unwrap_or_else(Timestamp::now);
        let vocabulary = self.vocabulary().await?;
        let settings = self.settings_at(now);
        let text = spec.text.clone();
        let read = move || {
            let understood = understand(&text, &vocabulary, &settings);
            Wording { understood, vocabulary, settings, now }
        };
        blocking(read).await
    }

    /// Answers each part of what was understood, unless only the understanding is wanted.
    pub(super) async fn answer_wording(
        &self,
        spec: &WordingSpec,
        understood: Understood,
        options: AskOptions,
        now: Timestamp,
    ) -> AskedInWords {
        let mut parts = Vec::with_capacity(understood.parts.len());
        for part in understood.parts {
            let mut part = told(part);
            if !spec.only_understand {
                let options = AskOptions { now: Some(now), ..options };
                match self.answer_part(&part.understood.asked, options).await {
                    Ok(answer) => part.answer = Some(answer),
                    Err(failure) => part.problems = failure.problems().problems,
                }
            }
            parts.push(part);
        }
        let nearest = understood.nearest.into_iter().map(|asked| NearestQuestion {
            says: says(&asked),
            command: command_of(&asked),
            asked,
        });
        AskedInWords {
            text: spec.text.clone(),
            parts,
            not_understood: understood.not_understood,
            nearest: nearest.collect(),
            findings: understood.findings,
            asked_at: now.to_string(),
            assistant: None,
        }
    }

    async fn answer_part(&self, asked: &Asked, options: AskOptions) -> Result<PartAnswer, Failure> {
        Ok(match asked {
            Asked::Question { question } => {
                PartAnswer::Question { answered: Box::new(self.ask(question, options).await?) }
            }
            Asked::Insights { about, from, to } => {
                let spec = insights_spec(about.as_ref(), *from, *to);
                PartAnswer::Insights { report: Box::new(self.feedback_insights(&spec).await?) }
            }
            Asked::Search { spec } => {
                PartAnswer::Search { report: Box::new(self.search_feedback(spec).await?) }
            }
        })
    }

    /// Today and the calendar, as the project has them.
    fn settings_at(&self, now: Timestamp) -> Settings {
        let calendar = self.context(now).calendar;
        let zone = TimeZone::get(&calendar.time_zone).unwrap_or(TimeZone::UTC);
        let today: Date = now.to_zoned_datetime(zone.clone()).date();
        Settings { today, first_day_of_week: calendar.first_day_of_week, zone }
    }

    /// The names that a question may use: events, properties with some of their values, and themes.
    async fn vocabulary(&self) -> Result<Vocabulary, Failure> {
        let catalogue = self.catalogue().await?;
        let events: Vec<(String, u64)> =
            catalogue.events.into_iter().map(|event| (event.event, event.count)).collect();
        let counts: BTreeMap<&str, u64> =
            events.iter().map(|(event, count)| (event.as_str(), *count)).collect();
        let properties = self.known_properties(None).await?.into_iter().map(|known| {
            let mut of = known.events;
            of.sort_by(|a, b| counts.get(b.as_str()).cmp(&counts.get(a.as_str())).then_with(|| a.cmp(b)));
            let (property, of) = match known.of {
                Owner::Person => (Property::of_person(known.name), Vec::new()),
                Owner::Segment => (Property::of_segment(known.name), Vec::new()),
                Owner::Group => (Property::of_group(known.name), Vec::new()),
                Owner::Event => (Property::of_event(known.name), of),
            };
            let short = |value: &String| value.chars().count() <= LONGEST_VALUE;
            KnownProperty { property, events: of, values: known.examples.into_iter().filter(short).collect() }
        });
        let properties = properties.collect();
        let state: Option<ThemeState> =
            file::read_json(&self.folder().feedback().join("themes.json")).unwrap_or_default();
        let themes = state.iter().flat_map(ThemeState::names);
        let themes = themes.map(|(id, name)| (id.to_string(), mask(name).0)).collect();
        Ok(Vocabulary { events, properties, themes })
    }
}

/// A part as it is told, not yet answered.
fn told(understood: AskedPart) -> AnsweredPart {
    let spec = match &understood.asked {
        Asked::Question { question } => question_text(question),
        Asked::Insights { about, from, to } => spec_text(&insights_spec(about.as_ref(), *from, *to)),
        Asked::Search { spec } => spec_text(spec),
    };
    let command = command_of(&understood.asked);
    AnsweredPart { understood, spec, command, answer: None, problems: Vec::new() }
}

fn insights_spec(about: Option<&String>, from: Option<i64>, to: Option<i64>) -> InsightsSpec {
    InsightsSpec { about: about.cloned(), from, to, themes: 20, ..InsightsSpec::default() }
}

/// What a question asks, in a sentence.
fn says(asked: &Asked) -> Phrase {
    match asked {
        Asked::Question { question } => Phrase::new(&format!("ask.asks_{}", question.kind())),
        Asked::Insights { .. } => phrase!("wording.asks_insights"),
        Asked::Search { .. } => phrase!("wording.asks_search"),
    }
}

/// The command line that asks the same.
fn command_of(asked: &Asked) -> String {
    match asked {
        Asked::Question { question } => command(question),
        Asked::Insights { about, from, to } => {
            let mut words = ["flywheel", "feedback", "insights"].map(str::to_owned).to_vec();
            flag(&mut words, "--about", about.clone());
            moments(&mut words, *from, *to);
            shell(&words)
        }
        Asked::Search { spec } => {
            let SearchSpec { query, versions, from, to, .. } = spec;
            let mut words = ["flywheel", "feedback", "search"].map(str::to_owned).to_vec();
            versions.iter().for_each(|version| flag(&mut words, "--version", Some(version.clone())));
            moments(&mut words, *from, *to);
            if query.starts_with('-') {
                words.push("--".to_owned());
            }
            if !query.is_empty() {
                words.push(query.clone());
            }
            shell(&words)
        }
    }
}

fn moments(words: &mut Vec<String>, from: Option<i64>, to: Option<i64>) {
    let text = |micros: i64| Timestamp::from_microsecond(micros).ok().map(|moment| moment.to_string());
    flag(words, "--from", from.and_then(text));
    flag(words, "--to", to.and_then(text));
}

fn flag(words: &mut Vec<String>, name: &str, value: Option<String>) {
    if let Some(value) = value {
        words.push(format!("{name}={value}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_say_is_a_command_too() {
        let march = Some(1_772_323_200_000_000);
        let search = |query: &str| Asked::Search {
            spec: SearchSpec { query: query.to_owned(), to: march, ..SearchSpec::default() },
        };
        for (asked, expected) in [
            (Asked::Insights { about: None, from: None, to: None }, "flywheel feedback insights"),
            (
                Asked::Insights { about: Some("dark mode".to_owned()), from: march, to: None },
                "flywheel feedback insights '--about=dark mode' --from=2026-03-01T00:00:00Z",
            ),
            (search("付款失败"), "flywheel feedback search --to=2026-03-01T00:00:00Z 付款失败"),
            (
                Asked::Search {
                    spec: SearchSpec { versions: vec!["2.4".to_owned()], ..SearchSpec::default() },
                },
                "flywheel feedback search --version=2.4",
            ),
            (search("-x"), "flywheel feedback search --to=2026-03-01T00:00:00Z -- -x"),
        ] {
            assert_eq!(command_of(&asked), expected);
            assert_ne!(says(&asked).en, says(&asked).key);
        }
    }
}
