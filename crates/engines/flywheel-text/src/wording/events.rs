//! Which events a sentence is about: those that its words fit best, or the steps of a way.

use std::ops::Range;

use super::denial::denial;
use super::kinds::{self, Kind};
use super::name::Met;
use super::names::Names;
use super::sentence::Sentence;
use super::slots::Slots;
use super::unit::{Unit, units};

/// Events of one sentence at most.
pub const EVENTS: usize = 6;
/// Share of a second event's name that must be met, so that one word does not name two events.
pub const SECOND: f64 = 0.79;

/// Finds the events: steps of a way one after the other, or those that the words fit best.
pub fn events(sentence: &mut Sentence, named: Vec<Met>, slots: &mut Slots, names: &Names<'_>) {
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
