//! Decides what becomes of each column and fits it on the training part.

use flywheel_spec::plan::PreparedColumn;
use flywheel_spec::recipe::{CategoryEncoding, ColumnSpec, MissingRule, SplitKind, Task, TrainSpec};
use flywheel_spec::table::ColumnKind;
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::frame::{Column, Values};

use super::category::{CategoryRules, category_at};
use super::number::{NumberRules, as_numbers, read as read_number};
use super::suspect::{self, Distinct};
use super::time::as_times;
use super::{
    BooleanCode, CategoryCode, Code, ColumnCode, ImageCode, NumberCode, Preparation, Selection, TargetCode,
    TextCode, TimeCode,
};
use crate::split::{TrainPart, own_part};
use crate::table::Table;

/// Categories that one-hot can bear.
const MOST_ONE_HOT: usize = 1_000;

/// Categories that an embedding can bear.
const MOST_EMBEDDED: usize = 100_000;

/// A preparation with what it did and doubts.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// Fitted on the training part.
    pub preparation: Preparation,
    /// What becomes of each column, the left-out ones with the reason.
    pub columns: Vec<PreparedColumn>,
    /// What was done to how many rows of the training part.
    pub actions: Vec<Phrase>,
    /// Suspicious columns.
    pub warnings: Vec<Problem>,
}

/// What was decided about a column.
enum Decision {
    Use(Code, Vec<Phrase>),
    LeaveOut(Phrase),
}

impl Preparation {
    /// Fits on the training rows alone; the only other things read of the table are its columns' names and kinds.
    pub fn fit(
        table: &Table,
        selection: &Selection,
        train: &TrainPart,
        spec: &TrainSpec,
    ) -> Result<Fitted, Problems> {
        let mut problems = Problems::default();
        let target = match selection.task {
            Task::Classification => TargetCode::Classes {
                labels: selection.classes.clone(),
                counts: selection.class_counts(train.rows()),
            },
            Task::Regression => {
                let numbers = selection.numbers(table)?;
                let numbers: Vec<f64> = train.rows().iter().map(|&row| numbers[row]).collect();
                TargetCode::fit_number(&numbers)
            }
        };
        let mut fitting = Fitting { table, selection, train: train.rows(), spec, problems: &mut problems };
        let mut columns = Vec::new();
        let mut prepared = Vec::new();
        let mut actions = Vec::new();
        for (column, kind) in table.frame.columns.iter().zip(&table.kinds) {
            if column.name == spec.data.target
                || own_part(table, spec).is_some_and(|own| own.name == column.name)
            {
                continue;
            }
            let exception = spec.prepare.columns.iter().find(|exception| exception.name == column.name);
            let kind = exception.and_then(|exception| exception.kind).unwrap_or(*kind);
            let mut shown = PreparedColumn { name: column.name.clone(), kind, steps: Vec::new(), inputs: 0 };
            match fitting.decide(column, kind, exception) {
                Decision::Use(code, steps) => {
                    let code = ColumnCode { name: column.name.clone(), code };
                    shown.inputs = code.inputs();
                    shown.kind = code.kind();
                    shown.steps = steps;
                    columns.push(code);
                }
                Decision::LeaveOut(reason) => shown.steps = vec![reason],
            }
            prepared.push(shown);
        }
        for column in prepared.iter().filter(|column| column.inputs > 0) {
            for step in column.steps.iter().filter(|step| step.args.contains_key("count")) {
                actions.push(phrase!("prepare.action", column = column.name).with_phrase("step", step));
            }
        }
        if columns.is_empty() {
            problems.push(
                Problem::error(phrase!("prepare.nothing_to_learn_from", target = spec.data.target))
                    .advise(phrase!("prepare.nothing_to_learn_from_advice"))
                    .at_setting("data.columns"),
            );
        }
        let preparation =
            Self { task: selection.task, target_column: selection.target.clone(), target, columns };
        let (preparation, warnings) = problems.settle(preparation)?;
        Ok(Fitted { preparation, columns: prepared, actions, warnings })
    }
}

/// What is at hand while the columns are decided one after the other.
struct Fitting<'a> {
    table: &'a Table,
    selection: &'a Selection,
    train: &'a [usize],
    spec: &'a TrainSpec,
    problems: &'a mut Problems,
}

impl Fitting<'_> {
    fn decide(&mut self, column: &Column, kind: ColumnKind, exception: Option<&ColumnSpec>) -> Decision {
        let asked_for = self.spec.data.columns.contains(&column.name);
        if self.spec.data.leave_out.contains(&column.name) {
            return Decision::LeaveOut(phrase!("prepare.left_as_asked"));
        }
        if !self.spec.data.columns.is_empty() && !asked_for {
            return Decision::LeaveOut(phrase!("prepare.left_not_named"));
        }
        let groups =
            self.spec.split.kind == SplitKind::Group && self.spec.split.column.as_ref() == Some(&column.name);
        if groups && !asked_for {
            return Decision::LeaveOut(phrase!("prepare.left_group"));
        }
        let is_image = matches!(column.values, Values::Image(_));
        if !is_image && self.reads_an_image() {
            return Decision::LeaveOut(phrase!("prepare.left_beside_image"));
        }
        if let Values::Image(images) = &column.values {
            let (code, steps) = ImageCode::fit(images, self.train, self.spec.prepare.pixels);
            return Decision::Use(Code::Image(code), steps);
        }

        let distinct = Distinct::of(&column.values, self.train);
        if distinct.count == 0 {
            self.warn(column, phrase!("prepare.empty_column", column = column.name));
            return Decision::LeaveOut(phrase!("prepare.left_empty"));
        }
        if distinct.count == 1 && !distinct.some_missing {
            self.warn(
                column,
                phrase!("prepare.constant_column", column = column.name, value = distinct.first),
            );
            return Decision::LeaveOut(phrase!("prepare.left_constant", value = distinct.first));
        }
        let declared_text = exception.is_some_and(|exception| exception.kind == Some(ColumnKind::Text));
        if !declared_text && suspect::is_identifier(column, kind, self.train, &distinct) {
            self.warn(column, phrase!("prepare.identifier_column", column = column.name));
            if !asked_for || kind == ColumnKind::Text {
                return Decision::LeaveOut(phrase!("prepare.left_identifier"));
            }
        }
        let wanted_text = declared_text || asked_for;
        if kind == ColumnKind::Text && !wanted_text && !suspect::says_something(column, self.train) {
            return Decision::LeaveOut(phrase!("prepare.left_short_text", column = column.name));
        }
        let decision = self.fit_kind(column, kind, exception, &distinct);
        if matches!(decision, Decision::Use(..)) {
            if let Some(message) = suspect::leak(column, kind, self.table, self.selection, self.train) {
                self.problems.push(
                    Problem::warning(message)
                        .advise(phrase!("prepare.leak_advice", column = column.name))
                        .in_column(&column.name),
                );
            }
        }
        decision
    }

    fn fit_kind(
        &mut self,
        column: &Column,
        kind: ColumnKind,
        exception: Option<&ColumnSpec>,
        distinct: &Distinct,
    ) -> Decision {
        let general = &self.spec.prepare;
        let missing = exception.and_then(|exception| exception.missing).unwrap_or(general.missing);
        let fill = exception.and_then(|exception| exception.fill.as_deref());
        let writing = self.table.writing.get(&column.name).copied().unwrap_or_default();
        match kind {
            ColumnKind::Number => {
                let rules = NumberRules {
                    normalise: exception
                        .and_then(|exception| exception.normalise)
                        .unwrap_or(general.normalise),
                    missing,
                    fill: self.number_fill(column, fill),
                    indicator: general.missing_indicator,
                    outliers: exception.and_then(|exception| exception.outliers).unwrap_or(general.outliers),
                    writing,
                };
                let numbers = as_numbers(&column.values);
                let unreadable = self.unreadable(column, &numbers);
                let numbers = self.train.iter().map(|&row| numbers[row]).collect();
                match NumberCode::fit(numbers, rules) {
                    Some((code, mut steps)) => {
                        steps.splice(0..0, unreadable);
                        Decision::Use(Code::Number(code), steps)
                    }
                    None => Decision::LeaveOut(phrase!("prepare.left_empty")),
                }
            }
            ColumnKind::Boolean => {
                let fitted =
                    BooleanCode::fit(&column.values, self.train, missing, fill, general.missing_indicator);
                match fitted {
                    Some((code, steps)) => Decision::Use(Code::Boolean(code), steps),
                    None => self.category(column, exception, missing, fill, distinct),
                }
            }
            ColumnKind::Time => {
                let times = as_times(&column.values);
                let times: Vec<f64> = self.train.iter().map(|&row| times[row]).collect();
                match TimeCode::fit(&times, general.missing_indicator, writing) {
                    Some((code, steps)) => Decision::Use(Code::Time(code), steps),
                    None => Decision::LeaveOut(phrase!("prepare.left_empty")),
                }
            }
            ColumnKind::Text => match TextCode::fit(&column.values, self.train, &general.texts) {
                Some((code, steps)) => Decision::Use(Code::Text(code), steps),
                None => {
                    let fewest = general.texts.fewest_texts;
                    Decision::LeaveOut(phrase!("prepare.left_text_apart", fewest = fewest))
                }
            },
            ColumnKind::Category | ColumnKind::Image => {
                self.category(column, exception, missing, fill, distinct)
            }
        }
    }

    fn category(
        &mut self,
        column: &Column,
        exception: Option<&ColumnSpec>,
        missing: MissingRule,
        fill: Option<&str>,
        distinct: &Distinct,
    ) -> Decision {
        let general = &self.spec.prepare;
        let encoding = exception.and_then(|exception| exception.categories).unwrap_or(general.categories);
        let most = match encoding {
            CategoryEncoding::OneHot => MOST_ONE_HOT,
            CategoryEncoding::Embedding => MOST_EMBEDDED,
        };
        if distinct.count > most {
            let message =
                phrase!("prepare.left_too_many", distinct = distinct.count, rows = self.train.len());
            self.warn(
                column,
                phrase!("prepare.too_many_categories", column = column.name, distinct = distinct.count),
            );
            return Decision::LeaveOut(message);
        }
        let rules = CategoryRules {
            encoding,
            embedding_width: general.embedding_width,
            missing,
            fill,
            indicator: general.missing_indicator,
        };
        let (code, steps) = CategoryCode::fit(&column.values, self.train, &rules);
        Decision::Use(Code::Category(code), steps)
    }

    /// An image is learned from alone; the other columns beside it are left out.
    fn reads_an_image(&self) -> bool {
        self.table.frame.columns.iter().any(|column| {
            let data = &self.spec.data;
            matches!(column.values, Values::Image(_))
                && !data.leave_out.contains(&column.name)
                && (data.columns.is_empty() || data.columns.contains(&column.name))
        })
    }

    fn number_fill(&mut self, column: &Column, fill: Option<&str>) -> f64 {
        match fill.map(|fill| (fill, read_number(fill))) {
            None => self.spec.prepare.fill,
            Some((_, Some(number))) => number,
            Some((fill, None)) => {
                let index =
                    self.spec.prepare.columns.iter().position(|exception| exception.name == column.name);
                self.problems.push(
                    Problem::error(phrase!("prepare.fill_not_a_number", found = fill, column = column.name))
                        .at_setting(format!("prepare.columns.{}.fill", index.unwrap_or(0))),
                );
                0.0
            }
        }
    }

    /// Says how many texts of a column read as numbers could not be read.
    fn unreadable(&self, column: &Column, numbers: &[f64]) -> Option<Phrase> {
        let Values::Text(_) = column.values else { return None };
        let unread = |&&row: &&usize| numbers[row].is_nan() && category_at(&column.values, row).is_some();
        let count = self.train.iter().filter(unread).count();
        (count > 0).then(|| phrase!("prepare.step_unreadable", count = count))
    }

    fn warn(&mut self, column: &Column, message: Phrase) {
        self.problems.push(Problem::warning(message).in_column(&column.name));
    }
}
