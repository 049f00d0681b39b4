//! The catalogue's names, met in a sentence by their words, stems and concepts in both languages.

use std::collections::HashMap;
use std::ops::Range;

use flywheel_language::{fold, stem};
use flywheel_spec::product::{Operator, Owner, Property, PropertyFilter};
use serde_json::Value as Json;

use super::Vocabulary;
use super::name::{Met, Name, spelled_out};
use super::stop::is_stop;
use super::unit::{GENERAL, Unit, find_word};
use super::value::{SAME_VALUES, Value, has_country_codes, other_countries};

/// Share of a name's words that counts as all of them, said in another language or form.
const WHOLE: f64 = 0.79;

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
