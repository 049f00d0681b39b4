//! What is true of a message.

use serde::Serialize;
use uuid::Uuid;

use super::catalogue::Complaint;
use super::private::Personal;

/// What a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageKind {
    /// Something broke.
    Bug,
    /// Something is missing.
    Request,
    /// Something is disliked.
    Complaint,
    /// Somebody wants to know.
    Question,
    /// Somebody is pleased.
    Praise,
    /// Talk about nothing, or about something else.
    SmallTalk,
    /// Adverts.
    Spam,
    /// No text.
    Empty,
    /// Only emoji.
    EmojiOnly,
    /// Stars without a text.
    RatingOnly,
}

/// What the writer feels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mood {
    /// Angry, sad, annoyed.
    Negative,
    /// Neither, or nobody can say.
    Neutral,
    /// Pleased.
    Positive,
}

/// What is true of one message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Label {
    /// The event that carries it.
    pub uuid: Uuid,
    /// Who wrote it.
    pub person: String,
    /// What it is for.
    pub kind: MessageKind,
    /// The planted problems and decoys that it speaks of, the main one first.
    pub problems: Vec<&'static str>,
    /// What the writer feels.
    pub mood: Mood,
    /// Whether it says the opposite of what it means.
    pub sarcastic: bool,
    /// The message of the same person that this one is a copy of.
    pub duplicate_of: Option<Uuid>,
    /// Whether the text goes round and many people send it as it is.
    pub goes_round: bool,
    /// `en`, `zh`, or `other`.
    pub language: &'static str,
    /// How the writer sounds.
    pub voice: &'static str,
    /// Personal data in the text.
    pub personal: Vec<Personal>,
}

impl From<Complaint> for MessageKind {
    fn from(complaint: Complaint) -> Self {
        match complaint {
            Complaint::Bug => Self::Bug,
            Complaint::Missing => Self::Request,
            Complaint::Dislike => Self::Complaint,
        }
    }
}
