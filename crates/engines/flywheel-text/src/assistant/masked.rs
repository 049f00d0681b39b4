//! Texts on their way out: masked, and counted, before they may be part of a question.

use serde::Serialize;

use crate::personal::{Tally, mask};

/// A text without personal data; only an [`Outbox`] makes one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Masked(String);

impl Masked {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its first so many characters; what is masked is cut, never what is hidden.
    #[must_use]
    pub fn cut(self, most: usize) -> Self {
        match self.0.char_indices().nth(most) {
            Some((end, _)) => Self(format!("{}…", self.0[..end].trim_end())),
            None => self,
        }
    }
}

/// Where texts are masked before they leave, and what was found is counted.
#[derive(Debug, Clone, Default)]
pub struct Outbox {
    found: Tally,
}

impl Outbox {
    /// The text without personal data.
    pub fn mask(&mut self, text: &str) -> Masked {
        let (masked, counts) = mask(text);
        self.found.add(&counts);
        Masked(masked)
    }

    /// A property's value without personal data, read as said after the property's name: bare digits in `phone` are a
    /// telephone's number.
    pub fn mask_value(&mut self, name: &str, value: &str) -> Masked {
        let before = format!("{name}: ");
        let (masked, counts) = mask(&format!("{before}{value}"));
        match masked.strip_prefix(&before) {
            Some(masked) => {
                self.found.add(&counts);
                Masked(masked.to_owned())
            }
            // What is masked begins in the name.
            None => self.mask(value),
        }
    }

    /// What was found and masked.
    pub fn found(&self) -> &Tally {
        &self.found
    }
}
