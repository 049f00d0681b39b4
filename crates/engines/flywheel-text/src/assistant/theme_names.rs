//! Names for themes: asked for all at once, kept where a theme's own quotes support them.

use std::collections::HashSet;

use flywheel_language::fold;
use flywheel_spec::Language;
use flywheel_spec::assistant::{CitedClaim, RemovedReason};
use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::insights::{InsightsReport, ThemeRow};
use serde::Serialize;

use super::Originals;
use super::chat::{Chat, chat};
use super::cited::{Form, Said, Sifted, check, spoken};
use super::masked::{Masked, Outbox};
use super::quoted::{SentQuote, quotes};
use super::reply::{Nonsense, listed};
use super::sources::Sources;

/// Quotes of a theme at most.
const QUOTES: usize = 8;
/// Words of a theme at most.
const WORDS: usize = 8;
/// Characters of a name at most.
const NAME: usize = 60;

const INSTRUCTIONS: &str = "You name themes of customer feedback. For each theme write a short name of two to six words \
that says concretely what its quotes are about, and cite the quotes that show it. Do not use words that the quotes do \
not bear out. Form: {\"themes\":[{\"id\":\"t1\",\"name\":\"...\",\"cites\":[\"m1\",\"m2\"]}]}.";

/// The question for themes' names.
#[derive(Debug, Clone)]
pub struct ThemeQuestion {
    language: Language,
    /// Each theme's number and the languages that its name may have.
    themes: Vec<(u32, Vec<TextLanguage>)>,
    sent: Vec<SentTheme>,
    outbox: Outbox,
    sources: Sources,
}

#[derive(Debug, Clone, Serialize)]
struct SentTheme {
    id: String,
    words: Vec<Masked>,
    quotes: Vec<SentQuote>,
}

/// Names that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// By the themes' numbers.
    pub names: Vec<(u32, CitedClaim)>,
    /// What was kept and what was removed.
    pub sifted: Sifted,
}

impl ThemeQuestion {
    /// Asks for names in a language; absent where no theme has a quote.
    pub fn new(report: &InsightsReport, originals: &Originals<'_>, language: Language) -> Option<Self> {
        let (mut outbox, mut sources) = (Outbox::default(), Sources::default());
        let quotes = quotes(report, originals, QUOTES, |_| String::new(), &mut outbox, &mut sources);
        let mut themes = Vec::new();
        let mut sent = Vec::new();
        for (place, (theme, quotes)) in report.themes.iter().zip(quotes).enumerate() {
            themes.push((theme.id, languages(theme, language)));
            if !quotes.is_empty() {
                let words = theme.words.iter().take(WORDS).map(|word| outbox.mask(word).cut(NAME)).collect();
                sent.push(SentTheme { id: format!("t{}", place + 1), words, quotes });
            }
        }
        (!sources.is_empty()).then_some(Self { language, themes, sent, outbox, sources })
    }

    /// As it is sent.
    pub fn chat(&self, model: &str) -> Chat {
        chat(model, INSTRUCTIONS, self.language, &serde_json::json!({ "themes": self.sent }))
    }

    /// What was masked in it.
    pub fn masked(&self) -> &crate::personal::Tally {
        self.outbox.found()
    }

    /// The names in an answer that hold; each theme at most one, no two alike.
    ///
    /// # Errors
    /// When the answer has another form.
    pub fn read(&self, content: &str) -> Result<Named, Nonsense> {
        let mut named = Named { names: Vec::new(), sifted: Sifted::default() };
        let mut seen: HashSet<String> = HashSet::new();
        for item in listed(content, "themes")? {
            let place = item.get("id").and_then(|id| id.as_str()?.trim().strip_prefix('t')?.parse().ok());
            let place = place.and_then(|place: usize| place.checked_sub(1));
            let theme = place.and_then(|place| Some((place, self.themes.get(place)?)));
            let (Some((place, (id, languages))), Some(said)) = (theme, Said::of(&item, "name")) else {
                named.sifted.remove(RemovedReason::WrongForm);
                continue;
            };
            let form = Form { most: NAME, lines: false, languages: languages.clone() };
            match check(&said, &self.sources, Some(place), &form, &mut named.sifted) {
                Err(reason) => named.sifted.remove(reason),
                Ok(claim) if !seen.insert(fold(&claim.text)) => named.sifted.remove(RemovedReason::Repeated),
                Ok(_) if named.names.iter().any(|(known, _)| known == id) => {
                    named.sifted.remove(RemovedReason::Repeated);
                }
                Ok(claim) => named.names.push((*id, claim)),
            }
        }
        named.sifted.kept = named.names.len() as u64;
        Ok(named)
    }
}

/// The languages that a theme's name may have: the one that was asked for, and that of most of its messages.
fn languages(theme: &ThemeRow, language: Language) -> Vec<TextLanguage> {
    let mut allowed = vec![spoken(language)];
    if let Some(most) = theme.languages.iter().find(|share| share.share >= 0.5) {
        allowed.push(match most.name.as_str() {
            "en" => TextLanguage::En,
            "zh" => TextLanguage::Zh,
            _ => TextLanguage::Other,
        });
    }
    allowed
}
