//! Texts as small numbers: one dictionary a reader, and a state's own keys beside it.

use std::collections::HashMap;
use std::sync::Arc;

/// The number of an absent text.
pub const NONE: u32 = u32::MAX;

/// Every text that one reader has met, by number.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    texts: Vec<Arc<str>>,
    numbers: HashMap<Arc<str>, u32>,
}

impl Dictionary {
    /// The text's number, a new one when it was not met before.
    pub fn number(&mut self, text: &str) -> u32 {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.texts.len() as u32;
        let text: Arc<str> = text.into();
        self.texts.push(text.clone());
        self.numbers.insert(text, number);
        number
    }

    /// The text of a number; `None` for [`NONE`].
    pub fn text(&self, number: u32) -> Option<&str> {
        self.texts.get(number as usize).map(AsRef::as_ref)
    }

    /// How many texts.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// True when no text was met.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }
}

/// A state's translation from its reader's numbers to its own, so that a text is looked up once and not for every event.
///
/// It belongs to one reader's dictionary; a state that was merged or read back begins a new one.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    known: Vec<u32>,
}

impl Keys {
    /// The state's number for the reader's; `find` is asked once for each.
    pub fn get(&mut self, number: u32, find: impl FnOnce() -> u32) -> u32 {
        let at = number as usize;
        if at >= self.known.len() {
            self.known.resize(at + 1, NONE);
        }
        if self.known[at] == NONE {
            self.known[at] = find();
        }
        self.known[at]
    }
}
