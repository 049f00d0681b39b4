//! The kept segments that a question asks about: who belongs to each at the moment of asking.

use std::collections::BTreeSet;
use std::pin::Pin;

use flywheel_people::Segments;
use flywheel_spec::product::answer::SavedQuestion;
use flywheel_spec::product::segment::SegmentSpec;
use flywheel_spec::product::{Answer, QuestionSpec};
use flywheel_spec::{Problem, phrase};
use serde_json::Value;

use crate::{AskOptions, Failure, Workbench};

impl Workbench {
    /// The people of every kept segment that a question names; a segment may ask about others, but not about itself.
    pub(crate) async fn segments_of(
        &self,
        question: &QuestionSpec,
        options: AskOptions,
    ) -> Result<Segments, Failure> {
        self.members(question, options, &mut Vec::new()).await
    }

    /// The names of the kept segments that a question may ask about.
    pub(crate) fn segment_names(&self) -> Result<Vec<String>, Failure> {
        let kept = self.questions()?.into_iter();
        let of_people = |saved: &SavedQuestion| match &saved.question {
            Some(QuestionSpec::Segment(spec)) => spec.group.is_none(),
            _ => false,
        };
        Ok(kept.filter(of_people).map(|saved| saved.name).collect())
    }

    /// The people of kept segments as they are now, each rising.
    pub(crate) async fn segment_people(&self, names: &[String]) -> Result<Vec<Vec<i64>>, Failure> {
        let options = AskOptions::default();
        let mut people = Vec::new();
        for name in names {
            let kept = self.segment(name)?;
            let inner = self.members(&kept, options, &mut vec![name.clone()]).await?;
            people.push(self.people_of(&kept, inner, options).await?);
        }
        Ok(people)
    }

    fn members<'a>(
        &'a self,
        question: &'a QuestionSpec,
        options: AskOptions,
        asking: &'a mut Vec<String>,
    ) -> Pin<Box<dyn Future<Output = Result<Segments, Failure>> + Send + 'a>> {
        Box::pin(async move {
            let mut segments = Segments::new();
            let body = serde_json::to_value(question).unwrap_or_default();
            let mut names = BTreeSet::new();
            collect_names(&body, "segment", &mut names);
            if !names.is_empty() && body.get("group").is_some_and(|group| !group.is_null()) {
                let problem = Problem::error(phrase!("ask.segment_of_groups")).at_setting("group");
                return Err(Failure::Wrong(problem.into()));
            }
            for name in names {
                if asking.contains(&name) {
                    let problem = phrase!("ask.segment_circle", name = name);
                    return Err(Failure::Wrong(Problem::error(problem).at_setting("who").into()));
                }
                let kept = self.segment(&name)?;
                asking.push(name.clone());
                let inner = self.members(&kept, options, asking).await?;
                asking.pop();
                segments.insert(name, self.people_of(&kept, inner, options).await?);
            }
            Ok(segments)
        })
    }

    /// The kept segment of that name, asked for its list.
    fn segment(&self, name: &str) -> Result<QuestionSpec, Failure> {
        let kept = self.questions()?;
        let mut known = Vec::new();
        for saved in kept {
            let Some(QuestionSpec::Segment(spec)) = saved.question else { continue };
            if saved.name == name {
                if spec.group.is_some() {
                    let problem = phrase!("ask.segment_of_groups");
                    return Err(Failure::Wrong(Problem::error(problem).at_setting("group").into()));
                }
                return Ok(QuestionSpec::Segment(SegmentSpec { list: true, examples: 0, ..spec }));
            }
            known.push(saved.name);
        }
        let failure = Failure::not_found(phrase!("ask.no_segment", name = name), &known, name);
        Err(Failure::Wrong(failure.problems()))
    }

    async fn people_of(
        &self,
        segment: &QuestionSpec,
        inner: Segments,
        options: AskOptions,
    ) -> Result<Vec<i64>, Failure> {
        let answered = self.ask_with(segment, inner, options).await?;
        let Answer::Segment(report) = answered.answer else { return Ok(Vec::new()) };
        let mut people: Vec<i64> = report.persons.iter().filter_map(|person| person.parse().ok()).collect();
        people.sort_unstable();
        Ok(people)
    }
}

/// Every segment, or every property of an owner, that a question names in conditions and breakdowns.
pub(crate) fn collect_names(value: &Value, of: &str, names: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            if object.get("of").and_then(Value::as_str) == Some(of) {
                // A condition calls it `property`, a breakdown `name`.
                let named = ["property", "name"].iter().find_map(|key| object.get(*key)?.as_str());
                names.extend(named.map(str::to_owned));
            }
            object.values().for_each(|inner| collect_names(inner, of, names));
        }
        Value::Array(items) => items.iter().for_each(|item| collect_names(item, of, names)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use flywheel_spec::product::Property;

    use super::*;

    #[test]
    fn segments_are_found_in_conditions_and_breakdowns() {
        let question = QuestionSpec::Trend(flywheel_spec::product::trend::TrendSpec {
            breakdown: vec![Property::of_segment("vips"), Property::of_person("plan")],
            ..Default::default()
        });
        let mut names = BTreeSet::new();
        collect_names(&serde_json::to_value(&question).expect("JSON"), "segment", &mut names);
        let condition = serde_json::json!({"steps": [{"where": [{"property": "payers", "of": "segment"}]}]});
        collect_names(&condition, "segment", &mut names);
        assert_eq!(names.into_iter().collect::<Vec<_>>(), ["payers", "vips"]);
    }
}
