//! A language model asked for help: one question after the other, and a word about each that it did not answer.

use std::collections::BTreeMap;
use std::time::Duration;

use flywheel_spec::assistant::{
    AssistantCost, AssistantFallback, AssistantSpec, AssistantTask, AssistantUse, Removed, RemovedReason,
};
use flywheel_spec::{Language, Phrase, phrase};
use flywheel_tables::post::{NoAnswer, Post, Unanswered, post_json};
use flywheel_text::assistant::{Chat, Nonsense, Sifted, reply};
use flywheel_text::personal::Tally;

use crate::Workbench;

/// Bytes that an answer may have.
const MOST_BYTES: usize = 1024 * 1024;

/// What a caller brings for the assistant: the key, which stands in no file, and the language of who reads.
#[derive(Clone, Default)]
pub struct AssistantAccess {
    /// The key; absent where the environment holds none.
    pub key: Option<String>,
    /// The language that the report is read in.
    pub language: Language,
}

impl std::fmt::Debug for AssistantAccess {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let key = if self.key.is_some() { "hidden" } else { "none" };
        formatter
            .debug_struct("AssistantAccess")
            .field("key", &key)
            .field("language", &self.language)
            .finish()
    }
}

impl Workbench {
    /// What a caller brings for the assistant, its key read by `variable` from the environment that only the caller knows.
    pub fn assistant_access(
        &self,
        language: Language,
        variable: impl FnOnce(&str) -> Option<String>,
    ) -> AssistantAccess {
        let key = self.project().assistant.as_ref().and_then(|assistant| variable(&assistant.key_env));
        let key = key.map(|key| key.trim().to_owned()).filter(|key| !key.is_empty());
        AssistantAccess { key, language }
    }
}

/// The assistant at work on one report.
pub(crate) struct Helper<'a> {
    spec: Option<&'a AssistantSpec>,
    access: &'a AssistantAccess,
    used: AssistantUse,
    /// Tokens of questions and answers; absent once an endpoint did not say.
    tokens: Option<(u64, u64)>,
    masked: Tally,
    removed: BTreeMap<RemovedReason, u64>,
    citations: BTreeMap<RemovedReason, u64>,
    /// Why nothing more is asked: who does not answer one question would only let the next one wait.
    silent: Option<Phrase>,
}

impl<'a> Helper<'a> {
    pub(crate) fn new(workbench: &'a Workbench, access: &'a AssistantAccess) -> Self {
        let spec = workbench.project().assistant.as_ref();
        Self {
            spec,
            access,
            used: AssistantUse { model: spec.map(|spec| spec.model.clone()), ..AssistantUse::default() },
            tokens: Some((0, 0)),
            masked: Tally::default(),
            removed: BTreeMap::new(),
            citations: BTreeMap::new(),
            silent: None,
        }
    }

    /// The model's name; empty where none is set up.
    pub(crate) fn model(&self) -> &str {
        self.spec.map_or("", |spec| spec.model.as_str())
    }

    /// The language that it writes for whoever reads.
    pub(crate) fn language(&self) -> Language {
        self.spec.and_then(|spec| spec.language).unwrap_or(self.access.language)
    }

    /// Says that something is done without the assistant.
    pub(crate) fn fall_back(&mut self, task: AssistantTask, why: Phrase) {
        self.used.fallbacks.push(AssistantFallback { task, why, instead: task.without() });
    }

    /// Asks a question, of which `masked` was hidden, and reads its answer; nothing where there is no answer that holds,
    /// which is then said.
    pub(crate) async fn ask<T>(
        &mut self,
        task: AssistantTask,
        chat: impl FnOnce(&str) -> Chat,
        masked: &Tally,
        read: impl FnOnce(&str) -> Result<(T, Sifted), Nonsense>,
    ) -> Option<T> {
        let (answer, sifted) = match self.hear(chat, masked, read).await {
            Ok(answer) => answer,
            Err(why) => {
                self.fall_back(task, why);
                return None;
            }
        };
        let kept = sifted.kept;
        self.used.claims_kept += kept;
        add(&mut self.removed, sifted.removed);
        add(&mut self.citations, sifted.citations);
        if kept == 0 {
            self.fall_back(task, Phrase::new("assistant.nothing_holds"));
            return None;
        }
        Some(answer)
    }

    /// Asks a question, of which `masked` was hidden, and reads its answer; or why there is none of use, which is for
    /// the caller to say.
    pub(crate) async fn hear<T>(
        &mut self,
        chat: impl FnOnce(&str) -> Chat,
        masked: &Tally,
        read: impl FnOnce(&str) -> Result<T, Nonsense>,
    ) -> Result<T, Phrase> {
        let content = self.answered(chat, masked).await?;
        read(&content).map_err(Nonsense::says)
    }

    /// Counts what an answer gave that was kept.
    pub(crate) fn keep(&mut self, count: u64) {
        self.used.claims_kept += count;
    }

    /// What the assistant says, or why it says nothing of use.
    async fn answered(&mut self, chat: impl FnOnce(&str) -> Chat, masked: &Tally) -> Result<String, Phrase> {
        let Some(spec) = self.spec else { return Err(Phrase::new("assistant.not_set_up")) };
        if let Some(why) = &self.silent {
            return Err(why.clone());
        }
        let chat = chat(&spec.model);
        self.masked = std::mem::take(&mut self.masked).merge(masked);
        let address = spec.address();
        let post = Post {
            address: &address,
            body: &chat.body,
            plainer: Some(&chat.plainer),
            key: self.access.key.as_deref(),
            time: Duration::from_secs(spec.timeout_secs),
            most_bytes: MOST_BYTES,
        };
        match post_json(&post).await {
            Ok(posted) => {
                self.used.calls += posted.tries;
                let reply = reply(&posted.body);
                // What is no answer at all says nothing of tokens, and hides none that others cost.
                if reply.content != Err(Nonsense::NotJson) {
                    let sum = |(sum, more): ((u64, u64), (u64, u64))| (sum.0 + more.0, sum.1 + more.1);
                    self.tokens = self.tokens.zip(reply.tokens).map(sum);
                }
                reply.content.map_err(Nonsense::says)
            }
            Err(unanswered) => {
                self.used.calls += unanswered.tries;
                let why = why(&unanswered, spec);
                self.silent = Some(why.clone());
                Err(why)
            }
        }
    }

    /// What was asked and what came of it.
    pub(crate) fn done(mut self) -> AssistantUse {
        let asked = self.used.calls > 0;
        let tokens = self.tokens.filter(|_| asked);
        self.used.prompt_tokens = tokens.map(|(prompt, _)| prompt);
        self.used.completion_tokens = tokens.map(|(_, completion)| completion);
        self.used.cost = self.spec.zip(tokens).and_then(|(spec, tokens)| cost(spec, tokens));
        self.used.masked = self.masked.report().kinds;
        self.used.claims_removed = listed(&self.removed);
        self.used.citations_removed = listed(&self.citations);
        self.used
    }
}

fn why(unanswered: &Unanswered, spec: &AssistantSpec) -> Phrase {
    match &unanswered.why {
        NoAnswer::Unreachable(reason) => phrase!("assistant.unreachable", reason = reason),
        NoAnswer::TimedOut => phrase!("assistant.timed_out", secs = spec.timeout_secs),
        NoAnswer::TooLarge => phrase!("assistant.too_large", most = MOST_BYTES),
        NoAnswer::Refused(429) => phrase!("assistant.rate_limited", tries = unanswered.tries),
        NoAnswer::Refused(status @ (401 | 403)) => {
            phrase!("assistant.key_refused", status = status, variable = spec.key_env)
        }
        NoAnswer::Refused(status) => phrase!("assistant.refused", status = status),
    }
}

/// What tokens cost at the prices of a million.
fn cost(spec: &AssistantSpec, (prompt, completion): (u64, u64)) -> Option<AssistantCost> {
    let (prompt_price, completion_price) = spec.prompt_price.zip(spec.completion_price)?;
    let amount = (prompt as f64 * prompt_price + completion as f64 * completion_price) / 1e6;
    Some(AssistantCost { amount, currency: spec.currency.clone() })
}

fn add(to: &mut BTreeMap<RemovedReason, u64>, from: BTreeMap<RemovedReason, u64>) {
    for (reason, count) in from {
        *to.entry(reason).or_default() += count;
    }
}

fn listed(counts: &BTreeMap<RemovedReason, u64>) -> Vec<Removed> {
    counts
        .iter()
        .map(|(reason, count)| Removed { reason: *reason, says: reason.says(), count: *count })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_needs_both_prices() {
        let mut spec = AssistantSpec::at("http://127.0.0.1:1/v1", "m");
        assert_eq!(cost(&spec, (1_000, 500)), None);
        spec.prompt_price = Some(2.0);
        assert_eq!(cost(&spec, (1_000, 500)), None);
        spec.completion_price = Some(8.0);
        assert_eq!(
            cost(&spec, (1_000, 500)),
            Some(AssistantCost { amount: 0.006, currency: "USD".to_owned() })
        );
    }

    #[test]
    fn a_key_is_not_shown() {
        let access = AssistantAccess { key: Some("sk-secret".to_owned()), language: Language::Zh };
        assert!(!format!("{access:?}").contains("sk-secret"));
    }
}
