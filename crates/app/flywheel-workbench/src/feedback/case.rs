//! How an improvement went: before and after its release, told as a case that a new opportunity can be held against.

use std::collections::BTreeSet;

use flywheel_product::{Context, behaviour, case};
use flywheel_spec::feedback::behaviour::BehaviourSpec;
use flywheel_spec::feedback::case::{CaseReport, CaseSide, CaseSubject, CaseTraits, WrittenCase};
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::feedback::opportunity::{EvidenceQuote, OpportunityReport};
use flywheel_spec::feedback::opportunity_record::{OpportunityChange, OpportunityLink, OpportunityRecord};
use flywheel_spec::{Language, Phrase, Problem, phrase};
use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::FeedbackRead;
use super::opportunities::{
    BehaviourChoices, cohorts, kinds_and_aspects, mood, nameless, people, tells_trouble, voices,
};
use crate::{Failure, Moment, Workbench, file};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Past cases that are shown.
const ALIKE: usize = 3;

/// Quotes of each side.
const QUOTES: usize = 3;

impl Workbench {
    /// Looks at an opportunity's release: so many days before it and as many after, what counts as paying being chosen or
    /// looked for. The case is written to `cases/`.
    ///
    /// # Errors
    /// An opportunity that is not there or has no release.
    pub async fn write_case(
        &self,
        which: &str,
        days: u32,
        choices: &BehaviourChoices,
        language: Language,
    ) -> Result<WrittenCase, Failure> {
        let records = self.opportunity_records()?;
        let fits =
            |record: &&OpportunityRecord| record.id == which || record.theme == which || record.name == which;
        let Some(record) = records.iter().find(fits) else {
            let known: Vec<String> = records.iter().map(|record| record.id.clone()).collect();
            return Err(Failure::not_found(
                phrase!("feedback_import.no_opportunity", found = which),
                &known,
                which,
            ));
        };
        let released = record.links.iter().rev().find_map(|link| match link {
            OpportunityLink::Release { version, at: Some(at) } => Some((version.clone(), at.clone())),
            _ => None,
        });
        let Some((version, at)) = released else {
            let problem = Problem::error(phrase!("feedback_import.no_release", found = which));
            let advice = phrase!("feedback_import.no_release_advice", found = which);
            return Err(Failure::Wrong(problem.advise(advice).into()));
        };
        let zone = TimeZone::get(&self.project().time_zone).unwrap_or(TimeZone::UTC);
        let moment = read_moment(&at, &zone)?;
        let taken = self.taken(choices).await?;
        let read = self.read_feedback(&InsightsSpec { themes: 200, ..InsightsSpec::default() }).await?;
        let spec = BehaviourSpec { before_days: 14, after_days: 14, ..taken.spec };
        // Its theme may have another number by now.
        let linked = self.linked_records(&read).await?;
        let record = linked.iter().find(|linked| linked.id == record.id).unwrap_or(record);
        // What comes after the last event has not happened yet, and nobody stayed away in it.
        let known = self.last_known().await?;
        let span = i64::from(days) * DAY;
        let context = taken.looked_up.within(self.context(known));
        let look = Look { read: &read, theme: &record.theme, spec: &spec, context: &context };
        let before = self.side(&look, moment - span, moment).await?;
        let after = self.side(&look, moment, (moment + span).min(known.as_microsecond())).await?;
        let subject = CaseSubject {
            id: record.id.clone(),
            name: record.name.clone(),
            theme: record.theme.clone(),
            version,
            released: at,
            what: record.notes.last().map(|note| note.text.clone()).unwrap_or_default(),
            traits: traits_of(&read, &record.theme, &record.name),
        };
        let mut report = case::case(&subject, &before, &after)?;
        report.warnings.extend(taken.looked_up.doubts);
        let past = self.past_cases(Some(&subject.id))?;
        let alike = case::alike(&subject.traits, &past, ALIKE);
        let folder = self.folder().cases();
        file::write_json(&folder.join(format!("{}.json", record.id)), &report)?;
        let path = folder.join(format!("{}.md", record.id));
        file::write(&path, case::markdown(&report, language).as_bytes())?;
        let change = OpportunityChange::Measure { verdict: report.verdict, case: record.id.clone() };
        // A case can be looked at again at any time; only the first look moves the opportunity on.
        if flywheel_product::opportunity::changed(
            record,
            change.clone(),
            &Timestamp::now().to_string(),
            "flywheel",
        )
        .is_ok()
        {
            self.change_opportunity(&record.id, change, "flywheel").await?;
        }
        Ok(WrittenCase { report, path: format!("cases/{}.md", record.id), alike })
    }

    /// Shows with each opportunity the past cases most like it.
    pub(super) fn add_alike(
        &self,
        report: &mut OpportunityReport,
        read: &FeedbackRead,
    ) -> Result<(), Failure> {
        let past = self.past_cases(None)?;
        for opportunity in &mut report.opportunities {
            let evidence = &opportunity.evidence;
            let traits = traits_of(read, &evidence.theme, &evidence.name);
            opportunity.alike = case::alike(&traits, &past, ALIKE);
            // Its own case is no other one.
            opportunity.alike.retain(|alike| opportunity.record.as_ref() != Some(&alike.id));
        }
        Ok(())
    }

    /// The library of cases, as far as likeness needs it.
    fn past_cases(&self, without: Option<&str>) -> Result<Vec<case::PastCase>, Failure> {
        let cases = self.cases()?;
        Ok(cases.iter().filter(|past| Some(past.subject.id.as_str()) != without).map(past_case).collect())
    }

    /// Every case, by id.
    ///
    /// # Errors
    /// When a file of them cannot be read.
    pub fn cases(&self) -> Result<Vec<CaseReport>, Failure> {
        let entries = std::fs::read_dir(self.folder().cases()).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
            .collect();
        paths.sort();
        let read = paths.iter().map(|path| file::read_json(path));
        Ok(read.collect::<Result<Vec<Option<CaseReport>>, Failure>>()?.into_iter().flatten().collect())
    }

    async fn side(&self, look: &Look<'_>, from: i64, to: i64) -> Result<CaseSide, Failure> {
        let read = look.read;
        let theme: Option<u32> = look.theme.parse().ok();
        let inside: Vec<usize> =
            (0..read.messages.len()).filter(|at| (from..to).contains(&read.messages[*at].time)).collect();
        let (mine, others): (Vec<usize>, Vec<usize>) =
            inside.into_iter().partition(|at| theme.is_some() && read.insights.theme_of[*at] == theme);
        // As in the ranking: who praises what was mended has no trouble with it any more; the mood is theirs too.
        let concerned: Vec<usize> =
            mine.iter().copied().filter(|at| tells_trouble(&read.listened.heard[*at])).collect();
        let moods: Vec<f64> = mine
            .iter()
            .map(|at| read.listened.heard[*at].mood)
            .filter(|mood| mood.certainty > 0.0)
            .map(|mood| mood.score)
            .collect();
        let mut cohorts = cohorts(read, Some(from), Some(to));
        cohorts.retain(|theme, _| theme == look.theme);
        let planned = behaviour::plan(look.spec, &cohorts, look.context)?;
        let state = self.fold_here(planned.fold()).await?;
        let did = planned.finish(state).map_err(|error| Failure::broken("behaviour", error))?;
        let did = did.themes.into_iter().next();
        let text =
            |micros: i64| Timestamp::from_microsecond(micros).map(|at| at.to_string()).unwrap_or_default();
        let people_who_spoke = people(read, &concerned);
        let active = self.people_between(Some(from), Some(to)).await? + nameless(read, Some(from), Some(to));
        Ok(CaseSide {
            from: text(from),
            to: text(to),
            days: (to - from).max(0) as f64 / DAY as f64,
            voices: voices(read, &concerned),
            people: people_who_spoke,
            active_people: active.max(people_who_spoke),
            other_people: Some(people(read, &others)),
            mood: mood(&moods),
            returning: did.as_ref().and_then(|did| did.returning),
            paying: did.as_ref().and_then(|did| did.paying),
            quotes: quotes(read, &concerned),
        })
    }
}

/// What both sides of a case are looked at with.
struct Look<'a> {
    read: &'a FeedbackRead,
    /// The theme's number.
    theme: &'a str,
    spec: &'a BehaviourSpec,
    /// Up to when behaviour is known, and what its conditions name.
    context: &'a Context,
}

/// The first messages as quotes, none twice in the same words.
fn quotes(read: &FeedbackRead, messages: &[usize]) -> Vec<EvidenceQuote> {
    let mut seen = BTreeSet::new();
    let different = messages.iter().filter(|at| seen.insert(read.insights.group_of[**at]));
    let quote = |at: &usize| EvidenceQuote {
        id: read.messages[*at].id.clone(),
        text: read.listened.heard[*at].masked.chars().take(200).collect(),
    };
    different.take(QUOTES).map(quote).collect()
}

/// What a theme is found again by: its words, what it blames, and the kinds of its messages.
fn traits_of(read: &FeedbackRead, theme: &str, name: &str) -> CaseTraits {
    let Some(row) = read.insights.report.themes.iter().find(|row| row.id.to_string() == theme) else {
        return CaseTraits { terms: vec![name.to_owned()], ..CaseTraits::default() };
    };
    let (kinds, aspects) = kinds_and_aspects(read, row.id);
    CaseTraits { terms: row.words.clone(), aspects, kinds, ..CaseTraits::default() }
}

fn past_case(report: &CaseReport) -> case::PastCase {
    case::PastCase {
        id: report.subject.id.clone(),
        name: report.subject.name.clone(),
        verdict: report.verdict,
        traits: report.subject.traits.clone(),
    }
}

/// A moment, or a date's beginning in the project's zone; microseconds since 1970.
fn read_moment(text: &str, zone: &TimeZone) -> Result<i64, Failure> {
    Moment::read(text).and_then(|moment| moment.begins(zone)).ok_or_else(|| {
        let problem = Problem::error(phrase!("feedback_import.release_time", found = text));
        Failure::Wrong(problem.advise(Phrase::new("feedback_import.release_time_advice")).into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_on_a_date_begins_with_the_day_of_the_project() {
        for (text, zone, moment) in [
            ("2026-03-10", "UTC", "2026-03-10T00:00:00Z"),
            ("2026-03-10", "Asia/Shanghai", "2026-03-09T16:00:00Z"),
            ("2026-03-10T09:30:00Z", "Asia/Shanghai", "2026-03-10T09:30:00Z"),
        ] {
            let zone = TimeZone::get(zone).expect("a zone");
            let expected: Timestamp = moment.parse().expect("a moment");
            assert_eq!(read_moment(text, &zone).expect("read"), expected.as_microsecond(), "{text}");
        }
        assert!(read_moment("soon", &TimeZone::UTC).is_err());
    }
}
