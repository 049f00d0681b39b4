//! One step of a conversation: what was said so far and a new message give the reply.

use flywheel_language::{language, stem};
use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::support::{
    Choice, Conversation, HandOverReason, Reply, ReplyKind, Speaker, Turn,
};
use flywheel_spec::{Language, phrase};

use super::calibrate::rank;
use super::check::has_word;
use super::clarify::{Pick, pick};
use super::faq::{Faq, Found, LONGEST, read};
use super::matcher::{Encode, Query};
use super::signal::{Said, SmallTalk};
use crate::subjects::is_function;

/// From this chance on that one of the first three is right, the customer is asked which.
const WORTH_ASKING: f64 = 0.6;
/// Candidates below this share are not offered.
const WORTH_OFFERING: f64 = 0.05;
/// How much the words of the question before count in one that goes on from it.
const BEFORE: f32 = 0.6;
/// A message of more words stands for itself, whatever it refers to.
const MOST_REFERRING: usize = 9;
/// A message of so few words may go on from the question before without saying so.
const FEW: usize = 4;
/// How alike the words of choices and reply must be, and how much more than the next choice's.
const CHOSEN: (f32, f32) = (0.15, 0.06);
/// The share of a reply's words that the file must know where one choice is left, with which any words are the nearest:
/// "how do i" alone chooses nothing.
const CHOSEN_KNOWN: f32 = 0.5;

impl Faq {
    /// The reply to a customer's message at a time (microseconds since 1970, UTC); the conversation moves on by both.
    ///
    /// The caller keeps the conversation, keeps `unanswered` where there is one, and brings a hand-over to a person.
    pub fn reply(
        &self,
        conversation: &mut Conversation,
        text: &str,
        now: i64,
        encoder: Option<&dyn Encode>,
    ) -> Reply {
        let taken = take(conversation, text, now);
        let language = conversation.language.unwrap_or(self.spec.language);
        let reply = if conversation.handed_over {
            say(language, "support.with_person", ReplyKind::HandOver)
        } else {
            let mut step = Step { faq: self, conversation: &mut *conversation, language, encoder };
            step.reply(&taken.folded, &taken.said, taken.heard)
        };
        tell(conversation, now, Reply { shortened: taken.shortened, ..reply })
    }
}

/// The reply where no questions and answers can be read: a person takes over, so that what was said is not lost.
///
/// `language` is that of a customer who has not shown one yet; the rest as in [`Faq::reply`].
pub fn reply_without_faq(conversation: &mut Conversation, text: &str, now: i64, language: Language) -> Reply {
    let Taken { heard, said, shortened, .. } = take(conversation, text, now);
    let language = conversation.language.unwrap_or(language);
    let reply = if conversation.handed_over {
        say(language, "support.with_person", ReplyKind::HandOver)
    } else if said.asks_for_person() {
        hand_over(conversation, language, HandOverReason::Asked, None)
    } else if said.says("insult") {
        hand_over(conversation, language, HandOverReason::Complaint, asked_besides(heard))
    } else {
        let asked = said.small_talk().is_none().then(|| heard.trim().to_owned());
        hand_over(conversation, language, HandOverReason::NotUnderstood, asked)
    };
    tell(conversation, now, Reply { shortened, ..reply })
}

/// A customer's message as it was taken into the conversation.
struct Taken<'a> {
    heard: &'a str,
    folded: String,
    said: Said,
    shortened: bool,
}

/// Adds what the customer says to the conversation.
fn take<'a>(conversation: &mut Conversation, text: &'a str, now: i64) -> Taken<'a> {
    let (folded, shortened) = read(text);
    let heard = text.char_indices().nth(LONGEST * 8).map_or(text, |(at, _)| &text[..at]);
    conversation.turns.push(turn(now, Speaker::Customer, heard, None));
    let said = Said::of(&folded);
    match language(&folded) {
        TextLanguage::Zh => conversation.language = Some(Language::Zh),
        TextLanguage::En if conversation.language.is_none() || is_english_sentence(said.text()) => {
            conversation.language = Some(Language::En);
        }
        TextLanguage::En | TextLanguage::Other => {}
    }
    Taken { heard, folded, said, shortened }
}

/// Whether a message in Latin letters is said in English, rather than a lone "ok" or the name of a model.
fn is_english_sentence(said: &str) -> bool {
    // A letter by itself is of a name: the s of "galaxy s 23".
    let words = said.split(' ').filter(|word| word.len() > 1 || *word == "i");
    let spelled = |word: &&str| word.chars().all(|letter| letter.is_alphabetic() || letter == '\'');
    said.contains(' ')
        && (words.clone().any(|word| is_function(word, &stem(word))) || words.filter(spelled).count() >= 4)
}

/// Adds the reply to the conversation.
fn tell(conversation: &mut Conversation, now: i64, reply: Reply) -> Reply {
    conversation.turns.push(turn(now, Speaker::Assistant, &reply.text, reply.entry.clone()));
    reply
}

fn turn(time: i64, speaker: Speaker, text: &str, entry: Option<String>) -> Turn {
    Turn { time, speaker, text: text.to_owned(), entry }
}

/// One message on its way to a reply.
struct Step<'a> {
    faq: &'a Faq,
    conversation: &'a mut Conversation,
    language: Language,
    encoder: Option<&'a dyn Encode>,
}

impl Step<'_> {
    fn reply(&mut self, folded: &str, said: &Said, heard: &str) -> Reply {
        if said.asks_for_person() {
            let open = self.conversation.pending_question.clone();
            return self.hand_over(HandOverReason::Asked, open);
        }
        if said.says("insult") {
            let left_open = self.conversation.pending_question.take();
            return Reply { left_open, ..self.hand_over(HandOverReason::Complaint, asked_besides(heard)) };
        }
        let offered = self.conversation.pending.clone();
        if !offered.is_empty()
            && let Some(reply) = self.chosen(folded, said)
        {
            return reply;
        }
        if let Some(kind) = said.small_talk() {
            return self.small_talk(kind);
        }
        if !has_word(folded) {
            return self.say("support.empty", ReplyKind::Clarify);
        }
        let open = self.conversation.pending_question.take();
        self.settle();
        let reply = self.sought(folded, said, heard);
        let mut told = reply.entry.iter().chain(reply.choices.iter().map(|choice| &choice.id));
        let clarified = told.any(|id| offered.iter().any(|choice| choice.id == *id));
        Reply { left_open: open.filter(|question| !clarified && has_word(question)), ..reply }
    }

    /// The entry for a question, by itself or as it goes on from the last one.
    fn sought(&mut self, folded: &str, said: &Said, heard: &str) -> Reply {
        let question = said.question();
        let query = self.faq.query(question.as_deref().unwrap_or(folded), self.encoder);
        let own = self.faq.found(&query, None, self.language);
        let goes_on = said.begins("follow_up") || said.says("reference") && query.words <= MOST_REFERRING;
        let sure = own.confidence >= self.faq.threshold;
        let last_again = self.conversation.last_entry.is_some() && query.words <= MOST_REFERRING;
        if !sure && last_again && said.says("unhelpful") {
            let open = self.conversation.last_question.clone();
            return self.miss(open.unwrap_or_default(), own.confidence);
        }
        let mut found = own;
        let mut asked = heard.trim().to_owned();
        if goes_on || (!sure && query.words <= FEW) {
            let joined = self.after_last(&query, sure && !goes_on);
            let better = |joined: &Found| {
                joined.confidence > found.confidence - if goes_on { 0.1 } else { 0.0 }
                    && (goes_on || joined.confidence >= self.faq.threshold)
            };
            if let Some((joined, context)) = joined.filter(|(joined, _)| better(joined)) {
                found = joined;
                let kept: String = context.chars().take(LONGEST / 4).collect();
                asked = format!("{kept} {asked}");
            }
        }
        if found.confidence >= self.faq.threshold
            && let Some(best) = found.candidates.first().cloned()
        {
            return self.answer(&best.id, asked, found.confidence);
        }
        if said.says("complaint") {
            return self.hand_over(HandOverReason::Complaint, Some(asked));
        }
        let offered: Vec<Choice> = found
            .candidates
            .iter()
            .filter(|choice| choice.share >= WORTH_OFFERING)
            .take(self.faq.spec.choices)
            .cloned()
            .collect();
        if found.among_three >= WORTH_ASKING && !offered.is_empty() {
            return self.which(offered, asked, found.confidence);
        }
        self.miss(asked, found.confidence)
    }

    /// What a message finds as the continuation of the last question, and that question.
    fn after_last(&self, query: &Query, last_again: bool) -> Option<(Found, String)> {
        let last = self.conversation.last_entry.as_deref().and_then(|id| self.faq.number(id))?;
        let context = self.conversation.last_question.clone()?;
        let earlier = self.faq.query(&read(&context).0, None);
        let own = self.faq.matcher.nearness(query);
        let except = if last_again { None } else { Some(last) };
        let found = self.faq.found_after(&query.after(&earlier, BEFORE), last, except, self.language);
        // The new words must have a part in it, or the old question is answered again with its neighbour.
        let best = self.faq.number(&found.candidates.first()?.id)? as usize;
        (own.likeness[best] >= 0.08).then_some((found, context))
    }

    /// The reply to a choice; absent where the message is none, which leaves the choice open.
    fn chosen(&mut self, folded: &str, said: &Said) -> Option<Reply> {
        let pending = self.conversation.pending.clone();
        let question = self.conversation.pending_question.clone().unwrap_or_default();
        match pick(said, pending.len()) {
            Pick::Place(place) => return Some(self.answer(&pending[place].id, question, 1.0)),
            Pick::None => return Some(self.miss(question, 0.0)),
            Pick::Words => {}
        }
        let query = self.faq.query(folded, self.encoder);
        let near = self.faq.matcher.nearness(&query);
        let mut alike: Vec<(f32, &Choice)> = pending
            .iter()
            .filter_map(|choice| {
                self.faq.number(&choice.id).map(|number| (near.likeness[number as usize], choice))
            })
            .collect();
        alike.sort_by(|a, b| b.0.total_cmp(&a.0));
        let (best, choice) = *alike.first()?;
        let second = alike.get(1).map_or(0.0, |(second, _)| *second);
        let found = self.faq.found(&query, None, self.language);
        let sure_of_another = found.confidence >= self.faq.threshold
            && found.candidates.first().is_some_and(|other| other.id != choice.id);
        let strange = pending.len() == 1 && query.known < CHOSEN_KNOWN;
        if sure_of_another || strange || best < CHOSEN.0 || best - second < CHOSEN.1 {
            return None;
        }
        let confidence = f64::from(best / (best + second)).max(found.confidence);
        Some(self.answer(&choice.id, question, confidence))
    }

    fn answer(&mut self, id: &str, question: String, confidence: f64) -> Reply {
        let Some(number) = self.faq.number(id) else { return self.miss(question, 0.0) };
        let entry = &self.faq.entries[number as usize];
        let text = entry.voice(self.language).answer.clone();
        self.conversation.misses = 0;
        self.conversation.last_entry = Some(id.to_owned());
        self.conversation.last_question = Some(question);
        self.settle();
        Reply { entry: Some(id.to_owned()), confidence, ..plain_reply(ReplyKind::Answer, text) }
    }

    fn which(&mut self, choices: Vec<Choice>, question: String, confidence: f64) -> Reply {
        let text = match &choices[..] {
            [only] => {
                phrase!("support.which_of_one", question = only.question).text(self.language).to_owned()
            }
            [first, second] => {
                let said = phrase!("support.which_of_two", first = first.question, second = second.question);
                said.text(self.language).to_owned()
            }
            _ => {
                let mut text = phrase!("support.which").text(self.language).to_owned();
                for (place, choice) in choices.iter().enumerate() {
                    text.push_str(&format!("\n{}. {}", place + 1, choice.question));
                }
                text
            }
        };
        self.conversation.pending = choices.clone();
        self.conversation.pending_question = Some(question);
        Reply { choices, confidence, ..plain_reply(ReplyKind::Clarify, text) }
    }

    fn miss(&mut self, question: String, confidence: f64) -> Reply {
        self.conversation.misses += 1;
        let enough = self.conversation.misses >= self.faq.spec.misses;
        if enough || self.faq.entries.is_empty() {
            let reply = self.hand_over(HandOverReason::NotUnderstood, Some(question));
            return Reply { confidence, ..reply };
        }
        self.settle();
        let reply = self.say("support.other_words", ReplyKind::Clarify);
        Reply { confidence, unanswered: Some(question), ..reply }
    }

    fn hand_over(&mut self, reason: HandOverReason, unanswered: Option<String>) -> Reply {
        hand_over(self.conversation, self.language, reason, unanswered)
    }

    fn small_talk(&self, kind: SmallTalk) -> Reply {
        let key = match kind {
            SmallTalk::Greeting => "support.hello",
            SmallTalk::Thanks => "support.thanks",
            SmallTalk::Bye => "support.bye",
            SmallTalk::Fine => "support.fine",
        };
        self.say(key, ReplyKind::SmallTalk)
    }

    fn say(&self, key: &str, kind: ReplyKind) -> Reply {
        say(self.language, key, kind)
    }

    fn settle(&mut self) {
        settle(self.conversation);
    }
}

fn hand_over(
    conversation: &mut Conversation,
    language: Language,
    reason: HandOverReason,
    unanswered: Option<String>,
) -> Reply {
    conversation.handed_over = true;
    conversation.misses = 0;
    settle(conversation);
    let key = match reason {
        HandOverReason::Asked => "support.to_person",
        HandOverReason::Complaint => "support.to_person_sorry",
        HandOverReason::NotUnderstood => "support.to_person_unknown",
    };
    let unanswered = unanswered.filter(|question| has_word(question));
    Reply { reason: Some(reason), unanswered, ..say(language, key, ReplyKind::HandOver) }
}

/// What a message that scolds asks besides; absent where it only scolds.
fn asked_besides(heard: &str) -> Option<String> {
    let clauses = heard.split(['，', '。', '！', '？', '；', '!', '?', ';', '\n']);
    // A mark between digits parts no clauses.
    let clauses = clauses.flat_map(|part| part.split(". ")).flat_map(|part| part.split(", "));
    let asked: Vec<&str> = clauses
        .map(str::trim)
        .filter(|clause| {
            let folded = read(clause).0;
            let said = Said::of(&folded);
            let talk = !has_word(&folded) || said.small_talk().is_some();
            !talk && (!said.says("insult") || said.says("asking"))
        })
        .collect();
    (!asked.is_empty()).then(|| asked.join(" "))
}

fn settle(conversation: &mut Conversation) {
    conversation.pending.clear();
    conversation.pending_question = None;
}

fn say(language: Language, key: &str, kind: ReplyKind) -> Reply {
    plain_reply(kind, flywheel_spec::Phrase::new(key).text(language).to_owned())
}

fn plain_reply(kind: ReplyKind, text: String) -> Reply {
    Reply {
        kind,
        text,
        entry: None,
        confidence: 0.0,
        choices: Vec::new(),
        reason: None,
        unanswered: None,
        left_open: None,
        shortened: false,
    }
}

impl Faq {
    /// As [`found`](Self::found), with the entries that people ask for after `last` a little nearer.
    fn found_after(&self, query: &Query, last: u32, except: Option<u32>, language: Language) -> Found {
        let mut near = self.matcher.nearness(query);
        for next in &self.entries[last as usize].follow_ups {
            if let Some(number) = self.number(next) {
                let alike = &mut near.likeness[number as usize];
                *alike = 1.0 - (1.0 - *alike) * 0.85;
            }
        }
        self.told(rank(query, &near, self.share, except), language)
    }
}
