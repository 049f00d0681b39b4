//! One decoded batch: its columns under their names, the marks of its rows, and which rows need their whole properties.

use std::ops::Range;

use arrow::array::{Array, AsArray, BooleanArray, Float64Array};
use arrow::datatypes::Float64Type;

use super::ReadError;
use super::file::{Layout, OpenFile, Piece, broken, integers};
use super::texts::{Table, Texts};
use super::wanted::Lane;

/// The columns of a batch.
#[derive(Debug)]
pub struct Batch<'b> {
    /// Who, ascending.
    pub persons: &'b [i64],
    /// When; ascending for each person.
    pub times: &'b [i64],
    /// The events' names.
    pub event: Texts,
    /// The distinct ids, when wanted.
    pub distinct_id: Option<Texts>,
    /// The uuids, when wanted.
    pub uuid: Option<Texts>,
    /// Properties as text, where the file has them.
    pub texts: Vec<Option<Texts>>,
    /// Properties as numbers, where the file has them.
    pub numbers: Vec<Option<&'b Float64Array>>,
    /// What is said of people: `$set` and `$set_once`, where the file has them.
    pub sets: Vec<Option<(Texts, Texts)>>,
    has_set: Option<&'b BooleanArray>,
}

impl<'b> Batch<'b> {
    /// Finds the columns.
    pub fn of(file: &OpenFile, piece: &'b Piece) -> Result<Self, ReadError> {
        let layout = &file.layout;
        let wrong = || broken(&file.name(), &"a column is not of its kind");
        let column = |at: usize| piece.column(at).ok_or_else(wrong);
        let text = |at: usize| column(at).and_then(|column| Texts::of(column).ok_or_else(wrong));
        let texts = |at: &Option<usize>| at.map(text).transpose();
        let number = |at: &Option<usize>| {
            at.map(|at| column(at)?.as_primitive_opt::<Float64Type>().ok_or_else(wrong)).transpose()
        };
        let set =
            |at: &Option<(usize, usize)>| at.map(|(set, once)| Ok((text(set)?, text(once)?))).transpose();
        let (persons, times, event) = match &piece.base {
            Some(base) => (base.persons.as_slice(), base.times.as_slice(), base.events.clone()),
            None => (
                integers(column(layout.person)?).ok_or_else(wrong)?,
                integers(column(layout.time)?).ok_or_else(wrong)?,
                text(layout.event)?,
            ),
        };
        if !ascends(persons) {
            return Err(broken(&file.name(), &"its rows do not stand in order of person"));
        }
        let has_set = layout.has_set.map(|at| column(at)?.as_boolean_opt().ok_or_else(wrong)).transpose()?;
        Ok(Self {
            persons,
            times,
            event,
            distinct_id: texts(&layout.distinct_id)?,
            uuid: texts(&layout.uuid)?,
            texts: layout.texts.iter().map(texts).collect::<Result<_, _>>()?,
            numbers: layout.numbers.iter().map(number).collect::<Result<_, _>>()?,
            sets: layout.sets.iter().map(set).collect::<Result<_, ReadError>>()?,
            has_set,
        })
    }

    /// The rows whose person lies in the range.
    pub fn inside(&self, from: i64, to: Option<i64>) -> Range<usize> {
        let start = self.persons.partition_point(|person| *person < from);
        let end = to.map_or(self.persons.len(), |to| self.persons.partition_point(|person| *person < to));
        start..end.max(start)
    }

    /// Shows every row that says something about its person; every row where the file does not tell.
    pub fn for_each_set(&self, rows: Range<usize>, mut take: impl FnMut(usize)) {
        match self.has_set {
            None => rows.for_each(take),
            Some(set) if set.null_count() == 0 => {
                let base = rows.start;
                let bits = set.values().slice(base, rows.len());
                bits.set_indices().for_each(|at| take(base + at));
            }
            Some(set) => rows.filter(|row| set.is_valid(*row) && set.value(*row)).for_each(take),
        }
    }
}

/// True when no number is less than the one before it.
fn ascends(numbers: &[i64]) -> bool {
    // Without a branch, so that several are compared at once.
    numbers.windows(2).fold(true, |ascends, pair| ascends & (pair[0] <= pair[1]))
}

/// What a lane found out about the values of a file's dictionaries.
#[derive(Debug, Default)]
pub struct LaneTables {
    names: Table<u64>,
    tests: Vec<Table<u64>>,
}

impl LaneTables {
    /// Nothing known yet.
    pub fn new(lane: &Lane) -> Self {
        Self { names: Table::default(), tests: lane.tests.iter().map(|_| Table::default()).collect() }
    }

    /// Each row's mark, as far as the file's columns tell; conditions on the person and on other properties are left aside.
    pub fn marks(&mut self, lane: &Lane, batch: &Batch<'_>, marks: &mut Vec<u64>) {
        let names = self.names.get(&batch.event, |name| lane.name_mask(name));
        marks.resize(batch.times.len(), 0);
        let (from, to) = (lane.from, lane.to.unwrap_or(i64::MAX));
        let no_end = lane.to.is_none();
        // Without a branch: all ones where the moment counts.
        let inside = |time: i64| u64::from(time >= from && (time < to || no_end)).wrapping_neg();
        if batch.event.has_nulls() {
            for (row, mark) in marks.iter_mut().enumerate() {
                *mark = batch.event.key(row).map_or(0, |key| names[key]) & inside(batch.times[row]);
            }
        } else {
            for ((mark, key), time) in marks.iter_mut().zip(batch.event.keys()).zip(batch.times) {
                *mark = names[*key as usize] & inside(*time);
            }
        }
        for (test, table) in lane.tests.iter().zip(&mut self.tests) {
            let Some(texts) = &batch.texts[test.text] else { continue };
            let masks = table.get(texts, |value| test.mask(Some(value)));
            if texts.has_nulls() {
                let none = test.mask(None);
                for (row, mark) in marks.iter_mut().enumerate() {
                    *mark &= texts.key(row).map_or(none, |key| masks[key]);
                }
            } else {
                for (mark, key) in marks.iter_mut().zip(texts.keys()) {
                    *mark &= masks[*key as usize];
                }
            }
        }
    }
}

/// What a file's columns do not tell a lane, so that `properties` must be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Lack {
    /// Filters with a condition on a property that has no column.
    bits: u64,
    /// Every row that fits must be read: one of the lane's columns, or its group, stands in `properties` alone.
    rows: bool,
    /// Every row that says something about its person must be read.
    sets: bool,
}

impl Lack {
    /// What the file lacks.
    pub fn of(lane: &Lane, layout: &Layout) -> Self {
        use super::wanted::Shown::{Number, Text};
        let missing = lane.tests.iter().filter(|test| layout.texts[test.text].is_none());
        let bits = missing.fold(0, |bits, test| bits | test.bits);
        let lacks_column = lane.columns.iter().any(|column| match column {
            Text(at) => layout.texts[*at].is_none(),
            Number(at) => layout.numbers[*at].is_none(),
            _ => false,
        });
        let looks = !lane.person.is_empty();
        let in_group = lane.group.is_some();
        let lacks_set = layout.has_set.is_none() || lane.person.iter().any(|at| layout.sets[*at].is_none());
        Self { bits, rows: lacks_column || in_group, sets: looks && (in_group || lacks_set) }
    }

    /// True when nothing is lacking.
    pub fn is_nothing(self) -> bool {
        self.bits == 0 && !self.rows && !self.sets
    }

    /// Sets a bit for every row whose properties must be read.
    pub fn choose(self, batch: &Batch<'_>, inside: Range<usize>, marks: &[u64], needed: &mut [bool]) {
        let bits = if self.rows { u64::MAX } else { self.bits };
        if bits != 0 {
            for row in inside.clone() {
                needed[row] |= marks[row] & bits != 0;
            }
        }
        if self.sets {
            batch.for_each_set(inside, |row| needed[row] = true);
        }
    }
}
