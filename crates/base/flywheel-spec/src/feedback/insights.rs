//! What a pile of messages says: themes, moods, quotes, phrases and questions, in plain words first.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::TextLanguage;
use crate::assistant::{AssistantUse, CitedClaim};
use crate::product::{Chart, Interval};
use crate::{Phrase, Problem};

/// How the messages are told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InsightsSpec {
    /// The steps of time; chosen by how long the messages span when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// Themes told at most.
    #[serde(default = "themes")]
    pub themes: usize,
    /// Quotes of each kind for a theme.
    #[serde(default = "quotes")]
    pub quotes: usize,
    /// Key phrases told at most.
    #[serde(default = "phrases")]
    pub phrases: usize,
    /// Questions told at most.
    #[serde(default = "questions")]
    pub questions: usize,
    /// Only messages that speak of this: that hold all of its words, in either language, or belong to a theme of its
    /// name; all messages when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// Only messages of these versions of the product; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// Only messages that came from these sources; any when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
    /// Only messages of people who belong to at least one of these kept segments; anybody's when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub segments: Vec<String>,
    /// Only messages from this moment on, microseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<i64>,
    /// Only messages before this moment, microseconds since 1970, UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
}

impl InsightsSpec {
    /// Whether only some of the messages are told.
    pub fn narrows(&self) -> bool {
        let lists = [&self.versions, &self.sources, &self.segments];
        let listed = lists.iter().any(|list| !list.is_empty());
        listed || self.subject().is_some() || self.from.is_some() || self.to.is_some()
    }

    /// What the messages told speak of; nothing where `about` is blank.
    pub fn subject(&self) -> Option<&str> {
        self.about.as_deref().map(str::trim).filter(|about| !about.is_empty())
    }

    /// Whether a moment, microseconds since 1970, lies in its stretch of time.
    pub fn holds(&self, moment: i64) -> bool {
        self.from.is_none_or(|from| moment >= from) && self.to.is_none_or(|to| moment < to)
    }

    /// Whether a message's version and source are among those asked for.
    pub fn takes(&self, version: Option<&str>, source: Option<&str>) -> bool {
        let among = |asked: &[String], found: Option<&str>| {
            asked.is_empty() || found.is_some_and(|found| asked.iter().any(|one| one == found))
        };
        among(&self.versions, version) && among(&self.sources, source)
    }
}

impl Default for InsightsSpec {
    fn default() -> Self {
        Self {
            interval: None,
            themes: themes(),
            quotes: quotes(),
            phrases: phrases(),
            questions: questions(),
            about: None,
            versions: Vec::new(),
            sources: Vec::new(),
            segments: Vec::new(),
            from: None,
            to: None,
        }
    }
}

fn themes() -> usize {
    50
}

fn quotes() -> usize {
    3
}

fn phrases() -> usize {
    30
}

fn questions() -> usize {
    20
}

/// What the messages say.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct InsightsReport {
    /// What it means, most important first.
    pub findings: Vec<Phrase>,
    /// How much was heard.
    pub total: Heard,
    /// What was set aside, and why; empty where nothing was.
    pub set_aside: Vec<SetAside>,
    /// The mean mood, −1 to 1; absent where no mood was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<f64>,
    /// Step by step.
    pub steps: Vec<HeardStep>,
    /// What the messages are about, most voices first.
    pub themes: Vec<ThemeRow>,
    /// Messages in no theme.
    pub other: OtherThemes,
    /// What is praised and what is blamed.
    pub aspects: Vec<AspectRow>,
    /// What kinds of messages there are.
    pub kinds: Vec<Share>,
    /// In what languages.
    pub languages: Vec<Share>,
    /// From where.
    pub sources: Vec<Share>,
    /// Of which versions.
    pub versions: Vec<Share>,
    /// Phrases that many people use.
    pub phrases: Vec<KeyPhrase>,
    /// Questions that people keep asking.
    pub questions: Vec<AskedQuestion>,
    /// What is drawn.
    pub charts: Vec<Chart>,
    /// Doubts.
    pub warnings: Vec<Problem>,
    /// What the assistant makes of it, each claim with the messages that it rests on; empty where it was not asked or
    /// said nothing that holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub summary: Vec<CitedClaim>,
    /// What the assistant was asked and what came of it; absent where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assistant: Option<AssistantUse>,
}

/// How much was heard.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct Heard {
    /// Messages, those set aside included.
    pub messages: u64,
    /// Messages that were read: not set aside.
    pub read: u64,
    /// Voices: each person once for what they say in the same or nearly the same words.
    pub voices: u64,
    /// People; a message whose person nobody knows counts as one.
    pub people: u64,
    /// Messages that repeat another's exact words.
    pub exact_duplicates: u64,
    /// Messages that nearly repeat another's words.
    pub near_duplicates: u64,
    /// The first message's time, microseconds since 1970, UTC; absent without messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<i64>,
    /// The last message's time, microseconds since 1970, UTC; absent without messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<i64>,
}

/// Why a message is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AsideReason {
    /// Nothing but white space and invisible characters.
    Empty,
    /// Nothing but punctuation.
    Punctuation,
    /// An advert: a contact and something to gain.
    Advert,
    /// One or two characters over and over.
    Repeated,
    /// Fingers run over the keyboard.
    Mash,
}

/// Messages that were set aside for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetAside {
    /// Why.
    pub reason: AsideReason,
    /// How many.
    pub messages: u64,
    /// Some of them.
    pub examples: Vec<Quote>,
}

/// One step of time.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct HeardStep {
    /// Its first day, or its hour.
    pub step: String,
    /// Messages read.
    pub messages: u64,
    /// People who spoke.
    pub people: u64,
    /// The mean mood, −1 to 1; absent without messages of a known mood.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<f64>,
}

/// One theme.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ThemeRow {
    /// Its number, the same from week to week.
    pub id: u32,
    /// What it is called: a phrase of its messages.
    pub name: String,
    /// What the assistant calls it, with the messages that the name rests on; absent where it was not asked or gave no
    /// name that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_name: Option<CitedClaim>,
    /// Its distinctive words, most distinctive first.
    pub words: Vec<String>,
    /// Messages in it.
    pub messages: u64,
    /// Voices: each person once for what they say in the same or nearly the same words.
    pub voices: u64,
    /// People; a message whose person nobody knows counts as one.
    pub people: u64,
    /// Its share of the voices of all messages read, 0 to 1.
    pub share: f64,
    /// How it develops.
    pub trend: ThemeTrend,
    /// The mean mood, −1 to 1; absent where no mood was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mood: Option<f64>,
    /// Quotes nearest to what all of it says.
    pub typical: Vec<Quote>,
    /// Quotes of the lowest mood, the lowest first.
    pub lowest: Vec<Quote>,
    /// Quotes of the highest mood, the highest first.
    pub highest: Vec<Quote>,
    /// Of which versions.
    pub versions: Vec<Share>,
    /// From where.
    pub sources: Vec<Share>,
    /// In what languages.
    pub languages: Vec<Share>,
    /// Its first message's time, microseconds since 1970, UTC.
    pub first: i64,
    /// Its last message's time, microseconds since 1970, UTC.
    pub last: i64,
    /// People who spoke of it in each step of the report.
    pub steps: Vec<u64>,
}

/// How a theme develops over the steps of time.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct ThemeTrend {
    /// In a word.
    pub kind: TrendKind,
    /// The probability of such a change by chance, corrected for the number of themes (Holm); absent where there are too
    /// few steps or people to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p: Option<f64>,
    /// People in the recent steps (or at the burst's step).
    pub recent: u64,
    /// People in the steps before (or in all others).
    pub before: u64,
    /// The share of all people that spoke of it recently, divided by the share before; absent where nobody did before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// The burst's step, by its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<u64>,
}

/// How a theme develops, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TrendKind {
    /// Nobody spoke of it before the recent steps.
    New,
    /// A larger share of the people speaks of it than before.
    Growing,
    /// A smaller share of the people speaks of it than before.
    Fading,
    /// Far more people than usual spoke of it in a single step, and no longer.
    Burst,
    /// No change that chance would not explain.
    #[default]
    Steady,
}

/// Messages in no theme.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct OtherThemes {
    /// How many.
    pub messages: u64,
    /// Their share of the messages read, 0 to 1.
    pub share: f64,
    /// Some of them.
    pub examples: Vec<Quote>,
}

/// A message quoted, with what tells a person masked.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub struct Quote {
    /// The message's id.
    pub message: String,
    /// Its text, masked, cut where it is long.
    pub text: String,
}

/// What people say of one side of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AspectRow {
    /// What is spoken of: checkout.
    pub aspect: String,
    /// What is said of it: slow.
    pub opinion: String,
    /// Messages that praise.
    pub positive: u64,
    /// Messages that blame.
    pub negative: u64,
    /// People who say so.
    pub people: u64,
    /// Some of the messages.
    pub examples: Vec<Quote>,
}

/// How many are of one name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Share {
    /// The name.
    pub name: String,
    /// Messages.
    pub messages: u64,
    /// The share of the messages counted here, 0 to 1.
    pub share: f64,
}

/// A phrase that many people use.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct KeyPhrase {
    /// As it is spelled.
    pub text: String,
    /// In what language.
    pub language: TextLanguage,
    /// Voices that use it.
    pub voices: u64,
    /// Messages that hold it.
    pub messages: u64,
    /// How telling it is (C-value).
    pub score: f64,
}

/// A question that people keep asking.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AskedQuestion {
    /// Its most frequent wording, masked.
    pub text: String,
    /// Voices that ask it.
    pub voices: u64,
    /// Messages that ask it.
    pub messages: u64,
    /// Some of the messages, by id.
    pub examples: Vec<String>,
}
