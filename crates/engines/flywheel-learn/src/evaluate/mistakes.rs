//! The worst mistakes, shown: the surest wrong classes, the numbers furthest off.

use std::io::Cursor;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flywheel_spec::evaluation::{Mistake, NamedValue};
use flywheel_tables::frame::{Frame, Images, Values};
use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};

use super::answers::{Answers, ClassAnswers, NumberAnswers};
use crate::figure;
use crate::prepare::Preparation;

/// Mistakes shown at most.
const SHOWN: usize = 24;

/// The worst first. `rows` are the frame's rows of the answers.
pub(super) fn worst(
    answers: &Answers,
    preparation: &Preparation,
    frame: &Frame,
    rows: &[usize],
) -> Vec<Mistake> {
    match answers {
        Answers::Classes(answers) => worst_classes(answers, preparation, frame, rows),
        Answers::Numbers(answers) => worst_numbers(answers, preparation, frame, rows),
    }
}

fn worst_classes(
    answers: &ClassAnswers,
    preparation: &Preparation,
    frame: &Frame,
    rows: &[usize],
) -> Vec<Mistake> {
    let labels = preparation.labels();
    let mut wrong: Vec<usize> =
        (0..answers.truths.len()).filter(|&row| answers.truths[row] != answers.predicted[row]).collect();
    let surplus =
        |row: usize| answers.confidence(row) - f64::from(answers.row(row)[answers.truths[row] as usize]);
    wrong.sort_by(|&a, &b| surplus(b).total_cmp(&surplus(a)).then(a.cmp(&b)));
    wrong.truncate(SHOWN);
    let show = |row: usize| Mistake {
        truth: labels[answers.truths[row] as usize].clone(),
        predicted: labels[answers.predicted[row] as usize].clone(),
        confidence: Some(answers.confidence(row)),
        difference: None,
        ..seen(preparation, frame, rows[row])
    };
    wrong.into_iter().map(show).collect()
}

fn worst_numbers(
    answers: &NumberAnswers,
    preparation: &Preparation,
    frame: &Frame,
    rows: &[usize],
) -> Vec<Mistake> {
    let difference = |row: usize| answers.predicted[row] - answers.truths[row];
    let mut order: Vec<usize> = (0..answers.truths.len()).filter(|&row| difference(row) != 0.0).collect();
    order.sort_by(|&a, &b| difference(b).abs().total_cmp(&difference(a).abs()).then(a.cmp(&b)));
    order.truncate(SHOWN);
    let show = |row: usize| Mistake {
        truth: figure::plain(answers.truths[row]),
        predicted: figure::plain(answers.predicted[row]),
        confidence: None,
        difference: Some(difference(row)),
        ..seen(preparation, frame, rows[row])
    };
    order.into_iter().map(show).collect()
}

/// What the model saw of a row: its picture, or the values of the columns it reads.
fn seen(preparation: &Preparation, frame: &Frame, row: usize) -> Mistake {
    let columns = preparation.columns.iter().filter_map(|column| frame.column(&column.name));
    let mut picture = None;
    let mut values = Vec::new();
    for column in columns {
        match &column.values {
            Values::Image(images) => picture = as_png(images, row),
            other => values
                .push(NamedValue { name: column.name.clone(), value: other.text(row).unwrap_or_default() }),
        }
    }
    Mistake {
        row: row as u64 + 1,
        truth: String::new(),
        predicted: String::new(),
        confidence: None,
        difference: None,
        picture,
        values,
    }
}

/// The image as `data:image/png;base64,…`; absent for a number of channels that PNG does not know.
fn as_png(images: &Images, row: usize) -> Option<String> {
    let colours = match images.shape.channels {
        1 => ExtendedColorType::L8,
        2 => ExtendedColorType::La8,
        3 => ExtendedColorType::Rgb8,
        4 => ExtendedColorType::Rgba8,
        _ => return None,
    };
    let mut file = Cursor::new(Vec::new());
    let (width, height) = (images.shape.width as u32, images.shape.height as u32);
    PngEncoder::new(&mut file).write_image(images.image(row), width, height, colours).ok()?;
    Some(format!("data:image/png;base64,{}", STANDARD.encode(file.into_inner())))
}
