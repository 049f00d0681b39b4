//! What one sentence says: its kind, its events, its time, its conditions.

use std::borrow::Cow;
use std::ops::Range;

use flywheel_language::{Term, TermKind, terms};
use flywheel_spec::product::trend::{Aggregate, Compare};
use flywheel_spec::product::{Interval, Property};

use super::conditions::{self, add};
use super::denial::denial;
use super::events::{EVENTS, SECOND, events};
use super::kinds::{self, Kind};
use super::name::Met;
use super::names::Names;
use super::sentence::Sentence;
use super::slots::Slots;
use super::stop::is_saying;
use super::unit::{Unit, units};
use super::{Settings, time};

/// The latest day that people are asked to come back on.
const LAST_RETURN_DAY: u32 = 90;

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
    let spoken: Vec<_> = terms(&open).into_iter().filter(|term| term.kind != TermKind::Mark).collect();
    let tells = |term: &Term<'_>| !is_saying(term.text);
    if let (Some(first), Some(last)) = (spoken.iter().position(tells), spoken.iter().rposition(tells)) {
        let served = ["support", "service", "services", "care", "success"].contains(&spoken[first].text);
        // "Customer service" is one thing, though customers are everywhere.
        let whole = first > 0 && served && spoken[first - 1].text == "customer";
        let from = spoken[first - usize::from(whole)].place.start;
        let words = open[from..spoken[last].place.end].split_whitespace().collect::<Vec<_>>().join(" ");
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
            // "Did it go up compared to last month" says so twice.
            let again = sentence.take_first(cue);
            compared = Some(again.map_or(words.clone(), |again| format!("{words} {again}")));
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
