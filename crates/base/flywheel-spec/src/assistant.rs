//! A language model as a helper: where it answers, what it was asked, and what came of it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::feedback::insights::Quote;
use crate::feedback::privacy::PersonalCount;
use crate::{Language, Phrase};

/// `[assistant]` in `flywheel.toml`: any endpoint that speaks OpenAI's chat protocol, in the cloud or in house.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssistantSpec {
    /// What stands before `/chat/completions`, such as `http://127.0.0.1:11434/v1`.
    pub base_url: String,
    /// The model, as the endpoint calls it.
    pub model: String,
    /// The name of the environment variable that holds the key; the key itself stands in no file.
    #[serde(default = "key_env")]
    pub key_env: String,
    /// Seconds that one question may take, further tries included.
    #[serde(default = "timeout_secs")]
    #[schema(minimum = 1, maximum = 600)]
    pub timeout_secs: u64,
    /// What a million tokens of a question cost; without both prices no cost is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub prompt_price: Option<f64>,
    /// What a million tokens of an answer cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0)]
    pub completion_price: Option<f64>,
    /// The currency of the prices, such as `USD` or `CNY`.
    #[serde(default = "currency")]
    pub currency: String,
    /// The language that it writes; that of the reader when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
}

impl AssistantSpec {
    /// A model at an address, everything else as usual.
    pub fn at(base_url: impl Into<String>, model: impl Into<String>) -> Self {
        Self {
            base_url: base_url.into(),
            model: model.into(),
            key_env: key_env(),
            timeout_secs: timeout_secs(),
            prompt_price: None,
            completion_price: None,
            currency: currency(),
            language: None,
        }
    }

    /// The address that questions are sent to, whether the base was written with its last part or without.
    pub fn address(&self) -> String {
        let base = self.base_url.trim_end_matches('/');
        format!("{}/chat/completions", base.strip_suffix("/chat/completions").unwrap_or(base))
    }
}

fn key_env() -> String {
    "FLYWHEEL_ASSISTANT_KEY".to_owned()
}

fn timeout_secs() -> u64 {
    60
}

fn currency() -> String {
    "USD".to_owned()
}

/// Something that the assistant says, with the messages that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct CitedClaim {
    /// What it says; plain text, personal data masked.
    pub text: String,
    /// The messages that it rests on, each checked to be there and to support it; never empty.
    pub cites: Vec<Quote>,
}

/// What the assistant was asked and what came of it; part of the report that it helped with.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, ToSchema)]
pub struct AssistantUse {
    /// The model; absent where none is named in `flywheel.toml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Requests sent, further tries included.
    pub calls: u64,
    /// Tokens of the questions; absent where the endpoint did not say for one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prompt_tokens: Option<u64>,
    /// Tokens of the answers; absent where the endpoint did not say for one of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completion_tokens: Option<u64>,
    /// What the tokens cost; absent without prices or tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<AssistantCost>,
    /// Names, claims and questions that were kept.
    pub claims_kept: u64,
    /// Names and claims that were removed, by reason.
    pub claims_removed: Vec<Removed>,
    /// Citations that were removed from names and claims, by reason; those of removed claims count here too.
    pub citations_removed: Vec<Removed>,
    /// Personal data that was masked before anything left, by kind.
    pub masked: Vec<PersonalCount>,
    /// What was done without the assistant, and why.
    pub fallbacks: Vec<AssistantFallback>,
}

/// What tokens cost.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssistantCost {
    /// How much.
    pub amount: f64,
    /// In which currency.
    pub currency: String,
}

/// How many were removed for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Removed {
    /// Why.
    pub reason: RemovedReason,
    /// Why, in words.
    pub says: Phrase,
    /// How many.
    pub count: u64,
}

/// Why something that the assistant said was removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RemovedReason {
    /// It cites nothing.
    NoCitation,
    /// It cites what does not exist.
    UnknownCitation,
    /// What it cites does not support it.
    Unsupported,
    /// It holds a number that neither its citations nor the report's own numbers hold.
    UnknownNumber,
    /// It holds a web or mail address that its citations do not hold.
    UnknownAddress,
    /// It is too long, empty, of several lines, or in another language than was asked for.
    WrongForm,
    /// It says what was said already.
    Repeated,
    /// There were more than asked for.
    TooMany,
}

impl RemovedReason {
    /// Every reason, in the order in which reports list them.
    pub const ALL: [Self; 8] = [
        Self::NoCitation,
        Self::UnknownCitation,
        Self::Unsupported,
        Self::UnknownNumber,
        Self::UnknownAddress,
        Self::WrongForm,
        Self::Repeated,
        Self::TooMany,
    ];

    /// The reason in words.
    pub fn says(self) -> Phrase {
        Phrase::new(match self {
            Self::NoCitation => "assistant.no_citation",
            Self::UnknownCitation => "assistant.unknown_citation",
            Self::Unsupported => "assistant.unsupported",
            Self::UnknownNumber => "assistant.unknown_number",
            Self::UnknownAddress => "assistant.unknown_address",
            Self::WrongForm => "assistant.wrong_form",
            Self::Repeated => "assistant.repeated",
            Self::TooMany => "assistant.too_many",
        })
    }
}

/// What the assistant is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AssistantTask {
    /// Names of themes.
    ThemeNames,
    /// A summary of what the messages say.
    Summary,
    /// A draft of an answer to a customer.
    Draft,
    /// A question in one's own words, written down as questions that can be answered.
    Wording,
}

impl AssistantTask {
    /// What stands in its place when the assistant fails.
    pub fn without(self) -> Phrase {
        Phrase::new(match self {
            Self::ThemeNames => "assistant.without_names",
            Self::Summary => "assistant.without_summary",
            Self::Draft => "assistant.without_draft",
            Self::Wording => "assistant.without_wording",
        })
    }
}

/// Something that was done without the assistant.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct AssistantFallback {
    /// What was asked for.
    pub task: AssistantTask,
    /// Why it was not to be had.
    pub why: Phrase,
    /// What stands in its place.
    pub instead: Phrase,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_has_one_slash_whatever_the_base_ends_with() {
        for end in ["", "/", "/chat/completions"] {
            let address = AssistantSpec::at(format!("http://127.0.0.1:11434/v1{end}"), "m").address();
            assert_eq!(address, "http://127.0.0.1:11434/v1/chat/completions");
        }
    }

    #[test]
    fn every_reason_and_task_has_words() {
        for reason in RemovedReason::ALL {
            assert!(!reason.says().en.starts_with("assistant."), "{reason:?}");
        }
        for task in
            [AssistantTask::ThemeNames, AssistantTask::Summary, AssistantTask::Draft, AssistantTask::Wording]
        {
            assert!(!task.without().en.starts_with("assistant."), "{task:?}");
        }
    }
}
