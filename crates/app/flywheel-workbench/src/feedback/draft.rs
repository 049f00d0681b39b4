//! A draft of an answer for a colleague who takes a conversation over, from the answers that were given before.

use flywheel_spec::assistant::{AssistantTask, CitedClaim};
use flywheel_spec::feedback::draft::{DraftReport, DraftRequest, DraftSource, SourceKind};
use flywheel_spec::feedback::insights::Quote;
use flywheel_spec::feedback::support::{Conversation, Speaker};
use flywheel_spec::{Language, Phrase, Problem, phrase};
use flywheel_text::assistant::{DraftQuestion, Near, nearest};
use flywheel_text::support::open_question;

use crate::assistant::Helper;
use crate::data::blocking;
use crate::{AssistantAccess, Failure, Workbench};

/// Entries of the file that are looked at.
const ENTRIES: usize = 6;
/// Sources of a draft at most.
const SOURCES: usize = 6;
/// Earlier turns that a question is sent with.
const EARLIER: usize = 6;

impl Workbench {
    /// A draft for a conversation that waits for a person; without the assistant, or where it fails, the nearest answer.
    ///
    /// # Errors
    /// A conversation that is not there or waits for nobody, or every mistake in the file of questions and answers;
    /// never because of the assistant.
    pub async fn draft_answer(
        &self,
        request: &DraftRequest,
        access: &AssistantAccess,
    ) -> Result<DraftReport, Failure> {
        let conversation = self.conversation(&request.conversation)?;
        if !conversation.handed_over {
            let problem = Problem::error(phrase!("assistant.not_waiting", found = request.conversation));
            return Err(Failure::Conflict(problem.advise(Phrase::new("assistant.not_waiting_advice"))));
        }
        let mut helper = Helper::new(self, access);
        let language = conversation.language.unwrap_or_else(|| helper.language());
        let asked = open_question(&conversation).unwrap_or_default();
        let near =
            if asked.is_empty() { Vec::new() } else { self.near(&asked, &conversation, language).await? };
        let earlier = earlier(&conversation, &asked);
        let earlier: Vec<&str> = earlier.iter().map(String::as_str).collect();
        let question = DraftQuestion::new(&asked, &earlier, &near, language);
        let mut report = DraftReport {
            conversation: conversation.id.clone(),
            question: question.question().to_owned(),
            sources: question.sources().to_vec(),
            ..DraftReport::default()
        };
        let task = AssistantTask::Draft;
        let drafted = if near.is_empty() {
            helper.fall_back(task, Phrase::new("assistant.nothing_to_ask"));
            None
        } else {
            let read = |content: &str| {
                question.read(content).map(|drafted| ((drafted.claims, drafted.text), drafted.sifted))
            };
            helper.ask(task, |model| question.chat(model), question.masked(), read).await
        };
        match (drafted, report.sources.first().cloned()) {
            (Some((claims, text)), _) => {
                let found =
                    phrase!("assistant.draft_by_model", model = helper.model(), claims = claims.len());
                report =
                    DraftReport { claims, text, written_by_model: true, findings: vec![found], ..report };
            }
            (None, Some(source)) => {
                report.findings.push(phrase!("assistant.draft_nearest", id = source.id));
                report.text.clone_from(&source.answer);
                report.claims.push(word_for_word(source));
            }
            (None, None) if asked.is_empty() => {
                report.findings.push(Phrase::new("assistant.draft_no_question"));
            }
            (None, None) => report.findings.push(Phrase::new("assistant.draft_nothing")),
        }
        report.assistant = helper.done();
        Ok(report)
    }

    /// What is near a question: entries of the file, and what colleagues answered in other conversations.
    async fn near(
        &self,
        question: &str,
        conversation: &Conversation,
        language: Language,
    ) -> Result<Vec<Near>, Failure> {
        let faq = match self.faq(language).await {
            Ok(faq) => Some(faq),
            Err(Failure::NotFound(_)) => None,
            Err(failure) => return Err(failure),
        };
        let past = self.past_answers(&conversation.id)?;
        let question = question.to_owned();
        blocking(move || {
            let entries = faq.map(|faq| faq.near(&question, language, ENTRIES)).unwrap_or_default();
            let entries = entries.into_iter().map(|entry| Near {
                kind: SourceKind::Faq,
                id: entry.id,
                question: entry.question,
                answer: entry.answer,
                confidence: entry.confidence,
            });
            nearest(&question, entries.chain(past).collect(), SOURCES)
        })
        .await
    }

    /// What colleagues answered in other conversations, by the conversations' ids.
    fn past_answers(&self, except: &str) -> Result<Vec<Near>, Failure> {
        let mut answers = Vec::new();
        for conversation in self.conversations()? {
            if conversation.id == except {
                continue;
            }
            let said =
                conversation.turns.iter().enumerate().filter(|(_, turn)| turn.speaker == Speaker::Person);
            for (place, turn) in said {
                let before = conversation.turns[..place].to_vec();
                let before = Conversation { turns: before, ..Conversation::default() };
                let Some(question) = open_question(&before) else { continue };
                answers.push(Near {
                    kind: SourceKind::PastAnswer,
                    id: format!("{}/{}", conversation.id, place + 1),
                    question,
                    answer: turn.text.clone(),
                    confidence: 0.0,
                });
            }
        }
        answers.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(answers)
    }
}

/// The last turns beside the question, each with who spoke.
fn earlier(conversation: &Conversation, question: &str) -> Vec<String> {
    let turns = conversation.turns.iter().filter(|turn| turn.text.trim() != question);
    let mut said: Vec<String> = turns
        .map(|turn| {
            let who = match turn.speaker {
                Speaker::Customer => "customer",
                Speaker::Assistant => "assistant",
                Speaker::Person => "colleague",
            };
            format!("{who}: {}", turn.text)
        })
        .collect();
    said.drain(..said.len().saturating_sub(EARLIER));
    said
}

/// An answer that was given before, as it stands.
fn word_for_word(source: DraftSource) -> CitedClaim {
    CitedClaim { text: source.answer.clone(), cites: vec![Quote { message: source.id, text: source.answer }] }
}
