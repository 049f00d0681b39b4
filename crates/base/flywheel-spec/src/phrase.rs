//! A sentence for people, carried in both languages with the key and the values it was made of.
//!
//! The words stand in `words/<topic>.toml`, one table a key, with `en` and `zh` beside each other and `{name}` where a value goes.
//! A report that was written a year ago still reads the same, because it carries its text and not only its key.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Language;

/// Every file of words that is compiled in; a new topic adds its line here.
const WORDS: &[(&str, &str)] = &[
    ("check", include_str!("../words/check.toml")),
    ("tables", include_str!("../words/tables.toml")),
    ("prepare", include_str!("../words/prepare.toml")),
    ("network", include_str!("../words/network.toml")),
    ("train", include_str!("../words/train.toml")),
    ("evaluate", include_str!("../words/evaluate.toml")),
    ("tune", include_str!("../words/tune.toml")),
    ("models", include_str!("../words/models.toml")),
    ("monitor", include_str!("../words/monitor.toml")),
    ("workbench", include_str!("../words/workbench.toml")),
    ("product", include_str!("../words/product.toml")),
    ("funnel", include_str!("../words/funnel.toml")),
    ("trend", include_str!("../words/trend.toml")),
    ("collect", include_str!("../words/collect.toml")),
    ("following", include_str!("../words/following.toml")),
    ("events", include_str!("../words/events.toml")),
    ("server", include_str!("../words/server.toml")),
    ("cli", include_str!("../words/cli.toml")),
    ("ask", include_str!("../words/ask.toml")),
    ("feedback", include_str!("../words/feedback.toml")),
    ("growth", include_str!("../words/growth.toml")),
    ("reading", include_str!("../words/reading.toml")),
    ("opportunity", include_str!("../words/opportunity.toml")),
    ("cluster", include_str!("../words/cluster.toml")),
    ("encoder", include_str!("../words/encoder.toml")),
    ("feedback_import", include_str!("../words/feedback_import.toml")),
    ("privacy", include_str!("../words/privacy.toml")),
    ("search", include_str!("../words/search.toml")),
    ("support", include_str!("../words/support.toml")),
    ("wording", include_str!("../words/wording.toml")),
    ("classifier", include_str!("../words/classifier.toml")),
    ("assistant", include_str!("../words/assistant.toml")),
    ("chart", include_str!("../words/chart.toml")),
];

/// A sentence in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
pub struct Phrase {
    /// `<topic>.<key>`, the same in both languages; what a program may match on.
    pub key: String,
    /// The values that the sentence names, as text, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub args: BTreeMap<String, String>,
    /// The English sentence.
    pub en: String,
    /// The Chinese sentence.
    pub zh: String,
}

impl Phrase {
    /// The sentence in one language.
    pub fn text(&self, language: Language) -> &str {
        match language {
            Language::En => &self.en,
            Language::Zh => &self.zh,
        }
    }

    /// Starts a phrase from its key; a key that no words file holds shows itself, which a test of the words forbids.
    pub fn new(key: &str) -> Self {
        let (en, zh) = words().get(key).map_or((key, key), |pair| (pair.0.as_str(), pair.1.as_str()));
        Self { key: key.to_owned(), args: BTreeMap::new(), en: en.to_owned(), zh: zh.to_owned() }
    }

    /// Fills `{name}` with a value that reads the same in both languages.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        let value = value.to_string();
        let hole = format!("{{{name}}}");
        self.en = self.en.replace(&hole, &value);
        self.zh = self.zh.replace(&hole, &value);
        self.args.insert(name.to_owned(), value);
        self
    }

    /// Fills `{name}` with another phrase, in each language its own words.
    #[must_use]
    pub fn with_phrase(mut self, name: &str, value: &Phrase) -> Self {
        let hole = format!("{{{name}}}");
        self.en = self.en.replace(&hole, &value.en);
        self.zh = self.zh.replace(&hole, &value.zh);
        self.args.insert(name.to_owned(), value.key.clone());
        self
    }

    /// A text that is the same in both languages and has no key, such as a message of the operating system.
    pub fn verbatim(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { key: "verbatim".to_owned(), args: BTreeMap::new(), en: text.clone(), zh: text }
    }
}

impl std::fmt::Display for Phrase {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.en)
    }
}

/// Builds a [`Phrase`]: `phrase!("train.done", epochs = 10, seconds = 7.2)`.
#[macro_export]
macro_rules! phrase {
    ($key:expr $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::Phrase::new($key)$(.with(stringify!($name), &$value))*
    };
}

fn words() -> &'static HashMap<String, (String, String)> {
    static ALL: OnceLock<HashMap<String, (String, String)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut all = HashMap::new();
        for (topic, text) in WORDS {
            let document: toml_edit::DocumentMut = match text.parse() {
                Ok(document) => document,
                Err(error) => panic!("words/{topic}.toml does not parse: {error}"),
            };
            for (key, entry) in document.iter() {
                let word = |language: &str| {
                    entry.get(language).and_then(|item| item.as_str()).unwrap_or_default().to_owned()
                };
                all.insert(format!("{topic}.{key}"), (word("en"), word("zh")));
            }
        }
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holes(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> =
            text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    #[test]
    fn every_key_speaks_both_languages_with_the_same_holes() {
        for (key, (en, zh)) in words() {
            assert!(!en.is_empty() && !zh.is_empty(), "{key} lacks a language");
            assert_eq!(holes(en), holes(zh), "{key} names other values in the two languages");
        }
    }

    #[test]
    fn values_fill_their_holes_in_both_languages() {
        let phrase = phrase!("check.unknown_key", found = "epoch", nearest = "epochs");
        assert!(phrase.en.contains("`epoch`") && phrase.zh.contains("`epochs`"), "{phrase:?}");
        assert!(!phrase.en.contains('{') && !phrase.zh.contains('{'), "{phrase:?}");
    }
}
