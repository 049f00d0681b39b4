//! Text columns as the file's own dictionary, and what was found out about each of its values, kept from batch to batch.

use arrow::array::{Array, ArrayRef, AsArray, StringArray};
use arrow::buffer::{NullBuffer, ScalarBuffer};
use arrow::datatypes::Int32Type;
use flywheel_people::{Dictionary, NONE};

/// A text column of one batch: each row's place in a dictionary.
#[derive(Debug, Clone)]
pub struct Texts {
    keys: ScalarBuffer<i32>,
    nulls: Option<NullBuffer>,
    values: StringArray,
}

impl Texts {
    /// Takes a column that was read as a dictionary.
    pub fn of(array: &ArrayRef) -> Option<Self> {
        let array = array.as_dictionary_opt::<Int32Type>()?;
        let values = array.values().as_string_opt::<i32>()?.clone();
        let nulls = array.keys().nulls().filter(|nulls| nulls.null_count() > 0).cloned();
        Some(Self { keys: array.keys().values().clone(), nulls, values })
    }

    /// Rows without nulls, by their places in the dictionary.
    pub fn new(keys: Vec<i32>, values: StringArray) -> Self {
        Self { keys: keys.into(), nulls: None, values }
    }

    /// Each row's place in the dictionary; meaningless where the row is null.
    pub fn keys(&self) -> &[i32] {
        &self.keys
    }

    /// True when some row is null.
    pub fn has_nulls(&self) -> bool {
        self.nulls.is_some()
    }

    /// The row's place; absent when it is null.
    pub fn key(&self, row: usize) -> Option<usize> {
        let is_null = self.nulls.as_ref().is_some_and(|nulls| nulls.is_null(row));
        (!is_null).then(|| self.keys[row] as usize)
    }

    /// The row's text.
    pub fn text(&self, row: usize) -> Option<&str> {
        self.key(row).map(|key| self.values.value(key))
    }
}

/// A number for each value of the dictionary at hand, made anew when another dictionary comes.
#[derive(Debug, Default)]
pub struct Table<T> {
    // Holding the values keeps their address from being given to another dictionary.
    of: Option<StringArray>,
    known: Vec<T>,
}

impl<T: Copy> Table<T> {
    /// True when the table still speaks of this column's dictionary.
    fn fits(&self, values: &StringArray) -> bool {
        self.of.as_ref().is_some_and(|of| {
            of.len() == values.len()
                && of.value_offsets().as_ptr() == values.value_offsets().as_ptr()
                && of.value_data().as_ptr() == values.value_data().as_ptr()
        })
    }

    /// One entry for each value; `make` is asked only when the dictionary is another than before.
    pub fn get(&mut self, texts: &Texts, mut make: impl FnMut(&str) -> T) -> &[T] {
        if !self.fits(&texts.values) {
            self.known.clear();
            self.known.extend((0..texts.values.len()).map(|at| make(texts.values.value(at))));
            self.of = Some(texts.values.clone());
        }
        &self.known
    }
}

/// The reader's number for each value of a file's dictionary, found when a row first needs it.
#[derive(Debug, Default)]
pub struct Numbers(Table<u32>);

impl Numbers {
    /// Appends the reader's numbers of the chosen rows.
    pub fn push(&mut self, texts: &Texts, rows: &[u32], dictionary: &mut Dictionary, to: &mut Vec<u32>) {
        self.begin(texts);
        to.extend(rows.iter().map(|row| self.known(texts, *row as usize, dictionary)));
    }

    /// The reader's number of one row; [`NONE`] when it is null.
    pub fn one(&mut self, texts: &Texts, row: usize, dictionary: &mut Dictionary) -> u32 {
        self.begin(texts);
        self.known(texts, row, dictionary)
    }

    fn begin(&mut self, texts: &Texts) {
        self.0.get(texts, |_| NONE);
    }

    fn known(&mut self, texts: &Texts, row: usize, dictionary: &mut Dictionary) -> u32 {
        let Some(key) = texts.key(row) else { return NONE };
        let known = &mut self.0.known[key];
        if *known == NONE {
            *known = dictionary.number(texts.values.value(key));
        }
        *known
    }
}
