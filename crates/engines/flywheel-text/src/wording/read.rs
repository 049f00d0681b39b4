//! What one sentence says: its kind, its events, its time, its conditions.

use std::borrow::Cow;
use std::ops::Range;

use flywheel_language::{TermKind, terms};
use flywheel_spec::product::trend::{Aggregate, Compare};
use flywheel_spec::product::{Interval, Property, PropertyFilter};

use super::Settings;
use super::conditions::{self, add, same_property};
use super::denial::denial;
use super::kinds::{self, Kind};
use super::names::{Met, Names, Unit, units};
use super::sentence::Sentence;
use super::stop::is_saying;
use super::time::{self, Days};

/// Events of one sentence at most.
const EVENTS: usize = 6;
/// Share of a second event's name that must be met, so that one word does not name two events.
const SECOND: f64 = 0.79;
/// The latest day that people are asked to come back on.
const LAST_RETURN_DAY: u32 = 90;

/// What one sentence says.
#[derive(Debug, Clone, Default)]
pub struct Slots {
    pub kind: Option<Kind>,
    pub days: Option<Days>,
    pub interval: Option<Interval>,
    /// The day that people are to come back on.
    pub return_day: Option<u32>,
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
    /// Who did the first and not the second is asked for.
    pub stopped: bool,
    /// The word that asks for what did not happen, where nothing was made of it.
    pub denied: Option<String>,
    /// It asks why a number changed.
    pub why: bool,
    /// The word that asks for a share of something.
    pub rate: Option<String>,
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
    /// The version of the product that people speak of.
    pub version: Option<String>,
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
            self.rate = own.rate.or(self.rate.take());
            if !own.breakdown.is_empty() {
                self.breakdown = own.breakdown;
            }
            let another = |one: &PropertyFilter| own.filters.iter().any(|new| same_property(one, new));
            self.filters.retain(|one| !another(one));
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
            self.stopped = before.stopped;
            self.denied.clone_from(&before.denied);
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
    let mut cue = kind(&open);
    let search = matches!(cue, Some((Kind::Search, _)));
    let said = cue.is_none() && kinds::SAID.is_match(&open) && !slots.counts;
    slots.why = asks_why_a_number_changed(&open, cue.as_ref(), names);
    let saying = if slots.why { kinds::WHY.replace_all(&open, " ") } else { Cow::Borrowed(open.as_str()) };
    if search || said || kinds::SAYING.is_match(&saying) {
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
        if kind == Kind::Retention {
            return_day(&mut sentence, place.start, &mut slots);
        }
        // Who comes back, or goes on, tells who does not as well.
        if matches!(kind, Kind::Funnel | Kind::Retention) {
            let leads = |not: &Range<usize>| clause.get(not.end..place.start).is_some_and(is_blank);
            if let Some((not, _)) = denial(&sentence, leads) {
                sentence.take(&not);
            }
        }
    }
    if slots.why {
        sentence.take_first(&kinds::WHY);
    }
    time_and_measure(&mut sentence, &mut slots, settings);
    if slots.why {
        sentence.take_first(&kinds::CHANGED);
        slots.compare = slots.compare.or(Some(Compare::Previous));
    }
    let numbers = conditions::numbers(&mut sentence, names);
    let breakdowns = breakdowns(&mut sentence, names);
    let mut values = conditions::values(&mut sentence, original, names, false);
    slots.people = kinds::PEOPLE.is_match(&sentence.open()) || slots.people;
    events(&mut sentence, named, &mut slots, names);
    values.extend(conditions::values(&mut sentence, original, names, true));
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
            Some(filter) => add(&mut slots.filters, filter),
            None => slots.left.push(value.word),
        }
    }
    if slots.breakdown.is_empty()
        && matches!(slots.kind, None | Some(Kind::Trend | Kind::Funnel | Kind::Retention))
    {
        let several = slots.filters.iter().find(|filter| filter.value.is_array());
        slots.breakdown.extend(several.map(|one| Property { name: one.property.clone(), of: one.of }));
    }
    numbers_of_a_property(&mut sentence, &mut slots, names);
    let named = |word: &String| slots.events.iter().any(|met| met.name.to_lowercase().contains(word));
    slots.denied = denial(&sentence, |_| true).map(|(_, word)| word).filter(|word| !named(word));
    if let Some(first) = slots.events.first() {
        let (from, to) =
            (first.places.iter().map(|p| p.start).min(), first.places.iter().map(|p| p.end).max());
        slots.subject = from.zip(to).map(|(from, to)| sentence.at(&(from..to)).to_owned());
    }
    let open = sentence.open();
    slots.rate = kinds::RATES.captures_iter(&open).find_map(|captures| {
        let word = captures.name("rate").or(captures.name("zrate"))?;
        Some(word.as_str().to_owned())
    });
    slots.left.extend(units(&open).into_iter().map(|unit| open[unit.place].to_owned()));
    if let Some(word) = slots.denied.clone().filter(|word| !slots.left.contains(word)) {
        slots.left.push(word);
    }
    slots
}

/// The first kind whose cue fits, and where; what is new is no news where it is the new users.
fn kind(open: &str) -> Option<(Kind, Range<usize>)> {
    let newcomers = kinds::NEWCOMERS.find(open).map(|found| found.range());
    let apart = |place: &Range<usize>| {
        newcomers.as_ref().is_none_or(|new| new.end <= place.start || place.end <= new.start)
    };
    kinds::KINDS.iter().find_map(|(kind, cue)| {
        let place = cue.find(open)?.range();
        (*kind != Kind::Digest || apart(&place)).then_some((*kind, place))
    })
}

/// Whether it asks why a number changed, and not what people say of a thing that happened.
fn asks_why_a_number_changed(open: &str, cue: Option<&(Kind, Range<usize>)>, names: &Names<'_>) -> bool {
    if !kinds::WHY.is_match(open) || !kinds::CHANGED.is_match(open) {
        return false;
    }
    let number = matches!(
        cue,
        Some((Kind::Revenue | Kind::Growth | Kind::Retention | Kind::Stickiness | Kind::Satisfaction(_), _))
    );
    number || cue.is_none() && names.event(&units(open)).is_some_and(|met| met.share >= SECOND)
}

/// Takes the day that people are to come back on, which stands right before the word for coming back.
fn return_day(sentence: &mut Sentence, end: usize, slots: &mut Slots) {
    let open = sentence.open();
    let Some(captures) = kinds::RETURN_DAY.captures(&open[..end]) else { return };
    let number = ["d", "n", "z"].into_iter().find_map(|name| captures.name(name));
    let day: Option<u32> = number.map_or(Some(1), |number| number.as_str().parse().ok());
    if let Some(day) = day.filter(|day| (1..=LAST_RETURN_DAY).contains(day))
        && let (None, Some(place)) = (captures.name("back"), captures.get(0))
    {
        sentence.take(&place.range());
        slots.interval = Some(Interval::Day);
        slots.return_day = Some(day);
    }
}

fn is_blank(text: &str) -> bool {
    text.trim().is_empty()
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
    if slots.kind == Some(Kind::Insights)
        && let Some(captures) = kinds::VERSION.captures(clause)
        && let Some(place) = captures.get(0)
    {
        sentence.take(&place.range());
        let number = ["v", "zv", "zw"].into_iter().find_map(|name| captures.name(name));
        slots.version = number.map(|number| number.as_str().to_owned());
    }
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

/// Finds the events: steps of a way one after the other, or those that the words fit best.
fn events(sentence: &mut Sentence, named: Vec<Met>, slots: &mut Slots, names: &Names<'_>) {
    let open = sentence.open();
    if who_stopped(sentence, &named, slots, names) {
        return;
    }
    let way = matches!(slots.kind, Some(Kind::Funnel | Kind::Paths));
    let lead = kinds::FROM.find(&open).map(|found| found.range());
    if way || lead.is_some() || kinds::ARROWS.is_match(&open) {
        let start = lead.map_or(0, |lead| lead.end);
        let edges = kinds::STEPS.find_iter(&open[start..]);
        let edges = edges.map(|found| found.start() + start..found.end() + start).collect();
        let steps = steps(&open, start, edges, &named, names);
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
        let word = ["之前", "以前", "前"].into_iter().find_map(|word| Some((behind.find(word)?, word.len())));
        if slots.kind == Some(Kind::Paths)
            && slots.before
            && let Some((at, length)) = word
        {
            sentence.take(&(to + at..to + at + length));
        }
    }
}

/// Reads who did one thing and not another, such as `signed up but did not pay`: a way whose steps both have names.
fn who_stopped(sentence: &mut Sentence, named: &[Met], slots: &mut Slots, names: &Names<'_>) -> bool {
    if !matches!(slots.kind, None | Some(Kind::Trend | Kind::Funnel)) {
        return false;
    }
    let Some((not, word)) = denial(sentence, |_| true) else { return false };
    let open = sentence.open();
    let whole = names.event(&units(&open));
    if whole.is_some_and(|met| met.name.to_lowercase().contains(&word)) {
        return false;
    }
    let steps = steps(&open, 0, vec![not.clone()], named, names);
    if steps.len() < 2 {
        return false;
    }
    steps.iter().flat_map(|step| &step.places).for_each(|place| sentence.take(place));
    sentence.take(&not);
    slots.events = steps;
    (slots.ways, slots.stopped) = (true, true);
    slots.kind = Some(Kind::Funnel);
    true
}

/// The events between the edges, from a place on.
fn steps(
    open: &str,
    start: usize,
    mut edges: Vec<Range<usize>>,
    named: &[Met],
    names: &Names<'_>,
) -> Vec<Met> {
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
