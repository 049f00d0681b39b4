//! From what a sentence says to a question that can be answered.

use flywheel_spec::feedback::search::SearchSpec;
use flywheel_spec::feedback::wording::Asked;
use flywheel_spec::product::QuestionSpec;
use flywheel_spec::product::digest::DigestSpec;
use flywheel_spec::product::trend::{Measure, TrendSeries, TrendSpec};
use flywheel_spec::{Phrase, phrase};

use super::Settings;
use super::kinds::Kind;
use super::name::Met;
use super::names::Names;
use super::question::{Builder, last_days};
use super::slots::Slots;
use super::why::{days_phrase, kind_phrase};

/// What a sentence asks.
pub struct Built {
    pub asked: Asked,
    pub why: Vec<Phrase>,
    pub certainty: f64,
    /// Words that it does not use.
    pub unused: Vec<String>,
    pub doubts: Vec<Phrase>,
}

/// The question of an event in the last 30 days.
pub fn plain_trend(event: &str) -> Asked {
    let series = TrendSeries { measure: Measure::People, ..TrendSeries::named(event) };
    let spec = TrendSpec { series: vec![series], period: last_days(), top: 25, ..TrendSpec::default() };
    Asked::Question { question: QuestionSpec::Trend(spec) }
}

/// The question of what changed.
pub fn plain_digest() -> Asked {
    Asked::Question { question: QuestionSpec::Digest(DigestSpec::default()) }
}

/// The question that a sentence asks.
///
/// # Errors
/// When it asks none: why, where that helps.
pub fn asked(slots: &Slots, names: &Names<'_>, settings: &Settings) -> Result<Built, Option<Phrase>> {
    let Some(kind) = kind(slots, names) else {
        let asks = slots.counts || slots.people || slots.aggregate.is_some() || slots.days.is_some();
        return Err(asks.then(|| phrase!("wording.no_event")));
    };
    if matches!(kind, Kind::Insights | Kind::Search) {
        return Ok(said(kind, slots, settings));
    }
    if let Some((word, met)) = opposite(slots) {
        let subject = slots.subject.as_deref().unwrap_or(&met.name);
        return Err(Some(phrase!("wording.opposite", subject = subject, word = word, event = met.name)));
    }
    if let Some(word) = denied(slots) {
        return Err(Some(phrase!("wording.denied", word = word)));
    }
    let mut builder = Builder { slots, names, settings, why: Vec::new(), doubts: Vec::new(), sure: 0.9 };
    builder.said_kind(kind);
    let question = builder.question(kind)?;
    builder.said_rest(kind);
    let left = slots.left.len() as f64 / slots.content.max(1) as f64;
    let share = slots.events.iter().map(|met| met.share).fold(1.0, f64::min);
    let certainty = builder.sure * (0.4 + 0.6 * share) * (1.0 - 0.6 * left.min(1.0));
    Ok(Built {
        asked: Asked::Question { question },
        why: builder.why,
        certainty: (certainty * 100.0).round() / 100.0,
        unused: slots.left.clone(),
        doubts: builder.doubts,
    })
}

/// Words that turn what is done into what went wrong.
const FAILING: [&str; 24] = [
    "失败", "报错", "出错", "异常", "不了", "无法", "被拒", "拒绝", "失效", "卡住", "failed", "fail",
    "fails", "failing", "failure", "failures", "error", "errors", "declined", "rejected", "refused",
    "broken", "crashed", "unable",
];

/// The word that says something went wrong, and the event, whose name does not say so, that it would be counted as.
fn opposite(slots: &Slots) -> Option<(&str, &Met)> {
    let word = slots.left.iter().find(|word| FAILING.contains(&word.as_str()))?;
    Some((word, slots.events.first()?))
}

/// The word that asks for what did not happen, where only what did would be counted.
fn denied(slots: &Slots) -> Option<&str> {
    let counted = !slots.events.is_empty() || slots.active || slots.newcomers;
    slots.denied.as_deref().filter(|_| counted)
}

/// Which kind it is, where cues of one meet names that speak for another.
fn kind(slots: &Slots, names: &Names<'_>) -> Option<Kind> {
    let named = !slots.events.is_empty();
    match slots.kind {
        Some(Kind::Digest | Kind::Growth) if named && !slots.active && !growth_of_people(slots) => {
            Some(Kind::Trend)
        }
        Some(Kind::Revenue) if !slots.breakdown.is_empty() || slots.value.is_some() => {
            names.amount(None).map(|_| Kind::Trend).or(Some(Kind::Revenue))
        }
        Some(kind) => Some(kind),
        None if named || slots.active || slots.value.is_some() => Some(Kind::Trend),
        None if slots.newcomers => Some(Kind::Trend),
        None if slots.people && (slots.counts || slots.compare.is_some()) && slots.left.is_empty() => {
            Some(Kind::Trend)
        }
        None => None,
    }
}

fn growth_of_people(slots: &Slots) -> bool {
    slots.kind == Some(Kind::Growth) && slots.people && slots.events.iter().all(|met| met.share < 0.79)
}

/// What people say, or messages that hold some words.
fn said(kind: Kind, slots: &Slots, settings: &Settings) -> Built {
    let (from, to) = slots.days.as_ref().map_or((None, None), |days| days.moments(settings));
    let (mut why, mut doubts) = (Vec::new(), Vec::new());
    let asked = if let Some(version) = &slots.version {
        why.push(kind_phrase("wording.messages"));
        if !slots.query.is_empty() {
            why.push(phrase!("wording.about", about = slots.query));
        }
        why.push(phrase!("wording.version", version = version));
        doubts.push(phrase!("wording.only_messages", version = version));
        let (query, versions) = (slots.query.clone(), vec![version.clone()]);
        Asked::Search { spec: SearchSpec { query, versions, from, to, ..SearchSpec::default() } }
    } else if kind == Kind::Search {
        why.push(kind_phrase("wording.search"));
        if !slots.query.is_empty() {
            why.push(phrase!("wording.about", about = slots.query));
        }
        Asked::Search { spec: SearchSpec { query: slots.query.clone(), from, to, ..SearchSpec::default() } }
    } else {
        why.push(kind_phrase("wording.insights"));
        let about = slots.subject.clone();
        if let Some(about) = &about {
            let key = if slots.theme { "wording.about_theme" } else { "wording.about" };
            why.push(Phrase::new(key).with("about", about));
        }
        Asked::Insights { about, from, to }
    };
    if let Some(days) = &slots.days {
        why.push(days_phrase(days));
    }
    if slots.inherited {
        why.push(phrase!("wording.inherited"));
    }
    Built { asked, why, certainty: 0.9, unused: Vec::new(), doubts }
}
