//! What a frame from outside holds that a preparation can't read; every mistake at once, with row and column.

use flywheel_spec::table::ImageShape;
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::frame::{Frame, Values};

use super::{Code, ColumnCode, Preparation, category_at, read_number_as, read_time_as, shape_words};

/// Problems shown in one column before the rest are only counted.
const SHOWN: usize = 20;

pub(super) fn check(preparation: &Preparation, frame: &Frame) -> Problems {
    let mut problems = Problems::default();
    for (index, column) in preparation.columns.iter().enumerate() {
        let Some(found) = preparation.find(frame, index, &column.name) else { continue };
        match (&column.code, &found.values) {
            (Code::Number(code), values @ Values::Text(_)) => {
                let readable = |text: &str| read_number_as(text, code.writing).is_some();
                let message = |text: &str| not_a("prepare.not_a_number", column, text);
                unreadable(column, values, readable, message, &mut problems);
            }
            (Code::Number(_), Values::Number(numbers)) => {
                infinite(&column.name, numbers, &mut problems);
            }
            (Code::Time(code), values @ Values::Text(_)) => {
                let readable = |text: &str| read_time_as(text, code.writing).is_some();
                let message = |text: &str| not_a("prepare.not_a_time", column, text);
                unreadable(column, values, readable, message, &mut problems);
            }
            (Code::Boolean(code), values @ (Values::Text(_) | Values::Number(_))) => {
                let readable = |text: &str| code.read(text).is_some();
                let message =
                    |text: &str| phrase!("models.value_boolean", found = text, yes = code.yes, no = code.no);
                unreadable(column, values, readable, message, &mut problems);
            }
            (Code::Image(code), Values::Image(images)) if !code.reads(images.shape) => {
                problems.push(image_shape(&column.name, images.shape, code.shape));
            }
            (Code::Image(_), Values::Image(_)) => {}
            (Code::Image(_), _) => problems.push(not_an_image(&column.name)),
            (_, Values::Image(_)) => problems.push(
                Problem::error(phrase!("prepare.unexpected_image", column = column.name))
                    .in_column(&column.name),
            ),
            _ => {}
        }
    }
    problems
}

pub(super) fn column_absent(name: &str) -> Problem {
    Problem::error(phrase!("prepare.column_absent", column = name)).in_column(name)
}

pub(super) fn not_an_image(name: &str) -> Problem {
    Problem::error(phrase!("prepare.not_an_image", column = name)).in_column(name)
}

pub(super) fn image_shape(name: &str, found: ImageShape, wanted: ImageShape) -> Problem {
    Problem::error(phrase!("prepare.image_shape", found = shape_words(found), wanted = shape_words(wanted)))
        .advise(phrase!("prepare.image_shape_advice", wanted = shape_words(wanted)))
        .in_column(name)
}

fn not_a(key: &str, column: &ColumnCode, found: &str) -> Phrase {
    Phrase::new(key).with("found", found).with("column", &column.name)
}

fn unreadable(
    column: &ColumnCode,
    values: &Values,
    readable: impl Fn(&str) -> bool,
    message: impl Fn(&str) -> Phrase,
    problems: &mut Problems,
) {
    let mut bad = 0;
    for row in 0..values.len() {
        let Some(text) = category_at(values, row) else { continue };
        if column.is_missing(&text) || readable(&text) {
            continue;
        }
        bad += 1;
        if bad <= SHOWN {
            problems.push(
                Problem::error(message(&text))
                    .advise(phrase!("prepare.unreadable_advice"))
                    .in_column(&column.name)
                    .at_row(row as u64 + 1),
            );
        }
    }
    more(&column.name, bad, problems);
}

fn infinite(name: &str, numbers: &[f64], problems: &mut Problems) {
    let bad: Vec<usize> = (0..numbers.len()).filter(|&row| numbers[row].is_infinite()).collect();
    for row in bad.iter().take(SHOWN) {
        problems.push(
            Problem::error(phrase!("prepare.infinite", column = name))
                .advise(phrase!("prepare.unreadable_advice"))
                .in_column(name)
                .at_row(*row as u64 + 1),
        );
    }
    more(name, bad.len(), problems);
}

fn more(name: &str, bad: usize, problems: &mut Problems) {
    if bad > SHOWN {
        problems.push(Problem::error(phrase!("prepare.more_such", count = bad - SHOWN)).in_column(name));
    }
}
