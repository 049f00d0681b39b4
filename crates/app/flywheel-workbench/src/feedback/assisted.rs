//! What the messages say, with a language model's names for the themes and its summary beside it.

use flywheel_spec::assistant::AssistantTask;
use flywheel_spec::feedback::insights::{InsightsReport, InsightsSpec};
use flywheel_spec::{Language, Phrase};
use flywheel_text::assistant::{Originals, SummaryQuestion, ThemeQuestion};

use crate::assistant::Helper;
use crate::{AssistantAccess, Failure, Workbench};

/// Quotes of a theme that names are asked with.
const QUOTES: usize = 8;

impl Workbench {
    /// What the messages say, with the assistant's help; what it does not give is said in the report, which is whole
    /// without it.
    ///
    /// # Errors
    /// As [`Self::feedback_insights`]; never because of the assistant.
    pub async fn assisted_insights(
        &self,
        spec: &InsightsSpec,
        access: &AssistantAccess,
    ) -> Result<InsightsReport, Failure> {
        let asked = InsightsSpec { quotes: spec.quotes.max(QUOTES), ..spec.clone() };
        let read = self.read_feedback(&asked).await?;
        let originals: Originals<'_> =
            read.messages.iter().map(|message| (message.id.as_str(), message.text.as_str())).collect();
        let mut report = read.insights.report;
        let mut helper = Helper::new(self, access);
        let language = helper.language();
        name_themes(&mut helper, &mut report, &originals, language).await;
        summarise(&mut helper, &mut report, &originals, language).await;
        for theme in &mut report.themes {
            for quotes in [&mut theme.typical, &mut theme.lowest, &mut theme.highest] {
                quotes.truncate(spec.quotes);
            }
        }
        report.assistant = Some(helper.done());
        Ok(report)
    }
}

async fn name_themes(
    helper: &mut Helper<'_>,
    report: &mut InsightsReport,
    originals: &Originals<'_>,
    language: Language,
) {
    let task = AssistantTask::ThemeNames;
    let Some(question) = ThemeQuestion::new(report, originals, language) else {
        return helper.fall_back(task, Phrase::new("assistant.nothing_to_ask"));
    };
    let read = |content: &str| question.read(content).map(|named| (named.names, named.sifted));
    let names = helper.ask(task, |model| question.chat(model), question.masked(), read).await;
    for (id, claim) in names.unwrap_or_default() {
        if let Some(theme) = report.themes.iter_mut().find(|theme| theme.id == id) {
            theme.given_name = Some(claim);
        }
    }
}

async fn summarise(
    helper: &mut Helper<'_>,
    report: &mut InsightsReport,
    originals: &Originals<'_>,
    language: Language,
) {
    let task = AssistantTask::Summary;
    let Some(question) = SummaryQuestion::new(report, originals, language) else {
        return helper.fall_back(task, Phrase::new("assistant.nothing_to_ask"));
    };
    let read = |content: &str| question.read(content).map(|summed| (summed.claims, summed.sifted));
    let claims = helper.ask(task, |model| question.chat(model), question.masked(), read).await;
    report.summary = claims.unwrap_or_default();
}
