//! Which rows train, which choose the best weights, and which are sealed for the last judgement.
//!
//! Whatever is fitted takes a [`TrainPart`], which only [`split`] makes, so nothing is ever fitted on rows that judge:
//!
//! ```compile_fail
//! use flywheel_learn::{prepare::{Preparation, Selection}, split::Parts, table::Table};
//! use flywheel_spec::TrainSpec;
//!
//! fn fitted_on_the_wrong_rows(table: &Table, selection: &Selection, parts: &Parts, spec: &TrainSpec) {
//!     let _ = Preparation::fit(table, selection, &parts.validation, spec); // expects `&TrainPart`
//! }
//! ```
//!
//! The rows of a [`SealedTest`] can be had in one way only, which counts:
//!
//! ```compile_fail
//! fn peek(parts: &flywheel_learn::split::Parts) -> &[usize] {
//!     parts.test.rows() // no such method: open it with a `Seal`
//! }
//! ```

mod group;
mod own;
mod random;
mod stratified;
mod time;

use flywheel_spec::recipe::{SplitKind, SplitSpec, TrainSpec};
use flywheel_spec::{Problem, Problems, phrase};
use flywheel_stats::chance::Chance;

use crate::prepare::Selection;
use crate::table::Table;

pub use own::own_part;

/// The rows that train; the only thing that statistics and weights are fitted on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrainPart {
    rows: Vec<usize>,
}

impl TrainPart {
    /// The rows of the table, from 0, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }
}

/// The rows that choose the best weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationPart {
    rows: Vec<usize>,
}

impl ValidationPart {
    /// The rows of the table, from 0, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }
}

/// The rows kept for the last judgement; they come out through [`SealedTest::open`] alone.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedTest {
    rows: Vec<usize>,
}

impl SealedTest {
    /// How many rows are sealed.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// True when no row is sealed: the recipe asked for no test part.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows, and one more opening on the seal.
    pub fn open(&self, seal: &mut Seal) -> TestPart {
        seal.openings += 1;
        TestPart { rows: self.rows.clone() }
    }
}

impl std::fmt::Debug for SealedTest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "SealedTest({} rows)", self.rows.len())
    }
}

/// How often a table's test part has been opened; every report that used it says so.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Seal {
    openings: u64,
}

impl Seal {
    /// A seal that was opened so often before.
    pub fn opened(openings: u64) -> Self {
        Self { openings }
    }

    /// How often it was opened by now.
    pub fn openings(&self) -> u64 {
        self.openings
    }
}

/// The rows of an opened test part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestPart {
    rows: Vec<usize>,
}

impl TestPart {
    /// The rows of the table, from 0, ascending.
    pub fn rows(&self) -> &[usize] {
        &self.rows
    }
}

/// The three parts; no row stands in two, and together they are the selected rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// What trains.
    pub train: TrainPart,
    /// What chooses.
    pub validation: ValidationPart,
    /// What judges, sealed.
    pub test: SealedTest,
}

/// Rows as a kind of split assigns them, before they are sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Assigned {
    train: Vec<usize>,
    validation: Vec<usize>,
    test: Vec<usize>,
}

/// How many rows a kind of split is to put where.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Shares {
    /// Of the rows outside the test part.
    validation: f64,
    /// Of all rows.
    test: f64,
}

impl Shares {
    /// Rows for validation and for the test out of so many, each rounded to the nearest whole row.
    fn of(self, rows: usize) -> (usize, usize) {
        let test = (rows as f64 * self.test).round() as usize;
        let validation = ((rows - test) as f64 * self.validation).round() as usize;
        (validation, test)
    }
}

/// Splits the selected rows as the recipe says; a table that brings its own test part keeps it.
///
/// The draws depend on the recipe's seed and the rows alone. The warnings are about parts that can't judge every class.
pub fn split(
    table: &Table,
    selection: &Selection,
    spec: &TrainSpec,
) -> Result<(Parts, Vec<Problem>), Problems> {
    let mut problems = check_shares(&spec.split);
    let own = own_part(table, spec).map(|part| own::assign(part, &selection.rows));
    let brings_validation = own.as_ref().is_some_and(|own| !own.validation.is_empty());
    let brings_test = own.as_ref().is_some_and(|own| !own.test.is_empty());
    let own = own.unwrap_or_else(|| Assigned { train: selection.rows.clone(), ..Assigned::default() });

    let shares = Shares {
        validation: if brings_validation { 0.0 } else { spec.split.validation },
        test: if brings_test { 0.0 } else { spec.split.test },
    };
    let chance = Chance::new(spec.seed).stream("split");
    let drawn = match spec.split.kind {
        SplitKind::Random => Ok(random::assign(&own.train, shares, &chance)),
        SplitKind::Stratified => {
            stratified::assign(table, selection, &own.train, shares, &chance, &mut problems)
        }
        SplitKind::Time => time::assign(table, &spec.split, &own.train, shares, &mut problems),
        SplitKind::Group => group::assign(table, &spec.split, &own.train, shares, &chance, &mut problems),
    };
    let mut drawn = match drawn {
        Ok(drawn) => drawn,
        Err(problem) => {
            problems.push(problem);
            return Err(problems);
        }
    };
    drawn.validation.extend(own.validation);
    drawn.test.extend(own.test);
    for part in [&mut drawn.train, &mut drawn.validation, &mut drawn.test] {
        part.sort_unstable();
    }

    check_parts(&drawn, selection, spec, brings_validation, &mut problems);
    let parts = Parts {
        train: TrainPart { rows: drawn.train },
        validation: ValidationPart { rows: drawn.validation },
        test: SealedTest { rows: drawn.test },
    };
    problems.settle(parts)
}

fn check_shares(spec: &SplitSpec) -> Problems {
    let mut problems = Problems::default();
    for (name, share) in [("validation", spec.validation), ("test", spec.test)] {
        if !(0.0..=0.9).contains(&share) {
            problems.push(
                Problem::error(phrase!("prepare.share_out_of_range", part = name, found = share))
                    .advise(phrase!("prepare.share_out_of_range_advice"))
                    .at_setting(format!("split.{name}")),
            );
        }
    }
    problems
}

/// An empty part, and classes that a part has none of.
fn check_parts(
    drawn: &Assigned,
    selection: &Selection,
    spec: &TrainSpec,
    brings_validation: bool,
    problems: &mut Problems,
) {
    if drawn.train.is_empty() || drawn.validation.is_empty() {
        let part = if drawn.train.is_empty() { "train" } else { "validation" };
        let advice = if !brings_validation && spec.split.validation <= 0.0 {
            phrase!("prepare.no_validation_advice")
        } else {
            phrase!("prepare.empty_part_advice")
        };
        problems.push(
            Problem::error(phrase!("prepare.empty_part", part = part, rows = selection.rows.len()))
                .advise(advice)
                .at_setting("split"),
        );
        return;
    }
    if drawn.test.is_empty() && spec.split.test > 0.0 {
        problems.push(
            Problem::warning(phrase!("prepare.empty_test", rows = selection.rows.len()))
                .advise(phrase!("prepare.empty_part_advice"))
                .at_setting("split.test"),
        );
    }
    let parts = [("train", &drawn.train), ("validation", &drawn.validation), ("test", &drawn.test)];
    for (name, rows) in parts.into_iter().filter(|(_, rows)| !rows.is_empty()) {
        for class in selection.absent_classes(rows) {
            problems.push(
                Problem::warning(phrase!("prepare.class_absent", class = class, part = name))
                    .advise(phrase!("prepare.class_absent_advice", class = class))
                    .in_column(&spec.data.target),
            );
        }
    }
}

#[cfg(test)]
mod tests;
