//! The catalogue's names, met in a sentence by their words, stems and concepts in both languages.

use std::collections::HashMap;
use std::ops::Range;

use flywheel_language::{TermKind, concepts, fold, is_han, stem, terms, words_of};
use flywheel_spec::product::{Operator, Owner, Property, PropertyFilter};
use serde_json::Value as Json;

use super::stop::is_stop;
use super::{KnownProperty, Vocabulary};

/// How well two words of one concept fit, and two that differ by a letter.
const SAME_CONCEPT: f64 = 0.8;
const ALMOST_SAME: f64 = 0.7;
/// How well two words of a concept fit of which one means another rather.
const RATHER_ANOTHER: f64 = 0.75;
/// Words of several concepts, and the one that they mean first.
const MEANT_FIRST: &[(&str, &str)] = &[("下单", "order")];
/// How much a word that many names hold weighs beside one that tells them apart.
const GENERAL: f64 = 0.35;
/// Least share of a name's words that a sentence must hold: one of two, in either language.
const LEAST: f64 = 0.39;
/// Share of a name's words that counts as all of them, said in another language or form.
const WHOLE: f64 = 0.79;

/// Words that say little of an event or a property.
const GENERAL_WORDS: &[&str] = &[
    "user",
    "users",
    "customer",
    "person",
    "people",
    "event",
    "app",
    "completed",
    "complete",
    "created",
    "create",
    "sent",
    "done",
    "submitted",
    "success",
    "succeeded",
    "clicked",
    "click",
    "viewed",
    "new",
    "page",
    "type",
    "name",
    "id",
    "code",
    "value",
    "current",
    "initial",
    "geoip",
    "started",
    "placed",
    "total",
    "完成",
    "成功",
    "点击",
    "用户",
    "类型",
    "名称",
    "made",
    "received",
];

/// A word of a name or sentence.
#[derive(Debug, Clone)]
pub struct Unit {
    /// Its stem.
    stem: String,
    /// What it may mean.
    meanings: Vec<&'static str>,
    /// Where it stands.
    pub place: Range<usize>,
    /// How much it says.
    weight: f64,
}

impl Unit {
    fn new(word: &str, place: Range<usize>) -> Self {
        let weight = if GENERAL_WORDS.contains(&word) { GENERAL } else { 1.0 };
        Self { stem: stem(word), meanings: concepts(word).to_vec(), place, weight }
    }

    /// Whether it, or a Chinese word of its meaning, stands in a folded text, however that is cut.
    pub fn stands_in(&self, folded: &str) -> bool {
        let long = |word: &&str| word.starts_with(is_han) && word.chars().count() > 1;
        let mut meant = self.meanings.iter().flat_map(|meaning| words_of(meaning)).filter(long);
        (self.stem.starts_with(is_han) && folded.contains(&self.stem))
            || meant.any(|word| folded.contains(word))
    }

    fn meant_first(&self) -> Option<&'static str> {
        MEANT_FIRST.iter().find(|(word, _)| *word == self.stem).map(|(_, first)| *first)
    }

    /// How well it fits another, from 0 to 1.
    pub fn fits(&self, other: &Self) -> f64 {
        if self.stem == other.stem {
            return 1.0;
        }
        let mut shared = self.meanings.iter().filter(|meaning| other.meanings.contains(meaning)).peekable();
        if shared.peek().is_some() {
            let first = self.meant_first().or(other.meant_first());
            return match first {
                Some(first) if shared.all(|meaning| *meaning != first) => RATHER_ANOTHER,
                _ => SAME_CONCEPT,
            };
        }
        let long =
            self.stem.len() >= 5 && other.stem.len() >= 5 && self.stem.is_ascii() && other.stem.is_ascii();
        if long && strsim::osa_distance(&self.stem, &other.stem) == 1 { ALMOST_SAME } else { 0.0 }
    }
}

/// The words of a folded text, two that are one (`sign up`) together; small words left out.
pub fn units(text: &str) -> Vec<Unit> {
    let cut: Vec<_> = terms(text)
        .into_iter()
        .filter(|term| matches!(term.kind, TermKind::Word | TermKind::Han | TermKind::Number))
        .collect();
    let mut units = Vec::new();
    let mut at = 0;
    while at < cut.len() {
        let term = &cut[at];
        at += 1;
        if let Some(next) = cut.get(at).filter(|next| next.kind == TermKind::Word)
            && term.kind == TermKind::Word
            && next.place.start == term.place.end + 1
        {
            let second = next.text.strip_suffix('s').unwrap_or(next.text);
            let joined = format!("{}{second}", stem(term.text));
            if !concepts(&joined).is_empty() {
                units.push(Unit::new(&joined, term.place.start..next.place.end));
                at += 1;
                continue;
            }
        }
        if is_stop(term.text) {
            continue;
        }
        if term.text.contains('_') {
            let mut start = term.place.start;
            for part in term.text.split('_') {
                if !part.is_empty() {
                    units.push(Unit::new(part, start..start + part.len()));
                }
                start += part.len() + 1;
            }
            continue;
        }
        let long = term.kind == TermKind::Han && term.text.chars().count() > 2;
        if long && concepts(term.text).is_empty() {
            units.extend(parts(term.text, term.place.start));
        } else {
            units.push(Unit::new(term.text, term.place.clone()));
        }
    }
    units
}

/// A long Chinese word as the words with a meaning that it holds, or as it is.
fn parts(word: &str, start: usize) -> Vec<Unit> {
    let edges: Vec<usize> = word.char_indices().map(|(at, _)| at).chain([word.len()]).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while at + 2 < edges.len() {
        let part = &word[edges[at]..edges[at + 2]];
        if concepts(part).is_empty() {
            at += 1;
        } else {
            found.push(Unit::new(part, start + edges[at]..start + edges[at + 2]));
            at += 2;
        }
    }
    if found.is_empty() {
        found.push(Unit::new(word, start..start + word.len()));
    }
    found
}

/// A name as words: `$addToCart` and `add_to_cart` read `add to cart`.
pub fn spelled_out(name: &str) -> String {
    let mut words = String::new();
    let mut before = ' ';
    for character in name.chars() {
        let hump = character.is_uppercase() && (before.is_lowercase() || before.is_numeric());
        let edge = is_han(character) != is_han(before) && before != ' ';
        if hump || (edge && character.is_alphanumeric()) {
            words.push(' ');
        }
        words.push(if character.is_alphanumeric() { character } else { ' ' });
        before = character;
    }
    fold(&words)
}

/// A name that can be met.
#[derive(Debug, Clone)]
struct Name {
    folded: String,
    units: Vec<Unit>,
}

impl Name {
    fn new(name: &str) -> Self {
        let spelled = spelled_out(name);
        let mut found = units(&spelled);
        if found.is_empty() {
            found = vec![Unit::new(&spelled, 0..spelled.len())];
        }
        Self { folded: fold(name), units: found }
    }

    /// How well words fit it: the weight of what fits, the share of it, and which of the words.
    fn met(&self, words: &[Unit]) -> Option<(f64, f64, Vec<usize>)> {
        let (mut matched, mut fresh, mut total) = (0.0, 0.0, 0.0);
        let mut used = Vec::new();
        let mut told = Vec::new();
        let mut telling = false;
        for unit in &self.units {
            total += unit.weight;
            let mut best = 0.0;
            let mut best_at = None;
            for (at, word) in words.iter().enumerate() {
                let fit = unit.fits(word);
                if fit > 0.0 && !used.contains(&at) {
                    used.push(at);
                }
                if fit > best {
                    (best, best_at) = (fit, Some(at));
                }
            }
            // A word that says two parts of a name (付款 of `bill paid`) says no more than once.
            if best_at.is_some_and(|at| told.contains(&at)) {
                matched += unit.weight * best / 2.0;
            } else {
                matched += unit.weight * best;
                fresh += unit.weight * best;
                told.extend(best_at);
            }
            telling |= best > 0.0 && unit.weight > GENERAL || best == 1.0 && self.units.len() == 1;
        }
        used.sort_unstable();
        let share = matched / total;
        (telling && share >= LEAST).then_some((fresh * share, share, used))
    }
}

/// A name that was met in a sentence.
#[derive(Debug, Clone, PartialEq)]
pub struct Met {
    /// Which.
    pub name: String,
    /// Where, in order.
    pub places: Vec<Range<usize>>,
    /// The share of the name's words that were met, from 0 to 1; words of another language or form count less.
    pub share: f64,
}

/// A value that a property is known to have, by a word for it.
#[derive(Debug, Clone)]
pub struct Value {
    /// The word, folded.
    pub word: String,
    /// The value as it is stored.
    pub value: String,
    /// Whose: an index into the properties.
    pub property: usize,
}

/// An event that is told by a value of one of its properties, such as `error shown` by the code `payment_declined`.
#[derive(Debug, Clone)]
struct Coded {
    name: Name,
    /// An index into the properties, and the value as it is stored.
    property: usize,
    value: String,
}

/// The vocabulary, ready to be met.
pub struct Names<'a> {
    /// The vocabulary.
    pub vocabulary: &'a Vocabulary,
    events: Vec<Name>,
    coded: Vec<Coded>,
    properties: Vec<Name>,
    themes: Vec<Name>,
    /// Values by their words, the longest first.
    pub values: Vec<Value>,
}

impl<'a> Names<'a> {
    /// Reads the names of a vocabulary.
    pub fn new(vocabulary: &'a Vocabulary) -> Self {
        let mut events: Vec<Name> = vocabulary.events.iter().map(|(name, _)| Name::new(name)).collect();
        let mut often: HashMap<String, usize> = HashMap::new();
        for unit in events.iter().flat_map(|event| &event.units) {
            *often.entry(unit.stem.clone()).or_default() += 1;
        }
        let many = events.len() / 2;
        for unit in events.iter_mut().filter(|event| event.units.len() > 1).flat_map(|event| &mut event.units)
        {
            if many >= 3 && often[&unit.stem] > many {
                unit.weight = GENERAL;
            }
        }
        let mut values = Vec::new();
        for (property, known) in vocabulary.properties.iter().enumerate() {
            for value in &known.values {
                let folded = fold(value);
                let mut words = vec![folded.clone()];
                for group in SAME_VALUES.iter().filter(|group| group.contains(&folded.as_str())) {
                    words.extend(group.iter().filter(|word| **word != folded).map(|word| (*word).to_owned()));
                }
                // A code such as US is told from the little word by its capitals where it is looked for.
                let code = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
                let telling = |word: &String| {
                    let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
                    letters >= 2
                        && (!is_stop(word) || code && *word == folded)
                        && !["true", "false", "null", "none"].contains(&word.as_str())
                };
                values.extend(words.into_iter().filter(telling).map(|word| Value {
                    word,
                    value: value.clone(),
                    property,
                }));
            }
            if has_country_codes(known) {
                values.extend(other_countries(known).map(|(word, value)| Value { word, value, property }));
            }
        }
        let mut coded = Vec::new();
        for (property, known) in vocabulary.properties.iter().enumerate() {
            if known.events.len() == 1 && known.property.of == Owner::Event {
                let named = known.values.iter().map(|value| (Name::new(value), value));
                let told = named.filter(|(name, _)| name.units.len() > 1);
                coded.extend(told.map(|(name, value)| Coded { name, property, value: value.clone() }));
            }
        }
        values.sort_by(|a, b| (b.word.len(), &a.word, a.property).cmp(&(a.word.len(), &b.word, b.property)));
        Self {
            vocabulary,
            events,
            coded,
            properties: vocabulary.properties.iter().map(|known| Name::new(&known.property.name)).collect(),
            themes: vocabulary.themes.iter().map(|(_, name)| Name::new(name)).collect(),
            values,
        }
    }

    /// The event whose name stands in a folded text as it is, the longest, and where.
    pub fn event_as_written(&self, text: &str) -> Option<(usize, Range<usize>)> {
        let mut found: Option<(usize, Range<usize>)> = None;
        for (at, event) in self.events.iter().enumerate() {
            // A plain word may be meant as a word.
            let named = event.folded.len() > 2 && event.folded.contains(['_', '$', ' ', '.', ':', '-']);
            let longer = found.as_ref().is_none_or(|(_, place)| place.len() < event.folded.len());
            if named
                && longer
                && let Some(place) = find_word(text, &event.folded)
            {
                found = Some((at, place));
            }
        }
        found
    }

    /// The event that words fit best, the more frequent of those that they fit alike.
    pub fn event(&self, words: &[Unit]) -> Option<Met> {
        self.scored_event(words).map(|(_, met)| met)
    }

    /// The event whose property has a value that words fit wholly and better than any event's name, with that condition.
    pub fn coded_event(&self, words: &[Unit]) -> Option<(Met, PropertyFilter)> {
        let least = self.scored_event(words).map_or(0.0, |(score, _)| score + 1e-9);
        let mut best: Option<(f64, f64, &Coded, Vec<usize>)> = None;
        for coded in &self.coded {
            let Some((score, share, used)) = coded.name.met(words) else { continue };
            let better = score > best.as_ref().map_or(least, |(other, ..)| *other + 1e-9);
            if better && share >= WHOLE && used.len() > 1 {
                best = Some((score, share, coded, used));
            }
        }
        let (_, share, coded, used) = best?;
        let known = &self.vocabulary.properties[coded.property];
        let places = used.into_iter().map(|at| words[at].place.clone()).collect();
        let met = Met { name: known.events.first()?.clone(), places, share };
        let condition = PropertyFilter {
            property: known.property.name.clone(),
            of: known.property.of,
            operator: Operator::Is,
            value: Json::String(coded.value.clone()),
        };
        Some((met, condition))
    }

    fn scored_event(&self, words: &[Unit]) -> Option<(f64, Met)> {
        let mut best: Option<(f64, u64, Met)> = None;
        for (event, (name, count)) in self.events.iter().zip(&self.vocabulary.events) {
            let Some((score, share, used)) = event.met(words) else { continue };
            let better = best.as_ref().is_none_or(|(other, often, met)| {
                score > other + 1e-9
                    || ((score - other).abs() <= 1e-9 && (*count, &met.name) > (*often, name))
            });
            if better {
                let places = used.into_iter().map(|at| words[at].place.clone()).collect();
                best = Some((score, *count, Met { name: name.clone(), places, share }));
            }
        }
        best.map(|(score, _, met)| (score, met))
    }

    /// The event for a concept such as `signup`: the one that says it with fewest other words, the more frequent of two.
    pub fn event_of(&self, concept_word: &str) -> Option<String> {
        self.event(&[Unit::new(concept_word, 0..0)]).map(|met| met.name)
    }

    /// Whether an event's name holds a word of a concept.
    pub fn event_means(&self, event: &str, concept: &str) -> bool {
        let at = self.vocabulary.events.iter().position(|(name, _)| name == event);
        at.is_some_and(|at| self.events[at].units.iter().any(|unit| unit.meanings.contains(&concept)))
    }

    /// The property that words fit best, among those that events of this name have, and which words.
    pub fn property(&self, words: &[Unit], event: Option<&str>) -> Option<(Property, Vec<Range<usize>>)> {
        let mut best: Option<(f64, usize, Vec<usize>)> = None;
        for (at, name) in self.properties.iter().enumerate() {
            if !self.has(event, at) {
                continue;
            }
            let Some((score, _, used)) = name.met(words) else { continue };
            if best.as_ref().is_none_or(|(other, _, _)| score > other + 1e-9) {
                best = Some((score, at, used));
            }
        }
        let (_, at, used) = best?;
        let places = used.into_iter().map(|at| words[at].place.clone()).collect();
        Some((self.vocabulary.properties[at].property.clone(), places))
    }

    /// The property that holds what was paid.
    pub fn amount(&self, event: Option<&str>) -> Option<Property> {
        ["amount", "revenue", "price", "total", "value"].iter().find_map(|word| {
            let fits = |at: usize| self.has(event, at) && self.properties[at].folded.contains(word);
            let at = (0..self.properties.len()).find(|at| fits(*at))?;
            Some(self.vocabulary.properties[at].property.clone())
        })
    }

    /// The first property with one of these words in its name, and the event that has it: a payment before any other.
    pub fn property_with(&self, words: &[&str], event: Option<&str>) -> Option<(Property, Option<String>)> {
        words.iter().find_map(|word| {
            let at = (0..self.properties.len())
                .find(|at| self.has(event, *at) && self.properties[*at].folded.contains(word))?;
            let known = &self.vocabulary.properties[at];
            let undone = |event: &String| {
                ["fail", "refund", "cancel", "return"].iter().any(|meaning| self.event_means(event, meaning))
            };
            let done: Vec<&String> = known.events.iter().filter(|event| !undone(event)).collect();
            let pays = done.iter().find(|event| self.event_means(event, "pay"));
            let of = pays.or(done.first()).copied().or(known.events.first());
            Some((known.property.clone(), of.cloned()))
        })
    }

    /// Whether events of a name have a property, as far as is known.
    pub fn has(&self, event: Option<&str>, property: usize) -> bool {
        let of = &self.vocabulary.properties[property].events;
        of.is_empty() || event.is_none_or(|event| of.iter().any(|known| known == event))
    }

    /// Whether a word stands in the name of an event.
    pub fn in_an_event(&self, word: &str) -> bool {
        let stem = stem(word);
        self.events.iter().any(|event| event.units.iter().any(|unit| unit.stem == stem))
    }

    /// The theme that words name wholly.
    pub fn theme(&self, words: &[Unit]) -> Option<String> {
        let met = self.themes.iter().zip(&self.vocabulary.themes).filter_map(|(theme, (_, name))| {
            theme.met(words).filter(|(_, share, _)| *share > 0.99).map(|(score, _, _)| (score, name))
        });
        met.fold(None, |best: Option<(f64, &String)>, (score, name)| match best {
            Some((other, _)) if other >= score => best,
            _ => Some((score, name)),
        })
        .map(|(_, name)| name.clone())
    }

    /// The events whose names are spelled most like a text, the nearest first.
    pub fn nearest_events(&self, text: &str, most: usize) -> Vec<String> {
        let mut found: Vec<(f64, u64, &String)> = Vec::new();
        for (event, (name, count)) in self.events.iter().zip(&self.vocabulary.events) {
            let spelled = spelled_out(name);
            let like = text
                .split_whitespace()
                .map(|word| strsim::jaro_winkler(word, &spelled))
                .fold(strsim::jaro_winkler(text, &event.folded), f64::max);
            // Below this the likeness of short words is chance.
            found.push((if like > 0.8 { like } else { 0.0 }, *count, name));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(b.1.cmp(&a.1)).then(a.2.cmp(b.2)));
        found.into_iter().take(most).map(|(_, _, name)| name.clone()).collect()
    }
}

/// Whether a property names countries by their codes of two letters.
fn has_country_codes(known: &KnownProperty) -> bool {
    let code = |value: &String| value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
    let country =
        terms(&spelled_out(&known.property.name)).iter().any(|term| concepts(term.text).contains(&"country"));
    country && !known.values.is_empty() && known.values.iter().all(code)
}

/// Countries that are not among a property's known values, of which the catalogue keeps only some: words, and the code.
fn other_countries(known: &KnownProperty) -> impl Iterator<Item = (String, String)> {
    let groups = SAME_VALUES.iter().filter_map(|group| Some((*group, group.first()?.to_uppercase())));
    let others =
        groups.filter(|(_, code)| COUNTRIES.contains(&code.as_str()) && !known.values.contains(code));
    others.flat_map(|(group, code)| {
        let words = group.iter().filter(|word| !is_stop(word));
        words.map(move |word| ((*word).to_owned(), code.clone()))
    })
}

/// The codes that head a group of [`SAME_VALUES`].
const COUNTRIES: &[&str] =
    &["CN", "US", "JP", "DE", "GB", "FR", "IN", "BR", "KR", "CA", "AU", "ES", "IT", "RU", "SG", "HK", "TW"];

/// Where a word stands in a text: an English one between edges of words, a Chinese one anywhere.
pub fn find_word(text: &str, word: &str) -> Option<Range<usize>> {
    let inner = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    text.match_indices(word).map(|(at, _)| at..at + word.len()).find(|place| {
        let bytes = text.as_bytes();
        let before = place.start.checked_sub(1).and_then(|at| bytes.get(at).copied());
        let first = inner(bytes.get(place.start).copied());
        let last = inner(bytes.get(place.end.saturating_sub(1)).copied());
        !(first && inner(before)) && !(last && inner(bytes.get(place.end).copied()))
    })
}

/// Words for one value, as properties of countries, devices, systems, plans and channels have it.
const SAME_VALUES: &[&[&str]] = &[
    &["cn", "china", "中国", "国内"],
    &["us", "usa", "united states", "america", "美国"],
    &["jp", "japan", "日本"],
    &["de", "germany", "德国"],
    &["gb", "uk", "united kingdom", "britain", "英国"],
    &["fr", "france", "法国"],
    &["in", "india", "印度"],
    &["br", "brazil", "巴西"],
    &["kr", "south korea", "korea", "韩国"],
    &["ca", "canada", "加拿大"],
    &["au", "australia", "澳大利亚"],
    &["es", "spain", "西班牙"],
    &["it", "italy", "意大利"],
    &["ru", "russia", "俄罗斯"],
    &["sg", "singapore", "新加坡"],
    &["hk", "hong kong", "香港"],
    &["tw", "taiwan", "台湾"],
    &["mobile", "phone", "phones", "手机", "移动端"],
    &["desktop", "computer", "computers", "pc", "电脑", "桌面端"],
    &["tablet", "tablets", "平板"],
    &["ios", "iphone", "苹果"],
    &["android", "安卓"],
    &["web", "website", "网页", "网页版"],
    &["wechat", "weixin", "微信"],
    &["alipay", "支付宝"],
    &["free", "免费", "免费版", "免费用户"],
    &["pro", "professional", "专业版"],
    &["enterprise", "企业版"],
    &["trial", "试用", "试用版"],
    &["paid", "付费版"],
    &["male", "men", "男", "男性"],
    &["female", "women", "女", "女性"],
];
