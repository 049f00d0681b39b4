//! Reports as they were told: while nobody speaks the same question has the same answer, and nothing is read again.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::SystemTime;

use flywheel_spec::feedback::insights::{InsightsReport, InsightsSpec};
use serde::{Deserialize, Serialize};

use super::kept::KeptFolder;
use super::members::Members;
use super::said::ReadAt;
use crate::{Failure, Workbench};

/// Questions whose reports are kept, the last ones asked.
const MOST: usize = 8;

/// A report and what it was made of.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Told {
    /// What names the question and whatever else it was made of beside the messages.
    of: u64,
    at: ReadAt,
    report: InsightsReport,
}

/// A question, and what is looked up before it is answered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question<'a> {
    pub spec: &'a InsightsSpec,
    /// The people of its segments, who come and go without a word.
    pub members: Option<&'a Members>,
    /// The identity of the encoder, where one reads.
    pub encoder: Option<&'a str>,
}

impl Workbench {
    /// The report that was told of the same messages to the same question, where it is kept.
    pub(super) async fn told_before(
        &self,
        shelf: &KeptFolder,
        question: Question<'_>,
    ) -> Result<Option<InsightsReport>, Failure> {
        let of = self.made_of(shelf, question);
        let Some(told) = shelf.reports().into_iter().find(|told| told.of == of) else { return Ok(None) };
        Ok(self.is_as_read(shelf, &told.at).await?.then_some(told.report))
    }

    /// Keeps a report for who asks the same again.
    pub(super) fn keep_told(
        &self,
        shelf: &KeptFolder,
        question: Question<'_>,
        at: ReadAt,
        report: &InsightsReport,
    ) -> Result<(), Failure> {
        let of = self.made_of(shelf, question);
        let mut reports = shelf.reports();
        reports.retain(|told| told.of != of);
        reports.insert(0, Told { of, at, report: report.clone() });
        reports.truncate(MOST);
        shelf.keep_reports(&reports)
    }

    /// A number made of everything that a report depends on beside the messages: the question, the people of its
    /// segments, the themes so far, the encoder, the time zone, and the program itself.
    fn made_of(&self, shelf: &KeptFolder, question: Question<'_>) -> u64 {
        let Question { spec, members, encoder } = question;
        let mut hasher = DefaultHasher::new();
        serde_json::to_string(spec).unwrap_or_default().hash(&mut hasher);
        members.map(|members| &members.people).hash(&mut hasher);
        self.project().time_zone.hash(&mut hasher);
        encoder.hash(&mut hasher);
        shelf.themes().hash(&mut hasher);
        program().hash(&mut hasher);
        hasher.finish()
    }
}

/// What tells this program from another build of it.
fn program() -> Option<(u64, SystemTime)> {
    let file = std::env::current_exe().and_then(std::fs::metadata).ok()?;
    Some((file.len(), file.modified().ok()?))
}
