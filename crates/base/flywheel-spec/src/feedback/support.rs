//! Customers answered around the clock from a file of questions and answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TextLanguage;
use crate::evaluation::{CalibrationBin, Estimate};
use crate::{Language, Phrase, Problem};

/// One entry of the file of questions and answers.
///
/// Two rows with the same id and different languages are one entry that answers in both.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FaqEntry {
    /// What names it for good.
    pub id: String,
    /// The question, as a person would read it in a list.
    pub question: String,
    /// The same question in other words; the more there are, the better it is recognised.
    #[serde(default)]
    pub more_ways: Vec<String>,
    /// What the customer is told.
    pub answer: String,
    /// Words that belong to it and stand in no question.
    #[serde(default)]
    pub tags: Vec<String>,
    /// The language of the answer; read from the answer when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Ids of the entries that people ask for next.
    #[serde(default)]
    pub follow_ups: Vec<String>,
}

/// How customers are answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportSpec {
    /// The share of given answers that shall be right, above 0 and below 1; .95 when absent.
    #[serde(default = "accuracy")]
    pub accuracy: f64,
    /// The share of messages that are expected to be about something else, 0 to .9; .2 when absent.
    #[serde(default = "off_topic")]
    pub off_topic: f64,
    /// Messages in a row that may stay without answer before a person takes over, at least 1; 2 when absent.
    #[serde(default = "misses")]
    pub misses: u32,
    /// The most questions that a clarification offers, 2 to 5; 3 when absent.
    #[serde(default = "choices")]
    pub choices: usize,
    /// The language of a conversation whose customer has not shown one yet.
    #[serde(default)]
    pub language: Language,
    /// What the draws of the cross-validation start from.
    #[serde(default)]
    pub seed: u64,
}

impl Default for SupportSpec {
    fn default() -> Self {
        Self {
            accuracy: accuracy(),
            off_topic: off_topic(),
            misses: misses(),
            choices: choices(),
            language: Language::default(),
            seed: 0,
        }
    }
}

fn accuracy() -> f64 {
    0.95
}

fn off_topic() -> f64 {
    0.2
}

fn misses() -> u32 {
    2
}

fn choices() -> usize {
    3
}

/// How well a file of questions and answers is told apart, measured on its own examples.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct FaqReport {
    /// What matters, most important first.
    pub findings: Vec<Phrase>,
    /// Entries; two languages of one id count once.
    pub entries: u64,
    /// Questions and their other wordings, doubles not counted.
    pub examples: u64,
    /// Confidence from which an answer is given, 0 to 1.
    pub threshold: f64,
    /// Examples that were asked of a model which had not seen them.
    pub asked: u64,
    /// Share of them whose first candidate was right, answered or not; absent where nothing could be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top1: Option<Estimate>,
    /// Share of them that reached the threshold; absent where nothing could be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Estimate>,
    /// Share of the given answers that were right, with unknown topics mixed in as the spec expects them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accuracy: Option<Estimate>,
    /// Confidence against the share of right answers, in ten steps; empty steps left out.
    #[serde(default)]
    pub calibration: Vec<CalibrationBin>,
    /// Pairs of entries that are taken for each other, most often first.
    #[serde(default)]
    pub mixed_up: Vec<MixedUp>,
    /// Doubts about the file.
    #[serde(default)]
    pub warnings: Vec<Problem>,
}

/// Two entries that are taken for each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MixedUp {
    /// The id that was meant.
    pub meant: String,
    /// The id that was found.
    pub found: String,
    /// How many examples.
    pub count: u64,
    /// One of them.
    pub example: String,
}

/// A conversation with one customer: everything that the next reply needs.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Conversation {
    /// What names it.
    pub id: String,
    /// What was said, first to last.
    #[serde(default)]
    pub turns: Vec<Turn>,
    /// The language that the customer wrote last; absent before the first word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The questions that the customer was asked to choose from.
    #[serde(default)]
    pub pending: Vec<Choice>,
    /// The message that they shall clarify.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pending_question: Option<String>,
    /// The entry that was answered last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_entry: Option<String>,
    /// The question that it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_question: Option<String>,
    /// Messages in a row that stayed without answer.
    #[serde(default)]
    pub misses: u32,
    /// Whether a person has been asked to take over.
    #[serde(default)]
    pub handed_over: bool,
}

/// One thing said in a conversation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Turn {
    /// When, microseconds since 1970, UTC.
    pub time: i64,
    /// Who.
    pub speaker: Speaker,
    /// What.
    pub text: String,
    /// The entry that was answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// The customer.
    Customer,
    /// Flywheel.
    Assistant,
    /// A colleague who took over.
    Person,
}

/// What a customer is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reply {
    /// What it is.
    pub kind: ReplyKind,
    /// The words, in the customer's language.
    pub text: String,
    /// The entry that is answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
    /// How likely the first candidate is the right one, 0 to 1; 1 where the customer chose, 0 where nothing was sought.
    pub confidence: f64,
    /// The questions to choose from, best first.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Why a person takes over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<HandOverReason>,
    /// The customer's question when it found no answer: keep it, it may be a gap in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unanswered: Option<String>,
    /// The question before, which the customer was asked to clarify and left for another: keep it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_open: Option<String>,
    /// Whether the message was longer than what is read of one.
    #[serde(default)]
    pub shortened: bool,
}

/// What a reply is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReplyKind {
    /// An entry's answer.
    Answer,
    /// A question back: which of these is meant, or please say it in other words.
    Clarify,
    /// A person takes over, with the conversation so far.
    HandOver,
    /// A greeting, thanks or a farewell returned.
    SmallTalk,
}

/// Why a person takes over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandOverReason {
    /// The customer asked for one.
    Asked,
    /// The customer complains or is angry.
    Complaint,
    /// Too many messages in a row found no answer.
    NotUnderstood,
}

/// A question that is offered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Choice {
    /// The entry's id.
    pub id: String,
    /// Its question.
    pub question: String,
    /// Its share among the candidates, 0 to 1.
    pub share: f64,
}

/// A question that found no answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unanswered {
    /// What names it: its conversation, `/` and the place in it.
    pub id: String,
    /// The question, as it was written.
    pub text: String,
    /// When, microseconds since 1970, UTC.
    #[serde(default)]
    pub time: i64,
    /// Who asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// What the file of questions and answers lacks.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct GapReport {
    /// What matters, most important first.
    pub findings: Vec<Phrase>,
    /// The gaps, those that concern most people first.
    pub gaps: Vec<Gap>,
    /// Questions that the file answers by now.
    pub closed: u64,
    /// Messages without a word in them.
    pub empty: u64,
}

/// Questions of one kind that found no answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Gap {
    /// The words that tell it from the others.
    pub name: String,
    /// A question for the file: the most typical one, as it was asked.
    pub draft_question: String,
    /// The language of the draft.
    pub language: TextLanguage,
    /// The questions, most typical first, doubles left out, at most ten.
    pub questions: Vec<String>,
    /// Ids of all its messages, in their order.
    pub ids: Vec<String>,
    /// How many messages.
    pub count: u64,
    /// How many people; who has no name is told by the conversation.
    pub people: u64,
    /// First and last time, microseconds since 1970, UTC.
    pub first: i64,
    /// The last time.
    pub last: i64,
    /// The entry that comes nearest, which may only lack a wording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nearest: Option<Nearest>,
}

/// The entry that comes nearest to a gap.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Nearest {
    /// Its id.
    pub id: String,
    /// Its question.
    pub question: String,
    /// How likely it is what was asked, 0 to 1.
    pub confidence: f64,
}

/// A customer's message.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SupportRequest {
    /// What the customer says.
    pub text: String,
    /// The conversation that it goes on with; a new one begins when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// Who the customer is, as the events know them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
}

/// A conversation that a person took over.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettleRequest {
    /// The conversation.
    pub conversation: String,
    /// What the person answered, which later drafts may rest on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<String>,
}

/// The reply to a customer's message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SupportAnswer {
    /// The conversation, to go on with.
    pub conversation: String,
    /// What is said.
    pub reply: Reply,
    /// Why the questions and answers could not be read; a person takes over until they can.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
}

/// A conversation that waits for a person.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct InboxEntry {
    /// The conversation so far.
    pub conversation: Conversation,
    /// Who the customer is; absent where nobody knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<String>,
    /// Why it was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<HandOverReason>,
}
