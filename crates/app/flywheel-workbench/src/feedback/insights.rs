//! What the messages say, read as one: moods, kinds, aspects and themes, with the themes' numbers kept from week to week.

use std::collections::BTreeSet;

use flywheel_language::language;
use flywheel_spec::feedback::insights::{AspectRow, InsightsReport, InsightsSpec, Quote};
use flywheel_spec::feedback::{Aspect, AspectOpinion};
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_text::Message;
use flywheel_text::aspects::{Said, aggregate};
use flywheel_text::gist::Gists;
use flywheel_text::insights::{Beside, Counted, Insights, Placed, ReadMessage, insights};
use flywheel_text::listen::{Listened, listen_again};
use flywheel_text::personal::mask;
use flywheel_text::pile::Pile;
use jiff::tz::TimeZone;

use super::kept::{KeptFolder, KeptThemes};
use super::meaning::Meanings;
use super::members::Members;
use super::said::ReadAt;
use super::search::AT_ONCE;
use super::told::Question;
use crate::data::blocking;
use crate::{Failure, Workbench};

/// Pairs of a thing and an opinion that a report tells.
const ASPECTS: usize = 40;

/// Everything that was read, for what is made of it beside the report.
#[derive(Debug)]
pub struct FeedbackRead {
    /// The messages, by time.
    pub messages: Vec<Message>,
    /// What each says.
    pub listened: Listened,
    /// The report and each message's theme.
    pub insights: Insights,
    /// What they mean, as far as it is read.
    pub(super) meanings: Meanings,
    pub(super) at: ReadAt,
    pub(super) folder: KeptFolder,
    /// What it took.
    pub effort: Effort,
}

/// What a reading took: what of it was not kept from the readings before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Effort {
    /// Files of the table of events that were opened.
    pub opened: usize,
    /// Texts that were read.
    pub read: usize,
    /// Texts that were read before and had their words told apart again.
    pub told_apart: usize,
    /// Texts that were compared with others, whether they are nearly the same.
    pub compared: usize,
    /// Texts whose phrases were counted.
    pub counted: usize,
    /// Whether it was learned anew what ratings teach.
    pub taught: bool,
}

impl Workbench {
    /// Reads everything that was said.
    ///
    /// # Errors
    /// When nobody said anything, the stretch of time ends before it begins, no message is of a version or source, a
    /// segment is not kept, or the events cannot be read.
    pub async fn read_feedback(&self, spec: &InsightsSpec) -> Result<FeedbackRead, Failure> {
        let members = self.members_of(&spec.segments).await?;
        let mut read = self.read_feedback_of(spec, members.as_ref()).await?;
        read.insights.report.warnings.extend(members.into_iter().flat_map(|members| members.doubts));
        Ok(read)
    }

    /// As [`Self::read_feedback`], where the people of the segments are known.
    async fn read_feedback_of(
        &self,
        spec: &InsightsSpec,
        members: Option<&Members>,
    ) -> Result<FeedbackRead, Failure> {
        if spec.from.zip(spec.to).is_some_and(|(from, to)| to <= from) {
            let problem = Problem::error(phrase!("search.period")).at_setting("to");
            return Err(Failure::Wrong(problem.into()));
        }
        let folder = KeptFolder::now(self.folder().feedback());
        let (messages, at, opened) = self.messages_with(&folder).await?;
        if messages.is_empty() {
            let problem = Problem::error(phrase!("feedback_import.nothing_said"));
            return Err(Failure::NotFound(
                problem.advise(Phrase::new("feedback_import.nothing_said_advice")),
            ));
        }
        check_known(spec, &messages).map_err(Failure::Wrong)?;
        let theirs: Option<Vec<bool>> = members
            .map(|members| messages.iter().map(|message| members.hold(message.person.as_deref())).collect());
        let zone = TimeZone::get(&self.project().time_zone).ok();
        let spec = spec.clone();
        let shelf = folder.clone();
        let (messages, gists, listened, effort) = blocking(move || {
            let kept = shelf.texts();
            let gists = Gists::of(&messages, &kept);
            shelf.keep_texts(&kept, &gists)?;
            let (listened, taught) = listen_again(&messages, &gists, shelf.taught().as_ref());
            shelf.keep_taught(taught.as_ref())?;
            let effort = Effort { opened, read: gists.made(), taught: taught.is_some(), ..Effort::default() };
            Ok::<_, Failure>((messages, gists, listened, effort))
        })
        .await??;
        let reader = self.reader().await?;
        let encoder = reader.as_ref().map(|reader| reader.identity().to_owned());
        let meanings = match reader {
            None => Meanings::default(),
            Some(reader) => {
                let texts = listened.heard.iter().map(|heard| heard.masked.clone()).collect();
                self.meanings(&reader, texts, AT_ONCE, |_, _| ()).await?
            }
        };
        blocking(move || {
            let themes = folder.themes();
            let vectors = Vectors::of(&meanings, encoder.as_deref(), &themes, messages.len());
            let pieces = Pieces {
                messages: &messages,
                listened: &listened,
                pile: gists.pile(),
                theirs: theirs.as_deref(),
            };
            let counted = folder.counted();
            let insights = told(pieces, &meanings, &vectors, &spec, &themes, counted.as_ref(), zone);
            if !vectors.for_now {
                folder.keep_themes(&themes, &insights, vectors.encoder)?;
            }
            folder.keep_counted(insights.counted.as_ref())?;
            let (anew, told_apart) = (insights.anew, gists.pile().told_apart());
            let effort = Effort { told_apart, compared: anew.compared, counted: anew.counted, ..effort };
            Ok(FeedbackRead { messages, listened, insights, meanings, at, folder, effort })
        })
        .await?
    }

    /// What the messages say: all of them, or those that the spec narrows to.
    ///
    /// # Errors
    /// As [`Self::read_feedback`].
    pub async fn feedback_insights(&self, spec: &InsightsSpec) -> Result<InsightsReport, Failure> {
        let shelf = KeptFolder::now(self.folder().feedback());
        let reader = self.reader().await?;
        let encoder = reader.as_ref().map(|reader| reader.identity().to_owned());
        let members = self.members_of(&spec.segments).await?;
        let question = Question { spec, members: members.as_ref(), encoder: encoder.as_deref() };
        let mut report = match self.told_before(&shelf, question).await? {
            Some(report) => report,
            None => self.tell_anew(question).await?,
        };
        report.warnings.extend(members.into_iter().flat_map(|members| members.doubts));
        Ok(report)
    }

    /// What the messages say, read anew, and kept for who asks the same again.
    async fn tell_anew(&self, question: Question<'_>) -> Result<InsightsReport, Failure> {
        let FeedbackRead { insights, meanings, at, folder, .. } =
            self.read_feedback_of(question.spec, question.members).await?;
        // While meanings are still read, every call tells a little more.
        if meanings.waiting == 0 {
            self.keep_told(&folder, question, at, &insights.report)?;
        }
        Ok(insights.report)
    }
}

/// The vectors that themes are made with.
struct Vectors<'a> {
    of: Option<&'a [Vec<f32>]>,
    /// The identity of what made them; empty without one.
    encoder: &'a str,
    /// Whether some are still to come, so that themes made with these are not kept.
    for_now: bool,
    placed: Option<Placed>,
}

impl<'a> Vectors<'a> {
    /// Themes of which half the messages are read by meaning and half by words would part where the reading stopped;
    /// a few new ones may follow by their words into themes that were made by meaning.
    fn of(meanings: &'a Meanings, encoder: Option<&'a str>, themes: &KeptThemes, messages: usize) -> Self {
        let by_words = || Self { of: None, encoder: "", for_now: false, placed: themes.placed("") };
        let Some(encoder) = encoder.filter(|_| meanings.known > 0) else { return by_words() };
        let placed = themes.placed(encoder);
        let few = meanings.waiting * 10 <= messages;
        if meanings.waiting > 0 && !(few && placed.is_some()) {
            return by_words();
        }
        Self { of: Some(&meanings.vectors), encoder, for_now: meanings.waiting > 0, placed }
    }
}

/// The messages with what each says.
#[derive(Clone, Copy)]
struct Pieces<'a> {
    messages: &'a [Message],
    listened: &'a Listened,
    pile: &'a Pile,
    /// For each message whether it is of the people asked for; all are when absent.
    theirs: Option<&'a [bool]>,
}

/// Versions and sources that no message is of, each with the nearest that some are of.
fn check_known(spec: &InsightsSpec, messages: &[Message]) -> Result<(), Problems> {
    type Of = fn(&Message) -> Option<&str>;
    let version: Of = |message| message.version.as_deref();
    let source: Of = |message| message.source.as_deref();
    let mut problems = Problems::default();
    for (asked, of, setting, key) in [
        (&spec.versions, version, "versions", "feedback_import.no_version"),
        (&spec.sources, source, "sources", "feedback_import.no_source"),
    ] {
        if asked.is_empty() {
            continue;
        }
        let known: BTreeSet<&str> = messages.iter().filter_map(of).collect();
        let names: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
        for found in asked.iter().filter(|found| !known.contains(found.as_str())) {
            let failure = Failure::not_found(phrase!(key, found = found), &names, found);
            let said = failure.problems().problems.into_iter();
            problems.problems.extend(said.map(|problem| problem.at_setting(setting)));
        }
    }
    if problems.problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn told(
    pieces: Pieces<'_>,
    meanings: &Meanings,
    vectors: &Vectors<'_>,
    spec: &InsightsSpec,
    themes: &KeptThemes,
    counted: Option<&Counted>,
    zone: Option<TimeZone>,
) -> Insights {
    let Pieces { messages, listened, pile, theirs } = pieces;
    let read: Vec<ReadMessage<'_>> = messages
        .iter()
        .zip(&listened.heard)
        .map(|(message, heard)| ReadMessage::heard(message, heard))
        .collect();
    let (before, placed) = (themes.state(), vectors.placed.as_ref());
    let beside = Beside {
        vectors: vectors.of,
        pile: Some(pile),
        before: before.as_ref(),
        placed,
        counted,
        theirs,
        zone,
        ..Beside::default()
    };
    let mut told = insights(&read, spec, beside);
    let report = &mut told.report;
    report.aspects = if spec.narrows() {
        aspects(messages, listened, &aspects_of_told(messages, listened, &told.told))
    } else {
        aspects(messages, listened, &listened.aspects)
    };
    // Phrases are made of the raw words.
    report.phrases.iter_mut().for_each(|phrase| phrase.text = mask(&phrase.text).0);
    if meanings.waiting > 0 && vectors.of.is_none() {
        report.findings.push(phrase!("encoder.themes_by_words", count = meanings.waiting));
    }
    if let Some(trial) = listened.trial.filter(flywheel_text::mood::learned::Trial::is_better) {
        report.findings.push(phrase!(
            "feedback_import.learned",
            accuracy = format!("{:.0}", trial.accuracy * 100.0),
            lexicon = format!("{:.0}", trial.lexicon_accuracy * 100.0)
        ));
    }
    let masked: u64 = listened.personal.report().kinds.iter().map(|kind| kind.found).sum();
    // It is counted over all messages.
    if masked > 0 && !spec.narrows() {
        report.findings.push(phrase!("feedback_import.personal_masked", count = masked));
    }
    told
}

/// What the messages that are told praise and blame.
fn aspects_of_told(messages: &[Message], listened: &Listened, told: &[bool]) -> Vec<Aspect> {
    let all = messages.iter().zip(&listened.heard).zip(told);
    let said: Vec<Said<'_>> = all
        .filter(|(_, told)| **told)
        .map(|((message, heard), _)| Said {
            message: &message.id,
            person: message.person.as_deref(),
            pairs: &heard.pairs,
        })
        .collect();
    aggregate(&said)
}

/// The pairs that most people speak of.
fn aspects(messages: &[Message], listened: &Listened, found: &[Aspect]) -> Vec<AspectRow> {
    let place: std::collections::HashMap<&str, usize> =
        messages.iter().enumerate().map(|(at, message)| (message.id.as_str(), at)).collect();
    let mut pairs: Vec<(&Aspect, &AspectOpinion)> = found
        .iter()
        .flat_map(|aspect| aspect.opinions.iter().map(move |opinion| (aspect, opinion)))
        .collect();
    pairs.sort_by(|(aspect, opinion), (thing, other)| {
        (other.people, &aspect.name, &opinion.name).cmp(&(opinion.people, &thing.name, &other.name))
    });
    pairs.truncate(ASPECTS);
    pairs
        .into_iter()
        .map(|(aspect, opinion)| {
            let quotes = opinion.examples.iter().filter_map(|id| {
                let text = listened.heard[*place.get(id.as_str())?].masked.chars().take(200).collect();
                Some(Quote { message: id.clone(), text })
            });
            let praises = opinion.polarity > 0.0;
            AspectRow {
                aspect: mask(&aspect.name).0,
                opinion: mask(&opinion.name).0,
                positive: if praises { opinion.messages } else { 0 },
                negative: if praises { 0 } else { opinion.messages },
                people: opinion.people,
                examples: quotes.collect(),
            }
        })
        .collect()
}

/// The language of a query or a question.
pub(super) fn language_of(text: &str) -> flywheel_spec::Language {
    match language(text) {
        flywheel_spec::feedback::TextLanguage::Zh => flywheel_spec::Language::Zh,
        _ => flywheel_spec::Language::En,
    }
}
