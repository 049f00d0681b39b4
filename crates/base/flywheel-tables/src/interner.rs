//! Keeps equal texts once: a column of categories holds a handful of texts, however many rows it has.

use std::collections::HashSet;
use std::sync::Arc;

/// Different texts that are remembered; beyond it a column is free text, where looking up costs more than it saves.
const REMEMBERED: usize = 4096;

/// Hands out one shared copy of each text seen.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    known: HashSet<Arc<str>>,
    last: Option<Arc<str>>,
}

impl Interner {
    /// The shared copy of `text`.
    pub(crate) fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(last) = &self.last
            && **last == *text
        {
            return last.clone();
        }
        let shared = match self.known.get(text) {
            Some(known) => known.clone(),
            None => {
                let fresh: Arc<str> = text.into();
                if self.known.len() < REMEMBERED {
                    self.known.insert(fresh.clone());
                }
                fresh
            }
        };
        self.last = Some(shared.clone());
        shared
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_one_copy() {
        let mut interner = Interner::default();
        let first = interner.share("yes");
        interner.share("no");
        assert!(Arc::ptr_eq(&first, &interner.share("yes")));
    }
}
