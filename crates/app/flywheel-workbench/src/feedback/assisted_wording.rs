//! A question in one's own words, understood by a language model where the rules leave something over.

use flywheel_product::plan;
use flywheel_spec::assistant::AssistantTask;
use flywheel_spec::check::{read_question_value, read_saying_value};
use flywheel_spec::feedback::search::SearchSpec;
use flywheel_spec::feedback::wording::{
    Asked, AskedInWords, AskedPart, SayingSpec, UNSURE, Understood, WordingSpec,
};
use flywheel_spec::product::Period;
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_text::assistant::WordingQuestion;
use jiff::Timestamp;
use serde_json::{Map, Value};

use super::question_names::{KnownNames, events};
use super::wording::Wording;
use crate::assistant::Helper;
use crate::{AskOptions, AssistantAccess, Failure, Workbench};

/// How sure it is that what a model wrote down, and what holds, is what was meant: a rule of thumb.
const CERTAINTY: f64 = 0.8;

impl Workbench {
    /// Understands a question in one's own words, with the assistant's help where the rules leave something over, and
    /// answers each of its parts, unless only the understanding is wanted.
    ///
    /// What the assistant writes down is checked as what people type; what it does not give is said in the report,
    /// which is then made by the rules.
    ///
    /// # Errors
    /// As [`Self::ask_in_words`]; never because of the assistant.
    pub async fn assisted_ask_in_words(
        &self,
        spec: &WordingSpec,
        options: AskOptions,
        access: &AssistantAccess,
    ) -> Result<AskedInWords, Failure> {
        let mut wording = self.read_wording(spec, options).await?;
        let mut helper = Helper::new(self, access);
        if whole(&wording.understood) {
            wording.understood.findings.push(phrase!("wording.rules_enough"));
        } else if spec.text.chars().any(char::is_alphanumeric) {
            let known = KnownNames::new(&wording.vocabulary, self.segment_names()?);
            match self.understood_by_model(&spec.text, &wording, &known, &mut helper).await {
                Ok(understood) => wording.understood = understood,
                Err(why) => {
                    let finding = Phrase::new("wording.rules_instead").with_phrase("why", &why);
                    wording.understood.findings.push(finding);
                    helper.fall_back(AssistantTask::Wording, why);
                }
            }
        }
        let Wording { understood, now, .. } = wording;
        let mut asked = self.answer_wording(spec, understood, options, now).await;
        asked.assistant = Some(helper.done());
        Ok(asked)
    }

    /// What the assistant understands, asked once more where what it wrote has mistakes; or why nothing of it holds.
    async fn understood_by_model(
        &self,
        text: &str,
        wording: &Wording,
        known: &KnownNames,
        helper: &mut Helper<'_>,
    ) -> Result<Understood, Phrase> {
        let (vocabulary, settings) = (&wording.vocabulary, &wording.settings);
        let question = WordingQuestion::new(text, vocabulary, known.segments(), settings, helper.language());
        let check = Check {
            workbench: self,
            known,
            text,
            stand_ins: question.stand_ins(),
            now: wording.now,
            model: helper.model().to_owned(),
        };
        let read = |content: &str| question.read(content).map(|specs| (specs, content.to_owned()));
        let (specs, answer) = helper.hear(|model| question.chat(model), question.masked(), read).await?;
        let parts = match check.parts(&specs) {
            Ok(parts) => parts,
            Err(mistakes) => {
                let again = question.again(&answer, &mistakes);
                let read = |content: &str| question.read(content);
                let specs = helper.hear(|model| again.chat(model), again.masked(), read).await?;
                check.parts(&specs).map_err(|mistakes| {
                    let said = Failure::Wrong(mistakes).said();
                    Phrase::new("assistant.wrong_question").with_phrase("mistakes", &said)
                })?
            }
        };
        if parts.is_empty() {
            return Err(phrase!("assistant.no_question"));
        }
        helper.keep(parts.len() as u64);
        let hidden = question.hides().then(|| phrase!("wording.hidden"));
        Ok(Understood { parts, findings: hidden.into_iter().collect(), ..Understood::default() })
    }
}

/// Whether the rules understood all of a question, without a doubt.
fn whole(understood: &Understood) -> bool {
    !understood.parts.is_empty()
        && understood.findings.is_empty()
        && understood.not_understood.is_empty()
        && understood.parts.iter().all(|part| part.certainty >= UNSURE)
}

/// What a model's specs are checked against.
struct Check<'a> {
    workbench: &'a Workbench,
    known: &'a KnownNames,
    /// The question as it was written.
    text: &'a str,
    /// What stands for something masked.
    stand_ins: Vec<String>,
    now: Timestamp,
    model: String,
}

impl Check<'_> {
    /// What the specs ask, or every mistake of them all.
    fn parts(&self, specs: &[Map<String, Value>]) -> Result<Vec<AskedPart>, Problems> {
        let (mut parts, mut problems) = (Vec::new(), Problems::default());
        for (place, settings) in specs.iter().enumerate() {
            let mut found = Problems::default();
            match self.asked(settings) {
                Ok(asked) => parts.push(self.part(asked, settings)),
                Err(wrong) => found.extend(wrong),
            }
            found.extend(self.known.check(settings, self.text));
            for (name, value) in settings {
                self.hidden(value, name, &mut found);
            }
            for mut problem in found.problems {
                let setting = problem.place.setting.take();
                let below = setting.map(|setting| format!(".{setting}")).unwrap_or_default();
                problems.push(problem.at_setting(format!("questions.{place}{below}")));
            }
        }
        problems.settle(parts).map(|(parts, _)| parts)
    }

    /// The question that a spec asks, checked and planned as one that was typed.
    fn asked(&self, settings: &Map<String, Value>) -> Result<Asked, Problems> {
        let value = Value::Object(settings.clone());
        let context = self.workbench.context(self.now);
        let says = settings.get("kind").and_then(Value::as_str);
        if !matches!(says, Some("insights" | "search")) {
            let question = read_question_value(&value)?;
            plan(&question, &context)?;
            return Ok(Asked::Question { question });
        }
        let moments = |period: &Period| {
            let stretch = context.calendar.stretch(period)?;
            Ok::<_, Problems>((stretch.from, period.to.as_ref().map(|_| stretch.to)))
        };
        Ok(match read_saying_value(&value)? {
            SayingSpec::Insights { about, period } => {
                let (from, to) = moments(&period)?;
                Asked::Insights { about: about.filter(|about| !about.trim().is_empty()), from, to }
            }
            SayingSpec::Search { query, versions, period } => {
                let (from, to) = moments(&period)?;
                Asked::Search { spec: SearchSpec { query, versions, from, to, ..SearchSpec::default() } }
            }
        })
    }

    /// A part with how it was read: what it asks, who understood it so, and which events stand in it.
    fn part(&self, asked: Asked, settings: &Map<String, Value>) -> AskedPart {
        let (kind, about) = match &asked {
            Asked::Question { question } => (question.kind(), None),
            Asked::Insights { about, .. } => ("insights", about.as_deref()),
            Asked::Search { spec } => ("search", Some(spec.query.as_str())),
        };
        let mut why = vec![
            Phrase::new("wording.kind").with_phrase("what", &Phrase::new(&format!("wording.{kind}"))),
            phrase!("wording.by_model", model = self.model),
        ];
        why.extend(events(settings).iter().map(|event| phrase!("wording.event_chosen", event = event)));
        why.extend(about.map(|about| phrase!("wording.about", about = about)));
        AskedPart { asked, why, certainty: CERTAINTY }
    }

    /// Notes the texts of a spec that look for what was hidden, by what stands for it.
    fn hidden(&self, value: &Value, path: &str, problems: &mut Problems) {
        match value {
            Value::String(text) if self.stand_ins.iter().any(|stand_in| text.contains(stand_in)) => {
                let problem = Problem::error(phrase!("assistant.hidden_value", found = text));
                problems.push(problem.at_setting(path));
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.hidden(item, &format!("{path}.{index}"), problems);
                }
            }
            Value::Object(settings) => {
                for (name, inner) in settings {
                    self.hidden(inner, &format!("{path}.{name}"), problems);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::product::answer::KINDS;
    use flywheel_spec::project::ProjectSpec;
    use flywheel_text::wording::Vocabulary;
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_has_a_word() {
        for kind in KINDS.iter().chain(&["insights", "search"]) {
            let key = format!("wording.{kind}");
            assert_ne!(Phrase::new(&key).en, key, "words/wording.toml lacks it");
        }
    }

    #[test]
    fn only_what_leaves_nothing_over_is_whole() {
        let part = |certainty| AskedPart {
            asked: Asked::Insights { about: None, from: None, to: None },
            why: Vec::new(),
            certainty,
        };
        let sure = Understood { parts: vec![part(0.9)], ..Understood::default() };
        let unused = Understood { not_understood: vec!["blue".to_owned()], ..sure.clone() };
        let doubted = Understood { findings: vec![phrase!("wording.not_told_apart")], ..sure.clone() };
        let unsure = Understood { parts: vec![part(0.9), part(0.4)], ..Understood::default() };
        assert!(whole(&sure));
        assert!([unused, doubted, unsure, Understood::default()].iter().all(|part| !whole(part)));
    }

    #[tokio::test]
    async fn a_models_specs_are_checked_as_those_that_people_type() {
        let folder = tempfile::tempdir().expect("a folder");
        let project = ProjectSpec { time_zone: "UTC".to_owned(), ..ProjectSpec::named("shop") };
        let workbench = Workbench::init(folder.path(), &project).await.expect("a project");
        let events = vec![("signup".to_owned(), 9), ("pay".to_owned(), 3)];
        let known = KnownNames::new(&Vocabulary { events, ..Vocabulary::default() }, Vec::new());
        let check = Check {
            workbench: &workbench,
            known: &known,
            text: "who pays?",
            stand_ins: vec!["[e-mail]".to_owned()],
            now: "2026-03-31T12:00:00Z".parse().expect("a moment"),
            model: "test".to_owned(),
        };
        let parts = |specs: Value| {
            let specs: Vec<Map<String, Value>> = serde_json::from_value(specs).expect("specs");
            check.parts(&specs)
        };
        let good = parts(json!([
            {"kind": "funnel", "steps": [{"event": "signup"}, {"event": "pay"}], "period": {"from": "-30d"}},
            {"kind": "insights", "about": "paying", "period": {"from": "2026-03-01", "to": "2026-03-31"}},
            {"kind": "search", "query": "pay", "period": {"from": "2026-03-01"}},
        ]))
        .expect("questions");
        assert_eq!(good[0].why[1].key, "wording.by_model");
        let about = Some("paying".to_owned());
        let (from, to) = (Some(1_772_323_200_000_000), Some(1_775_001_600_000_000));
        assert_eq!(good[1].asked, Asked::Insights { about, from, to });
        let Asked::Search { spec } = &good[2].asked else { panic!("{:?}", good[2]) };
        assert_eq!((spec.from, spec.to), (from, None));

        let wrong = parts(json!([
            {"kind": "funnel", "stpes": [{"event": "signup"}], "steps": [{"event": "sign-up"}]},
            {"kind": "insights", "period": {"from": "soon"}},
            {"kind": "search", "query": "[e-mail]"},
            {"kind": "fortune"},
        ]))
        .expect_err("mistakes");
        let at: Vec<&str> =
            wrong.problems.iter().filter_map(|problem| problem.place.setting.as_deref()).collect();
        assert_eq!(
            at,
            [
                "questions.0.stpes",
                "questions.0.steps.0.event",
                "questions.1.period.from",
                "questions.2.query",
                "questions.3.kind",
            ]
        );
        let one = parts(json!([{"kind": "funnel", "steps": [{"event": "signup"}]}])).expect_err("one step");
        assert!(one.problems[0].place.setting.as_deref().is_some_and(|at| at.contains("steps")), "{one:?}");
    }
}
