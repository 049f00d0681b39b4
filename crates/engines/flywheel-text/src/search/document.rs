//! A message as the index keeps it.

use std::collections::BTreeMap;

use crate::Message;

/// A message with what it can be filtered by.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// What names it for good; a document with the id of an earlier one replaces it.
    pub id: String,
    /// What was said.
    pub text: String,
    /// When, microseconds since 1970, UTC.
    pub time: i64,
    /// Who said it; whose erasure removes it.
    pub person: Option<String>,
    /// What it can be filtered by: `mood`, `theme`, `version`, `source`, `language`, and anything else.
    pub fields: BTreeMap<String, String>,
    /// Its meaning, of the length that the index was made for; absent where no encoder is there.
    pub vector: Option<Vec<f32>>,
}

impl Document {
    /// A message with its source, version, language and whatever else is known of it as fields.
    pub fn of(message: &Message) -> Self {
        let mut fields = message.more.clone();
        for (name, value) in [("source", &message.source), ("version", &message.version)] {
            if let Some(value) = value {
                fields.insert(name.to_owned(), value.clone());
            }
        }
        fields.insert(
            "language".to_owned(),
            language_name(flywheel_language::language(&message.text)).to_owned(),
        );
        Self {
            id: message.id.clone(),
            text: message.text.clone(),
            time: message.time,
            person: message.person.clone(),
            fields,
            vector: None,
        }
    }
}

/// A language as a field's value.
pub(super) fn language_name(language: flywheel_spec::feedback::TextLanguage) -> &'static str {
    use flywheel_spec::feedback::TextLanguage;
    match language {
        TextLanguage::En => "en",
        TextLanguage::Zh => "zh",
        TextLanguage::Other => "other",
    }
}
