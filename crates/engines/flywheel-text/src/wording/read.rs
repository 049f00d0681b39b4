//! What one sentence says: its kind, its events, its time, its conditions.

use std::ops::Range;

use flywheel_language::{TermKind, terms};
use flywheel_spec::product::trend::{Aggregate, Compare};
use flywheel_spec::product::{Interval, Operator, Property, PropertyFilter};
use serde_json::{Number, Value as Json};

use super::Settings;
use super::kinds::{self, Kind};
use super::names::{Met, Names, Unit, find_word, units};
use super::sentence::Sentence;
use super::stop::is_saying;
use super::time::{self, Days};

/// Events of one sentence at most.
const EVENTS: usize = 6;
/// Share of a second event's name that must be met, so that one word does not name two events.
const SECOND: f64 = 0.79;

/// What one sentence says.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    pub kind: Option<Kind>,
    pub days: Option<Days>,
    pub interval: Option<Interval>,
    pub compare: Option<Compare>,
    pub counts: bool,
    pub people: bool,
    pub per_person: bool,
    pub active: bool,
    pub newcomers: bool,
    pub aggregate: Option<Aggregate>,
    pub value: Option<Property>,
    pub events: Vec<Met>,
    /// True when the events are steps one after the other.
    pub ways: bool,
    /// The path begins, or ends, with the event.
    pub after: bool,
    pub before: bool,
    pub breakdown: Vec<Property>,
    pub filters: Vec<PropertyFilter>,
    /// It speaks of everybody, whoever the sentence before was about.
    pub everybody: bool,
    /// What it is about, as it was written.
    pub subject: Option<String>,
    pub theme: bool,
    /// The words looked for.
    pub query: String,
    /// Words that were not used.
    pub left: Vec<String>,
    /// How many words say something.
    pub content: usize,
    pub inherited: bool,
}

impl Slots {
    /// Takes from the sentence before what this one leaves out.
    pub fn inherit(&mut self, before: &Self) {
        let spoken = |kind| matches!(kind, Some(Kind::Insights | Kind::Search));
        let bare = self.kind.is_none() && self.events.is_empty() && !self.active && !self.newcomers;
        let says = self.days.is_some()
            || self.interval.is_some()
            || self.compare.is_some()
            || !self.breakdown.is_empty()
            || !self.filters.is_empty()
            || self.counts
            || self.people
            || self.per_person;
        if bare {
            if !says || !self.left.is_empty() {
                return;
            }
            let own = std::mem::replace(self, before.clone());
            self.inherited = true;
            self.left.clear();
            self.days = own.days.or(self.days.take());
            self.interval = own.interval.or(self.interval);
            self.compare = own.compare.or(self.compare);
            self.people |= own.people;
            self.per_person |= own.per_person;
            if !own.breakdown.is_empty() {
                self.breakdown = own.breakdown;
            }
            self.filters.extend(own.filters);
            return;
        }
        if self.days.is_none() && before.days.is_some() {
            self.days.clone_from(&before.days);
            self.inherited = true;
        }
        if spoken(self.kind) {
            if self.subject.is_none() && self.query.is_empty() && !self.everybody {
                self.subject.clone_from(&before.subject);
                self.query = before.subject.clone().unwrap_or_default();
                self.theme = before.theme;
                self.inherited |= before.subject.is_some();
            }
        } else if self.events.is_empty()
            && !self.active
            && !self.newcomers
            && !before.events.is_empty()
            && !matches!(self.kind, Some(Kind::Digest | Kind::Satisfaction(_) | Kind::WordOfMouth))
        {
            self.events.clone_from(&before.events);
            self.ways = before.ways;
            self.subject.clone_from(&before.subject);
            if self.filters.is_empty() {
                self.filters.clone_from(&before.filters);
            }
            self.inherited = true;
        }
    }
}

/// Reads a folded sentence; `original` is the whole question before folding, whose capitals tell codes from words.
pub fn read(clause: &str, original: &str, names: &Names<'_>, settings: &Settings) -> Slots {
    let mut slots = Slots { content: units(clause).len(), ..Slots::default() };
    let mut sentence = Sentence::new(clause);
    let mut named = Vec::new();
    while named.len() < EVENTS
        && let Some((at, place)) = names.event_as_written(&sentence.open())
    {
        sentence.take(&place);
        let name = names.vocabulary.events[at].0.clone();
        named.push(Met { name, places: vec![place], share: 1.0 });
    }
    let open = sentence.open();
    slots.counts = kinds::COUNTS.is_match(&open);
    let mut cue = kinds::KINDS.iter().find_map(|(kind, cue)| Some((*kind, cue.find(&open)?.range())));
    let search = matches!(cue, Some((Kind::Search, _)));
    let said = cue.is_none() && kinds::SAID.is_match(&open) && !slots.counts;
    if search || said || kinds::SAYING.is_match(&open) {
        let lead = cue.filter(|_| search).map(|(_, place)| place);
        return spoken(clause, lead, slots, names, settings);
    }
    if let Some((_, place)) = &cue
        && slots.counts
        && let Some(met) = names.event(&units(&open))
        && met.share > 0.99
        && met.places.iter().any(|met| met.start < place.end && place.start < met.end)
    {
        cue = Some((Kind::Trend, place.start..place.start));
    }
    if let Some((kind, place)) = cue {
        slots.kind = Some(kind);
        sentence.take(&place);
    }
    time_and_measure(&mut sentence, &mut slots, settings);
    let numbers = conditions_of_numbers(&mut sentence, names);
    let breakdowns = breakdowns(&mut sentence, names);
    let mut values = values(&mut sentence, original, names, false);
    slots.people = kinds::PEOPLE.is_match(&sentence.open()) || slots.people;
    events(&mut sentence, named, &mut slots, names);
    values.extend(self::values(&mut sentence, original, names, true));
    let event = slots.events.first().map(|met| met.name.clone());
    for words in numbers {
        slots.filters.extend(words.filter(names, event.as_deref()));
    }
    for words in breakdowns {
        let found = names.property(&words, event.as_deref()).or_else(|| names.property(&words, None));
        if let Some((property, _)) = found
            && !slots.breakdown.contains(&property)
            && slots.breakdown.len() < 3
        {
            slots.breakdown.push(property);
        }
    }
    for value in values {
        match value.filter(names, event.as_deref()) {
            Some(filter) => slots.filters.push(filter),
            None => slots.left.push(value.word),
        }
    }
    numbers_of_a_property(&mut sentence, &mut slots, names);
    if let Some(first) = slots.events.first() {
        let (from, to) =
            (first.places.iter().map(|p| p.start).min(), first.places.iter().map(|p| p.end).max());
        slots.subject = from.zip(to).map(|(from, to)| sentence.at(&(from..to)).to_owned());
    }
    let open = sentence.open();
    slots.left.extend(units(&open).into_iter().map(|unit| open[unit.place].to_owned()));
    slots
}

/// What is asked of what people say: what about, and when.
fn spoken(
    clause: &str,
    lead: Option<Range<usize>>,
    mut slots: Slots,
    names: &Names<'_>,
    settings: &Settings,
) -> Slots {
    let mut sentence = Sentence::new(clause);
    slots.kind = Some(if lead.is_some() { Kind::Search } else { Kind::Insights });
    if let Some(place) = lead {
        sentence.take(&place);
    }
    slots.everybody = kinds::EVERYBODY.is_match(clause);
    slots.days = time::days(&mut sentence, settings);
    let open = sentence.open();
    let content: Vec<Range<usize>> = terms(&open)
        .into_iter()
        .filter(|term| term.kind != TermKind::Mark && !is_saying(term.text))
        .map(|term| term.place)
        .collect();
    if let (Some(first), Some(last)) = (content.first(), content.last()) {
        let words = open[first.start..last.end].split_whitespace().collect::<Vec<_>>().join(" ");
        let words = words.trim_matches(|letter: char| letter == '"' || letter == '\'').to_owned();
        match names.theme(&units(&words)).filter(|_| slots.kind == Some(Kind::Insights)) {
            Some(theme) => {
                slots.theme = true;
                slots.subject = Some(theme);
            }
            None => slots.subject = Some(words.clone()),
        }
        slots.query = words;
    }
    slots
}

fn time_and_measure(sentence: &mut Sentence, slots: &mut Slots, settings: &Settings) {
    let mut compared = None;
    for (compare, cue) in kinds::COMPARES.iter() {
        if let Some(words) = sentence.take_first(cue) {
            slots.compare = Some(*compare);
            compared = Some(words);
            break;
        }
    }
    for (cue, interval) in kinds::ACTIVE_EVERY.iter() {
        if sentence.take_first(cue).is_some() {
            slots.interval = Some(*interval);
            (slots.active, slots.people) = (true, true);
        }
    }
    slots.per_person = sentence.take_first(&kinds::PER_PERSON).is_some();
    if let Some(interval) = time::interval(sentence) {
        slots.interval = Some(interval);
    }
    slots.days = time::days(sentence, settings);
    if let (None, Some(words)) = (&slots.days, compared) {
        let unit = [
            (Interval::Week, &["week", "周", "星期"][..]),
            (Interval::Month, &["month", "月"]),
            (Interval::Day, &["yesterday", "昨天", "day", "天"]),
        ];
        let unit = unit.iter().find(|(_, names)| names.iter().any(|name| words.contains(name)));
        slots.days = match unit {
            Some((unit, _)) => Some(time::current(*unit, settings)),
            None if words.contains("this year") || words.contains("今年") => {
                Some(time::this_year(settings))
            }
            None => None,
        };
    }
    if sentence.take_first(&kinds::ACTIVE).is_some() {
        (slots.active, slots.people) = (true, true);
    }
    if sentence.take_first(&kinds::NEWCOMERS).is_some() {
        (slots.newcomers, slots.people) = (true, true);
    }
}

/// A property, in words, and the number that it is compared with.
struct NumberWords {
    words: Vec<Unit>,
    operator: Operator,
    value: Number,
}

impl NumberWords {
    fn filter(self, names: &Names<'_>, event: Option<&str>) -> Option<PropertyFilter> {
        let found = names.property(&self.words, event).or_else(|| names.property(&self.words, None));
        let (property, _) = found?;
        Some(PropertyFilter {
            property: property.name,
            of: property.of,
            operator: self.operator,
            value: Json::Number(self.value),
        })
    }
}

fn conditions_of_numbers(sentence: &mut Sentence, names: &Names<'_>) -> Vec<NumberWords> {
    let open = sentence.open();
    let mut found = Vec::new();
    for captures in kinds::NUMBERS.captures_iter(&open) {
        let named = |one, other| captures.name(one).or(captures.name(other)).map(|found| found.as_str());
        let (Some(place), Some(operator), Some(number)) =
            (captures.get(0), named("op", "zop"), named("n", "zn"))
        else {
            continue;
        };
        let operator = match operator {
            "at least" | "大于等于" | "不少于" | "至少" | ">=" => Operator::Gte,
            "at most" | "小于等于" | "不超过" | "<=" => Operator::Lte,
            "under" | "below" | "less than" | "smaller than" | "小于" | "低于" | "少于" | "不到" | "<" => {
                Operator::Lt
            }
            _ => Operator::Gt,
        };
        let whole = number.parse::<i64>().ok().map(Number::from);
        let Some(value) = whole.or(number.parse().ok().and_then(Number::from_f64)) else { continue };
        let words = units(&open[..place.start()]);
        let last = &words[words.len().saturating_sub(2)..];
        let near = [last, &last[last.len().saturating_sub(1)..]].into_iter().find_map(|words| {
            let (_, places) = names.property(words, None)?;
            (places.last() == words.last().map(|word| &word.place)).then(|| (words.to_vec(), places))
        });
        let Some((words, places)) = near else { continue };
        sentence.take(&place.range());
        places.iter().for_each(|place| sentence.take(place));
        let words = words.into_iter().filter(|word| places.contains(&word.place)).collect();
        found.push(NumberWords { words, operator, value });
    }
    found
}

/// The words of each property that the sentence tells apart by.
fn breakdowns(sentence: &mut Sentence, names: &Names<'_>) -> Vec<Vec<Unit>> {
    let open = sentence.open();
    let mut found = Vec::new();
    let markers: Vec<Range<usize>> = kinds::BREAKDOWNS.find_iter(&open).map(|found| found.range()).collect();
    for marker in markers {
        let mut from = marker.end;
        let mut first = true;
        while let Some(words) = property_at(&open, from, names) {
            let end = words.iter().map(|word| word.place.end).max().unwrap_or(from);
            if first {
                sentence.take(&marker);
                first = false;
            }
            sentence.take(&(from..end));
            found.push(words);
            let rest = &open[end..];
            let joint = [" and by ", " and ", ", ", ",", "和", "、", "与"];
            match joint.iter().find(|joint| rest.starts_with(**joint)) {
                Some(joint) => from = end + joint.len(),
                None => break,
            }
        }
    }
    let after: Vec<Range<usize>> =
        kinds::BREAKDOWNS_AFTER.find_iter(&open).map(|found| found.range()).collect();
    for marker in after {
        let words = units(&open[..marker.start]);
        let Some(last) = words.last().filter(|word| word.place.end == marker.start) else { continue };
        if names.property(std::slice::from_ref(last), None).is_some() {
            sentence.take(&(last.place.start..marker.end));
            found.push(vec![last.clone()]);
        }
    }
    found
}

/// The words of a property that begins at a place.
fn property_at(open: &str, from: usize, names: &Names<'_>) -> Option<Vec<Unit>> {
    let mut words = units(open.get(from..)?);
    words.truncate(3);
    for word in &mut words {
        word.place = word.place.start + from..word.place.end + from;
    }
    if words.first()?.place.start > from + 12 {
        return None;
    }
    (1..=words.len()).rev().find_map(|count| {
        let (_, places) = names.property(&words[..count], None)?;
        let runs = (0..places.len()).all(|at| places[at] == words[at].place);
        runs.then(|| words[..places.len()].to_vec())
    })
}

/// A word for a value, and which properties have it.
struct ValueWords {
    word: String,
    not: bool,
    candidates: Vec<(usize, String)>,
}

impl ValueWords {
    fn filter(&self, names: &Names<'_>, event: Option<&str>) -> Option<PropertyFilter> {
        let (at, value) = self.candidates.iter().find(|(property, _)| names.has(event, *property))?;
        let property = names.vocabulary.properties[*at].property.clone();
        Some(PropertyFilter {
            property: property.name,
            of: property.of,
            operator: if self.not { Operator::IsNot } else { Operator::Is },
            value: Json::String(value.clone()),
        })
    }
}

/// Takes the values that stand in the open: those that no event's name holds, or those that one does.
fn values(sentence: &mut Sentence, original: &str, names: &Names<'_>, of_events: bool) -> Vec<ValueWords> {
    let mut found: Vec<ValueWords> = Vec::new();
    for value in &names.values {
        if let Some(last) = found.last_mut()
            && last.word == value.word
        {
            last.candidates.push((value.property, value.value.clone()));
            continue;
        }
        let open = sentence.open();
        let Some(place) = find_word(&open, &value.word) else { continue };
        let code = value.word.len() <= 2 && value.word.is_ascii();
        if names.in_an_event(&value.word) != of_events
            || code && find_word(original, &value.word.to_uppercase()).is_none()
        {
            continue;
        }
        let not = kinds::NOT.find(&open[..place.start]);
        if let Some(not) = not {
            sentence.take(&not.range());
        }
        sentence.take(&place);
        let candidates = vec![(value.property, value.value.clone())];
        found.push(ValueWords { word: value.word.clone(), not: not.is_some(), candidates });
    }
    found
}

/// Finds the events: steps of a way one after the other, or those that the words fit best.
fn events(sentence: &mut Sentence, named: Vec<Met>, slots: &mut Slots, names: &Names<'_>) {
    let open = sentence.open();
    let way = matches!(slots.kind, Some(Kind::Funnel | Kind::Paths));
    let lead = kinds::FROM.find(&open).map(|found| found.range());
    if way || lead.is_some() || kinds::ARROWS.is_match(&open) {
        let start = lead.map_or(0, |lead| lead.end);
        let steps = steps(&open, start, &named, names);
        if steps.len() >= 2 {
            steps.iter().flat_map(|step| &step.places).for_each(|place| sentence.take(place));
            slots.events = steps;
            slots.ways = true;
            if slots.kind.is_none() {
                slots.kind = Some(Kind::Funnel);
            }
            return;
        }
    }
    slots.events = named;
    while slots.events.len() < EVENTS {
        let words = units(&sentence.open());
        if slots.events.is_empty()
            && let Some((met, condition)) = names.coded_event(&words)
        {
            met.places.iter().for_each(|place| sentence.take(place));
            slots.events.push(met);
            slots.filters.push(condition);
            // A condition is everybody's: beside another event it would be wrong.
            break;
        }
        let Some(met) = names.event(&words) else { break };
        let known = slots.events.iter().any(|event| event.name == met.name);
        if !slots.events.is_empty() && (met.share < SECOND || known) {
            break;
        }
        met.places.iter().for_each(|place| sentence.take(place));
        slots.events.push(met);
    }
    let start = |met: &Met| met.places.iter().map(|place| place.start).min();
    slots.events.sort_by_key(start);
    if let Some(first) = slots.events.first() {
        let (from, to) =
            (start(first).unwrap_or(0), first.places.iter().map(|place| place.end).max().unwrap_or(0));
        // What stands right behind it: 登录之后, 退款申请之前.
        let behind: String = open[to..].chars().take(6).collect();
        slots.after = kinds::AFTER.is_match(open[..from].trim_end()) || behind.contains('后');
        slots.before =
            !slots.after && (kinds::BEFORE.is_match(open[..from].trim_end()) || behind.contains('前'));
    }
}

fn steps(open: &str, start: usize, named: &[Met], names: &Names<'_>) -> Vec<Met> {
    let mut edges: Vec<Range<usize>> = Vec::new();
    for found in kinds::STEPS.find_iter(&open[start..]) {
        edges.push(found.start() + start..found.end() + start);
    }
    edges.push(open.len()..open.len());
    let mut steps: Vec<Met> = Vec::new();
    let mut from = start;
    for edge in edges {
        let place = from..edge.start;
        from = edge.end;
        let written = named
            .iter()
            .find(|met| met.places.iter().all(|at| at.start >= place.start && at.end <= place.end));
        let met = written.cloned().or_else(|| {
            let words: Vec<Unit> = units(open.get(place.clone())?)
                .into_iter()
                .map(|mut word| {
                    word.place = word.place.start + place.start..word.place.end + place.start;
                    word
                })
                .collect();
            names.event(&words)
        });
        if let Some(met) = met
            && steps.last().is_none_or(|last| last.name != met.name)
            && steps.len() < EVENTS
        {
            steps.push(met);
        }
    }
    steps
}

/// Reads which property's numbers are taken together, and how.
fn numbers_of_a_property(sentence: &mut Sentence, slots: &mut Slots, names: &Names<'_>) {
    let open = sentence.open();
    let event = slots.events.first().map(|met| met.name.as_str());
    let Some((aggregate, place)) =
        kinds::AGGREGATES.iter().find_map(|(aggregate, cue)| Some((*aggregate, cue.find(&open)?.range())))
    else {
        return;
    };
    let found = names.property(&units(&open), event).or_else(|| {
        let amount = kinds::AMOUNTS.find(&open)?;
        let property = names.amount(event)?;
        Some((property, vec![amount.range()]))
    });
    if let Some((property, places)) = found {
        sentence.take(&place);
        places.iter().for_each(|place| sentence.take(place));
        slots.value = Some(property);
        slots.aggregate = Some(aggregate);
    } else if matches!(aggregate, Aggregate::Sum) {
        sentence.take(&place);
    }
}
