//! Rows that fit a lane, column by column: waiting for their person to be whole, or set aside to be told apart later.

use flywheel_people::{Dictionary, NONE};
use serde::{Deserialize, Serialize};

use super::wanted::{Lane, Shown};

/// Rows of one lane.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Rows {
    /// Who.
    pub persons: Vec<i64>,
    /// When.
    pub times: Vec<i64>,
    /// Which filters each fits, conditions on the person left aside.
    pub marks: Vec<u64>,
    /// The lane's columns; empty where a column shows the person's property.
    pub columns: Vec<Values>,
    /// What events said about their person, for lanes that look at it.
    pub sets: Vec<SetRow>,
}

/// One column's values.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Values {
    /// Numbers of the reader's dictionary.
    Text(Vec<u32>),
    /// Numbers; NaN where absent.
    Number(Vec<f64>),
}

/// What one event said about one property of its person.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SetRow {
    /// Who.
    pub person: i64,
    /// When.
    pub time: i64,
    /// Place of the property among the wanted ones.
    pub property: u32,
    /// True for `$set_once`.
    pub once: bool,
    /// The value as text; [`NONE`] when it was set to null.
    pub text: u32,
    /// The value as a number; NaN when it is none.
    pub number: f64,
}

impl Rows {
    /// No rows, with the lane's columns.
    pub fn new(lane: &Lane) -> Self {
        Self { columns: lane.columns.iter().map(|column| Values::new(*column)).collect(), ..Self::default() }
    }

    /// How many rows.
    pub fn len(&self) -> usize {
        self.persons.len()
    }

    /// True when neither a row nor a word about a person is here.
    pub fn is_empty(&self) -> bool {
        self.persons.is_empty() && self.sets.is_empty()
    }

    /// About how many bytes they take.
    pub fn bytes(&self) -> usize {
        let columns: usize = self.columns.iter().map(Values::bytes).sum();
        self.persons.len() * 24 + columns + self.sets.len() * size_of::<SetRow>()
    }

    /// Forgets the first rows and the first words about people.
    pub fn forget(&mut self, rows: usize, sets: usize) {
        if rows > 0 {
            self.persons.drain(..rows);
            self.times.drain(..rows);
            self.marks.drain(..rows);
            for column in &mut self.columns {
                match column {
                    Values::Text(values) if !values.is_empty() => drop(values.drain(..rows)),
                    Values::Number(values) if !values.is_empty() => drop(values.drain(..rows)),
                    _ => {}
                }
            }
        }
        if sets > 0 {
            self.sets.drain(..sets);
        }
    }

    /// Takes some of another's rows in.
    pub fn copy(&mut self, other: &Self, rows: std::ops::Range<usize>, sets: std::ops::Range<usize>) {
        self.persons.extend_from_slice(&other.persons[rows.clone()]);
        self.times.extend_from_slice(&other.times[rows.clone()]);
        self.marks.extend_from_slice(&other.marks[rows.clone()]);
        for (mine, theirs) in self.columns.iter_mut().zip(&other.columns) {
            match (mine, theirs) {
                (Values::Text(mine), Values::Text(theirs)) if !theirs.is_empty() => {
                    mine.extend_from_slice(&theirs[rows.clone()]);
                }
                (Values::Number(mine), Values::Number(theirs)) if !theirs.is_empty() => {
                    mine.extend_from_slice(&theirs[rows.clone()]);
                }
                _ => {}
            }
        }
        self.sets.extend_from_slice(&other.sets[sets]);
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.persons.clear();
        self.times.clear();
        self.marks.clear();
        for column in &mut self.columns {
            match column {
                Values::Text(values) => values.clear(),
                Values::Number(values) => values.clear(),
            }
        }
        self.sets.clear();
    }

    /// Puts every row in order of person and time, rows of the same moment as they stand.
    pub fn sort(&mut self) {
        let key = |rows: &Self, at: u32| (rows.persons[at as usize], rows.times[at as usize]);
        let mut order: Vec<u32> = (0..self.persons.len() as u32).collect();
        order.sort_by_key(|at| key(self, *at));
        self.persons = order.iter().map(|at| self.persons[*at as usize]).collect();
        self.times = order.iter().map(|at| self.times[*at as usize]).collect();
        self.marks = order.iter().map(|at| self.marks[*at as usize]).collect();
        for column in &mut self.columns {
            match column {
                Values::Text(values) if !values.is_empty() => {
                    *values = order.iter().map(|at| values[*at as usize]).collect();
                }
                Values::Number(values) if !values.is_empty() => {
                    *values = order.iter().map(|at| values[*at as usize]).collect();
                }
                _ => {}
            }
        }
        self.sets.sort_by_key(|set| (set.person, set.time));
    }

    /// Gives every text the number that `translate` says.
    pub fn renumber(&mut self, mut translate: impl FnMut(u32) -> u32) {
        let mut number = |text: &mut u32| {
            if *text != NONE {
                *text = translate(*text);
            }
        };
        for column in &mut self.columns {
            if let Values::Text(values) = column {
                values.iter_mut().for_each(&mut number);
            }
        }
        self.sets.iter_mut().for_each(|set| number(&mut set.text));
    }
}

impl Values {
    fn new(column: Shown) -> Self {
        if column.is_number() { Self::Number(Vec::new()) } else { Self::Text(Vec::new()) }
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Text(values) => values.len() * 4,
            Self::Number(values) => values.len() * 8,
        }
    }
}

/// Translates one dictionary's numbers to another's, each text looked up once.
#[derive(Debug, Default)]
pub struct Translation(Vec<u32>);

impl Translation {
    /// The number in `to` of what `from` calls `number`.
    pub fn get(&mut self, number: u32, from: &Dictionary, to: &mut Dictionary) -> u32 {
        if self.0.len() < from.len() {
            self.0.resize(from.len(), NONE);
        }
        let known = &mut self.0[number as usize];
        if *known == NONE {
            *known = from.text(number).map_or(NONE, |text| to.number(text));
        }
        *known
    }
}
