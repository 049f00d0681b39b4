//! Images as they come over HTTP become bytes of the shape that the model reads.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flywheel_spec::predict::ImageInput;
use flywheel_spec::table::ImageShape;
use flywheel_spec::{Phrase, Problem, Problems, phrase};
use image::GenericImageView as _;

use crate::prepare::{fitted, shape_words};

/// An image in the model's shape, with what was unusual about it.
type Read = (Vec<u8>, Option<Phrase>);

/// All images one after the other, with what was unusual about each; every image that can't be read is a problem.
pub(super) fn pixels(
    images: &[ImageInput],
    shape: ImageShape,
) -> Result<(Vec<u8>, Vec<Option<Phrase>>), Problems> {
    let mut problems = Problems::default();
    let mut all = Vec::with_capacity(images.len() * shape.bytes());
    let mut notes = Vec::with_capacity(images.len());
    for (index, image) in images.iter().enumerate() {
        let read = match (&image.png, &image.pixels) {
            (Some(file), None) => decode(file, shape),
            (None, Some(values)) => raw(values, shape),
            _ => Err(Problem::error(phrase!("models.image_empty"))),
        };
        match read {
            Ok((pixels, note)) => {
                all.extend(pixels);
                notes.push(note);
            }
            Err(problem) => problems.push(problem.at_row(index as u64 + 1)),
        }
    }
    problems.settle((all, notes)).map(|(read, _)| read)
}

fn raw(values: &[f64], shape: ImageShape) -> Result<Read, Problem> {
    if values.len() != shape.bytes() {
        return Err(Problem::error(phrase!(
            "models.image_length",
            found = values.len(),
            wanted = shape.bytes(),
            shape = shape_words(shape)
        ))
        .advise(phrase!("models.reads_images_advice", shape = shape_words(shape))));
    }
    match values.iter().position(|value| !(0.0..=255.0).contains(value)) {
        Some(position) => {
            Err(Problem::error(phrase!("models.image_value", found = values[position], position = position)))
        }
        None => Ok((values.iter().map(|value| value.round() as u8).collect(), None)),
    }
}

fn decode(file: &str, shape: ImageShape) -> Result<Read, Problem> {
    // A browser's canvas gives `data:image/png;base64,…`.
    let file = file.split_once("base64,").map_or(file, |(_, content)| content);
    let content = STANDARD
        .decode(file.trim())
        .map_err(|error| Problem::error(phrase!("models.image_base64", reason = error)))?;
    let mut reader = image::ImageReader::new(std::io::Cursor::new(&content))
        .with_guessed_format()
        .map_err(|error| Problem::error(phrase!("models.image_decode", reason = error)))?;
    // A small file may claim to be a huge image: nothing much larger than what is wanted is unpacked.
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(64 << 20);
    reader.limits(limits);
    let picture =
        reader.decode().map_err(|error| Problem::error(phrase!("models.image_decode", reason = error)))?;
    let (width, height) = picture.dimensions();
    let note = ((height as usize, width as usize) != (shape.height, shape.width)).then(|| {
        let (found, wanted) = (format!("{width} × {height}"), format!("{} × {}", shape.width, shape.height));
        phrase!("models.note_resized", found = found, wanted = wanted)
    });
    Ok((fitted(picture, shape), note))
}
