//! What a frame from outside holds that a preparation can't read; every mistake at once, with row and column.

use flywheel_spec::table::ImageShape;
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use flywheel_tables::frame::{Frame, Values};

use super::{Code, Preparation, read_number, read_time, shape_words};

/// Problems shown in one column before the rest are only counted.
const SHOWN: usize = 20;

pub(super) fn check(preparation: &Preparation, frame: &Frame) -> Problems {
    let mut problems = Problems::default();
    for (index, column) in preparation.columns.iter().enumerate() {
        let Some(found) = preparation.find(frame, index, &column.name) else { continue };
        match (&column.code, &found.values) {
            (Code::Number(_), Values::Text(texts)) => {
                unreadable(
                    &column.name,
                    texts,
                    "prepare.not_a_number",
                    |text| read_number(text).is_some(),
                    &mut problems,
                );
            }
            (Code::Number(_), Values::Number(numbers)) => {
                infinite(&column.name, numbers, &mut problems);
            }
            (Code::Time(_), Values::Text(texts)) => {
                unreadable(
                    &column.name,
                    texts,
                    "prepare.not_a_time",
                    |text| read_time(text).is_some(),
                    &mut problems,
                );
            }
            (Code::Image(code), Values::Image(images)) if images.shape != code.shape => {
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

fn unreadable(
    name: &str,
    texts: &[Option<std::sync::Arc<str>>],
    key: &str,
    readable: impl Fn(&str) -> bool,
    problems: &mut Problems,
) {
    let bad: Vec<(usize, &str)> = texts
        .iter()
        .enumerate()
        .filter_map(|(row, text)| Some((row, text.as_deref()?)))
        .filter(|(_, text)| !text.trim().is_empty() && !readable(text))
        .collect();
    for (row, text) in bad.iter().take(SHOWN) {
        problems.push(
            Problem::error(Phrase::new(key).with("found", text).with("column", name))
                .advise(phrase!("prepare.unreadable_advice"))
                .in_column(name)
                .at_row(*row as u64 + 1),
        );
    }
    more(name, bad.len(), problems);
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
