//! Turns a column of cells into a column of values, and says what it did to how many of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use flywheel_spec::table::ColumnKind;
use flywheel_spec::{Phrase, Problem, phrase};

use super::number::{self, Decimal};
use super::{STRAYS, Writing, is_missing, is_unmeasured, kind_of, number_kind, time};
use crate::frame::{Column, Values};
use crate::interner::Interner;
use crate::source::raw::RawColumn;
use crate::source::{Expected, LISTED, Notes};

/// Cells looked at before a column is read in full as time.
const SAMPLE: usize = 200;

/// Where the cells of a column stand, for messages.
pub(crate) struct Lines<'a> {
    /// The file.
    pub(crate) file: &'a str,
    /// The line of each row, from 1; empty where the file has no lines.
    pub(crate) lines: &'a [u64],
}

/// What is known of a column before it is read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Asked {
    /// What it holds, whatever would be inferred.
    pub(crate) kind: Option<ColumnKind>,
    /// How it was read before, and is again where the cells allow it.
    pub(crate) expected: Option<Expected>,
    /// It is to be predicted.
    pub(crate) is_target: bool,
}

/// The values of a column and what they are.
pub(crate) fn refine(
    raw: &RawColumn,
    asked: Asked,
    lines: &Lines<'_>,
    notes: &mut Notes,
) -> (Column, ColumnKind) {
    let mut present: Vec<bool> = raw.cells().map(|cell| !is_missing(cell)).collect();
    let measured: Vec<bool> =
        raw.cells().zip(&present).map(|(cell, &present)| present && !is_unmeasured(cell)).collect();
    if measured != present && (Reader { raw, present: &measured, lines }).is_measured(asked) {
        present = measured;
    }
    if (Reader { raw, present: &present, lines }).keeps_words(asked) {
        let filled: Vec<bool> = raw.cells().map(|cell| !cell.trim().is_empty()).collect();
        if asked.is_target {
            let kept = (0..raw.len()).filter(|&row| filled[row] && !present[row]);
            say_words("tables.words_kept", raw, kept, notes);
        }
        present = filled;
    }
    say_words("tables.missing_words", raw, (0..raw.len()).filter(|&row| !present[row]), notes);
    let read = Reader { raw, present: &present, lines };
    let (values, kind) = match (asked.kind, asked.expected) {
        (Some(ColumnKind::Number), _) => (read.numbers(notes), ColumnKind::Number),
        (Some(ColumnKind::Time), _) => (read.times(true, notes), ColumnKind::Time),
        (Some(kind), _) => (read.texts(), kind),
        (None, Some(expected)) => read.expected(expected, notes),
        (None, None) => read.infer(notes),
    };
    (Column { name: raw.name.clone(), values }, kind)
}

/// The kind of a column that came as numbers; codes become text, as categories are in a frame.
pub(crate) fn refine_numbers(values: Vec<f64>, wanted: Option<ColumnKind>) -> (Values, ColumnKind) {
    let kind = wanted.unwrap_or_else(|| number_kind(&values));
    match kind {
        ColumnKind::Number | ColumnKind::Image => (Values::Number(values), ColumnKind::Number),
        ColumnKind::Time => (Values::Time(values), kind),
        ColumnKind::Category | ColumnKind::Boolean | ColumnKind::Text => (codes(&values), kind),
    }
}

fn codes(values: &[f64]) -> Values {
    let mut interner = Interner::default();
    let code = |&value: &f64| (!value.is_nan()).then(|| interner.share(&value.to_string()));
    Values::Text(values.iter().map(code).collect())
}

/// A column while it is read.
struct Reader<'a> {
    raw: &'a RawColumn,
    present: &'a [bool],
    lines: &'a Lines<'a>,
}

impl Reader<'_> {
    fn filled(&self) -> impl Iterator<Item = (usize, &str)> {
        self.raw.cells().enumerate().filter(|(row, _)| self.present[*row])
    }

    fn count(&self) -> usize {
        self.present.iter().filter(|&&present| present).count()
    }

    fn distinct(&self) -> usize {
        self.filled().map(|(_, cell)| cell.trim()).collect::<BTreeSet<_>>().len()
    }

    /// True where words such as `-` and `None`, which mean that nothing is there elsewhere, are values of the column.
    fn keeps_words(&self, asked: Asked) -> bool {
        match (asked.kind, asked.expected) {
            (Some(ColumnKind::Category), _) => true,
            // Two values are all that it has.
            (Some(ColumnKind::Boolean), _) => self.distinct() < 2,
            (Some(_), _) => false,
            // Whoever learned from it knows which words it held.
            (None, Some(expected)) => matches!(expected.kind, ColumnKind::Category | ColumnKind::Boolean),
            (None, None) if asked.is_target => {
                let yes_and_no = || self.distinct() == 2 && kind_of(&self.texts()) == ColumnKind::Boolean;
                self.measured(&mut Notes::default()).is_none() && !yes_and_no()
            }
            (None, None) => false,
        }
    }

    /// True where the column is of numbers or times once words such as `unknown` count as missing.
    fn is_measured(&self, asked: Asked) -> bool {
        let is_measure = |kind: ColumnKind| matches!(kind, ColumnKind::Number | ColumnKind::Time);
        match (asked.kind, asked.expected) {
            (Some(kind), _) => is_measure(kind),
            (None, Some(expected)) => is_measure(expected.kind),
            (None, None) => self.measured(&mut Notes::default()).is_some(),
        }
    }

    /// As the column was read before; where too much of it is something else, it is taken for what it is.
    fn expected(&self, expected: Expected, notes: &mut Notes) -> (Values, ColumnKind) {
        let most = STRAYS * self.count() as f64;
        let few = |strays: &Strays| strays.count == 0 || (strays.count as f64) < most;
        match expected.kind {
            ColumnKind::Number => {
                let read = self.read_numbers(expected.writing.decimal());
                if few(&read.strays) {
                    self.say_numbers(&read, true, notes);
                    return (Values::Number(read.values), ColumnKind::Number);
                }
            }
            ColumnKind::Time => {
                let (values, strays) = self.read_times(expected.writing.order());
                if few(&strays) {
                    strays.say("tables.not_times_asked", self.raw, self.lines, notes);
                    return (Values::Time(values), ColumnKind::Time);
                }
            }
            ColumnKind::Category | ColumnKind::Boolean | ColumnKind::Text => {
                return (self.texts(), expected.kind);
            }
            ColumnKind::Image => {}
        }
        self.infer(notes)
    }

    fn infer(&self, notes: &mut Notes) -> (Values, ColumnKind) {
        self.measured(notes).unwrap_or_else(|| {
            let values = self.texts();
            let kind = kind_of(&values);
            (values, kind)
        })
    }

    /// As numbers or times, where the column is of such.
    fn measured(&self, notes: &mut Notes) -> Option<(Values, ColumnKind)> {
        let filled = self.count();
        if filled == 0 {
            return None;
        }
        let decimal = self.decimal();
        let read = self.read_numbers(decimal);
        let share = read.strays.count as f64 / filled as f64;
        if read.strays.count < filled && share < STRAYS && read.padded == 0 {
            if read.decorated == 0 && read.strays.count == 0 && self.is_packed_date() {
                return Some((self.times(false, notes), ColumnKind::Time));
            }
            self.keep_decimal(decimal, notes);
            self.say_numbers(&read, false, notes);
            return Some(refine_numbers(read.values, None));
        }
        if self.looks_like_time() {
            return Some((self.times(false, notes), ColumnKind::Time));
        }
        if read.strays.count * 2 < filled && read.padded == 0 {
            self.say_mixed(filled - read.strays.count, &read.strays, notes);
        }
        None
    }

    /// Numbers as asked for; what is none becomes missing and is told.
    fn numbers(&self, notes: &mut Notes) -> Values {
        let decimal = self.decimal();
        let read = self.read_numbers(decimal);
        self.keep_decimal(decimal, notes);
        self.say_numbers(&read, true, notes);
        Values::Number(read.values)
    }

    fn keep_decimal(&self, decimal: Decimal, notes: &mut Notes) {
        if decimal == Decimal::Comma {
            notes.writing.insert(self.raw.name.clone(), Writing::DecimalComma);
        }
    }

    fn read_numbers(&self, decimal: Decimal) -> Numbers {
        let mut read = Numbers { values: vec![f64::NAN; self.raw.len()], ..Numbers::default() };
        for (row, cell) in self.filled() {
            let Some(number) = number::read(cell, decimal) else {
                read.strays.add(row, cell);
                continue;
            };
            if number.decorated {
                read.decorated += 1;
                if read.example.is_empty() {
                    read.example = format!("`{}` = {}", cell.trim(), number.value);
                }
            }
            read.padded += usize::from(number::is_padded_code(cell));
            read.values[row] = number.value;
        }
        read
    }

    fn say_numbers(&self, read: &Numbers, asked: bool, notes: &mut Notes) {
        if read.decorated > 0 {
            notes.actions.push(phrase!(
                "tables.numbers_undecorated",
                column = self.raw.name,
                count = read.decorated,
                example = read.example
            ));
        }
        let key = if asked { "tables.not_numbers_asked" } else { "tables.not_numbers" };
        read.strays.say(key, self.raw, self.lines, notes);
    }

    fn times(&self, asked: bool, notes: &mut Notes) -> Values {
        let (order, guessed) =
            time::order(self.filled().map(|(_, cell)| cell)).unwrap_or((time::Order::MonthFirst, false));
        if guessed {
            notes.problems.push(
                Problem::warning(phrase!("tables.day_or_month", column = self.raw.name))
                    .advise(Phrase::new("tables.day_or_month_advice"))
                    .in_file(self.lines.file)
                    .in_column(&self.raw.name),
            );
        }
        if order == time::Order::DayFirst {
            notes.writing.insert(self.raw.name.clone(), Writing::DayFirst);
        }
        let (values, strays) = self.read_times(order);
        let key = if asked { "tables.not_times_asked" } else { "tables.not_times" };
        strays.say(key, self.raw, self.lines, notes);
        Values::Time(values)
    }

    fn read_times(&self, order: time::Order) -> (Vec<f64>, Strays) {
        let mut strays = Strays::default();
        let mut values = vec![f64::NAN; self.raw.len()];
        for (row, cell) in self.filled() {
            match time::read(cell, order) {
                Some(secs) => values[row] = secs,
                None => strays.add(row, cell),
            }
        }
        (values, strays)
    }

    fn texts(&self) -> Values {
        let mut interner = Interner::default();
        let mut values: Vec<Option<Arc<str>>> = vec![None; self.raw.len()];
        for (row, cell) in self.filled() {
            values[row] = Some(interner.share(cell.trim()));
        }
        Values::Text(values)
    }

    fn decimal(&self) -> Decimal {
        let mut commas = 0_usize;
        for (_, cell) in self.filled() {
            if cell.contains(',') && number::has_decimal_comma(cell) {
                commas += 1;
            } else if cell.contains('.') && !cell.contains(',') && number::number(cell).is_some() {
                return Decimal::Point;
            }
        }
        if commas > 0 { Decimal::Comma } else { Decimal::Point }
    }

    /// True for numbers such as 20150701 in a column whose name speaks of a date.
    fn is_packed_date(&self) -> bool {
        let name = self.raw.name.to_lowercase();
        let named = ["date", "day", "time", "日期", "时间"].iter().any(|word| name.contains(word));
        let fits = |cell: &str| cell.trim().len() == 8 && time::moment(cell).is_some();
        named && self.filled().all(|(_, cell)| fits(cell))
    }

    fn looks_like_time(&self) -> bool {
        let sample: Vec<&str> = self.filled().map(|(_, cell)| cell).take(SAMPLE).collect();
        let fits = |order| {
            let read = sample.iter().filter(|cell| time::read(cell, order).is_some()).count();
            (sample.len() - read) as f64 <= STRAYS * sample.len() as f64
        };
        if !fits(time::Order::MonthFirst) && !fits(time::Order::DayFirst) {
            return false;
        }
        let Some((order, _)) = time::order(self.filled().map(|(_, cell)| cell)) else { return false };
        let (mut filled, mut read) = (0_usize, 0_usize);
        for (_, cell) in self.filled() {
            filled += 1;
            read += usize::from(time::read(cell, order).is_some());
        }
        ((filled - read) as f64) < STRAYS * filled as f64 || filled == read
    }

    /// A column of numbers in the main, whose many texts forbid to drop them unasked.
    fn say_mixed(&self, numbers: usize, strays: &Strays, notes: &mut Notes) {
        notes.problems.push(
            Problem::warning(phrase!(
                "tables.mixed_column",
                column = self.raw.name,
                numbers = numbers,
                texts = strays.count,
                examples = strays.examples(self.lines)
            ))
            .advise(phrase!("tables.mixed_column_advice", column = self.raw.name))
            .in_file(self.lines.file)
            .in_column(&self.raw.name),
        );
    }
}

/// A column's cells read as numbers.
#[derive(Default)]
struct Numbers {
    /// The number of each row, NaN where there is none.
    values: Vec<f64>,
    /// The filled cells that are none.
    strays: Strays,
    /// Numbers that were written with signs around them.
    decorated: usize,
    /// The first of these.
    example: String,
    /// Whole numbers with a leading zero.
    padded: usize,
}

/// Cells that do not fit their column.
#[derive(Default)]
struct Strays {
    count: usize,
    first: Vec<(usize, String)>,
}

impl Strays {
    fn add(&mut self, row: usize, cell: &str) {
        self.count += 1;
        if self.first.len() < LISTED {
            self.first.push((row, shortened(cell)));
        }
    }

    fn examples(&self, lines: &Lines<'_>) -> String {
        let place = |row: usize| match lines.lines.get(row) {
            Some(line) => format!("{line}"),
            None => format!("#{}", row + 1),
        };
        let mut text = self
            .first
            .iter()
            .map(|(row, cell)| format!("{}: `{cell}`", place(*row)))
            .collect::<Vec<_>>()
            .join(", ");
        if self.count > self.first.len() {
            text.push_str(", …");
        }
        text
    }

    fn say(&self, key: &str, raw: &RawColumn, lines: &Lines<'_>, notes: &mut Notes) {
        let Some((row, _)) = self.first.first() else { return };
        let mut problem = Problem::warning(phrase!(
            key,
            column = raw.name,
            count = self.count,
            examples = self.examples(lines)
        ))
        .advise(phrase!("tables.strays_advice", column = raw.name))
        .in_file(lines.file)
        .in_column(&raw.name)
        .at_row(*row as u64 + 1);
        problem.place.line = lines.lines.get(*row).copied();
        notes.problems.push(problem);
    }
}

/// A cell short enough for a message.
pub(crate) fn shortened(cell: &str) -> String {
    let cell = cell.trim();
    match cell.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &cell[..end]),
        None => cell.to_owned(),
    }
}

/// Says what became of the words that stand in these rows.
fn say_words(key: &str, raw: &RawColumn, rows: impl Iterator<Item = usize>, notes: &mut Notes) {
    let mut words: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        let cell = raw.cell(row);
        // An empty cell is plainly missing; only what could be read otherwise is worth a word.
        if !cell.is_empty() {
            *words.entry(cell.trim()).or_default() += 1;
        }
    }
    if words.is_empty() {
        return;
    }
    let count: usize = words.values().sum();
    let said: Vec<String> = words
        .iter()
        .map(|(word, count)| format!("`{}` × {count}", if word.is_empty() { " " } else { word }))
        .collect();
    notes.actions.push(phrase!(key, column = raw.name, count = count, words = said.join(", ")));
}
