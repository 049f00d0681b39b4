//! One person's steps cut into sessions, and what is counted of each.

use std::collections::HashMap;
use std::ops::AddAssign;

use flywheel_people::{Keys, NONE, PersonEvents, Question, Reading};
use serde::{Deserialize, Serialize};

/// The number of a name that is no step.
const NO_STEP: u32 = u32::MAX - 1;
/// The number of a middle that is left out.
pub const MIDDLE: u32 = u32::MAX - 2;

/// The question, ready to see people.
pub struct Paths {
    pub reading: Reading,
    pub names: Names,
    pub cut: Cut,
    /// The column that orders events of the same moment.
    pub then_by: Option<usize>,
    pub without: Vec<String>,
    pub from: Option<String>,
    pub to: Option<String>,
    pub most_steps: usize,
    pub collapse: bool,
    pub variants: bool,
}

/// Where a step's name stands.
#[derive(Clone, Copy)]
pub enum Names {
    /// In a column, as it is.
    Plain(usize),
    /// A page's path, or in its absence its address.
    Page { path: usize, url: usize },
}

/// How sessions are told apart.
pub enum Cut {
    /// By a pause of so many microseconds.
    Pause(i64),
    /// By a column.
    SessionId(usize),
    /// Not at all.
    Whole,
}

impl Names {
    /// The name as it is shown.
    pub fn told(self, text: &str) -> &str {
        match self {
            Self::Plain(_) => text,
            Self::Page { .. } => path_of(text),
        }
    }
}

/// The path of an address or path: without scheme, host, query, fragment and a slash at the end.
fn path_of(text: &str) -> &str {
    let scheme = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '-' | '.');
    let path = match text.split_once("://").filter(|(before, _)| before.chars().all(scheme)) {
        // A slash in the query is none of the path's: `https://x.io?next=/cart`.
        Some((_, rest)) => match rest.find(['/', '?', '#']).map(|at| &rest[at..]) {
            Some(path) if path.starts_with('/') => path,
            _ => "/",
        },
        None => text,
    };
    let path = path.split(['?', '#']).next().unwrap_or(path);
    match path.strip_suffix('/') {
        Some(short) if !short.is_empty() => short,
        _ => path,
    }
}

/// What is counted.
#[derive(Default, Serialize, Deserialize)]
pub struct State {
    /// Names by number.
    pub names: Vec<String>,
    /// By step (from 0), name and next name.
    pub links: HashMap<(u8, u32, u32), Flow>,
    /// By step and name.
    pub ends: HashMap<(u8, u32), Ends>,
    pub variants: HashMap<Vec<u32>, u64>,
    pub people: u64,
    pub sessions: u64,
    pub left_out: u64,
    pub single: u64,
    /// Events without a session's id.
    pub astray: u64,
    #[serde(skip)]
    numbers: HashMap<String, u32>,
    /// One for each column that names come from.
    #[serde(skip)]
    keys: [Keys; 2],
    #[serde(skip)]
    scratch: Scratch,
}

/// Paths on a way, and how long it took them together.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Flow {
    pub sessions: u64,
    pub micros: u128,
}

impl AddAssign for Flow {
    fn add_assign(&mut self, more: Self) {
        self.sessions += more.sessions;
        self.micros += more.micros;
    }
}

/// Paths that begin or end at a name.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
pub struct Ends {
    pub begin: u64,
    pub end: u64,
    pub beyond: u64,
}

impl AddAssign for Ends {
    fn add_assign(&mut self, more: Self) {
        self.begin += more.begin;
        self.end += more.end;
        self.beyond += more.beyond;
    }
}

#[derive(Default)]
struct Scratch {
    steps: Vec<Step>,
    path: Vec<Step>,
    shown: Vec<(Step, Step)>,
    variant: Vec<u32>,
}

#[derive(Clone, Copy)]
struct Step {
    time: i64,
    name: u32,
    session: u32,
    order: f64,
}

impl State {
    fn number(&mut self, text: &str) -> u32 {
        if self.numbers.len() != self.names.len() {
            let names = self.names.iter().enumerate();
            self.numbers = names.map(|(number, name)| (name.clone(), number as u32)).collect();
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = self.names.len() as u32;
        self.names.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    /// The number of an event's name; [`NO_STEP`] where it has none or is passed over.
    fn name(&mut self, question: &Paths, events: &PersonEvents<'_>, event: usize) -> u32 {
        let (place, key) = match question.names {
            Names::Plain(column) => (0, events.key(column, event)),
            Names::Page { path, url } => match events.key(path, event) {
                NONE => (1, events.key(url, event)),
                key => (0, key),
            },
        };
        if key == NONE {
            return NO_STEP;
        }
        let mut keys = std::mem::take(&mut self.keys[place]);
        let number = keys.get(key, || {
            let name = question.names.told(events.dictionary.text(key).unwrap_or_default());
            if question.without.iter().any(|other| other == name) { NO_STEP } else { self.number(name) }
        });
        self.keys[place] = keys;
        number
    }

    fn gather(&mut self, question: &Paths, events: &PersonEvents<'_>, steps: &mut Vec<Step>) {
        steps.clear();
        for event in 0..events.len() {
            let name = self.name(question, events, event);
            if name == NO_STEP {
                continue;
            }
            let session = match question.cut {
                Cut::SessionId(column) => events.key(column, event),
                _ => 0,
            };
            if session == NONE {
                self.astray += 1;
                continue;
            }
            let order = question.then_by.and_then(|column| events.number(column, event));
            let order = order.unwrap_or(f64::NEG_INFINITY);
            steps.push(Step { time: events.times[event], name, session, order });
        }
        // Events of the same moment stand in no order of their own.
        for tie in steps.chunk_by_mut(|one, next| one.time == next.time).filter(|tie| tie.len() > 1) {
            tie.sort_by(|one, next| {
                let names = || self.names[one.name as usize].cmp(&self.names[next.name as usize]);
                one.order.total_cmp(&next.order).then_with(names)
            });
        }
        if matches!(question.cut, Cut::SessionId(_)) {
            steps.sort_by_key(|step| step.session);
        }
    }

    /// Counts one session; true when it is shown.
    fn session(
        &mut self,
        question: &Paths,
        scratch: (&mut Vec<Step>, &mut Vec<(Step, Step)>, &mut Vec<u32>),
        steps: &[Step],
    ) -> bool {
        let (path, shown, variant) = scratch;
        path.clear();
        for step in steps {
            if !question.collapse || path.last().is_none_or(|last| last.name != step.name) {
                path.push(*step);
            }
        }
        let named = |name: &Option<String>| {
            name.as_ref().map(|name| self.numbers.get(name).copied().unwrap_or(NO_STEP))
        };
        let find = |name: u32, from: usize| path[from..].iter().position(|step| step.name == name);
        let begin = match named(&question.from) {
            Some(name) => find(name, 0),
            None => Some(0),
        };
        let end = match (named(&question.to), begin) {
            (Some(name), Some(begin)) => find(name, begin).map(|at| begin + at + 1),
            _ => Some(path.len()),
        };
        let (Some(begin), Some(end)) = (begin, end) else {
            self.left_out += 1;
            return false;
        };
        let path = &path[begin..end];
        self.sessions += 1;
        self.single += u64::from(path.len() == 1);
        if question.variants {
            variant.clear();
            variant.extend(path.iter().map(|step| step.name));
            match self.variants.get_mut(variant.as_slice()) {
                Some(count) => *count += 1,
                None => {
                    self.variants.insert(variant.clone(), 1);
                }
            }
        }
        let beyond = question.show(path, shown);
        self.count(shown, beyond);
        true
    }

    fn count(&mut self, shown: &[(Step, Step)], beyond: bool) {
        for (at, pair) in shown.windows(2).enumerate() {
            let ((from, leaves), (to, _)) = (pair[0], pair[1]);
            let micros = u128::from(to.time.abs_diff(leaves.time));
            *self.links.entry((at as u8, from.name, to.name)).or_default() += Flow { sessions: 1, micros };
        }
        if let Some((first, _)) = shown.first() {
            self.ends.entry((0, first.name)).or_default().begin += 1;
        }
        if let Some((last, _)) = shown.last() {
            let ends = self.ends.entry((shown.len() as u8 - 1, last.name)).or_default();
            ends.end += 1;
            ends.beyond += u64::from(beyond);
        }
    }
}

impl Paths {
    /// The steps that are shown of a path, each with the step that is left for the next (the same but in a middle);
    /// true when the path went on beyond.
    fn show(&self, path: &[Step], shown: &mut Vec<(Step, Step)>) -> bool {
        shown.clear();
        let double = |step: &Step| (*step, *step);
        if path.len() <= self.most_steps {
            shown.extend(path.iter().map(double));
            return false;
        }
        match (&self.from, &self.to) {
            (Some(_), Some(_)) => {
                let head = (self.most_steps - 1).div_ceil(2);
                let tail = path.len() - (self.most_steps - 1 - head);
                shown.extend(path[..head].iter().map(double));
                let (first, last) = (path[head], path[tail - 1]);
                shown.push((Step { name: MIDDLE, ..first }, Step { name: MIDDLE, ..last }));
                shown.extend(path[tail..].iter().map(double));
                false
            }
            (None, Some(_)) => {
                shown.extend(path[path.len() - self.most_steps..].iter().map(double));
                false
            }
            _ => {
                shown.extend(path[..self.most_steps].iter().map(double));
                true
            }
        }
    }
}

impl Question for Paths {
    type State = State;

    fn reading(&self) -> &Reading {
        &self.reading
    }

    fn person(&self, state: &mut State, events: &PersonEvents<'_>) {
        let Scratch { mut steps, mut path, mut shown, mut variant } = std::mem::take(&mut state.scratch);
        state.gather(self, events, &mut steps);
        let together = |one: &Step, next: &Step| match self.cut {
            Cut::Pause(pause) => next.time - one.time < pause,
            Cut::SessionId(_) => one.session == next.session,
            Cut::Whole => true,
        };
        let mut any = false;
        for session in steps.chunk_by(together) {
            any |= state.session(self, (&mut path, &mut shown, &mut variant), session);
        }
        state.people += u64::from(any);
        state.scratch = Scratch { steps, path, shown, variant };
    }

    fn merge(&self, state: &mut State, other: State) {
        let numbers: Vec<u32> = other.names.iter().map(|name| state.number(name)).collect();
        let number = |name: u32| numbers.get(name as usize).copied().unwrap_or(name);
        for ((step, from, to), flow) in other.links {
            *state.links.entry((step, number(from), number(to))).or_default() += flow;
        }
        for ((step, name), ends) in other.ends {
            *state.ends.entry((step, number(name))).or_default() += ends;
        }
        for (variant, sessions) in other.variants {
            *state.variants.entry(variant.into_iter().map(number).collect()).or_default() += sessions;
        }
        state.people += other.people;
        state.sessions += other.sessions;
        state.left_out += other.left_out;
        state.single += other.single;
        state.astray += other.astray;
    }
}

#[cfg(test)]
mod tests {
    use super::path_of;

    #[test]
    fn a_page_is_its_path() {
        for (text, path) in [
            ("/about/", "/about"),
            ("/", "/"),
            ("", ""),
            ("https://example.com", "/"),
            ("https://example.com/", "/"),
            ("https://example.com?next=/cart", "/"),
            ("https://example.com#/cart", "/"),
            ("https://example.com/a/b/?q=1#top", "/a/b"),
            ("/a?next=https://b", "/a"),
        ] {
            let found = path_of(text);
            assert_eq!(found, path, "{text}");
        }
    }
}
