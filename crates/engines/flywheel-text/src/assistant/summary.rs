//! A summary of what the messages say: a few claims, each kept where the quotes that it cites support it.

use flywheel_language::fold;
use flywheel_spec::Language;
use flywheel_spec::assistant::CitedClaim;
use flywheel_spec::feedback::insights::{InsightsReport, TrendKind};
use serde::Serialize;

use super::Originals;
use super::chat::{Chat, chat};
use super::cited::{Form, Said, Sifted, check_all, spoken};
use super::masked::{Masked, Outbox};
use super::numbers::numbers;
use super::quoted::{SentQuote, quotes};
use super::reply::{Nonsense, listed};
use super::sources::Sources;

/// Quotes of a theme at most.
const QUOTES: usize = 3;
/// Claims at most.
const CLAIMS: usize = 6;
/// Characters of a claim at most.
const CLAIM: usize = 400;

const INSTRUCTIONS: &str = "You summarise customer feedback for a product manager in at most six claims, the most \
important first: what hurts, whom, how it develops. Each claim is one sentence about what quotes say and cites the \
quotes that it rests on. Use a number only if it stands in the data. \
Form: {\"claims\":[{\"text\":\"...\",\"cites\":[\"m1\",\"m4\"]}]}.";

/// The question for a summary.
#[derive(Debug, Clone)]
pub struct SummaryQuestion {
    language: Language,
    sent: Sent,
    outbox: Outbox,
    sources: Sources,
}

#[derive(Debug, Clone, Serialize)]
struct Sent {
    messages: u64,
    people: u64,
    themes: Vec<SentTheme>,
}

#[derive(Debug, Clone, Serialize)]
struct SentTheme {
    name: Masked,
    people: u64,
    share: String,
    trend: TrendKind,
    quotes: Vec<SentQuote>,
}

/// Claims that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summarised {
    /// The most important first.
    pub claims: Vec<CitedClaim>,
    /// What was kept and what was removed.
    pub sifted: Sifted,
}

impl SummaryQuestion {
    /// Asks for a summary in a language; absent where no theme has a quote.
    pub fn new(report: &InsightsReport, originals: &Originals<'_>, language: Language) -> Option<Self> {
        let (mut outbox, mut sources) = (Outbox::default(), Sources::default());
        let facts = |place: usize| {
            let theme = &report.themes[place];
            format!("{} {}", theme.people, percent(theme.share))
        };
        let quotes = quotes(report, originals, QUOTES, facts, &mut outbox, &mut sources);
        let mut themes = Vec::new();
        for (theme, quotes) in report.themes.iter().zip(quotes).filter(|(_, quotes)| !quotes.is_empty()) {
            themes.push(SentTheme {
                name: outbox.mask(&theme.name),
                people: theme.people,
                share: percent(theme.share),
                trend: theme.trend.kind,
                quotes,
            });
        }
        let (messages, people) = (report.total.messages, report.total.people);
        sources.facts = numbers(&fold(&format!("{messages} {people}")));
        let sent = Sent { messages, people, themes };
        (!sources.is_empty()).then_some(Self { language, sent, outbox, sources })
    }

    /// As it is sent.
    pub fn chat(&self, model: &str) -> Chat {
        chat(model, INSTRUCTIONS, self.language, &self.sent)
    }

    /// What was masked in it.
    pub fn masked(&self) -> &crate::personal::Tally {
        self.outbox.found()
    }

    /// The claims in an answer that hold.
    ///
    /// # Errors
    /// When the answer has another form.
    pub fn read(&self, content: &str) -> Result<Summarised, Nonsense> {
        let mut sifted = Sifted::default();
        let said = listed(content, "claims")?;
        let said = said.iter().map(|item| Said::of(item, "text"));
        let form = Form { most: CLAIM, lines: true, languages: vec![spoken(self.language)] };
        let claims = check_all(said, &self.sources, &form, CLAIMS, &mut sifted);
        Ok(Summarised { claims, sifted })
    }
}

fn percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}
