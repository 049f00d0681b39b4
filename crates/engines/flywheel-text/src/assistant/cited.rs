//! What a model says with its citations: each looked up, each checked, and what does not hold counted by its reason.

use std::collections::{BTreeMap, HashSet};

use flywheel_language::{fold, language};
use flywheel_spec::Language;
use flywheel_spec::assistant::{CitedClaim, RemovedReason};
use flywheel_spec::feedback::TextLanguage;
use serde_json::{Map, Value};

use super::clean::clean;
use super::grounds::Claim;
use super::sources::{Source, Sources};

/// What was kept of an answer, and what was removed for which reason.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sifted {
    /// Names and claims kept.
    pub kept: u64,
    /// Names and claims removed.
    pub removed: BTreeMap<RemovedReason, u64>,
    /// Citations removed.
    pub citations: BTreeMap<RemovedReason, u64>,
}

impl Sifted {
    /// Counts a claim that was removed.
    pub(super) fn remove(&mut self, reason: RemovedReason) {
        *self.removed.entry(reason).or_default() += 1;
    }
}

/// A text with citations as a model wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub text: String,
    pub cites: Vec<String>,
}

impl Said {
    /// Of an answer's object; absent where it holds no text by that name.
    pub(super) fn of(object: &Map<String, Value>, name: &str) -> Option<Self> {
        let text = object.get(name)?.as_str()?.to_owned();
        let cites: Vec<String> = match object.get("cites") {
            Some(Value::Array(cites)) => cites.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
            Some(Value::String(cites)) => cites.split([',', ' ', '，', '、']).map(str::to_owned).collect(),
            _ => Vec::new(),
        };
        Some(Self { text, cites: cites.into_iter().filter(|cite| !cite.trim().is_empty()).collect() })
    }
}

/// What a text must be to be kept.
#[derive(Debug, Clone)]
pub(super) struct Form {
    /// Characters at most.
    pub most: usize,
    /// Whether it may run over several lines, which are then joined.
    pub lines: bool,
    /// The languages that it may have.
    pub languages: Vec<TextLanguage>,
}

impl Form {
    fn fits(&self, written: &str, clean: &str) -> bool {
        let lines = self.lines
            || !written.trim().contains(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}', '\u{b}', '\u{c}']);
        lines
            && !clean.is_empty()
            && clean.chars().count() <= self.most
            && self.languages.contains(&language(clean))
    }
}

/// A language as texts have it.
pub(super) fn spoken(language: Language) -> TextLanguage {
    match language {
        Language::En => TextLanguage::En,
        Language::Zh => TextLanguage::Zh,
    }
}

/// Checks one text against the sources that it cites; `group` are those that it may cite, all where absent.
///
/// Citations go first: those that do not exist, and those that have nothing to do with it. What is left must support it.
pub(super) fn check(
    said: &Said,
    sources: &Sources,
    group: Option<usize>,
    form: &Form,
    sifted: &mut Sifted,
) -> Result<CitedClaim, RemovedReason> {
    let text = clean(&said.text);
    if !form.fits(&said.text, &text) {
        return Err(RemovedReason::WrongForm);
    }
    if said.cites.is_empty() {
        return Err(RemovedReason::NoCitation);
    }
    let claim = Claim::new(&text);
    let mut remove = |reason| *sifted.citations.entry(reason).or_default() += 1;
    let mut seen: HashSet<&str> = HashSet::new();
    let mut grounds: Vec<&Source> = Vec::new();
    let mut exists = false;
    for cite in &said.cites {
        let Some(source) = sources.find(cite) else {
            remove(RemovedReason::UnknownCitation);
            continue;
        };
        exists = true;
        if !seen.insert(&source.id) {
            continue;
        }
        if group.is_some_and(|group| group != source.group) || !claim.touches(&source.ground) {
            remove(RemovedReason::Unsupported);
            continue;
        }
        grounds.push(source);
    }
    if !exists {
        return Err(RemovedReason::UnknownCitation);
    }
    let held: Vec<_> = grounds.iter().map(|source| &source.ground).collect();
    claim.check(&held, &sources.facts)?;
    Ok(CitedClaim { text, cites: grounds.into_iter().map(|source| source.quote.clone()).collect() })
}

/// Checks texts one after the other, keeping at most so many, none twice in the same words.
pub(super) fn check_all(
    said: impl IntoIterator<Item = Option<Said>>,
    sources: &Sources,
    form: &Form,
    most: usize,
    sifted: &mut Sifted,
) -> Vec<CitedClaim> {
    let mut kept: Vec<CitedClaim> = Vec::new();
    let mut seen: HashSet<String> = HashSet::new();
    for said in said {
        let checked = match said {
            None => Err(RemovedReason::WrongForm),
            Some(_) if kept.len() >= most => Err(RemovedReason::TooMany),
            Some(said) => check(&said, sources, None, form, sifted),
        };
        match checked {
            Ok(claim) if !seen.insert(fold(&claim.text)) => sifted.remove(RemovedReason::Repeated),
            Ok(claim) => kept.push(claim),
            Err(reason) => sifted.remove(reason),
        }
    }
    sifted.kept += kept.len() as u64;
    kept
}
