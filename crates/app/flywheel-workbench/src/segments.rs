//! The kept segments that a question asks about: who belongs to each at the moment of asking.

use std::collections::BTreeMap;

use flywheel_spec::check::place_settings;
use flywheel_spec::product::answer::SavedQuestion;
use flywheel_spec::product::segment::SegmentSpec;
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_spec::{Problem, Problems, phrase};
use serde_json::Value;

use crate::look_up::{LookedUp, named, settings_of};
use crate::{AskOptions, Failure, Workbench};

impl Workbench {
    /// The people of every kept segment that a question's settings name, and doubts about what those segments name;
    /// a segment may ask about others, but not about itself.
    pub(crate) async fn segments_of(
        &self,
        settings: &Value,
        options: AskOptions,
    ) -> Result<LookedUp, Failure> {
        let places = named(settings, "segment");
        if !places.is_empty() && settings.get("group").is_some_and(|group| !group.is_null()) {
            let problem = Problem::error(phrase!("ask.segment_of_groups")).at_setting("group");
            return Err(Failure::Wrong(problem.into()));
        }
        self.people_of(&places, options).await
    }

    /// The names of the kept segments that a question may ask about.
    pub(crate) fn segment_names(&self) -> Result<Vec<String>, Failure> {
        Ok(Kept::new(self.questions()?).names())
    }

    /// The people of kept segments as they are now, those of each rising, with doubts about what the segments name.
    pub(crate) async fn segment_people(
        &self,
        names: &[String],
    ) -> Result<(Vec<Vec<i64>>, Vec<Problem>), Failure> {
        let places = names.iter().map(|name| (name.clone(), "segments".to_owned())).collect();
        let found = self.people_of(&places, AskOptions::default().at_one_moment()).await?;
        let people = names.iter().map(|name| found.segments.get(name).cloned().unwrap_or_default());
        Ok((people.collect(), found.doubts))
    }

    /// Refuses a segment that would ask about itself once it is kept under a name.
    pub(crate) fn check_circle(&self, name: &str, question: &QuestionSpec) -> Result<(), Failure> {
        let QuestionSpec::Segment(spec) = question else { return Ok(()) };
        let places = named(&settings_of(spec), "segment");
        if places.is_empty() {
            return Ok(());
        }
        let kept = Kept::new(self.questions()?);
        let mut order = Order::new(&kept);
        order.asking.push(name.to_owned());
        order.visit(&places, None);
        // A segment that is not there yet may still be kept.
        order.problems.problems.retain(|problem| problem.code == "ask.segment_circle");
        order.problems.settle(())?;
        Ok(())
    }

    /// The people of kept segments, each named by a setting, found after those that it names itself.
    async fn people_of(
        &self,
        places: &BTreeMap<String, String>,
        options: AskOptions,
    ) -> Result<LookedUp, Failure> {
        let mut found = LookedUp::default();
        if places.is_empty() {
            return Ok(found);
        }
        let kept = Kept::new(self.questions()?);
        let mut order = Order::new(&kept);
        order.visit(places, None);
        let (segments, _) = order.problems.settle(order.found)?;
        for segment in segments {
            let (people, doubts) = self.members(&segment, &found, options).await?;
            found.segments.insert(segment.saved.name.clone(), people);
            found.doubts.extend(doubts);
        }
        found.segments.retain(|name, _| places.contains_key(name));
        Ok(found)
    }

    /// Who belongs to a segment, rising, where those that it names are found; and the doubts about its names.
    async fn members(
        &self,
        segment: &Segment<'_>,
        found: &LookedUp,
        options: AskOptions,
    ) -> Result<(Vec<i64>, Vec<Problem>), Failure> {
        let listed = SegmentSpec { list: true, examples: 0, ..segment.spec.clone() };
        let inner = |name: &String| Some((name.clone(), found.segments.get(name)?.clone()));
        let segments = segment.names.keys().filter_map(inner).collect();
        let answered = async {
            let (groups, doubts) = self.groups_of(&segment.settings, options.patience()).await?;
            let looked_up = LookedUp { segments, groups, doubts };
            self.answer(&QuestionSpec::Segment(listed), looked_up, options).await
        };
        let answered = answered.await.map_err(|failure| segment.blamed(failure))?;
        let Answer::Segment(report) = answered.answer else { return Ok((Vec::new(), Vec::new())) };
        let mut people: Vec<i64> = report.persons.iter().filter_map(|person| person.parse().ok()).collect();
        people.sort_unstable();
        let doubts = report.warnings.into_iter().filter(|doubt| doubt.code.starts_with("ask.unknown_"));
        Ok((people, segment.placed(doubts.collect())))
    }
}

/// The project's kept questions by name, for the segments among them.
struct Kept(BTreeMap<String, SavedQuestion>);

impl Kept {
    fn new(questions: Vec<SavedQuestion>) -> Self {
        Self(questions.into_iter().map(|saved| (saved.name.clone(), saved)).collect())
    }

    /// The names of those that may be asked about.
    fn names(&self) -> Vec<String> {
        let of_people = |saved: &&SavedQuestion| match &saved.question {
            Some(QuestionSpec::Segment(spec)) => spec.group.is_none(),
            _ => false,
        };
        self.0.values().filter(of_people).map(|saved| saved.name.clone()).collect()
    }

    /// The segment of that name.
    ///
    /// # Errors
    /// A name that leads nowhere, a file that does not read, or a segment of groups.
    fn segment(&self, name: &str) -> Result<(&SavedQuestion, &SegmentSpec), Problems> {
        let missing =
            || Failure::not_found(phrase!("ask.no_segment", name = name), &self.names(), name).problems();
        let saved = self.0.get(name).ok_or_else(missing)?;
        match &saved.question {
            Some(QuestionSpec::Segment(spec)) if spec.group.is_none() => Ok((saved, spec)),
            Some(QuestionSpec::Segment(_)) => Err(Problem::error(phrase!("ask.segment_of_groups")).into()),
            Some(_) => Err(missing()),
            None => Err(Problems { problems: saved.problems.clone() }),
        }
    }
}

/// A kept segment, and what it names.
struct Segment<'k> {
    saved: &'k SavedQuestion,
    spec: &'k SegmentSpec,
    settings: Value,
    /// The segments that it names, each with the setting that does.
    names: BTreeMap<String, String>,
}

impl Segment<'_> {
    /// Problems of its own, in its file.
    fn placed(&self, mut problems: Vec<Problem>) -> Vec<Problem> {
        place_settings(&mut problems, &self.saved.text, &self.saved.path);
        for problem in &mut problems {
            problem.place.file.get_or_insert_with(|| self.saved.path.clone());
        }
        problems
    }

    /// A failure to ask it, the mistakes in its file.
    fn blamed(&self, failure: Failure) -> Failure {
        match failure {
            Failure::Wrong(Problems { problems }) => {
                Failure::Wrong(Problems { problems: self.placed(problems) })
            }
            failure => failure,
        }
    }
}

/// Segments put in an order in which each comes after those that it names, with all that stands in the way.
struct Order<'k> {
    kept: &'k Kept,
    found: Vec<Segment<'k>>,
    /// The segments whose names are being visited, each named by the one before it.
    asking: Vec<String>,
    problems: Problems,
}

impl<'k> Order<'k> {
    fn new(kept: &'k Kept) -> Self {
        Self { kept, found: Vec::new(), asking: Vec::new(), problems: Problems::default() }
    }

    /// Adds the segments of these names, each named by a setting of the file that it is within, or of the question.
    fn visit(&mut self, places: &BTreeMap<String, String>, within: Option<&SavedQuestion>) {
        for (name, place) in places {
            if self.found.iter().any(|segment| segment.saved.name == *name) {
                continue;
            }
            if self.asking.contains(name) {
                let problem = Problem::error(phrase!("ask.segment_circle", name = name));
                self.wrong(problem.into(), place, within);
                continue;
            }
            let kept = self.kept;
            match kept.segment(name) {
                Err(wrong) => self.wrong(wrong, place, within),
                Ok((saved, spec)) => {
                    let settings = settings_of(spec);
                    let names = named(&settings, "segment");
                    self.asking.push(name.clone());
                    self.visit(&names, Some(saved));
                    self.asking.pop();
                    self.found.push(Segment { saved, spec, settings, names });
                }
            }
        }
    }

    fn wrong(&mut self, wrong: Problems, place: &str, within: Option<&SavedQuestion>) {
        let mut problems = wrong.problems;
        // What stands in a file has its place already.
        for problem in problems.iter_mut().filter(|problem| problem.place.file.is_none()) {
            problem.place.setting = Some(place.to_owned());
        }
        if let Some(saved) = within {
            place_settings(&mut problems, &saved.text, &saved.path);
        }
        self.problems.problems.extend(problems);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A kept segment of who did something in other segments; the group that it follows, where it follows one.
    fn kept(name: &str, others: &[&str], group: Option<&str>) -> SavedQuestion {
        let conditions: Vec<Value> =
            others.iter().map(|other| json!({"property": other, "of": "segment", "value": "in"})).collect();
        let event = json!({"event": "visit", "where": conditions});
        let mut question = json!({"kind": "segment", "who": {"kind": "did", "event": event}});
        if let Some(group) = group {
            question["group"] = json!(group);
        }
        let question: QuestionSpec = serde_json::from_value(question).expect("a question");
        SavedQuestion {
            name: name.to_owned(),
            path: format!("recipes/{name}.toml"),
            text: flywheel_spec::draft::question_text(&question),
            question: Some(question),
            problems: Vec::new(),
        }
    }

    #[test]
    fn segments_come_after_those_that_they_name_and_every_mistake_is_told_in_its_file() {
        let trend = SavedQuestion {
            question: Some(QuestionSpec::Trend(Default::default())),
            ..kept("trend", &[], None)
        };
        let unread = SavedQuestion {
            question: None,
            problems: vec![Problem::error(phrase!("ask.filter_empty")).in_file("recipes/unread.toml")],
            ..kept("unread", &[], None)
        };
        let kept = Kept::new(vec![
            kept("all", &["early", "vips"], None),
            kept("early", &[], None),
            kept("vips", &["early"], None),
            kept("circle", &["round"], None),
            kept("round", &["circle"], None),
            kept("lost", &["nobody", "teams"], None),
            kept("teams", &[], Some("team")),
            trend,
            unread,
        ]);
        let (segments, recipes) = ("segments", "recipes");
        for (names, order, mistakes) in [
            (vec!["vips"], vec!["early", "vips"], vec![]),
            (vec!["all", "early"], vec!["early", "vips", "all"], vec![]),
            (vec!["vip"], vec![], vec![("ask.no_segment", segments)]),
            (vec!["trend"], vec![], vec![("ask.no_segment", segments)]),
            (vec!["unread"], vec![], vec![("ask.filter_empty", recipes)]),
            (vec!["circle"], vec!["round", "circle"], vec![("ask.segment_circle", recipes)]),
            (
                vec!["lost", "vip"],
                vec!["lost"],
                vec![
                    ("ask.no_segment", recipes),
                    ("ask.segment_of_groups", recipes),
                    ("ask.no_segment", segments),
                ],
            ),
        ] {
            let places = names.iter().map(|name| ((*name).to_owned(), segments.to_owned())).collect();
            let mut found = Order::new(&kept);
            found.visit(&places, None);
            let found_order: Vec<&str> =
                found.found.iter().map(|segment| segment.saved.name.as_str()).collect();
            assert_eq!(found_order, order, "{names:?}");
            let place = |problem: &Problem| if problem.place.file.is_some() { recipes } else { segments };
            let told = found.problems.problems.iter().map(|problem| (problem.code.as_str(), place(problem)));
            assert_eq!(told.collect::<Vec<_>>(), mistakes, "{names:?}");
        }
    }
}
