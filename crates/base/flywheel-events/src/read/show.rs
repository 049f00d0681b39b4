//! Whole people shown to a fold: runs of rows of one person, from one place or from several.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use flywheel_people::segments::{IN, OUT, standing};
use flywheel_people::{Dictionary, NONE, Partial, PersonEvents, Slice};

use super::rows::{Rows, SetRow, Values};
use super::wanted::{Lane, Shown};

/// Columns of a reading that are laid out without asking for memory.
const COLUMNS_AT_HAND: usize = 16;

/// Shows people of one lane; what it holds is only room to work in.
#[derive(Debug)]
pub struct Showing {
    rows: Rows,
    gathered: Rows,
    /// The person's properties, by place in the lane's list of them.
    values: Vec<Value>,
    /// The reader's numbers of [`IN`] and [`OUT`], where the lane asks about lists of people.
    standings: [u32; 2],
}

#[derive(Debug, Clone, Copy)]
struct Value {
    text: u32,
    number: f64,
}

impl Showing {
    /// For a lane whose texts are those of the dictionary.
    pub fn new(lane: &Lane, dictionary: &mut Dictionary) -> Self {
        let standings = match lane.segments.is_empty() {
            true => [NONE; 2],
            false => [IN, OUT].map(|standing| dictionary.number(standing)),
        };
        Self { rows: Rows::new(lane), gathered: Rows::new(lane), values: Vec::new(), standings }
    }

    /// Shows everyone below `limit` (everyone, without a limit) out of rows in order of person, and says how many rows and words
    /// about people are done with.
    pub fn run(
        &mut self,
        lane: &Lane,
        rows: &Rows,
        limit: Option<i64>,
        dictionary: &Dictionary,
        state: &mut dyn Partial,
    ) -> (usize, usize) {
        let end = limit.map_or(rows.len(), |limit| rows.persons.partition_point(|person| *person < limit));
        let (mut start, mut set) = (0, 0);
        while start < end {
            let person = rows.persons[start];
            let stop = run_end(&rows.persons[..end], start);
            let sets = sets_of(&rows.sets, &mut set, person);
            self.person(lane, rows, start..stop, sets, dictionary, state);
            start = stop;
        }
        let sets = limit.map_or(rows.sets.len(), |limit| rows.sets.partition_point(|set| set.person < limit));
        (end, sets)
    }

    /// Shows everyone below `limit` out of several such rows, and forgets them there.
    pub fn run_merged(
        &mut self,
        lane: &Lane,
        parts: &mut [&mut Rows],
        limit: Option<i64>,
        dictionary: &Dictionary,
        state: &mut dyn Partial,
    ) {
        let mut at = vec![(0_usize, 0_usize); parts.len()];
        let below = |person: i64| limit.is_none_or(|limit| person < limit);
        let mut heads = BinaryHeap::new();
        for (part, rows) in parts.iter().enumerate() {
            heads.extend(
                head(rows, (0, 0)).filter(|person| below(*person)).map(|person| Reverse((person, part))),
            );
        }
        while let Some(Reverse((person, first))) = heads.pop() {
            let alone = heads.peek().is_none_or(|Reverse((next, _))| *next != person);
            let mut advance = |part: usize, heads: &mut BinaryHeap<_>| {
                let rows = &parts[part];
                let (row, set) = at[part];
                let rows_end =
                    if rows.persons.get(row) == Some(&person) { run_end(&rows.persons, row) } else { row };
                let sets_end = set + rows.sets[set..].iter().take_while(|set| set.person == person).count();
                at[part] = (rows_end, sets_end);
                heads.extend(
                    head(rows, at[part])
                        .filter(|person| below(*person))
                        .map(|person| Reverse((person, part))),
                );
                (row..rows_end, set..sets_end)
            };
            if alone {
                let (range, sets) = advance(first, &mut heads);
                let rows = &parts[first];
                self.person(lane, rows, range, &rows.sets[sets], dictionary, state);
                continue;
            }
            let mut gathered = std::mem::take(&mut self.gathered);
            gathered.clear();
            let mut next = Some(first);
            while let Some(part) = next {
                let (range, sets) = advance(part, &mut heads);
                gathered.copy(parts[part], range, sets);
                next = match heads.peek() {
                    Some(Reverse((other, part))) if *other == person => {
                        let part = *part;
                        heads.pop();
                        Some(part)
                    }
                    _ => None,
                };
            }
            gathered.sets.sort_by_key(|set| set.time);
            self.person(lane, &gathered, 0..gathered.len(), &gathered.sets, dictionary, state);
            self.gathered = gathered;
        }
        for (rows, (done, sets)) in parts.iter_mut().zip(at) {
            rows.forget(done, sets);
        }
    }

    fn person(
        &mut self,
        lane: &Lane,
        rows: &Rows,
        range: Range<usize>,
        sets: &[SetRow],
        dictionary: &Dictionary,
        state: &mut dyn Partial,
    ) {
        if range.is_empty() {
            return;
        }
        if lane.person.is_empty() && lane.segments.is_empty() && rows.times[range.clone()].is_sorted() {
            return show(lane, rows, range, dictionary, state);
        }
        let person = rows.persons[range.start];
        let allowed = self.allowed(lane, person, sets, dictionary);
        let mut whole = std::mem::take(&mut self.rows);
        whole.clear();
        let mut start = range.start;
        // Neighbours that are allowed alike are copied together.
        while start < range.end {
            let mark = rows.marks[start] & allowed;
            let alike = |row: &usize| (rows.marks[*row] & allowed != 0) == (mark != 0);
            let end = start + (start..range.end).take_while(alike).count();
            if mark != 0 {
                whole.copy(rows, start..end, 0..0);
            }
            start = end;
        }
        whole.marks.iter_mut().for_each(|mark| *mark &= allowed);
        if !whole.times.is_sorted() {
            whole.sort();
        }
        for (column, values) in lane.columns.iter().zip(&mut whole.columns) {
            let value = match column {
                Shown::PersonText(at) | Shown::PersonNumber(at) => {
                    lane.person.iter().position(|place| place == at).map(|at| self.values[at])
                }
                Shown::Segment(at) => {
                    let out = standing(&lane.segments[*at], person) == OUT;
                    Some(Value { text: self.standings[usize::from(out)], number: f64::NAN })
                }
                _ => None,
            };
            match (values, value) {
                (Values::Text(texts), Some(value)) => texts.resize(whole.times.len(), value.text),
                (Values::Number(numbers), Some(value)) => numbers.resize(whole.times.len(), value.number),
                _ => {}
            }
        }
        if !whole.times.is_empty() {
            show(lane, &whole, 0..whole.len(), dictionary, state);
        }
        self.rows = whole;
    }

    /// Finds the person's properties, and the filters whose conditions on them hold.
    fn allowed(&mut self, lane: &Lane, person: i64, sets: &[SetRow], dictionary: &Dictionary) -> u64 {
        self.values.clear();
        self.values.extend(lane.person.iter().map(|at| value_of(sets, *at as u32, dictionary)));
        let allowed = lane.segment_tests.iter().fold(u64::MAX, |allowed, (bit, place, condition)| {
            let fits = condition.fits(Some(standing(&lane.segments[*place], person)));
            if fits { allowed } else { allowed & !(1 << bit) }
        });
        lane.person_tests.iter().fold(allowed, |allowed, (bit, place, condition)| {
            let at = lane.person.iter().position(|at| at == place);
            let text = at.and_then(|at| dictionary.text(self.values[at].text));
            if condition.fits(text) { allowed } else { allowed & !(1 << bit) }
        })
    }
}

/// The newest `$set`, else the oldest `$set_once`; of the same moment the later by text, in whichever file it stands.
fn value_of(sets: &[SetRow], property: u32, dictionary: &Dictionary) -> Value {
    let mine = || sets.iter().filter(move |set| set.property == property);
    let order = |one: &&SetRow, other: &&SetRow| {
        let texts = || dictionary.text(one.text).cmp(&dictionary.text(other.text));
        // A truth value is a number, the word for it is none.
        let numbers = || other.number.is_nan().cmp(&one.number.is_nan());
        one.time.cmp(&other.time).then_with(texts).then_with(numbers)
    };
    let newest = mine().filter(|set| !set.once).max_by(order);
    let found = newest.or_else(|| mine().filter(|set| set.once).min_by(order));
    found.map_or(Value { text: NONE, number: f64::NAN }, |set| Value { text: set.text, number: set.number })
}

fn show(lane: &Lane, rows: &Rows, range: Range<usize>, dictionary: &Dictionary, state: &mut dyn Partial) {
    let mut at_hand = [Slice::Number(&[]); COLUMNS_AT_HAND];
    let many: Vec<Slice<'_>>;
    let columns = if lane.columns.len() <= COLUMNS_AT_HAND {
        for (at, values) in at_hand.iter_mut().zip(&rows.columns) {
            *at = slice_of(values, range.clone());
        }
        &at_hand[..lane.columns.len()]
    } else {
        many = rows.columns.iter().map(|values| slice_of(values, range.clone())).collect();
        &many
    };
    state.person(&PersonEvents {
        person: rows.persons[range.start],
        times: &rows.times[range.clone()],
        marks: &rows.marks[range.clone()],
        columns,
        dictionary,
    });
}

fn slice_of(values: &Values, range: Range<usize>) -> Slice<'_> {
    match values {
        Values::Text(values) => Slice::Text(&values[range]),
        Values::Number(values) => Slice::Number(&values[range]),
    }
}

fn run_end(persons: &[i64], start: usize) -> usize {
    let person = persons[start];
    let mut end = start + 1;
    while end < persons.len() && persons[end] == person {
        end += 1;
    }
    end
}

/// The words about a person, in order; `at` moves past them.
fn sets_of<'s>(sets: &'s [SetRow], at: &mut usize, person: i64) -> &'s [SetRow] {
    while *at < sets.len() && sets[*at].person < person {
        *at += 1;
    }
    let start = *at;
    while *at < sets.len() && sets[*at].person == person {
        *at += 1;
    }
    &sets[start..*at]
}

fn head(rows: &Rows, (row, set): (usize, usize)) -> Option<i64> {
    let row = rows.persons.get(row).copied();
    let set = rows.sets.get(set).map(|set| set.person);
    match (row, set) {
        (Some(row), Some(set)) => Some(row.min(set)),
        (row, set) => row.or(set),
    }
}
