//! How an improvement went: before and after its release, told as a case that a new opportunity can be held against.

use flywheel_product::{behaviour, case};
use flywheel_spec::feedback::behaviour::BehaviourSpec;
use flywheel_spec::feedback::case::{AlikeCase, CaseReport, CaseSide, CaseSubject, CaseTraits};
use flywheel_spec::feedback::insights::InsightsSpec;
use flywheel_spec::feedback::opportunity::{EvidenceQuote, OpportunityReport};
use flywheel_spec::feedback::opportunity_record::{OpportunityChange, OpportunityLink, OpportunityRecord};
use flywheel_spec::{Language, Phrase, Problem, phrase};
use jiff::Timestamp;

use super::opportunities::{cohorts, kinds_and_aspects, mood};
use super::{FeedbackRead, SPEAKING};
use crate::{Failure, Workbench, file};

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// Past cases that are shown.
const ALIKE: usize = 3;

/// Quotes of each side.
const QUOTES: usize = 3;

/// A case with where it was written, and the past cases most like it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct WrittenCase {
    /// The report.
    pub report: CaseReport,
    /// The Markdown file, from the project's folder.
    pub path: String,
    /// The past cases most like it.
    pub alike: Vec<AlikeCase>,
}

impl Workbench {
    /// Looks at an opportunity's release: so many days before it and as many after. The case is written to `cases/`.
    ///
    /// # Errors
    /// An opportunity that is not there or has no release.
    pub async fn write_case(
        &self,
        which: &str,
        days: u32,
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
        let moment = read_moment(&at)?;
        let read = self.read_feedback(&InsightsSpec { themes: 200, ..InsightsSpec::default() }).await?;
        let now = Timestamp::now().as_microsecond();
        let span = i64::from(days) * DAY;
        let before = self.side(&read, record, moment - span, moment).await?;
        let after = self.side(&read, record, moment, (moment + span).min(now)).await?;
        let subject = CaseSubject {
            id: record.id.clone(),
            name: record.name.clone(),
            theme: record.theme.clone(),
            version,
            released: at,
            what: record.notes.last().map(|note| note.text.clone()).unwrap_or_default(),
            traits: traits_of(&read, &record.theme, &record.name),
        };
        let report = case::case(&subject, &before, &after)?;
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

    async fn side(
        &self,
        read: &FeedbackRead,
        record: &OpportunityRecord,
        from: i64,
        to: i64,
    ) -> Result<CaseSide, Failure> {
        let inside = |time: i64| time >= from && time < to;
        let theme: Option<u32> = record.theme.parse().ok();
        let mine: Vec<usize> = (0..read.messages.len())
            .filter(|at| {
                read.insights.theme_of[*at] == theme && theme.is_some() && inside(read.messages[*at].time)
            })
            .collect();
        let person =
            |at: &usize| read.messages[*at].person.clone().unwrap_or_else(|| read.messages[*at].id.clone());
        let people: std::collections::BTreeSet<String> = mine.iter().map(person).collect();
        let others: std::collections::BTreeSet<String> = (0..read.messages.len())
            .filter(|at| inside(read.messages[*at].time) && read.insights.theme_of[*at] != theme)
            .map(|at| person(&at))
            .collect();
        let moods: Vec<f64> = mine
            .iter()
            .map(|at| read.listened.heard[*at].mood)
            .filter(|mood| mood.certainty > 0.0)
            .map(|mood| mood.score)
            .collect();
        let mut cohorts = cohorts(read, Some(from), Some(to));
        cohorts.retain(|theme, _| *theme == record.theme);
        let known = self.event_names().await?;
        let spec = BehaviourSpec {
            speaking: SPEAKING
                .iter()
                .filter(|name| known.iter().any(|known| known == *name))
                .map(|name| (*name).to_owned())
                .collect(),
            before_days: 14,
            after_days: 14,
            ..BehaviourSpec::default()
        };
        let planned = behaviour::plan(&spec, &cohorts, &self.context(Timestamp::now()))?;
        let state = self.fold_here(planned.fold()).await?;
        let did = planned.finish(state).map_err(|error| Failure::broken("behaviour", error))?;
        let did = did.themes.into_iter().next();
        let text =
            |micros: i64| Timestamp::from_microsecond(micros).map(|at| at.to_string()).unwrap_or_default();
        let quote = |at: &usize| EvidenceQuote {
            id: read.messages[*at].id.clone(),
            text: read.listened.heard[*at].masked.chars().take(200).collect(),
        };
        Ok(CaseSide {
            from: text(from),
            to: text(to),
            days: (to - from).max(0) as f64 / DAY as f64,
            voices: mine.len() as u64,
            people: people.len() as u64,
            active_people: self.people_between(Some(from), Some(to)).await?,
            other_people: Some(others.len() as u64),
            mood: mood(&moods),
            returning: did.as_ref().and_then(|did| did.returning),
            paying: did.as_ref().and_then(|did| did.paying),
            quotes: mine.iter().take(QUOTES).map(quote).collect(),
        })
    }
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

/// A date or a moment, microseconds since 1970.
fn read_moment(text: &str) -> Result<i64, Failure> {
    let day = || text.parse::<jiff::civil::Date>().ok()?.to_zoned_datetime(jiff::tz::TimeZone::UTC).ok();
    let moment = text.parse::<Timestamp>().ok().or_else(|| Some(day()?.timestamp()));
    moment.map(Timestamp::as_microsecond).ok_or_else(|| {
        let problem = Problem::error(phrase!("feedback_import.release_time", found = text));
        Failure::Wrong(problem.advise(Phrase::new("feedback_import.release_time_advice")).into())
    })
}
