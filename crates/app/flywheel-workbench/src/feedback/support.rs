//! Customers answered from the project's file of questions and answers; what needs a person waits in the inbox.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flywheel_spec::feedback::support::{
    Conversation, FaqReport, GapReport, InboxEntry, Speaker, SupportAnswer, SupportRequest, SupportSpec,
    Turn, Unanswered,
};
use flywheel_spec::{Problem, phrase};
use flywheel_text::support::{Encode, Faq, concepts_identity, reply_without_faq};
use serde::{Deserialize, Serialize};

use super::faq_file::FaqFile;
use super::insights::language_of;
use super::kept::turn;
use super::meaning::Reader;
use crate::data::blocking;
use crate::{Failure, Workbench, file};

/// What was learned of a file, and of which.
#[derive(Debug, Serialize, Deserialize)]
struct Learned {
    of: String,
    faq: Faq,
}

/// A conversation on disk.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    conversation: Conversation,
    #[serde(default)]
    person: Option<String>,
    #[serde(default)]
    reason: Option<flywheel_spec::feedback::support::HandOverReason>,
    /// Since when it waits for a person, microseconds since 1970; absent where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    handed_over_at: Option<i64>,
}

impl Kept {
    /// Since when it waits; the last turn's time where nobody wrote it down.
    fn waits_since(&self) -> Option<i64> {
        let last = || self.conversation.turns.last().map(|turn| turn.time);
        if self.conversation.handed_over { self.handed_over_at.or_else(last) } else { None }
    }
}

impl Workbench {
    /// Answers a customer; the conversation is kept. Where no questions and answers can be read, it goes to a person, and
    /// the answer says why.
    ///
    /// # Errors
    /// An empty message, or a conversation that is not there.
    pub async fn answer_customer(&self, request: SupportRequest) -> Result<SupportAnswer, Failure> {
        if request.text.trim().is_empty() {
            let problem = Problem::error(phrase!("feedback_import.text_empty")).at_setting("text");
            return Err(Failure::Wrong(problem.into()));
        }
        if let Some(id) = &request.conversation
            && !self.conversation_path(id)?.exists()
        {
            return Err(no_conversation(id));
        }
        let language = language_of(&request.text);
        let (faq, problems) = match self.faq_and_reader(language).await {
            Ok(read) => (Some(read), Vec::new()),
            Err(failure) => (None, failure.problems().problems),
        };
        let workbench = self.clone();
        blocking(move || -> Result<SupportAnswer, Failure> {
            // From here on nobody else changes a conversation: two messages at once follow one another.
            let _turn = turn(&workbench.folder().support())?;
            let mut kept = workbench.begun(&request)?;
            let now = jiff::Timestamp::now().as_microsecond();
            let (before, since) = (kept.conversation.turns.len(), kept.waits_since());
            let conversation = &mut kept.conversation;
            let reply = match &faq {
                Some((faq, reader)) => faq.reply(conversation, &request.text, now, encode(reader.as_ref())),
                None => reply_without_faq(conversation, &request.text, now, language),
            };
            kept.person = kept.person.or(request.person);
            kept.reason = reply.reason.or(kept.reason);
            kept.handed_over_at = kept.conversation.handed_over.then(|| since.unwrap_or(now));
            let after = kept.conversation.turns.len();
            for (place, text) in [(before, &reply.left_open), (after, &reply.unanswered)] {
                let Some(text) = text.clone() else { continue };
                let id = format!("{}/{place}", kept.conversation.id);
                workbench.keep_unanswered(&Unanswered {
                    id,
                    text,
                    time: now,
                    person: kept.person.clone(),
                })?;
            }
            file::write_json(&workbench.conversation_path(&kept.conversation.id)?, &kept)?;
            Ok(SupportAnswer { conversation: kept.conversation.id, reply, problems })
        })
        .await?
    }

    /// The conversations that wait for a person, the longest first.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn support_inbox(&self) -> Result<Vec<InboxEntry>, Failure> {
        let mut waiting = self.kept()?;
        waiting.retain(|kept| kept.conversation.handed_over);
        waiting.sort_by(|one, other| {
            (one.waits_since(), &one.conversation.id).cmp(&(other.waits_since(), &other.conversation.id))
        });
        let entry =
            |Kept { conversation, person, reason, .. }: Kept| InboxEntry { conversation, person, reason };
        Ok(waiting.into_iter().map(entry).collect())
    }

    /// A person took a conversation over: it no longer waits. What they answered, where it is given, is kept with it, and
    /// later drafts may rest on it.
    ///
    /// # Errors
    /// A conversation that is not there.
    pub fn settle_conversation(&self, id: &str, answer: Option<&str>) -> Result<Conversation, Failure> {
        let path = self.conversation_path(id)?;
        let _turn = turn(&self.folder().support())?;
        let mut kept: Kept = file::read_json(&path)?.ok_or_else(|| no_conversation(id))?;
        if let Some(text) = answer.map(str::trim).filter(|text| !text.is_empty()) {
            let time = jiff::Timestamp::now().as_microsecond();
            let turn = Turn { time, speaker: Speaker::Person, text: text.to_owned(), entry: None };
            kept.conversation.turns.push(turn);
        }
        kept.conversation.handed_over = false;
        kept.handed_over_at = None;
        kept.conversation.misses = 0;
        kept.reason = None;
        file::write_json(&path, &kept)?;
        Ok(kept.conversation)
    }

    /// What customers asked and the file does not answer, grouped; without a file that is all that they asked.
    ///
    /// # Errors
    /// Every mistake in the file of questions and answers.
    pub async fn support_gaps(&self) -> Result<GapReport, Failure> {
        let text = file::read_text(&self.unanswered_path())?.unwrap_or_default();
        // A line that a crash cut off is no question.
        let unanswered: Vec<Unanswered> =
            text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let reader = self.reader().await?;
        let faq = match self.faq(flywheel_spec::Language::En).await {
            Err(Failure::NotFound(_)) => Faq::train(&[], &SupportSpec::default(), None)?,
            faq => faq?,
        };
        blocking(move || faq.gaps(&unanswered, encode(reader.as_ref()))).await
    }

    /// How well the entries of the file are told apart.
    ///
    /// # Errors
    /// Every mistake in the file of questions and answers.
    pub async fn faq_report(&self) -> Result<FaqReport, Failure> {
        Ok(self.faq(flywheel_spec::Language::En).await?.report().clone())
    }

    /// The conversations and unanswered questions that name somebody, each with what it is.
    pub(crate) fn asked_by(
        &self,
        quotes: &crate::events::Quotes,
    ) -> Result<Vec<(&'static str, serde_json::Value)>, Failure> {
        let mut found = Vec::new();
        let folder = self.folder().support().join("conversations");
        for path in crate::events::files(&folder)? {
            let text = file::read_text(&path)?.unwrap_or_default();
            if quotes.are_in(text.as_bytes()) {
                found.extend(serde_json::from_str(&text).ok().map(|kept| ("conversation", kept)));
            }
        }
        let text = file::read_text(&self.unanswered_path())?.unwrap_or_default();
        let lines = text.lines().filter(|line| quotes.are_in(line.as_bytes()));
        found.extend(lines.filter_map(|line| Some(("unanswered", serde_json::from_str(line).ok()?))));
        Ok(found)
    }

    /// Removes the conversations and unanswered questions that name somebody who is erased; how many.
    pub(crate) fn forget_customer(&self, quotes: &crate::events::Quotes) -> Result<u64, Failure> {
        let mut gone = 0;
        let support = self.folder().support();
        if !support.exists() {
            return Ok(gone);
        }
        let _turn = turn(&support)?;
        let folder = support.join("conversations");
        for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if std::fs::read(&path).is_ok_and(|bytes| quotes.are_in(&bytes)) {
                std::fs::remove_file(&path).map_err(|error| Failure::io(&path, &error))?;
                gone += 1;
            }
        }
        let path = self.unanswered_path();
        let text = file::read_text(&path)?.unwrap_or_default();
        if quotes.are_in(text.as_bytes()) {
            let kept: String = text
                .lines()
                .filter(|line| !quotes.are_in(line.as_bytes()))
                .map(|line| format!("{line}\n"))
                .collect();
            gone += (text.lines().count() - kept.lines().count()) as u64;
            file::write(&path, kept.as_bytes())?;
        }
        Ok(gone)
    }

    /// The conversation that a message goes on with, or a new one.
    fn begun(&self, request: &SupportRequest) -> Result<Kept, Failure> {
        let Some(id) = &request.conversation else {
            let id = uuid::Uuid::now_v7().to_string();
            return Ok(Kept {
                conversation: Conversation { id, ..Conversation::default() },
                ..Kept::default()
            });
        };
        file::read_json(&self.conversation_path(id)?)?.ok_or_else(|| no_conversation(id))
    }

    /// The learned file, and the encoder that reads with it.
    async fn faq_and_reader(
        &self,
        language: flywheel_spec::Language,
    ) -> Result<(Faq, Option<Arc<Reader>>), Failure> {
        Ok((self.faq(language).await?, self.reader().await?))
    }

    /// One conversation.
    pub(super) fn conversation(&self, id: &str) -> Result<Conversation, Failure> {
        let kept: Option<Kept> = file::read_json(&self.conversation_path(id)?)?;
        Ok(kept.ok_or_else(|| no_conversation(id))?.conversation)
    }

    /// Every conversation, in no order.
    pub(super) fn conversations(&self) -> Result<Vec<Conversation>, Failure> {
        Ok(self.kept()?.into_iter().map(|kept| kept.conversation).collect())
    }

    fn kept(&self) -> Result<Vec<Kept>, Failure> {
        let folder = self.folder().support().join("conversations");
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            // Beside them may lie what a process left that ended while it wrote.
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                all.extend(file::read_json::<Kept>(&path)?);
            }
        }
        Ok(all)
    }

    /// The learned file; learned anew where it, or the encoder or the list of concepts that read it, changed.
    pub(super) async fn faq(&self, language: flywheel_spec::Language) -> Result<Faq, Failure> {
        let file = FaqFile::find(self.folder().root())?;
        let reader = self.reader().await?;
        let with = reader.as_ref().map_or("", |reader| reader.identity());
        let of = format!("{}/{with}/{}", file.digest(), concepts_identity());
        let kept = self.folder().support().join("faq.json");
        if let Ok(Some(learned)) = file::read_json::<Learned>(&kept)
            && learned.of == of
        {
            return Ok(learned.faq);
        }
        let spec = SupportSpec { language, ..SupportSpec::default() };
        let trained = blocking(move || {
            let entries = file.entries()?;
            Faq::train(&entries, &spec, encode(reader.as_ref())).map_err(|mut problems| {
                problems.problems.iter_mut().for_each(|problem| problem.place.file = Some(file.name.clone()));
                problems
            })
        });
        let learned = Learned { of, faq: trained.await?? };
        file::write_json(&kept, &learned)?;
        Ok(learned.faq)
    }

    fn conversation_path(&self, id: &str) -> Result<PathBuf, Failure> {
        // An id is a file's name: nothing else may be one.
        let id = uuid::Uuid::try_parse(id).map_err(|_| no_conversation(id))?;
        Ok(self.folder().support().join("conversations").join(format!("{id}.json")))
    }

    fn unanswered_path(&self) -> PathBuf {
        self.folder().support().join("unanswered.jsonl")
    }

    fn keep_unanswered(&self, line: &Unanswered) -> Result<(), Failure> {
        let path = self.unanswered_path();
        let append = |path: &Path| {
            std::fs::create_dir_all(path.parent().unwrap_or(Path::new(".")))?;
            let mut file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
            let mut json = serde_json::to_vec(line)?;
            json.push(b'\n');
            file.write_all(&json)?;
            file.sync_data()
        };
        append(&path).map_err(|error| Failure::io(&path, &error))
    }
}

fn encode(reader: Option<&Arc<Reader>>) -> Option<&dyn Encode> {
    reader.map(|reader| reader.as_ref() as &dyn Encode)
}

fn no_conversation(id: &str) -> Failure {
    Failure::NotFound(Problem::error(phrase!("feedback_import.no_conversation", found = id)))
}
