//! The quotes that a question carries: of each theme some, within a length that every model reads.

use flywheel_spec::feedback::insights::{InsightsReport, Quote};
use serde::Serialize;

use super::Originals;
use super::grounds::Ground;
use super::masked::{Masked, Outbox};
use super::sources::Sources;

/// Characters of a quote at most.
const QUOTE: usize = 200;
/// Characters of all quotes of one question; about as many tokens, or fewer.
const ALL: usize = 12_000;
/// Themes that a question speaks of at most.
pub(super) const THEMES: usize = 40;

/// A quote as it is sent.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SentQuote {
    pub id: String,
    pub text: Masked,
}

/// The typical quotes of each theme, at most `most` of each: first one of every theme, then a second, until the length is
/// reached. `facts` are the numbers of a theme that may be repeated of it.
pub(super) fn quotes(
    report: &InsightsReport,
    originals: &Originals<'_>,
    most: usize,
    facts: impl Fn(usize) -> String,
    outbox: &mut Outbox,
    sources: &mut Sources,
) -> Vec<Vec<SentQuote>> {
    let themes = &report.themes[..report.themes.len().min(THEMES)];
    let mut sent: Vec<Vec<SentQuote>> = vec![Vec::new(); themes.len()];
    let mut left = ALL;
    for round in 0..most {
        for (place, theme) in themes.iter().enumerate() {
            let Some(quote) = theme.typical.get(round) else { continue };
            let original = originals.get(quote.message.as_str()).copied().unwrap_or(&quote.text);
            let length = original.chars().take(QUOTE).count();
            if length > left {
                return sent;
            }
            left -= length;
            let text = outbox.mask(original).cut(QUOTE);
            let ground = Ground::new(text.as_str(), &facts(place));
            let kept = Quote { message: quote.message.clone(), text: text.as_str().to_owned() };
            let id = sources.add('m', kept, ground, place);
            sent[place].push(SentQuote { id, text });
        }
    }
    sent
}
