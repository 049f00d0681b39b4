//! Which rows can be learned from at all, and what their target is, before any of them is put in a part.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use flywheel_spec::recipe::{SplitKind, Task, TrainSpec};
use flywheel_spec::table::ColumnKind;
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::frame::{Column, Values};

use crate::split::own_part;
use crate::table::Table;

/// Marks a row without a class.
const NO_CLASS: u32 = u32::MAX;

/// Classes beyond which a target is more likely a number or an id.
const MOST_CLASSES: usize = 1000;

/// A target of at most so many different whole numbers may be of classes.
const FEW_NUMBERS: usize = 10;

/// The rows with a usable target, and the target's classes.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// The rows of the table, from 0, ascending.
    pub rows: Vec<usize>,
    /// Classes or a number.
    pub task: Task,
    /// The column to predict.
    pub target: String,
    /// The classes in the order of the model's outputs: numbers by size, words by their characters; empty in regression.
    pub classes: Vec<String>,
    /// What was done to how many rows.
    pub actions: Vec<Phrase>,
    /// Doubts about the target.
    pub warnings: Vec<Problem>,
    class_of_row: Vec<u32>,
}

impl Selection {
    /// Selects the rows that the recipe asks for and that have a target; all mistakes about columns and target at once.
    ///
    /// The order is: the first `data.limit` rows, rows without a target dropped, `data.classes` kept, repeated rows
    /// dropped. Rows are compared over the whole table and not within a part, so that no copy of a training row judges,
    /// and by their target and what the model may read of them, so that another person's same words are a copy too; a
    /// table's own test rows always stay, and it is their copies elsewhere that go.
    pub fn of(table: &Table, spec: &TrainSpec) -> Result<Self, Problems> {
        let mut problems = check_names(table, spec);
        let selection = Self::with_target(table, spec, &mut problems);
        let Some(mut selection) = selection else { return Err(problems) };
        selection.check_classes(table, spec, &mut problems);
        if spec.prepare.drop_duplicates {
            selection.drop_duplicates(table, spec);
        }
        selection.check_target(table, spec, &mut problems);
        let (mut selection, warnings) = problems.settle(selection)?;
        selection.warnings = warnings;
        Ok(selection)
    }

    /// The rows of another table that a model of this task can be judged on: all that have a target, be it one row or
    /// one class, whatever columns the recipe leaves out.
    ///
    /// # Errors
    /// When the target is absent or is not what the task wants.
    pub fn to_judge(table: &Table, spec: &TrainSpec, task: Task) -> Result<Self, Problems> {
        let mut spec = spec.clone();
        spec.data.task = Some(task);
        spec.data.limit = None;
        spec.prepare.columns.clear();
        let mut problems = Problems::default();
        let selection = Self::with_target(table, &spec, &mut problems);
        let Some(selection) = selection else { return Err(problems) };
        Ok(problems.settle(selection)?.0)
    }

    /// The rows that have a target; none where there is no such column, or one that cannot be a target.
    fn with_target(table: &Table, spec: &TrainSpec, problems: &mut Problems) -> Option<Self> {
        let Some(column) = table.frame.column(&spec.data.target) else {
            problems.push(no_such_column(table, &spec.data.target).at_setting("data.target"));
            return None;
        };
        let task = match task_of(table, column, spec) {
            Ok(task) => task,
            Err(problem) => {
                problems.push(problem);
                return None;
            }
        };
        let mut selection = Self {
            rows: first_rows(table, spec),
            task,
            target: column.name.clone(),
            classes: Vec::new(),
            actions: Vec::new(),
            warnings: Vec::new(),
            class_of_row: Vec::new(),
        };
        match task {
            Task::Classification => selection.keep_classes(column, spec),
            Task::Regression => selection.keep_numbers(table, problems),
        }
        Some(selection)
    }

    /// The class of a row of the table, as a position in `classes`; absent where the target is missing or left out.
    pub fn class_of(&self, row: usize) -> Option<usize> {
        self.class_of_row.get(row).filter(|&&class| class != NO_CLASS).map(|&class| class as usize)
    }

    /// The target of every row of the table as a number; missing ones are NaN.
    pub fn numbers(&self, table: &Table) -> Result<Vec<f64>, Problem> {
        match table.frame.column(&self.target) {
            Some(column) => Ok(super::number::as_numbers(&column.values).into_owned()),
            None => Err(no_such_column(table, &self.target).at_setting("data.target")),
        }
    }

    /// Rows of each class among these.
    pub fn class_counts(&self, rows: &[usize]) -> Vec<u64> {
        let mut counts = vec![0; self.classes.len()];
        for class in rows.iter().filter_map(|&row| self.class_of(row)) {
            counts[class] += 1;
        }
        counts
    }

    /// The classes that none of these rows is of.
    pub fn absent_classes(&self, rows: &[usize]) -> Vec<&str> {
        let counts = self.class_counts(rows);
        self.classes
            .iter()
            .zip(counts)
            .filter(|(_, count)| *count == 0)
            .map(|(class, _)| class.as_str())
            .collect()
    }

    fn keep_classes(&mut self, column: &Column, spec: &TrainSpec) {
        let wanted: HashSet<&str> = spec.data.classes.iter().map(String::as_str).collect();
        let mut names = BTreeSet::new();
        let mut missing = 0;
        let mut unwanted = 0;
        let mut kept = Vec::with_capacity(self.rows.len());
        for &row in &self.rows {
            match column.values.text(row).filter(|class| !class.is_empty()) {
                None => missing += 1,
                Some(class) if !wanted.is_empty() && !wanted.contains(class.as_str()) => unwanted += 1,
                Some(class) => {
                    kept.push((row, class.clone()));
                    names.insert(class);
                }
            }
        }
        self.classes = in_order(names);
        let places: HashMap<&str, u32> =
            self.classes.iter().enumerate().map(|(place, class)| (class.as_str(), place as u32)).collect();
        self.class_of_row = vec![NO_CLASS; column.values.len()];
        for (row, class) in &kept {
            self.class_of_row[*row] = places[class.as_str()];
        }
        self.rows = kept.into_iter().map(|(row, _)| row).collect();
        self.say_dropped(missing);
        if unwanted > 0 {
            self.actions.push(phrase!("prepare.other_classes_dropped", count = unwanted));
        }
    }

    /// The classes that the recipe names must be there.
    fn check_classes(&self, table: &Table, spec: &TrainSpec, problems: &mut Problems) {
        let absent: Vec<&String> =
            spec.data.classes.iter().filter(|class| !self.classes.contains(class)).collect();
        if self.task == Task::Regression || absent.is_empty() {
            return;
        }
        let column = table.frame.column(&self.target);
        let all: BTreeSet<String> = column
            .map(|column| {
                first_rows(table, spec).into_iter().filter_map(|row| column.values.text(row)).collect()
            })
            .unwrap_or_default();
        for class in absent {
            problems.push(nearest(
                Problem::error(phrase!("prepare.unknown_class", class = class, column = self.target))
                    .at_setting("data.classes"),
                class,
                all.iter().map(String::as_str),
            ));
        }
    }

    fn keep_numbers(&mut self, table: &Table, problems: &mut Problems) {
        let numbers = match self.numbers(table) {
            Ok(numbers) => numbers,
            Err(problem) => {
                problems.push(problem);
                return;
            }
        };
        let before = self.rows.len();
        self.rows.retain(|&row| numbers[row].is_finite());
        self.say_dropped(before - self.rows.len());
    }

    fn say_dropped(&mut self, missing: usize) {
        if missing > 0 {
            self.actions.push(phrase!(
                "prepare.target_missing_dropped",
                count = missing,
                column = self.target
            ));
        }
    }

    fn drop_duplicates(&mut self, table: &Table, spec: &TrainSpec) {
        let own = own_part(table, spec);
        let is_own_test =
            |row: usize| own.is_some_and(|part| part.values.text(row).as_deref() == Some("test"));
        let columns = compared(table, spec);
        let (tests, others): (Vec<usize>, Vec<usize>) = self.rows.iter().partition(|&&row| is_own_test(row));
        let mut seen: HashMap<u64, Vec<usize>> = HashMap::new();
        let mut dropped = HashSet::new();
        for row in tests.into_iter().chain(others) {
            let alike = seen.entry(row_hash(&columns, row)).or_default();
            let repeated =
                alike.iter().any(|&earlier| columns.iter().all(|values| equal(values, earlier, row)));
            if repeated && !is_own_test(row) {
                dropped.insert(row);
            } else {
                alike.push(row);
            }
        }
        self.rows.retain(|row| !dropped.contains(row));
        self.actions.push(phrase!("prepare.duplicates_dropped", count = dropped.len()));
    }

    fn check_target(&self, table: &Table, spec: &TrainSpec, problems: &mut Problems) {
        let place = |problem: Problem| problem.in_column(&self.target).at_setting("data.target");
        if self.rows.is_empty() {
            problems.push(place(
                Problem::error(phrase!("prepare.no_rows", column = self.target))
                    .advise(phrase!("prepare.no_rows_advice")),
            ));
            return;
        }
        let constant = match self.task {
            Task::Classification => self.classes.len() == 1,
            Task::Regression => self
                .numbers(table)
                .is_ok_and(|numbers| self.rows.iter().all(|&row| numbers[row] == numbers[self.rows[0]])),
        };
        if constant {
            let column = table.frame.column(&self.target);
            let value = column.and_then(|column| column.values.text(self.rows[0]));
            let is_missing = |column: &Column| {
                (0..column.values.len()).any(|row| column.values.text(row).is_none_or(|text| text.is_empty()))
            };
            // An import that knows no target takes such words for nothing.
            let advice = if self.task == Task::Classification && column.is_some_and(is_missing) {
                phrase!("prepare.constant_target_missing_advice", column = self.target)
            } else {
                phrase!("prepare.constant_target_advice")
            };
            problems.push(place(
                Problem::error(phrase!(
                    "prepare.constant_target",
                    column = self.target,
                    value = value.unwrap_or_default()
                ))
                .advise(advice),
            ));
        }
        if self.task == Task::Regression
            && spec.data.task.is_none()
            && !constant
            && let Some(count) = few_whole(&self.numbers(table).unwrap_or_default())
        {
            problems.push(place(
                Problem::warning(phrase!("prepare.few_numbers", column = self.target, count = count))
                    .advise(phrase!("prepare.few_numbers_advice")),
            ));
        }
        if self.classes.len() > MOST_CLASSES {
            problems.push(place(
                Problem::error(phrase!(
                    "prepare.too_many_classes",
                    column = self.target,
                    classes = self.classes.len(),
                    most = MOST_CLASSES
                ))
                .advise(phrase!("prepare.too_many_classes_advice")),
            ));
        }
    }
}

/// A column that the recipe names and the table lacks, with the nearest name that it has.
pub(crate) fn no_such_column(table: &Table, name: &str) -> Problem {
    let problem = Problem::error(phrase!("prepare.no_such_column", table = table.name, column = name));
    nearest(problem, name, table.frame.columns.iter().map(|column| column.name.as_str()))
}

fn nearest<'a>(problem: Problem, typed: &str, known: impl Iterator<Item = &'a str>) -> Problem {
    let known: Vec<&str> = known.collect();
    let similarity = |name: &str| strsim::jaro_winkler(&name.to_lowercase(), &typed.to_lowercase());
    match known.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b))) {
        Some(name) if similarity(name) > 0.7 => {
            problem.advise(phrase!("prepare.nearest_advice", nearest = name))
        }
        _ => {
            let listed = known.iter().take(12).copied().collect::<Vec<_>>().join("`, `");
            problem.advise(phrase!("prepare.known_advice", known = listed))
        }
    }
}

fn check_names(table: &Table, spec: &TrainSpec) -> Problems {
    let mut problems = Problems::default();
    let inputs =
        spec.data.columns.iter().enumerate().map(|(index, name)| (format!("data.columns.{index}"), name));
    let left =
        spec.data.leave_out.iter().enumerate().map(|(index, name)| (format!("data.leave_out.{index}"), name));
    let exceptions = spec
        .prepare
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| (format!("prepare.columns.{index}.name"), &column.name));
    for (setting, name) in inputs.chain(left).chain(exceptions) {
        if table.frame.column(name).is_none() {
            problems.push(no_such_column(table, name).at_setting(setting));
        }
    }
    if spec.data.columns.contains(&spec.data.target) {
        problems.push(
            Problem::error(phrase!("prepare.target_as_input", column = spec.data.target))
                .at_setting("data.columns"),
        );
    }
    problems
}

/// What the recipe says, else what the target holds: classes unless it is a number that measures.
fn task_of(table: &Table, column: &Column, spec: &TrainSpec) -> Result<Task, Problem> {
    let typed = spec.prepare.columns.iter().find(|exception| exception.name == column.name);
    let kind = typed.and_then(|exception| exception.kind).unwrap_or_else(|| kind_of(table, &column.name));
    let refused = |key: &str, advice: &str| {
        Err(Problem::error(Phrase::new(key).with("column", &column.name))
            .advise(Phrase::new(advice).with("column", &column.name))
            .in_column(&column.name)
            .at_setting("data.target"))
    };
    match (kind, spec.data.task) {
        (ColumnKind::Image, _) => refused("prepare.target_is_image", "prepare.target_kind_advice"),
        (ColumnKind::Time, Some(Task::Classification) | None) => {
            refused("prepare.target_is_time", "prepare.target_kind_advice")
        }
        (_, Some(Task::Regression)) => {
            let numbers = super::number::as_numbers(&column.values);
            let texts = (0..column.values.len()).filter(|&row| column.values.text(row).is_some()).count();
            let readable = numbers.iter().filter(|number| number.is_finite()).count();
            if readable * 2 < texts {
                return refused("prepare.target_not_a_number", "prepare.target_not_a_number_advice");
            }
            Ok(Task::Regression)
        }
        (ColumnKind::Number, None) if typed.is_none() && names_classes(&column.values) => {
            Ok(Task::Classification)
        }
        (ColumnKind::Number, None) => Ok(Task::Regression),
        _ => Ok(Task::Classification),
    }
}

/// True where numbers measure nothing: two values in all, such as 2 and 4, or −1, 0 and 1.
fn names_classes(values: &Values) -> bool {
    let Values::Number(numbers) = values else { return false };
    let Some(seen) = different(numbers, 3) else { return false };
    seen.len() == 2 || (seen.len() == 3 && [-1.0, 0.0, 1.0].iter().all(|sign| seen.contains(sign)))
}

/// How many different numbers there are, where they are whole and few, so that they may be the names of classes.
fn few_whole(numbers: &[f64]) -> Option<usize> {
    let seen = different(numbers, FEW_NUMBERS)?;
    seen.iter().all(|number| number.fract() == 0.0).then_some(seen.len())
}

/// The different numbers, where there are at most so many.
fn different(numbers: &[f64], most: usize) -> Option<Vec<f64>> {
    let mut seen: Vec<f64> = Vec::new();
    for &number in numbers.iter().filter(|number| number.is_finite()) {
        if !seen.contains(&number) {
            if seen.len() == most {
                return None;
            }
            seen.push(number);
        }
    }
    Some(seen)
}

fn kind_of(table: &Table, name: &str) -> ColumnKind {
    let named = table.frame.columns.iter().zip(&table.kinds).find(|(column, _)| column.name == name);
    named.map_or(ColumnKind::Text, |(_, kind)| *kind)
}

/// The first `data.limit` rows; of a table with parts of its own the first of each part, in the parts' proportion.
fn first_rows(table: &Table, spec: &TrainSpec) -> Vec<usize> {
    let rows = table.frame.rows();
    let limit = spec.data.limit.map_or(rows, |limit| rows.min(limit as usize));
    if limit == rows {
        return (0..rows).collect();
    }
    let Some(part) = own_part(table, spec) else { return (0..limit).collect() };
    let words: Vec<String> = (0..rows).map(|row| part.values.text(row).unwrap_or_default()).collect();
    let mut sizes: HashMap<&str, usize> = HashMap::new();
    for word in &words {
        *sizes.entry(word).or_default() += 1;
    }
    let mut left: HashMap<&str, usize> =
        sizes.into_iter().map(|(word, size)| (word, (size * limit).div_ceil(rows))).collect();
    (0..rows)
        .filter(|&row| {
            let Some(left) = left.get_mut(words[row].as_str()) else { return false };
            let taken = *left > 0;
            *left = left.saturating_sub(1);
            taken
        })
        .collect()
}

/// Numbers by size when all are numbers, else by their characters.
fn in_order(names: BTreeSet<String>) -> Vec<String> {
    let mut names: Vec<String> = names.into_iter().collect();
    let number = |name: &String| name.parse::<f64>().ok().filter(|number| number.is_finite());
    if names.iter().all(|name| number(name).is_some()) {
        names.sort_by(|a, b| {
            number(a).partial_cmp(&number(b)).unwrap_or(std::cmp::Ordering::Equal).then(a.cmp(b))
        });
    }
    names
}

/// The target and the columns that the recipe lets the model read: what makes two rows the same to it.
fn compared<'a>(table: &'a Table, spec: &TrainSpec) -> Vec<&'a Values> {
    let data = &spec.data;
    let own = own_part(table, spec);
    let is_group =
        |name: &String| spec.split.kind == SplitKind::Group && spec.split.column.as_ref() == Some(name);
    let is_read = |column: &&Column| {
        let name = &column.name;
        let asked_for = data.columns.contains(name);
        *name != data.target
            && !data.leave_out.contains(name)
            && (asked_for || data.columns.is_empty() && !is_group(name))
            && own.is_none_or(|part| part.name != *name)
    };
    let mut columns: Vec<&Column> = table.frame.columns.iter().filter(is_read).collect();
    let is_image = |column: &&Column| matches!(column.values, Values::Image(_));
    // An image is learned from alone.
    if columns.iter().any(is_image) {
        columns.retain(is_image);
    }
    columns.extend(table.frame.column(&data.target));
    columns.into_iter().map(|column| &column.values).collect()
}

fn row_hash(columns: &[&Values], row: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    for values in columns {
        match values {
            Values::Number(values) | Values::Time(values) => values[row].to_bits().hash(&mut hasher),
            Values::Text(values) => values[row].hash(&mut hasher),
            Values::Image(images) => images.image(row).hash(&mut hasher),
        }
    }
    hasher.finish()
}

fn equal(values: &Values, a: usize, b: usize) -> bool {
    match values {
        Values::Number(values) | Values::Time(values) => values[a].to_bits() == values[b].to_bits(),
        Values::Text(values) => values[a] == values[b],
        Values::Image(images) => images.image(a) == images.image(b),
    }
}
