//! Insights: what a pile of messages says, in plain words first and numbers behind.

mod findings;
mod placed;
mod tally;
mod theme;

use std::borrow::Cow;
use std::collections::HashSet;

use flywheel_spec::Problem;
use flywheel_spec::feedback::TextLanguage;
use flywheel_spec::feedback::insights::{
    AsideReason, AskedQuestion, AspectRow, Heard, HeardStep, InsightsReport, InsightsSpec, KeyPhrase,
    OtherThemes, Quote, SetAside,
};
use flywheel_spec::phrase;
use jiff::tz::TimeZone;

pub use self::placed::{FOLLOWED, Placed};
use self::tally::{mean, people, shares};
use crate::about;
pub use crate::counted::Counted;
use crate::counted::Told;
use crate::duplicates::{Duplicates, grouped, near};
use crate::listen;
use crate::message::Message;
use crate::phrases::phrases;
use crate::pile::Pile;
use crate::questions::questions;
use crate::steps::Steps;
use crate::themes::{ThemeState, Themes};
use crate::tokens::READ_CHARACTERS;

/// A message with what other engines found in it.
#[derive(Debug, Clone)]
pub struct ReadMessage<'a> {
    /// The message.
    pub message: &'a Message,
    /// Its language.
    pub language: TextLanguage,
    /// Its mood, −1 to 1; absent where it has none or nobody can tell.
    pub mood: Option<f64>,
    /// Its kind, as the report shall name it: `bug`, `question`, `praise`.
    pub kind: Option<String>,
    /// Its text with what tells a person masked: what a report may show.
    pub masked: String,
}

impl<'a> ReadMessage<'a> {
    /// A message with what was heard in it.
    pub fn heard(message: &'a Message, heard: &listen::Heard) -> Self {
        Self {
            message,
            language: heard.language,
            mood: (heard.mood.certainty > 0.0).then_some(heard.mood.score),
            kind: Some(heard.kind.name().to_owned()),
            masked: heard.masked.clone(),
        }
    }
}

/// What insights are made of beside the messages.
#[derive(Debug, Clone, Default)]
pub struct Beside<'a> {
    /// An encoder's vector of each message, in their order.
    pub vectors: Option<&'a [Vec<f32>]>,
    /// The messages' pile, where it is made already.
    pub pile: Option<&'a Pile>,
    /// The themes so far: those that go on keep their numbers.
    pub before: Option<&'a ThemeState>,
    /// Where the themes so far have which messages: while few come to these, only the new ones are put into themes.
    pub placed: Option<&'a Placed>,
    /// What was counted over the messages before: only what came since is counted.
    pub counted: Option<&'a Counted>,
    /// For each message whether it is of the people that the spec narrows to; all are when absent.
    pub theirs: Option<&'a [bool]>,
    /// What is praised and what is blamed.
    pub aspects: Vec<AspectRow>,
    /// The project's time zone; UTC when absent.
    pub zone: Option<TimeZone>,
}

/// The report with what a caller keeps.
#[derive(Debug, Clone)]
pub struct Insights {
    /// What it says.
    pub report: InsightsReport,
    /// For each message its theme's number; none for other and for what was set aside.
    pub theme_of: Vec<Option<u32>>,
    /// For each message why it was set aside.
    pub aside_of: Vec<Option<AsideReason>>,
    /// For each message the number of its group of the same or nearly the same words, messages alone included.
    pub group_of: Vec<u32>,
    /// For each message whether the report tells it: all, unless the spec narrows.
    pub told: Vec<bool>,
    /// What is kept of the themes for the next messages; none where they are as before.
    pub state: Option<ThemeState>,
    /// Where the themes have which messages; none where it is as before.
    pub placed: Option<Placed>,
    /// What was counted over the messages; none where what was counted before will do.
    pub counted: Option<Counted>,
    /// What it took beside that.
    pub anew: Anew,
}

/// What insights took: how many of the different texts were worked on that might have been spared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Anew {
    /// Texts that were compared with others, whether they are nearly the same.
    pub compared: usize,
    /// Texts whose phrases were counted.
    pub counted: usize,
}

/// Reads a pile of messages; the order that they come in changes nothing but the order of what is told by message.
///
/// Where the spec narrows, themes are formed of all messages all the same, so that they are those of the whole report.
pub fn insights(messages: &[ReadMessage<'_>], spec: &InsightsSpec, beside: Beside<'_>) -> Insights {
    let all = || messages.iter().map(|read| (read.message.text.as_str(), read.message.person.as_deref()));
    let pile = beside.pile.map_or_else(|| Cow::Owned(Pile::of(all())), Cow::Borrowed);
    let pile: &Pile = &pile;
    let aside_of = pile.aside_of();
    let left_out: Vec<bool> = aside_of.iter().map(Option::is_some).collect();
    let since = beside.counted.and_then(|counted| counted.since(pile));
    let near = near(pile, since.as_ref().map(|since| &since.before));
    let same = grouped(pile, &near.first);
    let placed::Kept { found, state, placed } =
        placed::themes_of(pile, &left_out, beside.vectors, beside.before, beside.placed);
    let told = about::told(spec, messages, beside.theirs, pile, &found);
    let of_told = |at: &u32| told[*at as usize] && !left_out[*at as usize];
    let read: Vec<u32> = (0..messages.len() as u32).filter(of_told).collect();
    let zone = beside.zone.clone().unwrap_or(TimeZone::UTC);
    let times = || read.iter().map(|at| messages[*at as usize].message.time);
    let steps = times()
        .min()
        .zip(times().max())
        .and_then(|(first, last)| Steps::between(first, last, spec.interval, &zone));
    let all = Pieces {
        messages,
        pile,
        same: &same,
        found: &found,
        told: &told,
        read: &read,
        steps: steps.as_ref(),
        spec,
    };
    let Told { phrases, counted, kept } = if told.iter().all(|told| *told) {
        Counted::tell(pile, beside.counted, since.as_ref(), &near.first, spec.phrases)
    } else {
        let left_out: Vec<bool> = left_out.iter().zip(&told).map(|(out, told)| *out || !told).collect();
        Told { phrases: phrases(pile, &left_out, spec.phrases), counted: pile.texts.len(), kept: None }
    };
    let anew = Anew { compared: near.compared, counted };
    let mut report = all.report(&aside_of, beside.aspects, phrases);
    findings::add(&mut report, &zone);
    if spec.narrows() {
        findings::narrowed(&mut report, spec, messages.len());
    }
    charts_and_doubts(&mut report, pile);
    let id = |theme: &Option<u32>| theme.map(|theme| found.themes[theme as usize].id);
    let theme_of = found.of_message.iter().map(id).collect();
    let group_of = same.group_of;
    Insights { theme_of, report, aside_of, group_of, told, state, placed, counted: kept, anew }
}

/// Everything that a report is told from.
struct Pieces<'a> {
    messages: &'a [ReadMessage<'a>],
    pile: &'a Pile,
    same: &'a Duplicates,
    found: &'a Themes,
    /// For each message whether it is told.
    told: &'a [bool],
    /// The messages that are read and told, rising.
    read: &'a [u32],
    steps: Option<&'a Steps>,
    spec: &'a InsightsSpec,
}

impl Pieces<'_> {
    fn report(
        &self,
        aside_of: &[Option<AsideReason>],
        aspects: Vec<AspectRow>,
        phrases: Vec<KeyPhrase>,
    ) -> InsightsReport {
        let spec = self.spec;
        let left_out: Vec<bool> =
            aside_of.iter().zip(self.told).map(|(aside, told)| aside.is_some() || !told).collect();
        let of = |at: &u32| &self.messages[*at as usize];
        let loose: Vec<u32> =
            self.read.iter().copied().filter(|at| self.found.of_message[*at as usize].is_none()).collect();
        let questions = questions(self.pile, &left_out, spec.questions);
        InsightsReport {
            findings: Vec::new(),
            total: self.heard(),
            set_aside: self.set_aside(aside_of),
            mood: mean(self.read.iter().filter_map(|at| of(at).mood)),
            steps: self.heard_steps(),
            themes: self.theme_rows(),
            other: OtherThemes {
                messages: loose.len() as u64,
                share: loose.len() as f64 / self.read.len().max(1) as f64,
                examples: self.examples(&loose, 5),
            },
            aspects,
            kinds: shares(self.read.iter().filter_map(|at| of(at).kind.as_deref())),
            languages: shares(self.read.iter().map(|at| language_name(of(at).language))),
            sources: shares(self.read.iter().filter_map(|at| of(at).message.source.as_deref())),
            versions: shares(self.read.iter().filter_map(|at| of(at).message.version.as_deref())),
            phrases,
            questions: questions
                .into_iter()
                .map(|question| AskedQuestion {
                    examples: self
                        .examples(&question.messages, 3)
                        .into_iter()
                        .map(|quote| quote.message)
                        .collect(),
                    text: self.masked_question(&question.text, &question.messages),
                    voices: u64::from(question.voices),
                    messages: question.messages.len() as u64,
                })
                .collect(),
            charts: Vec::new(),
            warnings: Vec::new(),
            summary: Vec::new(),
            assistant: None,
        }
    }

    fn heard(&self) -> Heard {
        let times = || self.read.iter().map(|at| self.messages[*at as usize].message.time);
        let told: Vec<u32> = (0..self.messages.len() as u32).filter(|at| self.told[*at as usize]).collect();
        let different = |group: &dyn Fn(usize) -> u32| {
            told.iter().map(|at| group(*at as usize)).collect::<HashSet<u32>>().len() as u64
        };
        let texts = different(&|at| self.pile.text_of[at]);
        let groups = different(&|at| self.same.group_of[at]);
        Heard {
            messages: told.len() as u64,
            read: self.read.len() as u64,
            voices: self.voices(self.read),
            people: people(self.pile, self.read),
            exact_duplicates: told.len() as u64 - texts,
            near_duplicates: texts.saturating_sub(groups),
            first: times().min(),
            last: times().max(),
        }
    }

    /// Each person once for what they say in the same or nearly the same words.
    fn voices(&self, messages: &[u32]) -> u64 {
        let named = messages
            .iter()
            .filter_map(|at| Some((self.pile.person_of[*at as usize]?, self.same.group_of[*at as usize])));
        let mut named: Vec<(u32, u32)> = named.collect();
        let nameless = messages.len() - named.len();
        named.sort_unstable();
        named.dedup();
        (named.len() + nameless) as u64
    }

    fn set_aside(&self, aside_of: &[Option<AsideReason>]) -> Vec<SetAside> {
        use AsideReason::{Advert, Empty, Mash, Punctuation, Repeated};
        let found = [Empty, Punctuation, Advert, Repeated, Mash].into_iter().map(|reason| {
            let all: Vec<u32> = (0..aside_of.len() as u32)
                .filter(|at| self.told[*at as usize] && aside_of[*at as usize] == Some(reason))
                .collect();
            SetAside { reason, messages: all.len() as u64, examples: self.examples(&all, 3) }
        });
        found.filter(|aside| aside.messages > 0).collect()
    }

    fn heard_steps(&self) -> Vec<HeardStep> {
        let Some(steps) = self.steps else { return Vec::new() };
        let by_step = self.by_step(self.read);
        let told = steps.names.iter().zip(&by_step).map(|(name, messages)| HeardStep {
            step: name.clone(),
            messages: messages.len() as u64,
            people: people(self.pile, messages),
            mood: mean(messages.iter().filter_map(|at| self.messages[*at as usize].mood)),
        });
        told.collect()
    }

    /// Messages by the step they are in.
    fn by_step(&self, messages: &[u32]) -> Vec<Vec<u32>> {
        let Some(steps) = self.steps else { return Vec::new() };
        let mut found = vec![Vec::new(); steps.len()];
        for at in messages {
            if let Some(step) = steps.at(self.messages[*at as usize].message.time) {
                found[step].push(*at);
            }
        }
        found
    }

    /// Some messages as quotes, whatever the order: the first by time, then by id, none twice in the same words.
    fn examples(&self, messages: &[u32], most: usize) -> Vec<Quote> {
        let key = |at: &u32| {
            let message = self.messages[*at as usize].message;
            (message.time, &message.id)
        };
        let mut order: Vec<u32> = messages.to_vec();
        order.sort_by(|one, two| key(one).cmp(&key(two)));
        self.quotes(order.into_iter(), most)
    }

    /// The first of some messages as quotes, none twice in the same words.
    fn quotes(&self, order: impl Iterator<Item = u32>, most: usize) -> Vec<Quote> {
        let mut seen: Vec<u32> = Vec::new();
        let mut found = Vec::new();
        for at in order {
            if found.len() >= most {
                break;
            }
            let group = self.same.group_of[at as usize];
            if seen.contains(&group) {
                continue;
            }
            seen.push(group);
            let read = &self.messages[at as usize];
            found.push(Quote { message: read.message.id.clone(), text: cut(&read.masked) });
        }
        found
    }

    /// A question as it may be shown: its own wording where masking left it whole, else the masked message.
    fn masked_question(&self, text: &str, messages: &[u32]) -> String {
        let masked = messages.iter().map(|at| &self.messages[*at as usize].masked);
        let whole =
            |masked: &&String| flywheel_language::fold(&flywheel_language::plain(masked)).contains(text);
        let mut all: Vec<&String> = masked.collect();
        all.sort();
        if all.iter().any(whole) {
            cut(text)
        } else {
            all.first().map_or_else(String::new, |masked| cut(masked))
        }
    }
}

/// Characters of a quote at most.
const QUOTE: usize = 280;

fn cut(text: &str) -> String {
    match text.char_indices().nth(QUOTE) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text.to_owned(),
    }
}

fn language_name(language: TextLanguage) -> &'static str {
    match language {
        TextLanguage::En => "en",
        TextLanguage::Zh => "zh",
        TextLanguage::Other => "other",
    }
}

fn charts_and_doubts(report: &mut InsightsReport, pile: &Pile) {
    report.charts = findings::charts(report);
    let long = pile.texts.iter().filter(|text| text.is_cut()).map(|text| text.messages.len()).sum::<usize>();
    if long > 0 {
        report.warnings.push(Problem::warning(phrase!(
            "feedback.long_messages",
            count = long,
            most = READ_CHARACTERS
        )));
    }
    if report.total.read >= 30 && report.other.share > 0.15 {
        let share = findings::percent(report.other.share);
        report.warnings.push(Problem::warning(phrase!("feedback.much_other", share = share)));
    }
}

#[cfg(test)]
mod tests;
