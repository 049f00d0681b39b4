//! A draft of an answer to a customer, made of answers that were given before; a colleague reads it before it is sent.

use flywheel_spec::Language;
use flywheel_spec::assistant::CitedClaim;
use flywheel_spec::feedback::draft::{DraftSource, SourceKind};
use flywheel_spec::feedback::insights::Quote;
use serde::Serialize;

use super::chat::{Chat, chat};
use super::cited::{Form, Said, Sifted, check_all, spoken};
use super::grounds::{Claim, Ground, nearness};
use super::masked::{Masked, Outbox};
use super::reply::{Nonsense, listed};
use super::sources::Sources;

/// Characters of a customer's question, and of each earlier turn.
const QUESTION: usize = 1_000;
/// Characters of an answer.
const ANSWER: usize = 1_500;
/// Sentences at most, and characters of each.
const SENTENCES: (usize, usize) = (8, 600);

const INSTRUCTIONS: &str = "You draft an answer to a customer for a colleague who will check it. Use only what the \
sources answer; where they do not answer the question, say only what they do. Write one to five plain, friendly \
sentences, without a greeting or a signature; each cites the sources that it rests on. \
Form: {\"answer\":[{\"text\":\"...\",\"cites\":[\"f1\"]}]}.";

/// Something near the question, as it is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Near {
    /// What it is.
    pub kind: SourceKind,
    /// Its id.
    pub id: String,
    /// Its question.
    pub question: String,
    /// Its answer.
    pub answer: String,
    /// How likely it is what was asked, 0 to 1; 0 where nobody can tell.
    pub confidence: f64,
}

/// From this confidence on something is near, whatever its words are.
const SURE: f64 = 0.3;
/// The share of the question's words that something near has at least.
const NEAR: f64 = 0.2;

/// Those that are near a question, the likeliest first; the order of equals stays.
pub fn nearest(question: &str, from: Vec<Near>, most: usize) -> Vec<Near> {
    let claim = Claim::new(question);
    let mut near: Vec<(f64, Near)> = from
        .into_iter()
        .map(|near| {
            let words = nearness(&claim, &Ground::new(&format!("{}\n{}", near.question, near.answer), ""));
            (words.max(near.confidence), near)
        })
        .filter(|(like, near)| *like >= NEAR || near.confidence >= SURE)
        .collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    near.truncate(most);
    near.into_iter().map(|(_, near)| near).collect()
}

/// The question for a draft.
#[derive(Debug, Clone)]
pub struct DraftQuestion {
    language: Language,
    sent: Sent,
    kept: Vec<DraftSource>,
    outbox: Outbox,
    sources: Sources,
}

#[derive(Debug, Clone, Serialize)]
struct Sent {
    earlier: Vec<Masked>,
    question: Masked,
    sources: Vec<SentSource>,
}

#[derive(Debug, Clone, Serialize)]
struct SentSource {
    id: String,
    question: Masked,
    answer: Masked,
}

/// Sentences that hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drafted {
    /// In their order.
    pub claims: Vec<CitedClaim>,
    /// The sentences, one after the other.
    pub text: String,
    /// What was kept and what was removed.
    pub sifted: Sifted,
}

impl DraftQuestion {
    /// Asks for an answer to a question in a language, after what the customer said `earlier`, from what is near.
    pub fn new(question: &str, earlier: &[&str], near: &[Near], language: Language) -> Self {
        let (mut outbox, mut sources) = (Outbox::default(), Sources::default());
        let earlier = earlier.iter().map(|text| outbox.mask(text).cut(QUESTION)).collect();
        let question = outbox.mask(question).cut(QUESTION);
        let (mut sent, mut kept) = (Vec::new(), Vec::new());
        for (place, near) in near.iter().enumerate() {
            let asked = outbox.mask(&near.question).cut(QUESTION);
            let answer = outbox.mask(&near.answer).cut(ANSWER);
            let ground = Ground::new(&format!("{}\n{}", asked.as_str(), answer.as_str()), "");
            let quote = Quote { message: near.id.clone(), text: answer.as_str().to_owned() };
            let letter = if near.kind == SourceKind::Faq { 'f' } else { 'a' };
            let id = sources.add(letter, quote, ground, place);
            // The file is the project's own words; what a colleague told another customer may name that one.
            let own = near.kind == SourceKind::Faq;
            let shown = |own_words: &str, masked: &Masked| {
                if own { own_words.to_owned() } else { masked.as_str().to_owned() }
            };
            kept.push(DraftSource {
                kind: near.kind,
                id: near.id.clone(),
                question: shown(&near.question, &asked),
                answer: shown(&near.answer, &answer),
            });
            sent.push(SentSource { id, question: asked, answer });
        }
        Self { language, sent: Sent { earlier, question, sources: sent }, kept, outbox, sources }
    }

    /// The question, masked.
    pub fn question(&self) -> &str {
        self.sent.question.as_str()
    }

    /// What is near, in the order that it was given in; past answers are masked.
    pub fn sources(&self) -> &[DraftSource] {
        &self.kept
    }

    /// As it is sent.
    pub fn chat(&self, model: &str) -> Chat {
        chat(model, INSTRUCTIONS, self.language, &self.sent)
    }

    /// What was masked in it.
    pub fn masked(&self) -> &crate::personal::Tally {
        self.outbox.found()
    }

    /// The sentences in an answer that hold.
    ///
    /// # Errors
    /// When the answer has another form.
    pub fn read(&self, content: &str) -> Result<Drafted, Nonsense> {
        let mut sifted = Sifted::default();
        let said = listed(content, "answer")?;
        let said = said.iter().map(|item| Said::of(item, "text"));
        let form = Form { most: SENTENCES.1, lines: true, languages: vec![spoken(self.language)] };
        let claims = check_all(said, &self.sources, &form, SENTENCES.0, &mut sifted);
        let between = if self.language == Language::Zh { "" } else { " " };
        let text = claims.iter().map(|claim| claim.text.as_str()).collect::<Vec<_>>().join(between);
        Ok(Drafted { claims, text, sifted })
    }
}
